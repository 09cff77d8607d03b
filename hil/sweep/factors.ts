import { handoverSettings } from '../board/handover-settings.ts';
import type { Chip } from '../chip/chip.ts';
import type { FactorValue } from '../diagnose/sweep-row.ts';
import { HilError } from '../error/hil-error.ts';
import type { Levels } from './covering-array.ts';

/** One thing that can be done otherwise in the handover: a setting of the application under test. */
export interface Factor extends Levels {
  /** What it is, in a person's words: `interrupt mask`. */
  readonly about: string;
  /** Values besides the first that a document or a public procedure holds for right; the others are suspicious. */
  readonly sound: readonly string[];
}

interface About {
  readonly about: string;
  readonly sound?: readonly string[];
  /** Why the factor, or one value of it, says nothing on this part. */
  readonly idle?: (chip: Chip) => { readonly values?: readonly string[]; readonly why: string } | undefined;
}

/** Parts with an oscillator for USB that CRS trims (RCC chapters of RM0490, RM0444, RM0091, RM0367). */
const USB_CLOCK = ['STM32C071RB', 'STM32G0B1RE', 'STM32F042K6', 'STM32F091RC', 'STM32L073RZ'];

const withoutVtor = (chip: Chip) => (chip.core.hasVtor ? undefined : { why: 'a Cortex-M0 has no VTOR' });

const withoutUsb = (chip: Chip) =>
  chip.rom.usb === undefined ? { why: 'the ROM of the part is not on USB' } : undefined;

/** What is known of the settings; one that is not listed here takes part with all its values. */
const known: Readonly<Record<string, About>> = {
  'start.vtor': { about: 'vector table that the application sets at its start', sound: [] },
  'start.clock': { about: "the application's clock at its start", sound: ['fast'] },
  'start.rcc': { about: 'clock tree put back before the application sets its clock', sound: ['reset'] },
  'start.primask': { about: 'interrupts enabled at the start of the application', sound: ['clear'] },
  'start.iwdg': { about: 'independent watchdog of the application', sound: ['on'] },
  'jump.via': { about: 'jump at once, or flag in RAM and reset', sound: ['reset'] },
  'jump.clock': { about: 'system clock before the jump', sound: ['reset', 'fast'] },
  'jump.thread': {
    about: 'stack and privilege of the thread that jumps',
    sound: ['psp'],
    idle: (chip) =>
      chip.core.name === 'Cortex-M0'
        ? { values: ['psp-unprivileged'], why: 'a Cortex-M0 has no unprivileged mode' }
        : undefined,
  },
  'jump.peripherals': { about: 'peripherals reset before the jump' },
  'jump.rcc': { about: 'clock tree put back before the jump' },
  'jump.primask': { about: 'interrupt mask' },
  'jump.systick': { about: 'SysTick' },
  'jump.nvic': { about: 'enabled and pending interrupts' },
  'jump.syscfg_clock': { about: 'clock of SYSCFG while memory is mapped' },
  'jump.mem_mode': { about: 'memory mapped at 0' },
  'jump.vtor': { about: 'vector table base', sound: ['rom'], idle: withoutVtor },
  'jump.control': { about: 'CONTROL' },
  'jump.msp': { about: 'main stack pointer' },
  'jump.barriers': { about: 'barriers' },
  'jump.table': { about: "where the ROM's vector table is read", sound: ['zero'] },
  'jump.target': { about: 'address that is branched to' },
  'jump.flash': { about: 'FLASH left unlocked or in programming mode' },
  'jump.flash_error': { about: 'error flag left in FLASH_SR' },
  'jump.dma': { about: "DMA that writes into the ROM's RAM" },
  'jump.watchdog': { about: 'watchdog started before the jump' },
  'jump.mpu': {
    about: 'memory protection unit',
    idle: (chip) => (chip.core.name === 'Cortex-M0' ? { why: 'a Cortex-M0 has no MPU' } : undefined),
  },
  'jump.clock_leftover': {
    about: 'what is left of the clock tree',
    idle: (chip) =>
      USB_CLOCK.includes(chip.name) ? undefined : { values: ['usb48'], why: 'the part has no oscillator for USB' },
  },
  'jump.pending': { about: 'interrupt pending at the branch' },
  'start.usb': { about: 'the application on USB', sound: ['runtime'], idle: withoutUsb },
  'jump.usb': { about: 'the application leaves USB before the jump', idle: withoutUsb },
};

/** Rules that documents state of single values. They are shown beside what was found, and take no part in finding it. */
const sources: Readonly<Record<string, string>> = {
  'jump.target=vector-even': 'a branch to an even address clears EPSR.T, which faults (Armv6-M A4.1.1, Armv7-M A4.1.1)',
  'jump.target=table': "the table's address is even, and holds no code (Armv6-M A4.1.1, Armv7-M A4.1.1)",
  'jump.target=table-thumb': "the table's words are data: its first is the initial MSP (Armv6-M B1.5.3)",
  'jump.thread=psp-unprivileged': 'an unprivileged thread cannot write CONTROL or MSP (Armv6-M B1.4.4)',
  'jump.mem_mode=keep': 'dual-bank parts: map system memory at 0 first (AN2606 4.1)',
  'jump.mem_mode=main': 'dual-bank parts: map system memory at 0 first (AN2606 4.1)',
  'jump.mem_mode=sram': 'dual-bank parts: map system memory at 0 first (AN2606 4.1)',
  'jump.syscfg_clock=off':
    'a peripheral without its clock ignores writes (reference manual, RCC: peripheral clock enable)',
  'jump.primask=disabled': 'nothing enables interrupts again but software; AN2606 4.1 wants them enabled at the jump',
  'start.vtor=unset': 'GO does not set VTOR (AN3155): the vectors of the ROM stay in force',
  'start.clock=fast': 'the PLL cannot be set up anew while it drives SYSCLK (reference manual, RCC: PLL configuration)',
};

/** The rule that explains a value, where a document states one. */
export function sourceOf({ factor, value }: FactorValue): string | undefined {
  return sources[`${factor}=${value}`];
}

/**
 * Settings that no sweep takes up unless they are asked for: `start.clock_error` only changes how a refused clock shows, without its tick
 * the application does not look at its mailbox, and USB says nothing where nobody is on the cable.
 */
const ONLY_IF_ASKED = ['start.clock_error', 'start.systick', 'start.usb', 'jump.usb'];

/** What a part leaves out, with the reason. */
export interface LeftOut {
  readonly factor: string;
  /** All of them if absent. */
  readonly values?: readonly string[];
  readonly why: string;
}

export interface Catalogue {
  readonly factors: readonly Factor[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * The factors of a sweep.
 * @param asked `name` or `name=value,value`; all factors if absent. The good value always takes part: it is what the others are compared to.
 * @throws HilError 660 for a name or value that the application under test does not have
 */
export function factorsFor(chip: Chip, asked?: readonly string[]): Catalogue {
  const wanted = asked?.map(parse) ?? defaults();
  const factors: Factor[] = [];
  const leftOut: LeftOut[] = [];
  for (const { factor, values } of wanted) {
    const info = known[factor] ?? { about: factor };
    const idle = info.idle?.(chip);
    if (idle !== undefined) leftOut.push({ factor, ...idle });
    if (idle !== undefined && idle.values === undefined) continue;
    const left = values.filter((value) => idle?.values?.includes(value) !== true);
    if (left.length > 1) factors.push({ factor, values: left, about: info.about, sound: info.sound ?? [] });
  }
  return { factors, leftOut };
}

function defaults(): readonly Levels[] {
  return handoverSettings
    .filter(([factor]) => !ONLY_IF_ASKED.includes(factor))
    .map(([factor, ...values]) => ({ factor, values }));
}

function parse(text: string): Levels {
  const [name = '', list] = text.split('=', 2);
  const row = handoverSettings.find(([factor]) => factor === name);
  if (row === undefined) {
    throw unknown(
      `no setting '${name}'`,
      handoverSettings.map(([factor]) => factor),
    );
  }
  const [factor, ...values] = row;
  if (list === undefined) return { factor, values };
  const chosen = list.split(',');
  for (const value of chosen) {
    if (!values.includes(value)) throw unknown(`no value '${value}' of '${factor}'`, values);
  }
  return { factor, values: values.filter((value, i) => i === 0 || chosen.includes(value)) };
}

function unknown(what: string, there: readonly string[]): HilError {
  return new HilError(660, `the application under test has ${what}; it has ${there.join(', ')}`, {
    blame: 'test',
    context: { there },
  });
}
