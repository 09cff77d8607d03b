import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type SweepOp, type SweepRow, sweepOps } from '../diagnose/sweep-row.ts';
import { HilError } from '../error/hil-error.ts';
import type { Levels } from './covering-array.ts';

/** What a sweep was about: a journal is only gone on with by the same sweep of the same thing. */
export interface SweepHeader {
  readonly board: string;
  readonly kind: 'virtual' | 'real';
  readonly chip: string;
  readonly romId: number;
  /** SHA-256 of the application under test. */
  readonly application: string;
  readonly factors: readonly Levels[];
  readonly ops: readonly SweepOp[];
  readonly seed: number;
  readonly full: boolean;
}

/** The file that every row is written to as soon as it is known. */
export interface Journal {
  readonly path: string;
  /** Rows of the part of the sweep that was run before. */
  readonly rows: readonly SweepRow[];
  append(row: SweepRow): void;
}

const VERSION = 1;
const op = z.enum(sweepOps);
const observation = z.object({
  verdict: z.enum(['done', 'returned', 'refused', 'silent', 'wrong', 'not reached']),
  signature: z.string(),
});
const headerLine = z.object({
  sweep: z.literal(VERSION),
  board: z.string(),
  kind: z.enum(['virtual', 'real']),
  chip: z.string(),
  romId: z.number(),
  application: z.string(),
  factors: z.array(z.object({ factor: z.string(), values: z.array(z.string()) })),
  ops: z.array(op),
  seed: z.number(),
  full: z.boolean(),
});
const rowLine = z.object({
  n: z.number(),
  set: z.record(z.string(), z.string()),
  why: z.string(),
  ops: z.array(op),
  seen: z.partialRecord(op, observation),
  ms: z.number(),
  fault: z.string().optional(),
});

/** Begins a journal. One that is there already is kept beside it, as `….previous.jsonl`. */
export function beginJournal(path: string, header: SweepHeader): Journal {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) renameSync(path, path.replace(/\.jsonl$/, '.previous.jsonl'));
  writeFileSync(path, `${JSON.stringify({ sweep: VERSION, ...header })}\n`);
  return { path, rows: [], append: appender(path) };
}

/**
 * Goes on with a journal. A last line that was cut off by a crash is dropped: that row is run again.
 * @throws HilError 661 if it belongs to another sweep, 662 if it cannot be read
 */
export function resumeJournal(path: string, header: SweepHeader): Journal {
  const { header: before, rows, whole } = readJournal(path);
  const differences = (Object.keys(header) as (keyof SweepHeader)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(header[key]),
  );
  if (differences.length > 0) {
    const words = differences.map((key) => `${key} was ${short(before[key])}, is ${short(header[key])}`);
    throw new HilError(661, `${path} is the journal of another sweep: ${words.join('; ')}`, {
      blame: 'test',
      context: { path, differences },
    });
  }
  writeFileSync(path, whole);
  return { path, rows, append: appender(path) };
}

/** @throws HilError 662 */
export function readJournal(path: string): {
  readonly header: SweepHeader;
  readonly rows: readonly SweepRow[];
  /** The text up to the last complete line. */
  readonly whole: string;
} {
  if (!existsSync(path)) throw unreadable(path, 'it is not there');
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first = '', ...rest] = whole.split('\n').slice(0, -1);
  const parse = <T>(line: string, schema: z.ZodType<T>, number: number): T => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw unreadable(path, `line ${number} is not JSON`);
    }
    const result = schema.safeParse(value);
    if (!result.success) throw unreadable(path, `line ${number}: ${result.error.issues[0]?.message ?? 'not known'}`);
    return result.data;
  };
  const { sweep: _version, ...header } = parse(first, headerLine, 1);
  const rows = rest.map((line, i) => parse(line, rowLine, i + 2)).map(withoutUndefined);
  return { header, rows, whole };
}

function withoutUndefined({ fault, seen, ...row }: z.infer<typeof rowLine>): SweepRow {
  return { ...row, seen: seen as SweepRow['seen'], ...(fault === undefined ? {} : { fault }) };
}

function appender(path: string): (row: SweepRow) => void {
  // Synchronously: a process that is killed must not lose a row that was reported.
  return (row) => appendFileSync(path, `${JSON.stringify(row)}\n`);
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function unreadable(path: string, why: string): HilError {
  return new HilError(662, `${path} cannot be gone on with: ${why}`, { blame: 'test', context: { path } });
}
