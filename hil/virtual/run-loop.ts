import type { IdleReport } from './board-types.ts';
import type { Core } from './cpu/core.ts';
import type { EventQueue } from './event-queue.ts';
import type { Timebase } from './timebase.ts';

export interface RunLoopOptions {
  readonly core: Core;
  readonly queue: EventQueue;
  readonly timebase: Timebase;
  /** False while the chip has no power or NRST is low: time passes, nothing executes. */
  readonly alive: () => boolean;
  /** The program asked for a system reset. */
  readonly systemReset: () => void;
  readonly note: (event: string, data: Readonly<Record<string, unknown>>) => void;
}

export interface RunLoop {
  runUntil(timeNs: number): IdleReport;
  /** An event was added: a core that would run past it must stop earlier. */
  scheduled(timeNs: number): void;
  /** The core clock changed: the cycle limit of the current run is wrong. */
  rateChanged(): void;
}

/** Instructions that a polling loop may have (facts: HAL_GetTick(), `while(!(ISR & TXE))`, a scan of three interfaces). */
const LOOP_INSTRUCTIONS = 96;
/** Cycles between two looks for a polling loop, growing while the code is not polling. */
const FIRST_SLICE = 200;
const LONGEST_SLICE = 64_000;

/**
 * Runs core and events in step. Skipping a polling loop passes whole iterations only, up to the next event, so it changes what the
 * host computes and never what the board does.
 */
export function createRunLoop(options: RunLoopOptions): RunLoop {
  const { core, queue, timebase } = options;
  let stopNs = Number.POSITIVE_INFINITY;
  let running = false;
  let polling = false;
  let slice = FIRST_SLICE;
  let lockupNoted = false;
  /** Events ran since the core ran last: what it waits for may have come, so nobody may sleep on its word. */
  let stirred = false;

  /** Let time pass up to `cycle` without executing. */
  function passTo(cycle: number): void {
    if (cycle > core.cycles) core.passCycles(cycle - core.cycles);
  }

  /** Skip whole iterations of a polling loop; false if the code is not polling. */
  function skipLoop(stopCycle: number): boolean {
    const period = core.pollingLoopCycles(LOOP_INSTRUCTIONS);
    if (period <= 0) return false;
    const end = Math.min(stopCycle, core.nextTimerCycle());
    const iterations = Math.floor((end - core.cycles) / period);
    if (iterations > 0) core.passCycles(iterations * period);
    return true;
  }

  function execute(stopCycle: number): void {
    stirred = false;
    if (polling) {
      polling = skipLoop(stopCycle);
      if (!polling) slice = Math.min(slice * 2, LONGEST_SLICE);
      if (core.cycles >= stopCycle) return;
    }
    const limit = Math.min(stopCycle, core.cycles + slice);
    running = true;
    const reason = core.run(limit);
    running = false;
    switch (reason) {
      case 'sleep': // One cycle at least, so that a timer that is due now cannot hold the loop.
        {
          const tick = core.nextTimerCycle();
          passTo(Math.max(core.cycles + 1, Math.min(stopCycle, tick)));
          stirred = core.cycles >= tick;
          return;
        }
      case 'reset': {
        options.systemReset();
        return;
      }
      case 'halt': {
        options.note('core halted', { pc: core.pc });
        return;
      }
      case 'lockup':
        return;
      case 'limit':
        // A slice was used up without an event: look whether it went round in a circle.
        if (limit < stopCycle && core.cycles >= limit) polling = true;
    }
  }

  function report(): IdleReport {
    const nowNs = timebase.now();
    const stopped = !options.alive() || core.halted || core.lockup;
    const quiet = stopped || ((core.sleeping || polling) && !stirred);
    if (!quiet) return { nowNs, nextNs: nowNs };
    const timer = options.alive() && !core.halted && !core.lockup ? timebase.timeAt(core.nextTimerCycle()) : Infinity;
    return { nowNs, nextNs: Math.max(nowNs, Math.min(queue.nextNs(), timer)) };
  }

  return {
    runUntil(timeNs) {
      for (;;) {
        if (queue.runDue(timebase.now())) {
          // What the event changed may end the wait; look again after some cycles.
          slice = FIRST_SLICE;
          stirred = true;
        }
        if (timebase.now() >= timeNs) return report();
        stopNs = Math.min(timeNs, queue.nextNs());
        const stopCycle = Math.max(core.cycles + 1, timebase.cycleAt(stopNs));
        if (!options.alive() || core.halted || core.lockup) passTo(stopCycle);
        else execute(stopCycle);
        if (core.lockup !== lockupNoted) {
          lockupNoted = core.lockup;
          if (lockupNoted) options.note('lockup', { pc: core.pc });
        }
      }
    },
    scheduled(timeNs) {
      if (running && timeNs < stopNs) core.breakOut();
    },
    rateChanged() {
      if (running) core.breakOut();
    },
  };
}
