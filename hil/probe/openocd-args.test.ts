import { expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { type OpenOcdSpec, openOcdArguments } from './openocd-args.ts';

const chip = chipNamed('STM32G070RB');
const serial = '066EFF485550755187121723';
const spec = (some: Partial<OpenOcdSpec>): OpenOcdSpec => ({
  chip,
  address: { kind: 'usb', serial },
  transport: 'hla',
  attach: 'hot',
  ...some,
});
const commands = (args: readonly string[]): string => args.join(' ');

test('a real board is found by the serial of its ST-Link, and nothing listens beyond loopback', () => {
  expect(openOcdArguments(spec({}))).toEqual([
    '-c',
    'bindto 127.0.0.1',
    '-f',
    'interface/stlink.cfg',
    '-c',
    `adapter serial ${serial}`,
    '-f',
    'target/stm32g0x.cfg',
    '-c',
    'tcl_port 0',
    '-c',
    'telnet_port disabled',
    '-c',
    'gdb_port disabled',
    '-c',
    'init',
  ]);
});

test('a virtual board is reached over the TCP backend of either transport', () => {
  const address = { kind: 'tcp', port: 7184 } as const;
  expect(commands(openOcdArguments(spec({ address })))).toContain('-c hla_stlink_backend tcp 7184');
  const direct = commands(openOcdArguments(spec({ address, transport: 'dapdirect' })));
  expect(direct).toContain('-f interface/stlink-dap.cfg -c st-link backend tcp 7184');
});

test('under reset, NRST is held while connecting and the core halted when it is let go', () => {
  const args = commands(openOcdArguments(spec({ attach: 'under-reset' })));
  expect(args).toContain('-c reset_config srst_only srst_nogate connect_assert_srst');
  expect(args).toMatch(/-c init -c reset halt$/);
  expect(commands(openOcdArguments(spec({})))).not.toContain('srst');
});

test('the work area is set before the script of the target reads it', () => {
  const args = openOcdArguments(spec({ workAreaBytes: 0 }));
  expect(args.indexOf('set WORKAREASIZE 0')).toBeGreaterThan(0);
  expect(args.indexOf('set WORKAREASIZE 0')).toBeLessThan(args.indexOf('target/stm32g0x.cfg'));
});

test.each(['', '0123456789AB', '066EFF485550755187121723; shutdown'])(
  "the serial '%s' is refused: OpenOCD would misread it",
  (wrong) => {
    expect(() => openOcdArguments(spec({ address: { kind: 'usb', serial: wrong } }))).toThrow(/HIL-604/);
  },
);
