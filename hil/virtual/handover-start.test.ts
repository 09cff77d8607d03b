import { describe, expect, test } from '@jest/globals';
import {
  applicationOn,
  PC,
  PRIMASK_AND_CONTROL,
  poweredApplication,
  runningApplication,
  symbol,
} from './handover-line.ts';
import { coreRegister, peek } from './rom-line.ts';

const PINRSTF = 1 << 26;
const PWRRSTF = 1 << 27;
const SFTRSTF = 1 << 28;

const RESET_STATE = {
  vtor: '0x00000000',
  msp: '0x20007c00',
  control: '0x00000000',
  primask: '0x00000000',
  ipsr: '0x00000000',
  rcc_cr: '0x00000500',
  rcc_cfgr: '0x00000000',
  rcc_pllcfgr: '0x00001000',
  iopenr: '0x00000000',
  apbenr1: '0x00000000',
  apbenr2: '0x00000000',
  flash_sr: '0x00000000',
  flash_cr: '0xc0000000',
  syscfg_cfgr1: '0x00000000',
  systick_ctrl: '0x00000000',
  nvic_iser: '0x00000000',
  nvic_ispr: '0x00000000',
};

describe('the banner', () => {
  test('of a power-on tells the reset state of the chip and starts the count', () => {
    const fields = poweredApplication().banner();
    expect(fields).toMatchObject({ ...RESET_STATE, n: '1', diverted: '0', fresh: '1', faults: '0', tick: 'on' });
    expect(Number(fields.csr) & PWRRSTF).toBe(PWRRSTF);
  });

  test('of a software reset tells its flags alone, the reset state, and one start more', () => {
    const application = runningApplication({ 'start.clock': 'fast' });
    application.ask('reset');
    const fields = application.banner();
    expect(fields).toMatchObject({ ...RESET_STATE, n: '3', fresh: '0' });
    expect(Number(fields.csr) & (PWRRSTF | SFTRSTF)).toBe(SFTRSTF);
  });

  test('of a reset by the NRST pin tells PINRSTF and not SFTRSTF', () => {
    const application = runningApplication();
    application.board.setNrst(true);
    application.board.setNrst(false);
    expect(Number(application.banner().csr) & (PWRRSTF | SFTRSTF | PINRSTF)).toBe(PINRSTF);
  });
});

describe('random RAM at power-on', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('of seed %i: counters and settings are made anew', (seed) => {
    const application = poweredApplication({ seed });
    expect(application.banner()).toMatchObject({ n: '1', diverted: '0', fresh: '1', faults: '0' });
    expect(application.ask('get jump.target')).toBe('ok jump.target=vector');
  });

  test('power lost and back: what was retained does not count, even where RAM kept it', () => {
    const application = runningApplication({ 'jump.target': 'table' });
    const kept = Array.from({ length: 64 }, (_, i) => peek(application.board, 0x2000_7c00 + 4 * i));
    application.board.setPower(false);
    application.board.setPower(true);
    kept.forEach((word, i) => {
      application.board.swd.write(0x2000_7c00 + 4 * i, word, 4);
    });
    expect(application.banner()).toMatchObject({ n: '1', fresh: '1' });
    expect(application.ask('get jump.target')).toBe('ok jump.target=vector');
  });

  test('one flipped bit in what was retained makes it anew at the next reset', () => {
    const application = runningApplication({ 'jump.target': 'table' });
    const boots = symbol('retained') + 4;
    application.board.swd.write(boots, peek(application.board, boots) ^ 0x100, 4);
    application.ask('reset');
    expect(application.banner()).toMatchObject({ n: '1', fresh: '1' });
  });
});

describe('start.clock', () => {
  test('start.clock fast runs at 64 MHz from HSI16 * 8 / 2 with two wait states', () => {
    const { board, ask } = runningApplication({ 'start.clock': 'fast' });
    expect(ask('state')).toMatch(/ rcc_cfgr=0x00000012 rcc_pllcfgr=0x30020802 .* hclk=64000000$/);
    expect(peek(board, 0x4002_2000) & 7).toBe(2);
  });

  test('start.systick off starts without a tick', () => {
    const application = runningApplication({ 'start.systick': 'off' });
    expect(application.ask('record')).toMatch(/ tick=off /);
    expect(application.ask('state')).toMatch(/ systick_ctrl=0x00000000 .* ticks=0 /);
  });
});

test('start.iwdg on: refreshed while the main loop runs, a reset with IWDGRSTF when it stops', () => {
  const application = runningApplication({ 'start.iwdg': 'on' });
  expect(application.heard(9_000)).toBe('');
  // Error_Handler stands for any loop that does not refresh
  const { board } = application;
  board.swd.write(0xe000_edf0, 0xa05f_0003, 4);
  board.runUntil(board.schedule.now() + 10_000);
  board.swd.write(0xe000_edf8, symbol('Error_Handler'), 4);
  board.swd.write(0xe000_edf4, 0x1_0000 | PC, 4);
  board.swd.write(0xe000_edf0, 0xa05f_0000, 4);
  const fields = application.banner(9_000);
  expect(Number(fields.csr) & (1 << 29)).toBe(1 << 29);
});

describe('a HardFault', () => {
  test('is recorded with its PC, counted, and ends in HardFault_Handler', () => {
    const application = runningApplication({ 'jump.target': 'table', 'jump.vtor': 'keep' });
    application.ask('jump');
    application.line.runMs(2);
    const pc = coreRegister(application.board, PC);
    expect(pc).toBeGreaterThanOrEqual(symbol('HardFault_Handler'));
    expect(pc).toBeLessThan(symbol('Error_Handler'));

    application.board.setNrst(true);
    application.board.setNrst(false);
    expect(application.banner().faults).toBe('1');
    // T = 0: the branch to the even address of the table
    expect(application.ask('fault')).toMatch(/^fault count=1 pc=0x1fff0000 xpsr=0x[0-9a-f]0000000 lr=/);
  });
});

describe('the mailbox for the probe', () => {
  const MAGIC = 0x4f44_4e48;
  const request = (
    application: ReturnType<typeof poweredApplication>,
    command: number,
    bytes: Record<number, number>,
  ) => {
    const base = symbol('handover_request');
    const { swd } = application.board;
    for (let i = 0; i < 32; i++) swd.write(base + 12 + i, bytes[i] ?? 0xff, 1);
    swd.write(base + 44, 0, 4);
    swd.write(base + 8, command, 4);
    swd.write(base + 4, ~MAGIC >>> 0, 4);
    swd.write(base, MAGIC, 4);
  };
  const result = (application: ReturnType<typeof poweredApplication>) =>
    peek(application.board, symbol('handover_request') + 44);

  test('settings while it runs', () => {
    const application = runningApplication();
    request(application, 1, { 7: 1, 22: 3 });
    application.line.runMs(3);
    expect(result(application)).toBe(1);
    expect(application.ask('get jump.via')).toBe('ok jump.via=reset');
    expect(application.ask('get jump.target')).toBe('ok jump.target=table-thumb');
    expect(application.ask('get jump.vtor')).toBe('ok jump.vtor=zero');
  });

  test.each([
    ['a value that a setting does not have', 1, { 0: 2 }],
    ['a command that is none', 4, { 0: 1 }],
  ])('%s is refused and changes nothing', (_, command, bytes) => {
    const application = runningApplication();
    request(application, command, bytes);
    application.line.runMs(3);
    expect(result(application)).toBe(2);
    expect(application.ask('get start.vtor')).toBe('ok start.vtor=flash');
  });

  test('written before the first start it sets the options of that start', () => {
    const application = poweredApplication();
    request(application, 1, { 1: 1 });
    expect(application.banner()).toMatchObject({ n: '1', hclk: '64000000' });
  });

  const DHCSR = 0xe000_edf0;
  test.each<[string, (application: ReturnType<typeof poweredApplication>) => void]>([
    [
      'written while the core is halted',
      (application) => {
        application.board.swd.write(DHCSR, 0xa05f_0003, 4);
        application.board.runUntil(application.board.schedule.now() + 10_000);
        request(application, 1, { 0: 1 });
        application.board.swd.write(DHCSR, 0xa05f_0000, 4);
      },
    ],
    [
      'followed by bit 28 of NVIC_ISPR',
      (application) => {
        request(application, 1, { 0: 1 });
        application.board.swd.write(0xe000_e200, 1 << 28, 4);
      },
    ],
  ])('%s wakes an application that sleeps without a tick', (_, ask) => {
    const application = runningApplication({ 'start.systick': 'off' });
    application.line.runMs(5);
    ask(application);
    application.line.runMs(1);
    expect(result(application)).toBe(1);
  });

  test('reset and jump', () => {
    const application = runningApplication();
    request(application, 3, {});
    expect(application.banner().n).toBe('2');
    request(application, 2, {});
    application.line.runMs(3);
    const pc = coreRegister(application.board, PC);
    expect(pc >>> 16).toBe(0x1fff);
  });
});

test('a start with PRIMASK set says that no tick comes, and start.primask clear cures it', () => {
  const application = runningApplication({ 'jump.primask': 'disabled', 'jump.table': 'zero', 'jump.mem_mode': 'keep' });
  // The alias at 0 is the application itself: it is started with what the sequence leaves.
  application.ask('jump');
  expect(application.banner()).toMatchObject({ n: '2', tick: 'dead', primask: '0x00000001', csr: '0x00000000' });
  expect(coreRegister(application.board, PRIMASK_AND_CONTROL) & 1).toBe(1);
  expect(application.ask('ping')).toBe('pong');

  application.board.setNrst(true);
  application.board.setNrst(false);
  application.banner();
  expect(application.ask('set start.primask clear')).toBe('ok start.primask=clear');
  application.ask('jump');
  expect(application.banner()).toMatchObject({ tick: 'on', primask: '0x00000001' });
  expect(application.ask('ping')).toBe('pong');
});

test('a blank board stays silent on the console', () => {
  const { heard } = applicationOn(poweredApplication({ flash: new Uint8Array(0) }).board);
  expect(heard(50)).toBe('');
});
