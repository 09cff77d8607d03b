import { describe, expect, test } from '@jest/globals';
import {
  type Application,
  applicationOn,
  PC,
  PRIMASK_AND_CONTROL,
  runningApplication,
  symbol,
  xPSR,
} from './handover-line.ts';
import { ACK, addressBytes, command, coreRegister, peek } from './rom-line.ts';

const APPLICATION = 0x0800_0000;
const VTOR = 0xe000_ed08;
const RCC_CFGR = 0x4002_1008;
const RCC_PLLCFGR = 0x4002_100c;
const ROM_PLLCFGR = 0x7000_0c12;
/** What the guide's author had: start-up code that does not touch VTOR, and the PLL. */
const GENERATED = { 'start.vtor': 'unset', 'start.clock': 'fast' };

/** Into the ROM with the guide's sequence, and out of it by GO. */
function thereAndBack(application: Application, address: number): Application {
  application.ask('jump');
  application.line.format = { baud: 115_200, parity: 'even' };
  application.line.runMs(3);
  expect(application.line.exchange([0x7f], 1)).toEqual([ACK]);
  expect(application.line.exchange(command(0x21), 1)).toEqual([ACK]);
  application.line.send(...addressBytes(address));
  expect(application.line.receive(1)).toEqual([ACK]);
  application.line.format = { baud: 115_200, parity: 'none' };
  return application;
}

const diedInTheTick = (application: Application): void => {
  expect(application.heard(50)).toBe('');
  expect(coreRegister(application.board, xPSR) & 0x3f).toBe(15);
  expect(coreRegister(application.board, PC) >>> 16).toBe(0x1fff);
  expect(peek(application.board, VTOR)).toBe(0x1fff_0000);
};

const diedInErrorHandler = (application: Application): void => {
  expect(application.heard(50)).toBe('');
  const pc = coreRegister(application.board, PC);
  expect(pc).toBeGreaterThanOrEqual(symbol('Error_Handler'));
  expect(pc).toBeLessThan(symbol('Error_Handler') + 4);
  expect(coreRegister(application.board, PRIMASK_AND_CONTROL) & 1).toBe(1);
  expect((peek(application.board, RCC_CFGR) >> 3) & 7).toBe(2); // SWS = PLLRCLK
  expect(peek(application.board, RCC_PLLCFGR)).toBe(ROM_PLLCFGR);
};

describe.each([0xb2, 0xb3, 0xb4])('GO 0x08000000 from ROM %#x', (romId) => {
  const returned = (settings: Record<string, string>): Application =>
    thereAndBack(runningApplication(settings, { romId }), APPLICATION);

  test('kills generated start-up code at its first tick: VTOR still points into the ROM', () => {
    diedInTheTick(returned(GENERATED));
  });

  test('with VTOR cured it dies in Error_Handler: the PLL still drives SYSCLK', () => {
    diedInErrorHandler(returned({ ...GENERATED, 'start.vtor': 'flash' }));
  });

  test('with the clock cured it dies at its first tick still', () => {
    diedInTheTick(returned({ ...GENERATED, 'start.rcc': 'reset' }));
  });

  test('without a tick, VTOR uncured, it gets as far as Error_Handler', () => {
    diedInErrorHandler(returned({ ...GENERATED, 'start.systick': 'off' }));
  });

  test('with both cured it lives; no reset flag, and the record shows what the ROM left', () => {
    const application = returned({ ...GENERATED, 'start.vtor': 'flash', 'start.rcc': 'reset' });
    expect(application.banner()).toMatchObject({
      n: '3',
      csr: '0x00000000',
      vtor: '0x1fff0000',
      msp: '0x20007c00',
      rcc_cfgr: '0x00000012',
      rcc_pllcfgr: '0x70000c12',
      syscfg_cfgr1: '0x00000001',
      hclk: '64000000',
    });
    expect(application.ask('ping')).toBe('pong');
  });
});

test('a refused clock that is overlooked makes the console speak at 24/64 of its baud rate', () => {
  const ignoring = { ...GENERATED, 'start.vtor': 'flash', 'start.clock_error': 'ignore' };
  const application = thereAndBack(runningApplication(ignoring), APPLICATION);
  application.line.runMs(50);
  expect(115_200 / (1e9 / (application.line.receivedBitNs.at(-1) ?? 0))).toBeCloseTo(64 / 24, 1);
});

test('without a tick and with the clock cured, VTOR uncured lives until its first interrupt', () => {
  const quiet = { ...GENERATED, 'start.rcc': 'reset', 'start.systick': 'off' };
  const application = thereAndBack(runningApplication(quiet), APPLICATION);
  application.banner();
  application.line.send(0x70);
  expect(application.heard(20)).toBe('');
  expect(coreRegister(application.board, xPSR) & 0x3f).toBe(16 + 28); // USART2
  expect(coreRegister(application.board, PC) >>> 16).toBe(0x1fff);
});

describe('GO to the reset vtable', () => {
  test.each([0xb2, 0xb3, 0xb4])('restarts generated start-up code by a reset from ROM %#x', (romId) => {
    const application = thereAndBack(runningApplication(GENERATED, { romId }), symbol('force_reset_vtable'));
    expect(application.banner()).toMatchObject({
      n: '3',
      csr: '0x14000000', // SFTRSTF and PINRSTF
      vtor: '0x00000000',
      rcc_cfgr: '0x00000000',
      syscfg_cfgr1: '0x00000000',
    });
    expect(application.ask('ping')).toBe('pong');
  });
});

describe('IWDG_SR.PVU, left at 1 by the ROM', () => {
  // Set after the last reset before the jump, so that the watchdog does not run in the ROM.
  const withIwdg = (mode: string): Application => {
    const application = runningApplication();
    application.ask(`set start.iwdg ${mode}`);
    return thereAndBack(application, APPLICATION);
  };

  test('holds a start that waits for IWDG_SR = 0 before it starts the watchdog', () => {
    const application = withIwdg('wait-first');
    expect(application.heard(500)).toBe('');
    expect(coreRegister(application.board, xPSR) & 0x3f).toBe(0);
    expect(coreRegister(application.board, PC) >>> 16).toBe(0x0800);
    expect(peek(application.board, 0x4000_300c) & 1).toBe(1);
  });

  test('does not hold one that starts the watchdog first', () => {
    expect(withIwdg('on').banner().n).toBe('2');
  });
});

test('the counters and settings outlive the ROM', () => {
  const application = thereAndBack(runningApplication({ 'jump.barriers': 'off' }), APPLICATION);
  expect(application.banner()).toMatchObject({ n: '2', fresh: '0' });
  expect(applicationOn(application.board).ask('get jump.barriers')).toBe('ok jump.barriers=off');
});
