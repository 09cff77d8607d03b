import type { EventHandle, Schedule } from '../schedule.ts';

/** An oscillator or PLL: switched on at once, ready late. */
export interface ClockSource {
  readonly on: boolean;
  readonly ready: boolean;
  /** Hz while ready, else 0. */
  readonly hz: number;
  setOn(on: boolean): void;
  /** On and ready at once: the source that the hardware itself starts before it lets the core run. */
  startReady(): void;
  /** Run `action` when the source gets ready; at once if it is. */
  whenReady(action: () => void): void;
}

export interface ClockSourceOptions {
  readonly schedule: Schedule;
  readonly hz: () => number;
  /** Time from on to ready, drawn anew for each start; Infinity if it never starts (no crystal). */
  readonly startupNs: () => number;
  /** Ready changed. */
  readonly changed: (ready: boolean) => void;
}

export function createClockSource(options: ClockSourceOptions): ClockSource {
  let on = false;
  let ready = false;
  let start: EventHandle | undefined;
  let waiting: (() => void)[] = [];
  function getReady(): void {
    ready = true;
    const actions = waiting;
    waiting = [];
    for (const action of actions) action();
  }
  return {
    get on() {
      return on;
    },
    get ready() {
      return ready;
    },
    get hz() {
      return ready ? options.hz() : 0;
    },
    setOn(next) {
      if (next === on) return;
      on = next;
      options.schedule.cancel(start);
      start = undefined;
      if (!on) {
        if (!ready) return;
        ready = false;
        options.changed(false);
        return;
      }
      const delay = options.startupNs();
      if (delay === Number.POSITIVE_INFINITY) return;
      start = options.schedule.after(delay, () => {
        start = undefined;
        getReady();
        options.changed(true);
      });
    },
    startReady() {
      options.schedule.cancel(start);
      start = undefined;
      on = true;
      getReady();
    },
    whenReady(action) {
      if (ready) action();
      else waiting.push(action);
    },
  };
}
