import { describe, expect, test } from '@jest/globals';
import { boardFor, type Candidate } from './choose-board.ts';
import { fakeCase } from './fake-run.ts';

const board = (name: string, chip: string, more: Partial<Candidate> = {}): Candidate => ({
  name,
  chip,
  kind: 'virtual',
  ...more,
});
const rig = [
  board('a-g070', 'STM32G070RB', { romId: 0xb4 }),
  board('an-l476', 'STM32L476RG'),
  board('another', 'STM32L476RG'),
];
const kase = fakeCase({ chips: ['STM32L476RG', 'STM32G070RB'] });

describe('the board for a case', () => {
  test('is the first of the rig with the part that the report names first', () => {
    expect(boardFor(kase, rig, undefined).name).toBe('an-l476');
  });

  test('is the one that is asked for, if the case concerns it', () => {
    expect(boardFor(kase, rig, 'a-g070').name).toBe('a-g070');
    expect(() => boardFor(fakeCase(), rig, 'a-g070')).toThrow(/a-g070 is not one of STM32L476RG/);
  });

  test('has a ROM that the case is for; one that is not known yet may be', () => {
    const old = fakeCase({ chips: ['STM32G070RB'], rom: [0xb3] });
    expect(() => boardFor(old, rig, undefined)).toThrow(/no board of the rig is one of STM32G070RB with ROM 0xB3/);
    expect(boardFor(old, [board('unasked', 'STM32G070RB')], undefined).name).toBe('unasked');
  });

  test('is none for a case that is listed only; why is said', () => {
    const elsewhere = { parts: 'STM32F42x', why: 'no board here has the part', look: ['docs/dfu.md'] };
    const listed = () => boardFor(fakeCase({ chips: [], not_testable: elsewhere }), rig, undefined);
    expect(listed).toThrow(/is about STM32F42x and cannot be run here: no board here has the part/);
    expect(listed).toThrow(expect.objectContaining({ code: 635 }));
  });

  test('is a virtual one where only a virtual one offers the provocation', () => {
    const bench = [board('on-the-bench', 'STM32L476RG', { kind: 'real' })];
    const only = fakeCase({ needs: { kind: 'virtual' } });
    expect(() => boardFor(only, bench, undefined)).toThrow(/one of STM32L476RG, on a virtual board/);
    expect(boardFor(only, [...bench, ...rig], undefined).name).toBe('an-l476');
  });
});
