import { expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import type { JumpOutcome } from './bench-types.ts';
import { type GoSignature, goSignature } from './go-signature.ts';

const core = {
  wasRunning: true,
  pc: 0x1fff_0100,
  lr: 0xffff_fff9,
  xpsr: 0x0100_0000,
  ipsr: 0,
  msp: 0x2000_0100,
  psp: 0,
  primask: 0,
  control: 0,
  vtor: 0,
  icsr: 0,
  memoryRemap: 0,
  where: 'flash',
  registers: {},
} as const satisfies JumpOutcome['core'];

const looked = (some: Partial<JumpOutcome['core']>): JumpOutcome =>
  ({ what: 'silent', core: { ...core, ...some } }) as unknown as JumpOutcome;
const inErrorHandler = (RCC_CFGR: number): JumpOutcome =>
  looked({ symbol: 'Error_Handler', primask: 1, registers: { RCC_CFGR } });

test.each<[string, string, JumpOutcome, GoSignature]>([
  ['STM32G070RB', 'VTOR of the ROM', looked({ ipsr: 15, where: 'system memory', vtor: 0x1fff_0000 }), 'vector-table'],
  ['STM32L073RZ', 'VTOR of the ROM', looked({ ipsr: 3, where: 'system memory', vtor: 0x1ff0_0000 }), 'vector-table'],
  ['STM32L073RZ', 'VTOR of another place', looked({ ipsr: 3, where: 'system memory', vtor: 0x0800_0000 }), 'other'],
  ['STM32F042K6', 'the ROM mapped at 0', looked({ ipsr: 15, where: 'system memory', memoryRemap: 1 }), 'vector-table'],
  ['STM32F042K6', 'flash mapped at 0', looked({ ipsr: 15, where: 'system memory', memoryRemap: 0 }), 'other'],
  [
    'STM32F411RE',
    'VTOR 0, the ROM mapped at 0',
    looked({ ipsr: 15, where: 'system memory', memoryRemap: 1 }),
    'vector-table',
  ],
  ['STM32G070RB', 'no exception', looked({ where: 'system memory', vtor: 0x1fff_0000 }), 'other'],
  ['STM32G070RB', 'SYSCLK from the PLL', inErrorHandler(2 << 3), 'clock-refused'],
  ['STM32F411RE', 'SYSCLK from the PLL', inErrorHandler(2 << 2), 'clock-refused'],
  ['STM32L476RG', 'SYSCLK from the PLL', inErrorHandler(3 << 2), 'clock-refused'],
  ['STM32L476RG', 'SYSCLK from HSE', inErrorHandler(2 << 2), 'other'],
  ['STM32C071RB', 'no PLL on this part', inErrorHandler(2 << 3), 'other'],
])('%s, %s: %#', (name, _what, outcome, signature) => {
  expect(goSignature(chipNamed(name), outcome)).toBe(signature);
});

test('an application that answers has started', () => {
  expect(goSignature(chipNamed('STM32G070RB'), { ...looked({}), what: 'application' } as JumpOutcome)).toBe('started');
});
