import type { Observation, SweepOp, SweepRow } from '../diagnose/sweep-row.ts';
import { HilError, isHilError } from '../error/hil-error.ts';
import type { Journal } from './journal.ts';
import type { NextRun, Plan, Stage } from './plan.ts';

export interface SweepProgress {
  readonly row: SweepRow;
  readonly stage: Stage;
  /** Runs still to come, and the time they take at the speed of the rows of this process. */
  readonly left: number;
  readonly leftMs: number;
}

/** Runs one row on a board. What it throws is a failure of the rig, and no result of the row. */
export type Execute = (run: NextRun) => Promise<Readonly<Partial<Record<SweepOp, Observation>>>>;

export interface SweepRun {
  readonly plan: Plan;
  readonly journal: Journal;
  /** Takes the board, known to be good, for as many rows as `work` wants; gives it back known to be good, also when `work` throws. */
  readonly turn: (work: (execute: Execute) => Promise<void>) => Promise<void>;
  readonly onRow: (progress: SweepProgress) => void;
  /** True for an error after which there is no going on, e.g. a signal. */
  readonly isFatal: (error: unknown) => boolean;
  /** Default 30 000. Every wait of a row has a deadline of its own, so that this one only passes when something is badly wrong. */
  readonly rowMs?: number;
}

const ROW_MS = 30_000;
/** So many rows in one turn: the board is taken and brought back anew after them. */
const ROWS_PER_TURN = 60;
/** After so many rows one after the other that the rig did not bring to a result, its error ends the sweep. */
const MAX_FAULTS = 3;

/**
 * Runs what the plan asks for until it asks for nothing more. Each row is in the journal before the next one begins. A row in which
 * the rig fails is noted as that and run once more with the board taken anew.
 * @throws what the rig fails with, when it does not recover
 */
export async function runSweep({
  plan,
  journal,
  turn,
  onRow,
  isFatal,
  rowMs = ROW_MS,
}: SweepRun): Promise<readonly SweepRow[]> {
  const rows = [...journal.rows];
  const before = rows.length;
  let faults = 0;
  let next = plan.next(rows);

  const keep = (run: NextRun, row: SweepRow): void => {
    journal.append(row);
    rows.push(row);
    const done = rows.slice(before);
    const mean = done.reduce((sum, { ms }) => sum + ms, 0) / done.length;
    const left = Math.max(0, run.left - 1);
    onRow({ row, stage: run.stage, left, leftMs: left * mean });
  };

  while (next !== undefined) {
    let current: NextRun = next;
    let startedAt = 0;
    const row = (): Omit<SweepRow, 'seen'> => ({
      n: rows.length + 1,
      set: current.set,
      why: current.why,
      ops: current.ops,
      ms: Math.round(performance.now() - startedAt),
    });
    try {
      await turn(async (execute) => {
        for (let i = 0; i < ROWS_PER_TURN && next !== undefined; i++) {
          current = next;
          startedAt = performance.now();
          const seen = await within(rowMs, () => execute(current));
          keep(current, { ...row(), seen });
          faults = 0;
          next = plan.next(rows);
        }
      });
    } catch (error) {
      if (isFatal(error)) throw error;
      // The board was taken anew after a row that took too long: that was the row, not the rig.
      if (!isHilError(error) || error.code !== 507) faults += 1;
      const fault = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      keep(current, { ...row(), seen: {}, fault });
      if (faults >= MAX_FAULTS) throw error;
      next = plan.next(rows);
    }
  }
  return rows;
}

/** @throws HilError 507 */
async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new HilError(507, `a row of the sweep was not over within ${ms} ms`, { blame: 'rig' })),
      ms,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
