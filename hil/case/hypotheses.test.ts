import { describe, expect, test } from '@jest/globals';
import { fakeResult, fakeRun, fakeVariant } from './fake-run.ts';
import { hypothesisTable, refutations, standing } from './hypotheses.ts';

const none = fakeVariant('as posted', 'measured');
const dirty = fakeVariant('flash left unlocked', 'measured');
const observations = [
  { id: 'O1', title: 'enumerates', not_testable: 'lies on USB' },
  { id: 'O2', title: 'reads', reads: 'op.read', reported: 'done' },
  { id: 'O3', title: 'erases', reads: 'op.erase', reported: { not: 'done' } },
];
const hypotheses = [
  { id: 'h0', says: 'the posted function alone', variants: ['as posted'] },
  { id: 'h1', says: 'flash left unlocked', variants: ['flash left unlocked'] },
  { id: 'h2', says: 'a host does it', variants: [], not_testable: 'needs STM32CubeProgrammer' },
];
const table = (erase: string) =>
  hypothesisTable(
    fakeRun(
      [
        fakeResult(none, { 'op.read': 'done', 'op.erase': 'done' }),
        fakeResult(dirty, { 'op.read': 'done', 'op.erase': erase }),
      ],
      { observations, hypotheses },
    ),
  );
const standings = (erase: string) => table(erase).map(({ cells }) => cells.map((cell) => cell.standing));

describe('a hypothesis against an observation is', () => {
  test('reproduced, contradicted or not testable, by what the report says', () => {
    expect(standings('refused')).toEqual([
      ['not testable', 'reproduced', 'contradicted'],
      ['not testable', 'reproduced', 'reproduced'],
      ['not testable', 'not testable', 'not testable'],
    ]);
  });

  test('what it was before a step that the permissions of a board do not allow', () => {
    const early = fakeResult(none, { 'op.read': 'done' }, { verdict: 'not testable', why: 'needs erase: mass' });
    const [row] = hypothesisTable(fakeRun([early], { observations, hypotheses }));
    expect(row?.cells.slice(1)).toMatchObject([
      { standing: 'reproduced' },
      { standing: 'not testable', why: 'needs erase: mass' },
    ]);
  });

  test('not testable where the steps ended before it was observed', () => {
    const [row] = hypothesisTable(fakeRun([fakeResult(none, { 'op.read': 'done' })], { observations, hypotheses }));
    expect(row?.cells[2]).toMatchObject({ standing: 'not testable', why: 'not observed: the steps ended before' });
  });
});

describe('a hypothesis that is true in several ways', () => {
  test('has a row for each, so that one way can be told from another', () => {
    const either = [{ id: 'h1', says: 'one or the other', variants: ['as posted', 'flash left unlocked'] }];
    const rows = hypothesisTable(
      fakeRun(
        [
          fakeResult(none, { 'op.read': 'done', 'op.erase': 'done' }),
          fakeResult(dirty, { 'op.read': 'done', 'op.erase': 'refused' }),
        ],
        { observations, hypotheses: either },
      ),
    );
    expect(rows.map(({ variant, cells }) => [variant, cells[2]?.standing])).toEqual([
      ['as posted', 'contradicted'],
      ['flash left unlocked', 'reproduced'],
    ]);
    expect(standing(rows).map(({ variant }) => variant)).toEqual(['flash left unlocked']);
  });
});

describe('a hypothesis stands', () => {
  test('when all but what lies out of reach came as reported', () => {
    expect(standing(table('refused')).map(({ hypothesis }) => hypothesis.id)).toEqual(['h1']);
    expect(standing(table('done'))).toEqual([]);
  });

  test('not when the steps ended before the symptom was reached', () => {
    const rows = hypothesisTable(fakeRun([fakeResult(none, { 'op.read': 'done' })], { observations, hypotheses }));
    expect(standing(rows)).toEqual([]);
  });
});

describe('what follows from a hypothesis that is contradicted', () => {
  const said = [
    { id: 'h0', says: 'alone', variants: ['as posted', 'flash left unlocked'], if_contradicted: 'Not alone.' },
  ];
  const rowsWith = (...erase: readonly [string, string]) =>
    hypothesisTable(
      fakeRun([fakeResult(none, { 'op.erase': erase[0] }), fakeResult(dirty, { 'op.erase': erase[1] })], {
        observations,
        hypotheses: said,
      }),
    );

  test('is said when every way of it is contradicted', () => {
    expect(refutations(rowsWith('done', 'done'))).toEqual(['Not alone.']);
  });

  test('is not said while one way of it stands', () => {
    expect(refutations(rowsWith('done', 'refused'))).toEqual([]);
  });
});
