import { describe, expect, test } from '@jest/globals';
import type { SweepRow } from '../diagnose/sweep-row.ts';
import type { Levels } from './covering-array.ts';
import { imagine } from './imagined-board.ts';
import type { Journal } from './journal.ts';
import { createPlan, type NextRun } from './plan.ts';
import { type Execute, runSweep, type SweepProgress, type SweepRun } from './run-sweep.ts';

const factors: readonly Levels[] = [
  { factor: 'mask', values: ['on', 'off'] },
  { factor: 'map', values: ['system', 'main'] },
  { factor: 'stack', values: ['rom', 'kept'] },
];

/** A sweep over an imagined board, with what was kept and shown. */
function setUp(execute: (run: NextRun, count: number) => Promise<SweepRow['seen']>, more: Partial<SweepRun> = {}) {
  const kept: SweepRow[] = [];
  const shown: SweepProgress[] = [];
  const turns: string[] = [];
  const journal: Journal = { path: '', rows: [], append: (row) => void kept.push(row) };
  let count = 0;
  const sweep: SweepRun = {
    plan: createPlan({ factors, ops: ['enter', 'go'], seed: 1, full: false }),
    journal,
    async turn(work) {
      turns.push('taken');
      const run: Execute = (next) => execute(next, ++count);
      await work(run).finally(() => turns.push('given back'));
    },
    onRow: (progress) => void shown.push(progress),
    isFatal: () => false,
    ...more,
  };
  return { sweep, kept, shown, turns };
}

describe('running a sweep', () => {
  test('keeps each row before the next one is run, and shows how many are left', async () => {
    const { sweep, kept, shown } = setUp(async (run, count) => {
      expect(kept).toHaveLength(count - 1);
      return imagine({}, run);
    });
    const rows = await runSweep(sweep);
    expect(kept).toEqual(rows);
    expect(shown.map(({ row }) => row.n)).toEqual(rows.map(({ n }) => n));
    expect(shown[0]?.left).toBeGreaterThan(shown.at(-2)?.left ?? 0);
    expect(shown.at(-1)?.left).toBe(0);
  });

  test('notes a row in which the rig fails as no result, takes the board anew and runs it again', async () => {
    const { sweep, kept, turns } = setUp(async (run, count) => {
      if (count === 3) throw new Error('OpenOCD is gone');
      return imagine({}, run);
    });
    await runSweep(sweep);
    expect(kept[2]).toMatchObject({ n: 3, fault: 'OpenOCD is gone', seen: {} });
    expect(kept[3]).toMatchObject({ n: 4, set: kept[2]?.set });
    expect(kept[3]?.fault).toBeUndefined();
    expect(turns).toEqual(['taken', 'given back', 'taken', 'given back']);
  });

  test('ends with the error of a rig that stays broken, and the journal can be gone on with', async () => {
    const { sweep, kept } = setUp(async (run, count) => {
      if (count > 4) throw new Error('no board');
      return imagine({}, run);
    });
    await expect(runSweep(sweep)).rejects.toThrow('no board');
    expect(kept.filter(({ fault }) => fault !== undefined)).toHaveLength(3);
    const again = setUp(async (run) => imagine({}, run));
    const rows = await runSweep({ ...again.sweep, journal: { ...again.sweep.journal, rows: kept } });
    expect(rows.slice(0, kept.length)).toEqual(kept);
    expect(again.kept[0]?.n).toBe(kept.length + 1);
  });

  test('ends at once at a signal, without a word in the journal', async () => {
    const { sweep, kept } = setUp(async () => Promise.reject(new Error('SIGINT')), { isFatal: () => true });
    await expect(runSweep(sweep)).rejects.toThrow('SIGINT');
    expect(kept).toEqual([]);
  });

  test('takes a row that does not end for a failure of the rig', async () => {
    const { sweep, kept } = setUp(
      (run, count) => (count === 1 ? new Promise(() => {}) : Promise.resolve(imagine({}, run))),
      {
        rowMs: 20,
      },
    );
    await runSweep(sweep);
    expect(kept[0]?.fault).toMatch(/was not over within 20 ms/);
  });

  test('gives the board back now and then', async () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ factor: `f${i}`, values: ['a', 'b', 'c'] }));
    const plan = createPlan({ factors: many, ops: ['enter'], seed: 1, full: false });
    const { sweep, turns } = setUp(async (run) => imagine({}, run), { plan });
    const rows = await runSweep(sweep);
    expect(turns.filter((text) => text === 'taken')).toHaveLength(Math.ceil(rows.length / 60));
  });
});
