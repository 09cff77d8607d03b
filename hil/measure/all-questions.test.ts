import { describe, expect, test } from '@jest/globals';
import { chips } from '../chip/lookup.ts';
import { romBehaviours } from '../chip/rom-behaviours.ts';
import { byHand, openQuestions, questions } from './all-questions.ts';
import { whyNotAsked } from './measure-board.ts';
import type { Question } from './question.ts';

const asked = (id: string): Question => questions.find((one) => one.id === id) as Question;

describe('the open questions of a part', () => {
  test('are those of every behaviour that rests on less than a document, and no others', () => {
    for (const { name } of chips) {
      const open = openQuestions(name);
      expect(open.flatMap(({ behaviours }) => behaviours).every((row) => row.confidence !== 'documented')).toBe(true);
    }
    const ids = new Set(chips.flatMap(({ name }) => openQuestions(name).map(({ id }) => id)));
    const below = romBehaviours.filter((row) => row.confidence !== 'documented').map((row) => row.question);
    expect([...ids].sort()).toEqual([...new Set(below)].sort());
  });

  test('can each be asked by this tool, or it says why a person has to', () => {
    const open = [...new Set(chips.flatMap(({ name }) => openQuestions(name).map(({ id }) => id)))];
    const asks = questions.map(({ id }) => id);
    expect(open.filter((id) => !asks.includes(id)).sort()).toEqual(Object.keys(byHand).sort());
    expect(asks.filter((id) => id in byHand)).toEqual([]);
  });

  test('are narrowed to a ROM version', () => {
    expect(openQuestions('STM32L073RZ', 65).map(({ id }) => id)).toContain('jump-with-remap');
    expect(openQuestions('STM32L073RZ', 64).map(({ id }) => id)).not.toContain('jump-with-remap');
  });
});

describe('the questions that can be asked', () => {
  test('are all named by a modelled behaviour', () => {
    const known = romBehaviours.map((row) => row.question);
    expect(questions.map(({ id }) => id).filter((id) => !known.includes(id))).toEqual([]);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
  });

  const board = {
    chip: chips.find(({ name }) => name === 'STM32G070RB') as (typeof chips)[number],
    workable: false,
    romWire: true,
    goesBack: false,
    permissions: { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false } as const,
    costs: [],
  };

  test('read only, unless the person allows more', () => {
    expect(whyNotAsked(asked('vtor-in-rom'), board)).toBeUndefined();
    expect(whyNotAsked(asked('wm-odd-length'), board)).toMatch(/--allow pages/);
    expect(whyNotAsked(asked('wm-odd-length'), { ...board, costs: ['pages'] })).toBeUndefined();
  });

  test('are not asked against the rig file, whatever the person allows', () => {
    const costs = ['pages', 'mass', 'write_protection'] as const;
    expect(whyNotAsked(asked('wp-mapping'), { ...board, costs })).toMatch(/rig file does not permit/);
    const none = { ...board.permissions, erase: 'none' as const };
    expect(whyNotAsked(asked('wm-odd-length'), { ...board, costs, permissions: none })).toMatch(/rig file/);
  });

  test('are asked by BOOT0 of a ROM that goes back to the program, and not at all where the jump is the question', () => {
    const back = { ...board, goesBack: true };
    expect(whyNotAsked(asked('rm-ranges'), back)).toMatch(/goes back .* nobody can work BOOT0/);
    expect(whyNotAsked(asked('rm-ranges'), { ...back, workable: true })).toBeUndefined();
    expect(whyNotAsked(asked('msp-in-rom'), { ...back, workable: true })).toMatch(/goes back/);
    expect(whyNotAsked(asked('exception-slots'), back)).toBeUndefined();
  });

  test('say what a board lacks for them', () => {
    expect(whyNotAsked(asked('boot0-with-program'), { ...board, costs: ['pages'] })).toMatch(/BOOT0/);
    expect(whyNotAsked(asked('vtor-in-rom'), { ...board, romWire: false })).toMatch(/no wire/);
    const m0 = chips.find(({ core }) => !core.hasVtor) as (typeof chips)[number];
    expect(whyNotAsked(asked('vtor-in-rom'), { ...board, chip: m0 })).toMatch(/no VTOR/);
  });
});
