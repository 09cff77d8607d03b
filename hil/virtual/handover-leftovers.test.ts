import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { type Application, PC, runningApplication, xPSR } from './handover-line.ts';
import { boards } from './part/boards.ts';
import { ACK, coreRegister, peek } from './rom-line.ts';

/**
 * What an application leaves behind, in the registers in which the ROM finds it. `jump.target vector-even` stops the jump before the ROM
 * can change anything: the branch is a HardFault.
 */

const PARTS = [...new Set(Object.values(boards).map(({ part }) => part.chip.name))];
const FAMILY = (part: string): string => part.slice(5, 7);
const has48MHz = (part: string): boolean => /C071|G0B1|F042|F091|L073/.test(part);
const hasMpu = (part: string): boolean => FAMILY(part) !== 'F0';

const stopped = { 'jump.target': 'vector-even', 'jump.peripherals': 'keep', 'jump.rcc': 'keep' };

/** Jumps and stops in front of the ROM with what was left behind; the console is silent by then. */
function leftBehind(part: string, settings: Record<string, string>): (address: number) => number {
  const application = runningApplication({ ...stopped, ...settings }, { part });
  application.ask('jump');
  application.line.runMs(2);
  expect(coreRegister(application.board, xPSR) & 0x3f).toBe(3);
  return (address) => peek(application.board, address);
}

/** CR (PECR on L0): LOCK, option lock, PG, as masks that are 1 when locked; and SR with its flag. */
const FLASH: Readonly<
  Record<
    string,
    {
      cr: number;
      lock: number;
      pg: number;
      options: readonly [address: number, mask: number, open: number];
      sr: number;
      error: number;
    }
  >
> = (() => {
  const doubleWord = {
    cr: 0x4002_2014,
    lock: 2 ** 31,
    pg: 1,
    options: [0x4002_2014, 1 << 30, 0],
    sr: 0x4002_2010,
    error: 1 << 6,
  } as const;
  return {
    C0: doubleWord,
    G0: doubleWord,
    L4: doubleWord,
    F0: {
      cr: 0x4002_2010,
      lock: 1 << 7,
      pg: 1,
      options: [0x4002_2010, 1 << 9, 1 << 9],
      sr: 0x4002_200c,
      error: 1 << 2,
    },
    F4: { cr: 0x4002_3c10, lock: 2 ** 31, pg: 1, options: [0x4002_3c14, 1, 0], sr: 0x4002_3c0c, error: 1 << 6 },
    L0: { cr: 0x4002_2004, lock: 1, pg: 1 << 3, options: [0x4002_2004, 1 << 2, 0], sr: 0x4002_2018, error: 1 << 10 },
  };
})();

describe.each(PARTS)('%s leaves behind', (part) => {
  const flash = FLASH[FAMILY(part)]!;

  test.each([
    ['locked', { unlocked: false, options: false, pg: false }],
    ['unlocked', { unlocked: true, options: false, pg: false }],
    ['option-unlocked', { unlocked: true, options: true, pg: false }],
    ['pg', { unlocked: true, options: false, pg: true }],
  ])('FLASH %s', (value, expected) => {
    const read = leftBehind(part, { 'jump.flash': value });
    const [address, mask, open] = flash.options;
    expect({
      unlocked: (read(flash.cr) & flash.lock) === 0,
      options: (read(address) & mask) === open,
      pg: (read(flash.cr) & flash.pg) !== 0,
    }).toEqual(expected);
    expect(read(flash.sr) & flash.error).toBe(0);
  });

  test('the flag of a refused store, and nothing programmed', () => {
    const read = leftBehind(part, { 'jump.flash_error': 'set' });
    expect(read(flash.sr) & flash.error).toBe(flash.error);
    expect(read(flash.cr) & flash.lock).not.toBe(0);
    const { base, pages } = chipNamed(part).flash;
    const size = pages.reduce((sum, { count, size }) => sum + count * size, 0);
    const erased = FAMILY(part) === 'L0' ? 0 : 0xffff_ffff;
    expect([read(base + size - 8), read(base + size - 4)]).toEqual([erased, erased]);
  });

  test("a DMA that goes on writing over the ROM's RAM", () => {
    const application = runningApplication({ ...stopped, 'jump.dma': 'rom-ram' }, { part });
    application.ask('jump');
    application.line.runMs(2);
    application.board.swd.write(0x2000_0000, 0xa5a5_a5a5, 4);
    application.line.runMs(200);
    expect(peek(application.board, 0x2000_0000)).not.toBe(0xa5a5_a5a5);
  });

  test('an MPU that lets nobody execute RAM, where the core has one', () => {
    const read = leftBehind(part, { 'jump.mpu': 'ram-no-execute' });
    expect(read(0xe000_ed94) & 1).toBe(hasMpu(part) ? 1 : 0);
    if (hasMpu(part)) expect((read(0xe000_eda0) & ((1 << 28) | 1)) >>> 0).toBe((1 << 28) | 1);
  });

  test.each(['iwdg', 'wwdg'])('%s, which resets it', (watchdog) => {
    const application = runningApplication({ ...stopped, 'jump.watchdog': watchdog }, { part });
    application.ask('jump');
    const { csr } = application.banner(1500);
    expect(Number(csr) & (watchdog === 'iwdg' ? 1 << 29 : 1 << 30)).not.toBe(0);
  });

  if (has48MHz(part))
    test('the USB oscillator with its trimming', () => {
      const read = leftBehind(part, { 'jump.clock_leftover': 'usb48' });
      expect(read(0x4000_6c00) & 0x60).toBe(0x60);
    });
});

describe('left behind before a jump by a reset', () => {
  test('is gone: the ROM answers and finds FLASH as the reset leaves it', () => {
    const application = runningApplication({
      'jump.via': 'reset',
      'jump.flash': 'pg',
      'jump.flash_error': 'set',
      'jump.dma': 'rom-ram',
      'jump.watchdog': 'wwdg',
      'jump.mpu': 'ram-no-execute',
      'jump.pending': 'irq',
      'jump.primask': 'untouched',
      'jump.peripherals': 'keep',
      'jump.rcc': 'keep',
    });
    expect(synchronised(application)).toEqual([ACK]);
    expect([peek(application.board, 0x4002_2014), peek(application.board, 0xe000_ed94)]).toEqual([0xc000_0000, 0]);
  });
});

describe('an interrupt that is pending at the branch', () => {
  test.each([
    ['systick', 15],
    ['irq', 16 + 28],
  ])('%s is taken through the vectors of the ROM, which spins there', (pending, exception) => {
    const application = runningApplication({ 'jump.pending': pending });
    expect(synchronised(application)).toEqual([]);
    expect(coreRegister(application.board, xPSR) & 0x3f).toBe(exception);
    expect(coreRegister(application.board, PC)).toBeGreaterThanOrEqual(0x1fff_0000);
  });
  test('waits for ever when interrupts stay disabled, and the ROM, which polls, answers', () => {
    const application = runningApplication({ 'jump.pending': 'irq', 'jump.primask': 'disabled' });
    expect(synchronised(application)).toEqual([ACK]);
  });
});

function synchronised(application: Application): number[] {
  application.ask('jump');
  application.line.format = { baud: 115_200, parity: 'even' };
  application.line.runMs(3);
  return application.line.exchange([0x7f], 1);
}
