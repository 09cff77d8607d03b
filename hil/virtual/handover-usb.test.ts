import { describe, expect, test } from '@jest/globals';
import { chipNamed, chips } from '../chip/lookup.ts';
import { type Application, runningApplication } from './handover-line.ts';
import { peek } from './rom-line.ts';
import { type DfuHost, dfuHost, enumerated, runWhile, SET_CONFIGURATION_1 } from './rom-usb-host.ts';

/** The application on USB: docs/handover.md, USB. */

const parts = chips.filter((chip) => chip.rom.usb !== undefined).map((chip) => chip.name);
/** The slowest: the L476, which waits for its LSE. */
const CONNECT_MS = 2500;
const ROM_MS = 3500;
const GETSTATUS = [0xa1, 3, 0, 0, 0, 0, 6, 0];
const GETSTATE = [0xa1, 5, 0, 0, 0, 0, 1, 0];
const DETACH = [0x21, 0, 0xe8, 0x03, 0, 0, 0, 0];

function onUsb(part: string, settings: Record<string, string>): { application: Application; host: DfuHost } {
  const application = runningApplication(settings, { part });
  const host = dfuHost(application.board);
  if (!enumerated(application.board, host, CONNECT_MS))
    throw new Error(`the application on the ${part} did not enumerate`);
  host.control(SET_CONFIGURATION_1);
  return { application, host };
}

const vendorProduct = (host: DfuHost): string => {
  const { vendorId = 0, productId = 0 } = host.controller.device?.device ?? {};
  return `${vendorId.toString(16)}:${productId.toString(16)}`;
};

describe.each(parts.map((part) => [part]))('on the %s', (part) => {
  test('nothing is on the bus unless asked', () => {
    const { board } = runningApplication({}, { part });
    const host = dfuHost(board);
    expect(runWhile(board, () => !host.controller.attached, 100)).toBe(false);
  });

  test('the run-time interface detaches by itself, and the ROM comes on the same cable', () => {
    const { application, host } = onUsb(part, { 'start.usb': 'runtime' });
    const { board } = application;
    expect(vendorProduct(host)).toBe('1209:1');
    expect(host.descriptor(2, 0)).toEqual(
      expect.arrayContaining([9, 4, 0, 0, 0, 0xfe, 1, 1, 4, 9, 0x21, 0x0b, 0xff, 0, 0, 4, 0x10, 1]),
    );
    expect(host.text(4)).toBe('DFU runtime');
    expect(host.control(GETSTATUS)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(host.dnload(2, [1, 2])).toBe('stall');
    expect(host.control(GETSTATE)).toEqual([0]);
    expect(application.ask('ping')).toBe('pong');

    expect(host.control(DETACH)).toEqual([]);
    const detachedNs = board.schedule.now();
    expect(runWhile(board, () => host.controller.attached, 20)).toBe(true);
    expect(runWhile(board, () => !host.controller.attached, ROM_MS)).toBe(true);
    expect((board.schedule.now() - detachedNs) / 1e6).toBeGreaterThan(10);
    expect(enumerated(board, host, ROM_MS)).toBe(true);
    // These ROMs repeat the decision of the boot, and go back to the program.
    const goesBack = ['STM32F042K6', 'STM32L073RZ'].includes(part);
    expect(vendorProduct(host)).toBe(goesBack ? '1209:1' : '483:df11');
  });

  test('the serial number is the unique id', () => {
    const { application, host } = onUsb(part, { 'start.usb': 'runtime' });
    const { base, words = [0, 4, 8] } = chipNamed(part).identity.uniqueId;
    const digits = words.map((offset) =>
      peek(application.board, base + offset)
        .toString(16)
        .padStart(8, '0'),
    );
    expect(host.text(3)).toBe(digits.join('').toUpperCase());
  });
});

describe('settings on the G0B1', () => {
  const part = 'STM32G0B1RE';

  test('dfu-mode looks like a ROM, by name and numbers, and takes nothing', () => {
    const { host } = onUsb(part, { 'start.usb': 'dfu-mode' });
    expect([vendorProduct(host), host.text(2)]).toEqual(['483:df11', 'DFU in FS Mode']);
    expect(host.text(4)).toMatch(/^@Internal Flash .*Ka,/);
    expect(host.getStatus()).toEqual({ status: 0, pollMs: 0, state: 2 });
    expect(host.dnload(0, [0x21, 0, 0, 0, 8])).toBe('stall');
    expect(host.getStatus()).toEqual({ status: 15, pollMs: 0, state: 10 });
    expect(host.clearStatus()).toEqual([]);
    expect(host.control(DETACH)).toBe('stall');
  });

  test("the console's jump leaves the bus, too", () => {
    const { application, host } = onUsb(part, { 'start.usb': 'runtime' });
    application.ask('jump');
    expect(runWhile(application.board, () => host.controller.attached, 5)).toBe(true);
  });

  test('with interrupts masked the bus is served by the main loop', () => {
    const { application, host } = onUsb(part, { 'start.usb': 'runtime' });
    application.board.swd.write(0xe000_edf0, 0xa05f_0003, 4);
    application.line.runMs(0.1);
    application.board.swd.write(0xe000_edf8, 1, 4);
    application.board.swd.write(0xe000_edf4, (1 << 16) | 20, 4);
    application.board.swd.write(0xe000_edf0, 0xa05f_0000, 4);
    expect(host.control(GETSTATUS)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('D+ left up at the jump (jump.usb leave, peripherals kept)', () => {
  const stillUp = { 'start.usb': 'runtime', 'jump.usb': 'leave', 'jump.peripherals': 'keep', 'jump.rcc': 'keep' };

  test('into the ROM of the G0B1: the host sees no change, and a device that answers no more', () => {
    const { application, host } = onUsb('STM32G0B1RE', stillUp);
    application.line.send(...new TextEncoder().encode('jump\r'));
    expect(runWhile(application.board, () => host.controller.attached, 500)).toBe(false);
    expect(vendorProduct(host)).toBe('1209:1');
    expect(typeof host.control(GETSTATUS)).toBe('string');
  });

  test('into the ROM of the C071, which resets USB: the host finds the ROM', () => {
    const { application, host } = onUsb('STM32C071RB', stillUp);
    application.line.send(...new TextEncoder().encode('jump\r'));
    runWhile(application.board, () => vendorProduct(host) !== '483:df11', 1000);
    expect(vendorProduct(host)).toBe('483:df11');
  });
});
