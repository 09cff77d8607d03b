/** Virtual time as a linear function of core cycles between two clock changes. */
export interface Timebase {
  /** Virtual time in ns. */
  now(): number;
  /** Core clock in Hz from now on; what has passed keeps the rate it had. */
  setHz(hz: number): void;
  readonly hz: number;
  /** The first cycle count at which `now()` is not before `timeNs`. */
  cycleAt(timeNs: number): number;
  timeAt(cycle: number): number;
}

const SLACK_CYCLES = 1e-6;

export function createTimebase(cycles: () => number, hz: number): Timebase {
  let anchorNs = 0;
  let anchorCycle = cycles();
  let currentHz = hz;
  let nsPerCycle = 1e9 / hz;
  const timeAt = (cycle: number): number => anchorNs + (cycle - anchorCycle) * nsPerCycle;
  const now = (): number => timeAt(cycles());
  return {
    now,
    timeAt,
    get hz() {
      return currentHz;
    },
    setHz(next) {
      if (next === currentHz) return;
      anchorNs = now();
      anchorCycle = cycles();
      currentHz = next;
      nsPerCycle = 1e9 / next;
    },
    cycleAt: (timeNs) =>
      timeNs === Number.POSITIVE_INFINITY
        ? timeNs
        : anchorCycle + Math.ceil((timeNs - anchorNs) / nsPerCycle - SLACK_CYCLES),
  };
}
