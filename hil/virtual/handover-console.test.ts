import { describe, expect, test } from '@jest/globals';
import { poweredApplication, runningApplication } from './handover-line.ts';

/** Names and values of docs/handover.md in byte order; the first value is the default. */
const settings: Record<string, readonly string[]> = {
  'start.vtor': ['flash', 'unset'],
  'start.clock': ['reset', 'fast'],
  'start.rcc': ['keep', 'reset'],
  'start.clock_error': ['stop', 'ignore'],
  'start.systick': ['on', 'off'],
  'start.primask': ['keep', 'clear'],
  'start.iwdg': ['off', 'on', 'wait-first'],
  'jump.via': ['direct', 'reset'],
  'jump.clock': ['keep', 'reset', 'fast'],
  'jump.thread': ['msp', 'psp', 'psp-unprivileged'],
  'jump.peripherals': ['reset', 'keep'],
  'jump.rcc': ['reset', 'keep'],
  'jump.primask': ['enabled', 'disabled', 'untouched'],
  'jump.systick': ['off', 'keep'],
  'jump.nvic': ['clear', 'keep'],
  'jump.syscfg_clock': ['on', 'off'],
  'jump.mem_mode': ['system', 'keep', 'main', 'sram'],
  'jump.vtor': ['zero', 'rom', 'keep'],
  'jump.control': ['zero', 'keep'],
  'jump.msp': ['rom', 'keep'],
  'jump.barriers': ['on', 'off'],
  'jump.table': ['system', 'zero'],
  'jump.target': ['vector', 'vector-even', 'table', 'table-thumb'],
  'jump.flash': ['locked', 'unlocked', 'option-unlocked', 'pg'],
  'jump.flash_error': ['none', 'set'],
  'jump.dma': ['off', 'rom-ram'],
  'jump.watchdog': ['off', 'iwdg', 'wwdg'],
  'jump.mpu': ['off', 'ram-no-execute'],
  'jump.clock_leftover': ['none', 'divider', 'usb48', 'wait-states'],
  'jump.pending': ['none', 'systick', 'irq'],
  'start.usb': ['off', 'runtime', 'dfu-mode'],
  'jump.usb': ['disconnect', 'leave'],
};
const allWith = (pick: (values: readonly string[]) => string | undefined): string =>
  `settings ${Object.entries(settings)
    .map(([name, values]) => `${name}=${pick(values)}`)
    .join(' ')}`;

describe('the console', () => {
  const application = runningApplication();

  test.each([
    ['ping', 'pong'],
    ['fault', 'fault none'],
    ['  ping  ', 'pong'],
    ['get start.clock', 'ok start.clock=reset'],
    ['sing', 'error unknown-command'],
    ['ping pong', 'error usage'],
    ['set', 'error usage'],
    ['set start.clock', 'error usage'],
    ['set start.clock reset now', 'error usage'],
    ['set start.weather sunny', 'error unknown-setting'],
    ['get start.weather', 'error unknown-setting'],
    ['set start.clock hse', 'error unknown-value'],
    ['set start.clock', 'error usage'],
    ['x'.repeat(80), 'error line-too-long'],
    ['ping', 'pong'],
  ])('answers %j with %j', (command, answer) => {
    expect(application.ask(command)).toBe(answer);
  });

  test.each([
    ['\\r\\n', 'ping\r\n'],
    ['\\n', 'ping\n'],
  ])('takes lines that end in %s and answers once', (_, bytes) => {
    application.line.send(...new TextEncoder().encode(bytes));
    expect(application.heard(20)).toBe('pong\r\n');
  });

  test('tells the machine as it is now', () => {
    expect(application.ask('state')).toMatch(/^state vtor=0x08000000 control=0x00000000 primask=0x00000000 /);
  });

  test('repeats the record of the start', () => {
    expect(application.ask('record')).toMatch(/^record n=1 diverted=0 fresh=1 /);
  });
});

describe('settings', () => {
  test('are at their defaults after power-on', () => {
    expect(runningApplication().ask('get')).toBe(allWith((values) => values[0]));
  });

  test('take each of their values, keep them over a reset and go back to the defaults together', () => {
    const application = runningApplication();
    for (const [name, values] of Object.entries(settings)) {
      for (const value of values) expect(application.ask(`set ${name} ${value}`)).toBe(`ok ${name}=${value}`);
    }
    const last = allWith((values) => values.at(-1));
    expect(application.ask('get')).toBe(last);

    expect(application.ask('set start.systick on')).toBe('ok start.systick=on');
    application.ask('reset');
    application.banner();
    expect(application.ask('get')).toBe(last.replace('start.systick=off', 'start.systick=on'));

    expect(application.ask('defaults')).toBe('ok defaults');
    expect(application.ask('get')).toBe(allWith((values) => values[0]));
  });
});

test('an overrun of the receiver does not deafen the console', () => {
  const application = poweredApplication();
  application.board.runUntil(1e6);
  // Bytes while the start does not read: the receiver overruns before its interrupt is enabled or while the banner is on its way.
  application.line.send(...new TextEncoder().encode('pi'.repeat(60)));
  application.heard(100);
  application.line.send(0x0d);
  application.heard(20);
  expect(application.ask('ping')).toBe('pong');
});
