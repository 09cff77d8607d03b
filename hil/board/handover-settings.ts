import { HilError } from '../error/hil-error.ts';

/**
 * The settings of the application under test, in the order of their bytes, with their values in the order of their indices
 * (docs/handover.md, tables Start and Jump). The first value is the default.
 */
export const handoverSettings: readonly (readonly [name: string, ...values: string[]])[] = [
  ['start.vtor', 'flash', 'unset'],
  ['start.clock', 'reset', 'fast'],
  ['start.rcc', 'keep', 'reset'],
  ['start.clock_error', 'stop', 'ignore'],
  ['start.systick', 'on', 'off'],
  ['start.primask', 'keep', 'clear'],
  ['start.iwdg', 'off', 'on', 'wait-first'],
  ['jump.via', 'direct', 'reset'],
  ['jump.clock', 'keep', 'reset', 'fast'],
  ['jump.thread', 'msp', 'psp', 'psp-unprivileged'],
  ['jump.peripherals', 'reset', 'keep'],
  ['jump.rcc', 'reset', 'keep'],
  ['jump.primask', 'enabled', 'disabled', 'untouched'],
  ['jump.systick', 'off', 'keep'],
  ['jump.nvic', 'clear', 'keep'],
  ['jump.syscfg_clock', 'on', 'off'],
  ['jump.mem_mode', 'system', 'keep', 'main', 'sram'],
  ['jump.vtor', 'zero', 'rom', 'keep'],
  ['jump.control', 'zero', 'keep'],
  ['jump.msp', 'rom', 'keep'],
  ['jump.barriers', 'on', 'off'],
  ['jump.table', 'system', 'zero'],
  ['jump.target', 'vector', 'vector-even', 'table', 'table-thumb'],
  ['jump.flash', 'locked', 'unlocked', 'option-unlocked', 'pg'],
  ['jump.flash_error', 'none', 'set'],
  ['jump.dma', 'off', 'rom-ram'],
  ['jump.watchdog', 'off', 'iwdg', 'wwdg'],
  ['jump.mpu', 'off', 'ram-no-execute'],
  ['jump.clock_leftover', 'none', 'divider', 'usb48', 'wait-states'],
  ['jump.pending', 'none', 'systick', 'irq'],
  ['start.usb', 'off', 'runtime', 'dfu-mode'],
  ['jump.usb', 'disconnect', 'leave'],
];

export const MAILBOX_MAGIC = 0x4f44_4e48;
export const MAILBOX_SETTINGS = 1;
const SETTING_BYTES = 32;

/** Settings by name; those not named take their default. */
export type Settings = Readonly<Record<string, string>>;

/**
 * The mailbox `handover_request` as words, all settings given: `magic` first (to be written last).
 * @throws HilError 424 for a name or value the application does not have
 */
export function mailboxWords(settings: Settings, command = MAILBOX_SETTINGS): readonly number[] {
  const bytes = new Uint8Array(12 + SETTING_BYTES + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAILBOX_MAGIC, true);
  view.setUint32(4, ~MAILBOX_MAGIC >>> 0, true);
  view.setUint32(8, command, true);
  bytes.fill(0xff, 12, 12 + SETTING_BYTES);
  bytes.fill(0, 12, 12 + handoverSettings.length);
  for (const [name, value] of Object.entries(settings)) {
    const at = handoverSettings.findIndex(([known]) => known === name);
    const row = handoverSettings[at];
    if (row === undefined)
      throw unknown(
        `no setting '${name}'`,
        handoverSettings.map(([known]) => known),
      );
    const [, ...values] = row;
    const index = values.indexOf(value);
    if (index < 0) throw unknown(`no value '${value}' of '${name}'`, values);
    bytes[12 + at] = index;
  }
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

function unknown(what: string, known: readonly string[]): HilError {
  return new HilError(424, `the application under test has ${what}; it has ${known.join(', ')}`, {
    blame: 'test',
    context: { known },
  });
}
