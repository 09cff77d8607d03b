import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OpFindings } from '../diagnose/sweep-analysis.ts';
import { type Deviation, includes, keyOf, type SweepOp, type SweepRow } from '../diagnose/sweep-row.ts';
import type { Levels } from './covering-array.ts';
import { imagine, type Rules, sweepImagined } from './imagined-board.ts';
import { createPlan, suspects } from './plan.ts';

const factors: readonly Levels[] = [
  { factor: 'mask', values: ['on', 'off', 'kept'] },
  { factor: 'target', values: ['vector', 'even', 'table'] },
  { factor: 'map', values: ['system', 'main', 'sram'] },
  { factor: 'table', values: ['system', 'zero'] },
  { factor: 'clock', values: ['slow', 'fast'] },
  { factor: 'rcc', values: ['kept', 'reset'] },
  { factor: 'stack', values: ['rom', 'kept'] },
];
const ops: readonly SweepOp[] = ['enter', 'read', 'erase', 'write', 'go'];
const findingsOf = (rules: Rules, op: SweepOp, more = {}): OpFindings =>
  sweepImagined(rules, { factors, ops, ...more }).analysis.findings.find((one) => one.op === op) as OpFindings;
const setsOf = (findings: OpFindings): readonly string[] => findings.sets.map(({ set }) => keyOf(set)).sort();

describe('a sweep', () => {
  test('of a board that nothing upsets names nothing', () => {
    const { analysis } = sweepImagined({}, { factors, ops });
    expect(analysis.findings.map(({ sets }) => sets)).toEqual([[], [], [], [], []]);
  });

  test('names each value that breaks something alone', () => {
    const enter = (set: Deviation): boolean => set.target === undefined && set.stack !== 'kept';
    expect(setsOf(findingsOf({ enter }, 'enter'))).toEqual(['stack=kept', 'target=even', 'target=table']);
  });

  test('names two that break it together, and neither of them alone', () => {
    const erase = (set: Deviation): boolean => !(set.map === 'sram' && set.clock === 'fast');
    expect(setsOf(findingsOf({ erase }, 'erase'))).toEqual(['clock=fast map=sram']);
  });

  test('finds two that break it together behind values that keep the ROM from being entered', () => {
    const rules: Rules = {
      enter: (set) => set.target === undefined && set.mask !== 'off',
      write: (set) => !(set.map === 'main' && set.stack === 'kept'),
    };
    expect(setsOf(findingsOf(rules, 'write'))).toEqual(['map=main stack=kept']);
    expect(setsOf(findingsOf(rules, 'enter'))).toEqual(['mask=off', 'target=even', 'target=table']);
  });

  test('names what takes the effect away', () => {
    const go = (set: Deviation): boolean => set.clock !== 'fast' || set.rcc === 'reset';
    const [one, ...more] = findingsOf({ go }, 'go').sets;
    expect(more).toEqual([]);
    expect(one).toMatchObject({ set: { clock: 'fast' }, unless: [{ rcc: 'reset' }] });
  });

  test('names what takes the effect away although other values break the same operation', () => {
    const go = (set: Deviation): boolean =>
      (set.clock !== 'fast' || set.rcc === 'reset') && set.mask !== 'off' && set.stack !== 'kept';
    const { sets } = findingsOf({ go }, 'go');
    expect(sets.find(({ set }) => set.clock === 'fast')?.unless).toEqual([{ rcc: 'reset' }]);
  });

  test('tells what cannot be seen because the ROM is never reached with it', () => {
    const rules: Rules = { enter: (set) => set.target !== 'even', read: (set) => set.target !== 'even' };
    expect(findingsOf(rules, 'read')).toMatchObject({ sets: [], hidden: [{ factor: 'target', value: 'even' }] });
  });

  test('sees an operation alone when one before it ends the conversation', () => {
    const rules: Rules = { erase: (set) => set.map !== 'main', go: (set) => set.map !== 'main' };
    expect(setsOf(findingsOf(rules, 'go'))).toEqual(['map=main']);
  });

  test('of a board on which the good handover fails names what makes it work', () => {
    const enter = (set: Deviation): boolean => set.map === 'main' && set.table === 'zero';
    const findings = findingsOf({ enter }, 'enter');
    expect(findings.turns).toBe('cures');
    expect(setsOf(findings)).toEqual(['map=main table=zero']);
  });

  test('of a board that never enters names nothing, and says that nothing was compared after it', () => {
    const rules: Rules = { enter: () => false };
    expect(findingsOf(rules, 'enter')).toMatchObject({ turns: 'cures', sets: [], unexplained: [] });
    expect(findingsOf(rules, 'read').base).toBeUndefined();
  });

  test('names a value that breaks it only now and then as flaky, and not as a cause', () => {
    const runs: Record<string, number> = {};
    const enter = (set: Deviation): boolean => {
      const key = keyOf(set);
      runs[key] = (runs[key] ?? 0) + 1;
      return !(key === 'stack=kept' && runs[key] === 1);
    };
    const findings = findingsOf({ enter }, 'enter');
    expect(findings.sets).toEqual([]);
    expect(findings.flaky).toEqual([{ stack: 'kept' }]);
  });

  test('comes to an end on a board that is all chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const chance = (_set: Deviation, run: number): boolean => Math.imul(run + seed, 0x9e37_79b1) >>> 31 === 0;
        const { rows } = sweepImagined({ enter: chance, erase: chance, go: chance }, { factors, ops });
        expect(rows.length).toBeLessThan(600);
      }),
      { numRuns: 10 },
    );
  });

  test('runs every set that it names alone, twice, and every part of it', () => {
    const rules: Rules = {
      enter: (set) => !(set.map === 'sram' && set.table === 'zero'),
      go: (set) => !(set.clock === 'fast' && set.rcc === undefined),
    };
    const { rows, analysis } = sweepImagined(rules, { factors, ops });
    const times = (set: Deviation): number => rows.filter((row) => keyOf(row.set) === keyOf(set)).length;
    for (const { set } of analysis.findings.flatMap(({ sets }) => sets)) {
      expect(times(set)).toBeGreaterThanOrEqual(2);
      for (const factor of Object.keys(set)) {
        expect(times(Object.fromEntries(Object.entries(set).filter(([name]) => name !== factor)))).toBeGreaterThan(0);
      }
    }
  });

  test('with every combination finds three that are needed together', () => {
    const few = factors.slice(2, 6);
    const erase = (set: Deviation): boolean => !(set.map === 'main' && set.table === 'zero' && set.clock === 'fast');
    const { rows, analysis } = sweepImagined({ erase }, { factors: few, ops, full: true });
    expect(rows.length).toBeGreaterThanOrEqual(24);
    expect(analysis.findings.find(({ op }) => op === 'erase')?.sets.map(({ set }) => keyOf(set))).toEqual([
      'clock=fast map=main table=zero',
    ]);
  });

  test('finds any rule of one or two values, whatever they are', () => {
    const all = suspects(factors);
    const anySet = fc
      .uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2, selector: ({ factor }) => factor })
      .map((values) => Object.fromEntries(values.map(({ factor, value }) => [factor, value])));
    fc.assert(
      fc.property(anySet, anySet, (breaksEntry, breaksGo) => {
        const rules: Rules = { enter: (set) => !includes(set, breaksEntry), go: (set) => !includes(set, breaksGo) };
        expect(setsOf(findingsOf(rules, 'enter'))).toEqual([keyOf(breaksEntry)]);
        const hiddenBehindEntry = includes(breaksGo, breaksEntry);
        expect(setsOf(findingsOf(rules, 'go'))).toEqual(hiddenBehindEntry ? [] : [keyOf(breaksGo)]);
      }),
      { numRuns: 20 },
    );
  });

  test('broken off anywhere goes on with the same rows', () => {
    const rules: Rules = {
      enter: (set) => set.target !== 'table' && !(set.map === 'sram' && set.table === 'zero'),
      go: (set) => set.clock !== 'fast' || set.rcc === 'reset',
    };
    const { rows } = sweepImagined(rules, { factors, ops });
    for (const broken of [0, 1, 9, 15, 30, rows.length - 1]) {
      const plan = createPlan({ factors, ops, seed: 1, full: false });
      const again: SweepRow[] = rows.slice(0, broken);
      for (let next = plan.next(again); next !== undefined; next = plan.next(again)) {
        const { set, why, ops: wanted } = next;
        again.push({ n: again.length + 1, set, why, ops: wanted, seen: imagine(rules, next), ms: 1 });
      }
      expect(again).toEqual(rows);
    }
  });

  test('leaves a set alone with which the rig failed twice', () => {
    const plan = createPlan({ factors, ops, seed: 1, full: false });
    const rows: SweepRow[] = [];
    for (let next = plan.next(rows); next !== undefined; next = plan.next(rows)) {
      const { set, why, ops: wanted } = next;
      const fault = set.stack === 'kept' ? { fault: 'no probe' } : {};
      rows.push({ n: rows.length + 1, set, why, ops: wanted, seen: imagine({}, next), ms: 1, ...fault });
    }
    expect(rows.filter(({ set }) => keyOf(set) === 'stack=kept')).toHaveLength(2);
    expect(plan.analyse(rows).findings[0]?.hidden).toEqual([{ factor: 'stack', value: 'kept' }]);
  });
});
