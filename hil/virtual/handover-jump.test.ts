import { describe, expect, test } from '@jest/globals';
import {
  type Application,
  applicationOn,
  MSP,
  PC,
  PRIMASK_AND_CONTROL,
  runningApplication,
  symbol,
  xPSR,
} from './handover-line.ts';
import { ACK, coreRegister, peek } from './rom-line.ts';

const VTOR = 0xe000_ed08;
const RCC_PLLCFGR = 0x4002_100c;

/** Jump, give the ROM its start-up time, and offer it the synchronisation byte. */
function jumpAndSynchronise(application: Application): number[] {
  expect(application.ask('jump')).toMatch(/^jumping via=/);
  application.line.format = { baud: 115_200, parity: 'even' };
  application.line.runMs(3);
  return application.line.exchange([0x7f], 1);
}

const ipsr = (application: Application): number => coreRegister(application.board, xPSR) & 0x3f;
const inSystemMemory = (application: Application): boolean => {
  const pc = coreRegister(application.board, PC);
  return pc >= 0x1fff_0000 && pc < 0x1fff_7000;
};

describe.each([0xb2, 0xb3, 0xb4])('the sequence of the guide into ROM %#x', (romId) => {
  test.each(['reset', 'fast'])(
    'from an application at %s: the ROM answers, in thread mode on its own stack',
    (clock) => {
      const application = runningApplication({ 'start.clock': clock }, { romId });
      expect(jumpAndSynchronise(application)).toEqual([ACK]);
      expect(inSystemMemory(application)).toBe(true);
      expect(ipsr(application)).toBe(0);
      expect(peek(application.board, VTOR)).toBe(0x1fff_0000);
      expect(coreRegister(application.board, PRIMASK_AND_CONTROL)).toBe(0);
      const msp = coreRegister(application.board, MSP);
      expect(msp).toBeGreaterThan(0x2000_0000);
      expect(msp).toBeLessThanOrEqual(0x2000_3000);
    },
  );
});

describe('steps that a ROM without interrupts does not miss', () => {
  test.each([
    ['jump.primask', 'disabled'],
    ['jump.primask', 'untouched'],
    ['jump.mem_mode', 'keep'],
    ['jump.vtor', 'keep'],
    ['jump.vtor', 'rom'],
    ['jump.msp', 'keep'],
    ['jump.barriers', 'off'],
    ['jump.nvic', 'keep'],
    ['jump.peripherals', 'keep'],
    ['jump.rcc', 'keep'],
    ['jump.thread', 'psp'],
    ['jump.table', 'zero'],
    ['jump.clock', 'fast'],
  ])('%s %s: it answers all the same', (name, value) => {
    const application = runningApplication({ [name]: value });
    expect(jumpAndSynchronise(application)).toEqual([ACK]);
    expect(inSystemMemory(application)).toBe(true);
  });
});

describe('what a step leaves behind when it is left out', () => {
  test('jump.primask disabled: the ROM runs with PRIMASK set', () => {
    const application = runningApplication({ 'jump.primask': 'disabled' });
    jumpAndSynchronise(application);
    expect(coreRegister(application.board, PRIMASK_AND_CONTROL) & 1).toBe(1);
  });

  test('jump.msp keep: the ROM runs on the stack of the application', () => {
    const application = runningApplication({ 'jump.msp': 'keep' });
    jumpAndSynchronise(application);
    expect(coreRegister(application.board, MSP)).toBeGreaterThan(0x2000_7000);
  });

  test('jump.thread psp with jump.control keep: the ROM runs on the process stack', () => {
    const application = runningApplication({ 'jump.thread': 'psp', 'jump.control': 'keep' });
    expect(jumpAndSynchronise(application)).toEqual([ACK]);
    expect(coreRegister(application.board, PRIMASK_AND_CONTROL) >>> 24).toBe(2);
  });

  test.each([
    [0xb2, 'keeps the 64 MHz of the application', 0x3002_0802],
    [0xb4, 'resets the clock tree and sets its own PLL', 0x7000_0c12],
  ])('jump.rcc keep from the PLL into ROM %#x, which %s', (romId, _, pllcfgr) => {
    const application = runningApplication({ 'jump.rcc': 'keep', 'jump.clock': 'fast' }, { romId });
    expect(jumpAndSynchronise(application)).toEqual([ACK]);
    expect(peek(application.board, RCC_PLLCFGR)).toBe(pllcfgr);
  });
});

describe('sequences that do not enter the ROM', () => {
  test.each(['table', 'vector-even'])(
    'jump.target %s: T = 0, so a HardFault, taken through the vectors that VTOR = 0 maps to the ROM',
    (target) => {
      const application = runningApplication({ 'jump.target': target });
      expect(jumpAndSynchronise(application)).toEqual([]);
      expect(ipsr(application)).toBe(3);
      expect(inSystemMemory(application)).toBe(true);
    },
  );

  test('jump.target table-thumb: the words of the vector table run as code, and nothing answers', () => {
    const application = runningApplication({ 'jump.target': 'table-thumb' });
    expect(jumpAndSynchronise(application)).toEqual([]);
  });

  test('jump.systick keep: the next tick is taken through the vectors of the ROM', () => {
    const application = runningApplication({ 'jump.systick': 'keep' });
    expect(jumpAndSynchronise(application)).toEqual([]);
    expect(ipsr(application)).toBe(15);
    expect(inSystemMemory(application)).toBe(true);
  });

  test('jump.thread psp-unprivileged: the system control space refuses, a HardFault of the application', () => {
    const application = runningApplication({ 'jump.thread': 'psp-unprivileged' });
    expect(jumpAndSynchronise(application)).toEqual([]);
    expect(ipsr(application)).toBe(3);
    expect(coreRegister(application.board, PC)).toBeLessThan(symbol('Error_Handler'));
    expect(coreRegister(application.board, PC)).toBeGreaterThanOrEqual(symbol('HardFault_Handler'));
  });

  test.each([
    ['the remap left out', { 'jump.mem_mode': 'keep' }],
    ['the remap lost, as SYSCFG has no clock', { 'jump.syscfg_clock': 'off' }],
    ['main flash mapped', { 'jump.mem_mode': 'main' }],
  ])('jump.table zero with %s: the application starts again, and no reset flag says so', (_, settings) => {
    const application = runningApplication({ 'jump.table': 'zero', ...settings });
    application.ask('jump');
    expect(application.banner()).toMatchObject({ n: '2', csr: '0x00000000' });
  });
});

describe('jump.via reset', () => {
  test('goes through a reset into the ROM; the pass is counted apart', () => {
    const application = runningApplication({ 'jump.via': 'reset' });
    expect(jumpAndSynchronise(application)).toEqual([ACK]);
    expect(inSystemMemory(application)).toBe(true);
    expect(peek(application.board, symbol('reset_record'))).toBe(0x1400_0000);

    application.board.setNrst(true);
    application.board.setNrst(false);
    expect(applicationOn(application.board).banner()).toMatchObject({ n: '2', diverted: '1' });
  });

  test('needs no clean-up from an application at 64 MHz with its tick running', () => {
    const nothing = {
      'jump.peripherals': 'keep',
      'jump.rcc': 'keep',
      'jump.systick': 'keep',
      'jump.nvic': 'keep',
    };
    const application = runningApplication({ 'jump.via': 'reset', 'start.clock': 'fast', ...nothing });
    expect(jumpAndSynchronise(application)).toEqual([ACK]);
  });

  test('a flag in RAM without its complement, or without a software reset, is not obeyed', () => {
    const application = runningApplication({ 'jump.via': 'reset' });
    const flag = symbol('diversion');
    application.board.swd.write(flag, 0x4d4f_5242, 4);
    application.ask('reset');
    expect(application.banner()).toMatchObject({ n: '2', diverted: '0' });

    application.board.swd.write(flag, 0x4d4f_5242, 4);
    application.board.swd.write(flag + 4, ~0x4d4f_5242 >>> 0, 4);
    application.board.setNrst(true);
    application.board.setNrst(false);
    expect(application.banner()).toMatchObject({ n: '3', diverted: '0' });
  });
});
