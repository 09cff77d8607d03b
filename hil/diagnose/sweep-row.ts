/** What the host does after the jump, in this order. */
export const sweepOps = ['enter', 'read', 'erase', 'write', 'go'] as const;
export type SweepOp = (typeof sweepOps)[number];

/**
 * - `done`: as wanted, with proof (bytes compared, a fresh start of the application seen).
 * - `returned`: the application started again instead of the ROM.
 * - `refused`: the ROM answered NACK.
 * - `silent`: no answer.
 * - `wrong`: an answer, but not the right one (other bytes, a start by a reset).
 * - `not reached`: not tried, since something before it had ended the conversation. Says nothing about this operation.
 */
export type SweepVerdict = 'done' | 'returned' | 'refused' | 'silent' | 'wrong' | 'not reached';

export interface Observation {
  readonly verdict: SweepVerdict;
  /** What was seen, in few words: where the core stood, which error. Equal signatures are the same ending. */
  readonly signature: string;
}

/** One factor of the handover at one of its values, e.g. `jump.primask` at `disabled`. */
export interface FactorValue {
  readonly factor: string;
  readonly value: string;
}

/** The factors that differ from their good value; all others are at it. */
export type Deviation = Readonly<Record<string, string>>;

/** One jump with all that was seen of it. */
export interface SweepRow {
  /** From 1, in the order of the runs. */
  readonly n: number;
  readonly set: Deviation;
  /** Why this row was run. */
  readonly why: string;
  readonly ops: readonly SweepOp[];
  readonly seen: Readonly<Partial<Record<SweepOp, Observation>>>;
  readonly ms: number;
  /** The rig failed, twice: the row is no result. */
  readonly fault?: string;
}

/** The same for two deviations exactly if they are the same; empty for the good handover. */
export function keyOf(set: Deviation): string {
  return Object.keys(set)
    .sort()
    .map((factor) => `${factor}=${set[factor]}`)
    .join(' ');
}

export function valuesOf(set: Deviation): readonly FactorValue[] {
  return Object.keys(set)
    .sort()
    .map((factor) => ({ factor, value: set[factor] as string }));
}

export function deviation(values: readonly FactorValue[]): Deviation {
  return Object.fromEntries(values.map(({ factor, value }) => [factor, value]));
}

/** True if every value of `part` is in `whole`. */
export function includes(whole: Deviation, part: Deviation): boolean {
  return Object.entries(part).every(([factor, value]) => whole[factor] === value);
}

/** `whole` with the factors of `part` back at their good values. */
export function without(whole: Deviation, part: Deviation): Deviation {
  return Object.fromEntries(Object.entries(whole).filter(([factor]) => part[factor] === undefined));
}
