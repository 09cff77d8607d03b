/** How virtual time follows the wall. All times in ns; the wall's zero is when the pace was made. */
export interface Pace {
  /** Virtual time up to which the board may run now. */
  goal(wallNs: number): number;
  /** Virtual time that corresponds to the wall's now. */
  present(wallNs: number): number;
  /**
   * The board stands at `nowNs`: drop what it cannot catch up in one short burst. `sleptNs`: time the board was left asleep on
   * purpose, which is no debt.
   */
  settle(wallNs: number, nowNs: number, sleptNs?: number): void;
  /** How far the board is behind, 0 when it is not. */
  lag(wallNs: number, nowNs: number): number;
  /** All time dropped so far: the wall has run this much more than the board. */
  readonly droppedNs: number;
}

/** The board may be ahead by one slice, so that an answer is ready when the host's timer wakes. */
export const LEAD_NS = 1_000_000;
/** Longest burst in which the board catches up; a longer one would let firmware time-outs expire before the host can answer. */
export const MAX_DEBT_NS = 20_000_000;

export function createPace(startWallNs: number): Pace {
  let droppedNs = 0;
  const present = (wallNs: number): number => wallNs - startWallNs - droppedNs;
  const lag = (wallNs: number, nowNs: number): number => Math.max(0, present(wallNs) - nowNs);
  return {
    present,
    goal: (wallNs) => present(wallNs) + LEAD_NS,
    lag,
    settle(wallNs, nowNs, sleptNs = 0) {
      const debtNs = lag(wallNs, nowNs) - sleptNs;
      if (debtNs > MAX_DEBT_NS) droppedNs += debtNs - MAX_DEBT_NS;
    },
    get droppedNs() {
      return droppedNs;
    },
  };
}
