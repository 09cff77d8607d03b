import { expect, test } from '@jest/globals';
import { romBehavioursOf } from '../chip/rom-behaviours.ts';
import type { Measurement } from '../measure/measurement.ts';
import { siliconLine } from './silicon.ts';

const measured = (change: Partial<Measurement> = {}): Measurement => ({
  part: 'STM32G070RB',
  rom_id: 0xb4,
  die_revision: '0x2000',
  uid_hash: '0123456789abcdef',
  board: 'NUCLEO-G070RB',
  question: 'vtor-in-rom',
  answer: {},
  evidence: {},
  date: '2026-01-31',
  tool: 'stm32-hil 0.1.0',
  ...change,
});
const rows = romBehavioursOf('STM32G070RB');
const open = rows.filter(({ confidence }) => confidence !== 'documented').length;

test('without measurements nothing is confirmed, and what rests on less than a document is counted', () => {
  expect(open).toBeGreaterThan(0);
  expect(siliconLine(['STM32G070RB'], [])).toBe(
    `0 of ${rows.length} modelled ROM behaviours confirmed on silicon; ${open} rest on less than a document`,
  );
});

test('what no virtual board was compared with confirms nothing', () => {
  expect(siliconLine(['STM32G070RB'], [measured({ question: 'rdp-byte' })])).toMatch(/^0 of/);
  expect(siliconLine(['STM32G070RB'], [measured({ rom_id: 0xb9 })])).toMatch(/^0 of/);
});

test('a measurement confirms what it answers, once, for its part alone', () => {
  expect(siliconLine(['STM32G070RB'], [measured(), measured({ uid_hash: 'f'.repeat(16) })])).toMatch(/^1 of/);
  // Two parts whose ROMs answer GET with the same version: the part alone tells them apart.
  const ofL476 = measured({ part: 'STM32L476RG', rom_id: 0x92 });
  expect(siliconLine(['STM32L476RG'], [ofL476])).toMatch(/^1 of/);
  expect(siliconLine(['STM32G0B1RE'], [{ ...ofL476, part: 'STM32G0B1RE' }])).toMatch(/^1 of/);
  expect(siliconLine(['STM32G0B1RE'], [ofL476])).toMatch(/^0 of/);
});

test('a part counts once, by whatever name a rig file has it', () => {
  expect(siliconLine(['STM32G070RB', 'NUCLEO-G070RB'], [measured()])).toBe(siliconLine(['STM32G070RB'], [measured()]));
  expect(siliconLine(['NUCLEO-G070RB'], [measured()])).toMatch(/^1 of [1-9]/);
});

test('a behaviour of some ROM versions is confirmed by those alone', () => {
  const row = romBehavioursOf('STM32L073RZ').find(({ question }) => question === 'jump-with-remap');
  expect(row?.versions).toEqual([65]);
  const of = (rom_id: number) => measured({ part: 'STM32L073RZ', rom_id, question: 'jump-with-remap' });
  expect(siliconLine(['STM32L073RZ'], [of(65)])).toMatch(/^1 of/);
  expect(siliconLine(['STM32L073RZ'], [of(64)])).toMatch(/^0 of/);
});
