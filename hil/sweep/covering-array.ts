import type { FactorValue } from '../diagnose/sweep-row.ts';

/** A factor with its values, the good one first. */
export interface Levels {
  readonly factor: string;
  readonly values: readonly string[];
}

export type Assignment = Readonly<Record<string, string>>;

export interface Cover {
  /** Which pairs of values of different factors are wanted; all of them if absent. */
  readonly wanted?: (a: FactorValue, b: FactorValue) => boolean;
  /** Which pairs must not meet in a row. Good values must not be forbidden with anything: they fill the rest of every row. */
  readonly forbidden?: (a: FactorValue, b: FactorValue) => boolean;
  readonly seed: number;
}

/** So many rows are made at each step, of which the one with the most new pairs is taken. */
const CANDIDATES = 12;

/**
 * Rows in which every wanted pair of values occurs at least once, every factor at a value in every row (a mixed-level covering array
 * of strength 2). Greedy, one row at a time (Cohen, Dalal, Fredman, Patton, "The AETG System", 1997). The same arguments give the same
 * rows. Where a value brings nothing new, the good one is taken.
 */
export function coverPairs(factors: readonly Levels[], { wanted, forbidden, seed }: Cover): readonly Assignment[] {
  const random = generator(seed);
  const open = new Map<string, readonly [FactorValue, FactorValue]>();
  for (const [a, b] of allPairs(factors)) {
    if (forbidden?.(a, b) === true || wanted?.(a, b) === false) continue;
    open.set(pairKey(a, b), [a, b]);
  }
  const rows: Assignment[] = [];
  while (open.size > 0) {
    let best: Map<string, string> | undefined;
    let bestGain = 0;
    for (let i = 0; i < CANDIDATES; i++) {
      const row = candidate(factors, open, forbidden, random);
      const gained = gainOf(row, open);
      if (gained > bestGain) {
        best = row;
        bestGain = gained;
      }
    }
    if (best === undefined) break;
    for (const key of pairKeysOf(best)) open.delete(key);
    rows.push(Object.fromEntries(factors.map(({ factor }) => [factor, best.get(factor) as string])));
  }
  return rows;
}

/** Starts from a pair that is still open, then gives each other factor, in random order, the value that brings the most. */
function candidate(
  factors: readonly Levels[],
  open: ReadonlyMap<string, readonly [FactorValue, FactorValue]>,
  forbidden: Cover['forbidden'],
  random: (below: number) => number,
): Map<string, string> {
  const row = new Map<string, string>();
  const start = [...open.values()][random(open.size)] as readonly [FactorValue, FactorValue];
  for (const { factor, value } of start) row.set(factor, value);
  for (const { factor, values } of shuffled(factors, random)) {
    if (row.has(factor)) continue;
    let bestValue = values[0] as string;
    let bestGain = 0;
    for (const value of values) {
      const here = { factor, value };
      let gain = 0;
      let allowed = true;
      for (const [other, at] of row) {
        const there = { factor: other, value: at };
        if (forbidden?.(here, there) === true) allowed = false;
        if (open.has(pairKey(here, there))) gain += 1;
      }
      if (allowed && gain > bestGain) {
        bestValue = value;
        bestGain = gain;
      }
    }
    row.set(factor, bestValue);
  }
  return row;
}

/** Every combination of values. The number of rows is the product of the numbers of values: ask `fullCount` first. */
export function* fullFactorial(factors: readonly Levels[]): Generator<Assignment> {
  const at = factors.map(() => 0);
  for (;;) {
    yield Object.fromEntries(factors.map(({ factor, values }, i) => [factor, values[at[i] as number] as string]));
    let i = factors.length - 1;
    while (i >= 0 && (at[i] as number) + 1 === (factors[i] as Levels).values.length) {
      at[i] = 0;
      i -= 1;
    }
    if (i < 0) return;
    at[i] = (at[i] as number) + 1;
  }
}

export function fullCount(factors: readonly Levels[]): number {
  return factors.reduce((product, { values }) => product * values.length, 1);
}

function* allPairs(factors: readonly Levels[]): Generator<readonly [FactorValue, FactorValue]> {
  for (const [i, one] of factors.entries()) {
    for (const other of factors.slice(i + 1)) {
      for (const value of one.values) {
        for (const another of other.values) {
          yield [
            { factor: one.factor, value },
            { factor: other.factor, value: another },
          ];
        }
      }
    }
  }
}

function pairKey(a: FactorValue, b: FactorValue): string {
  const one = `${a.factor}=${a.value}`;
  const other = `${b.factor}=${b.value}`;
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

function* pairKeysOf(row: ReadonlyMap<string, string>): Generator<string> {
  const values = [...row].map(([factor, value]) => ({ factor, value }));
  for (const [i, a] of values.entries()) for (const b of values.slice(i + 1)) yield pairKey(a, b);
}

function gainOf(row: ReadonlyMap<string, string>, open: ReadonlyMap<string, unknown>): number {
  let gain = 0;
  for (const key of pairKeysOf(row)) if (open.has(key)) gain += 1;
  return gain;
}

function shuffled<T>(values: readonly T[], random: (below: number) => number): readonly T[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/** Whole numbers below a bound, from a 32-bit state (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
