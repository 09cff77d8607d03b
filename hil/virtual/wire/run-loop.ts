import type { IdleReport } from '../board-types.ts';
import type { Outside } from './outside.ts';
import { createPace, LEAD_NS, type Pace } from './pace.ts';

/** What else has something to do at times of its own: the serial lines. */
export interface Timed {
  advance(nowNs: number): void;
  nextNs(): number;
}

export interface RunLoop {
  readonly pace: Pace;
  /** Call before an input is applied: brings a sleeping board to the present, and makes the next turn come at once. */
  enter(): void;
  /** Somebody is waiting for the board's answers: wake in time rather than seldom. */
  busyLine(): void;
  start(): void;
  stop(): void;
}

export interface RunLoopOptions {
  readonly outside: Outside;
  readonly timed: readonly Timed[];
  /** Called after each turn: hand out what the turn produced. */
  readonly afterTurn: () => void;
  /** The wall, in ns; monotonic. */
  readonly wallNs: () => number;
}

/** Virtual time per step. A probe's request waits for the end of one step at most: some 0.05 ms while the core is busy. */
const SLICE_NS = 100_000;
/** Wall time per turn of the event loop; sockets are looked at between turns. */
const TURN_NS = 200_000;
/**
 * Without traffic nobody sees when a board wakes, so it sleeps over its own timer ticks and makes up for them in a burst: at the
 * end of the sleep, or before an input is applied, so that firmware meets every input in its time.
 */
const QUIET_SLEEP_NS = 100_000_000;
const QUIET_AFTER_NS = 500_000_000;
/** Longest that bytes of the target wait for each other before a client gets them. */
const GATHER_NS = 1_000_000;
/** Wall time that making up before an input may take. */
const MAKE_UP_NS = 2_000_000;
/** A sleeping board without any event looks at the clock this often, so that its virtual time stays readable. */
const LONGEST_SLEEP_NS = 1_000_000_000;

/**
 * Runs one board in step with the wall, inside the event loop of its thread: slices while the core is busy, timers while it
 * sleeps, and at once when the outside does something.
 */
export function createRunLoop(options: RunLoopOptions): RunLoop {
  const { outside, timed, wallNs } = options;
  let pace = createPace(wallNs());
  let report: IdleReport = { nowNs: 0, nextNs: 0 };
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let trafficNs = Number.NEGATIVE_INFINITY;
  let running = false;
  let sleptNs = 0;
  let flushedNs = 0;

  const isIdle = (): boolean => report.nextNs > report.nowNs;
  const linesNextNs = (): number =>
    timed.reduce((next, each) => Math.min(next, each.nextNs()), Number.POSITIVE_INFINITY);

  function run(untilNs: number): void {
    report = outside.runUntil(untilNs);
    for (const each of timed) each.advance(report.nowNs);
  }

  /** Where to run next: to the next thing that happens when the core sleeps, one slice when it does not. */
  function stepEnd(nowNs: number, goalNs: number): number {
    const sliceNs = Math.min(goalNs, nowNs + SLICE_NS);
    if (!isIdle()) return sliceNs;
    const nextNs = Math.min(goalNs, report.nextNs, linesNextNs());
    return nextNs > nowNs ? nextNs : sliceNs;
  }

  function turn(): void {
    if (!running) return;
    const startNs = wallNs();
    const goalNs = pace.goal(startNs);
    if (isIdle()) run(Math.max(outside.now(), Math.min(goalNs, report.nextNs)));
    pace.settle(startNs, outside.now(), sleptNs);
    for (const each of timed) each.advance(outside.now());
    while (outside.now() < goalNs && wallNs() - startNs < TURN_NS) run(stepEnd(outside.now(), goalNs));
    // Each hand-over is a system call: while the board catches up, what it sent is gathered for a moment.
    const caughtUp = outside.now() >= goalNs;
    if (caughtUp || wallNs() - flushedNs >= GATHER_NS) {
      options.afterTurn();
      flushedNs = wallNs();
    }
    if (!caughtUp) immediate = setImmediate(turn);
    else {
      sleptNs = 0;
      sleep();
    }
  }

  function sleep(): void {
    const wall = wallNs();
    const nowNs = outside.now();
    const linesNs = linesNextNs();
    let nextNs = Math.min(isIdle() ? report.nextNs : nowNs, linesNs);
    const quiet = wall - trafficNs > QUIET_AFTER_NS;
    // Only the core's own ticks can wait; what a line has to do is for somebody outside.
    if (quiet && isIdle()) nextNs = Math.min(Math.max(nextNs, nowNs + QUIET_SLEEP_NS), linesNs);
    const sleepNs = Math.min(LONGEST_SLEEP_NS, nextNs - LEAD_NS - pace.present(wall));
    sleptNs = Math.max(0, sleepNs);
    timer = setTimeout(turn, Math.max(1, Math.ceil(sleepNs / 1e6)));
  }

  /** A board that sleeps gets to the present almost for nothing; one that has work to do does it in its turns. */
  function makeUp(): void {
    const startNs = wallNs();
    const presentNs = pace.present(startNs);
    while (outside.now() < presentNs && wallNs() - startNs < MAKE_UP_NS) run(stepEnd(outside.now(), presentNs));
  }

  function soon(): void {
    clearTimeout(timer);
    if (immediate !== undefined) clearImmediate(immediate);
    immediate = running ? setImmediate(turn) : undefined;
  }

  return {
    get pace() {
      return pace;
    },
    enter() {
      if (running && isIdle()) makeUp();
      // Whatever comes in may have woken the core.
      report = { nowNs: outside.now(), nextNs: outside.now() };
      soon();
    },
    busyLine() {
      trafficNs = wallNs();
    },
    start() {
      // Only now: what it took to open the wires is no debt.
      pace = createPace(wallNs());
      running = true;
      soon();
    },
    stop() {
      running = false;
      clearTimeout(timer);
      if (immediate !== undefined) clearImmediate(immediate);
    },
  };
}
