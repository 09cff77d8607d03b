import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import {
  type Application,
  fieldsOf,
  PC,
  PRIMASK_AND_CONTROL,
  poweredApplication,
  runningApplication,
  xPSR,
} from './handover-line.ts';
import { boards } from './part/boards.ts';
import { ACK, addressBytes, coreRegister, type HostLine, hostLine, peek } from './rom-line.ts';

/** The application on every part that a virtual board carries: what differs between families. The rest is tested on the G070. */

/** HCLK and the record after power-on, by the reference manuals (register maps): C0 RM0490, F0 RM0091, F4 RM0383, G0 RM0444, L0 RM0367, L4 RM0351. */
interface Expected {
  /** Of `start.clock reset`: that after a reset, on L0 HSI16. */
  readonly resetHz: number;
  readonly fastHz: number;
  /** RCC_CFGR.SWS at full speed. */
  readonly fastSws: readonly [shift: number, mask: number, value: number];
  /** FLASH_ACR.LATENCY at full speed. */
  readonly fastLatency: number;
  /** Field → value, or mask and value. */
  readonly record: Readonly<Record<string, number | readonly [mask: number, value: number]>>;
  /** The flag in `csr` that tells a power-on. */
  readonly powerFlag: number;
}

const SFTRSTF = 1 << 28;
/** FLASH_ACR: G0x1 only. */
const DBG_SWEN = 1 << 18;
const CALIBRATION_OFF = 0xff00_00ff;

const families: Readonly<Record<string, Expected>> = {
  C0: {
    resetHz: 12_000_000,
    fastHz: 48_000_000,
    fastSws: [3, 7, 0],
    fastLatency: 1,
    record: {
      rcc_cr: 0x1540,
      rcc_cfgr: 0,
      rcc_icscr: [0x7f00, 0x4000],
      ahbenr: 0x100,
      apbenr1: 0,
      apbenr2: 0,
      flash_acr: 0x0004_0600,
      flash_cr: 0xc000_0000,
      syscfg_cfgr1: 0,
    },
    powerFlag: 1 << 27,
  },
  F0: {
    resetHz: 8_000_000,
    fastHz: 48_000_000,
    fastSws: [2, 3, 2],
    fastLatency: 1,
    record: {
      rcc_cr: [CALIBRATION_OFF, 0x83],
      rcc_cfgr: 0,
      rcc_cfgr2: 0,
      ahbenr: 0x14,
      apb1enr: 0,
      apb2enr: 0,
      flash_acr: 0x30,
      flash_cr: 0x80,
      syscfg_cfgr1: [3, 0],
    },
    powerFlag: 1 << 27,
  },
  F4: {
    resetHz: 16_000_000,
    fastHz: 100_000_000,
    fastSws: [2, 3, 2],
    fastLatency: 3,
    record: {
      rcc_cr: [CALIBRATION_OFF, 0x83],
      rcc_cfgr: 0,
      rcc_pllcfgr: 0x2400_3010,
      ahb1enr: 0,
      apb1enr: 0,
      apb2enr: 0,
      flash_acr: 0,
      flash_cr: 0x8000_0000,
      syscfg_memrmp: [3, 0],
    },
    powerFlag: 1 << 27,
  },
  G0: {
    resetHz: 16_000_000,
    fastHz: 64_000_000,
    fastSws: [3, 7, 2],
    fastLatency: 2,
    record: {
      rcc_cr: 0x500,
      rcc_cfgr: 0,
      rcc_pllcfgr: 0x1000,
      rcc_icscr: [0x7f00, 0x4000],
      ahbenr: 0x100,
      apbenr1: 0,
      apbenr2: 0,
      flash_acr: [~DBG_SWEN >>> 0, 0x600],
      flash_cr: 0xc000_0000,
      syscfg_cfgr1: 0,
    },
    powerFlag: 1 << 27,
  },
  L0: {
    resetHz: 16_000_000,
    fastHz: 32_000_000,
    fastSws: [2, 3, 3],
    fastLatency: 1,
    record: {
      rcc_cr: [0x033f_0fff, 0x300],
      rcc_cfgr: 0,
      rcc_icscr: [0xff00, 0xb000],
      ahbenr: 0x100,
      apb1enr: 0,
      apb2enr: 0,
      flash_acr: 0,
      flash_sr: [~0xc >>> 0, 0], // READY, ENDHV
      flash_pecr: 0x7,
      syscfg_cfgr1: [3, 0],
    },
    powerFlag: 1 << 27,
  },
  L4: {
    resetHz: 4_000_000,
    fastHz: 80_000_000,
    fastSws: [2, 3, 3],
    fastLatency: 4,
    record: {
      rcc_cr: 0x63,
      rcc_cfgr: 0,
      rcc_pllcfgr: 0x1000,
      rcc_icscr: [0x1f00_0000, 0x1000_0000],
      ahb1enr: 0x100,
      ahb2enr: 0,
      apb1enr1: 0,
      apb2enr: 0,
      flash_acr: 0x600,
      flash_cr: 0xc000_0000,
      syscfg_memrmp: [7, 0],
    },
    powerFlag: 1 << 27,
  },
};

const AFTER_RESET = { control: 0, primask: 0, ipsr: 0, flash_sr: 0, systick_ctrl: 0, nvic_iser: 0, nvic_ispr: 0 };

/** ROMs that look at the flash again when software jumps into them, and go back to what they find there (AN2606 r70 16.1, 63.1; 4.1). */
const RETURNS = ['STM32F042K6', 'STM32L011K4', 'STM32L073RZ'];

const carried = Object.values(boards).map(({ part }) => part.chip.name);

function romLine(application: Application): HostLine {
  const wire = application.board.uarts.find(({ role }) => role !== 'vcp');
  if (wire === undefined) throw new Error('no wire reaches the ROM');
  return hostLine(application.board, wire.name);
}

/** The way into the ROM that the part has: the jump, or BOOT0 and a reset. Synchronised. */
function inRom(application: Application, part: string): HostLine {
  if (RETURNS.includes(part)) {
    application.board.setBoot0(1);
    application.ask('reset');
  } else application.ask('jump');
  const rom = romLine(application);
  // the LSE, for which some ROMs wait, is as slow to start as no LSE at all
  const { startupMs, startupWithoutLseMs } = chipNamed(part).rom;
  rom.runMs((startupWithoutLseMs ?? startupMs) + 3);
  expect(rom.exchange([0x7f], 1, 100)).toEqual([ACK]);
  return rom;
}

const pick = (fields: Record<string, string>, expected: Expected['record']): Record<string, number> =>
  Object.fromEntries(
    Object.entries(expected).map(([name, rule]) => [
      name,
      (Number(fields[name]) & (typeof rule === 'number' ? 0xffff_ffff : rule[0])) >>> 0,
    ]),
  );
const valuesOf = (expected: Expected['record']): Record<string, number> =>
  Object.fromEntries(Object.entries(expected).map(([name, rule]) => [name, typeof rule === 'number' ? rule : rule[1]]));

describe.each(carried)('%s', (part) => {
  const chip = chipNamed(part);
  const family = families[chip.family] as Expected;

  test('tells its power-on: reset flag, reset state, first start', () => {
    const fields = poweredApplication({ part }).banner();
    const record = { ...AFTER_RESET, ...family.record };
    expect(pick(fields, record)).toEqual(valuesOf(record));
    expect(Number(fields.csr) & family.powerFlag).toBe(family.powerFlag);
    expect(fields).toMatchObject({ n: '1', fresh: '1', faults: '0', tick: 'on', hclk: String(family.resetHz) });
    expect(fields.vtor).toBe(chip.core.hasVtor ? '0x00000000' : undefined);
  });

  test('tells a software reset by its flag alone and keeps what it was told', () => {
    const application = runningApplication({ 'jump.target': 'table-thumb', 'start.clock': 'fast' }, { part });
    application.ask('reset');
    const fields = application.banner();
    expect(Number(fields.csr) & (SFTRSTF | family.powerFlag)).toBe(SFTRSTF);
    const record = { ...AFTER_RESET, ...family.record };
    expect(pick(fields, record)).toEqual(valuesOf(record));
    expect(fields).toMatchObject({ n: '3', fresh: '0' });
    expect(application.ask('get jump.target')).toBe('ok jump.target=table-thumb');
  });

  test.each(['reset', 'fast'])('start.clock %s: the clock it says, with a tick of 1 kHz', (clock) => {
    const application = runningApplication({ 'start.clock': clock }, { part });
    const state = (): Record<string, string> => fieldsOf(application.ask('state'));
    const before = state();
    const from = application.board.schedule.now();
    application.line.runMs(100);
    const after = state();
    const passedMs = (application.board.schedule.now() - from) / 1e6;
    expect(Math.abs(Number(after.ticks) - Number(before.ticks) - passedMs)).toBeLessThan(2);
    if (clock === 'reset') {
      expect(before.hclk).toBe(String(family.resetHz));
      return;
    }
    const [shift, mask, value] = family.fastSws;
    expect(before.hclk).toBe(String(family.fastHz));
    expect((Number(before.rcc_cfgr) >> shift) & mask).toBe(value);
    expect(Number(before.flash_acr) & 7).toBe(family.fastLatency);
  });

  test('loses nothing to the ROM: by the pin or by a jump, and by GO to the reset vtable', () => {
    const application = runningApplication({ 'jump.nvic': 'keep' }, { part });
    const rom = inRom(application, part);
    application.board.setBoot0(0);
    expect(rom.exchange([0x21, 0xde], 1)).toEqual([ACK]);
    expect(rom.exchange(addressBytes(0x0800_0200), 1)).toEqual([ACK]);
    application.line.received.splice(0); // the console may be on the same wire, and its banner waits for the first tick
    const fields = application.banner(200);
    expect(fields).toMatchObject({ fresh: '0', tick: 'on' });
    expect(Number(fields.n)).toBe(2);
    expect(Number(fields.csr) & SFTRSTF).toBe(SFTRSTF);
    expect(application.ask('get jump.nvic')).toBe('ok jump.nvic=keep');
  });

  test('runs after GO to its own table when it sets its vectors and its clock, and no reset flag says so', () => {
    const application = runningApplication({ 'start.rcc': 'reset', 'start.clock': 'fast' }, { part });
    const rom = inRom(application, part);
    application.board.setBoot0(0);
    expect(rom.exchange([0x21, 0xde], 1)).toEqual([ACK]);
    expect(rom.exchange(addressBytes(0x0800_0000), 1)).toEqual([ACK]);
    application.line.received.splice(0);
    const fields = application.banner(200);
    expect(fields).toMatchObject({ fresh: '0', tick: 'on', n: '3', hclk: String(family.fastHz) });
    // BOOT0 took a reset, of which the application has not yet heard
    expect(Number(fields.csr) & SFTRSTF).toBe(RETURNS.includes(part) ? SFTRSTF : 0);
    expect(application.ask('ping')).toBe('pong');
  });

  if (RETURNS.includes(part)) {
    test('jumps as the guide says and is thrown back by the ROM, which finds an application: a start without a reset', () => {
      const application = runningApplication({}, { part });
      application.ask('jump');
      const fields = application.banner(200);
      expect(fields).toMatchObject({ n: '2', fresh: '0' });
      expect(Number(fields.csr) & 0xfe00_0000).toBe(0);
    });
    return;
  }

  test.each(['reset', 'fast'])(
    'jumps as the guide says from start.clock %s: the ROM answers, in thread mode on its own stack',
    (clock) => {
      const application = runningApplication({ 'start.clock': clock }, { part });
      inRom(application, part);
      const pc = coreRegister(application.board, PC);
      expect(pc).toBeGreaterThanOrEqual(chip.systemMemory.base);
      expect(pc).toBeLessThan(chip.systemMemory.base + chip.systemMemory.size);
      expect(coreRegister(application.board, xPSR) & 0x1ff).toBe(0);
      expect(coreRegister(application.board, PRIMASK_AND_CONTROL) & 0xff00_0001).toBe(0);
      const irq = chip.core.interrupts[chip.board.console.usart] ?? 0;
      expect((peek(application.board, 0xe000_e100 + 4 * (irq >> 5)) >> (irq & 31)) & 1).toBe(0);
      if (chip.core.hasVtor) expect(peek(application.board, 0xe000_ed08)).toBe(chip.systemMemory.base);
    },
  );
});
