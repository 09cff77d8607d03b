import type { EventHandle, Schedule } from '../schedule.ts';

const FRAME_NS = 1_000_000;
/** Idle for so long means suspended (USB 2.0 7.1.7.6). */
const IDLE_NS = 3_000_000;
const FRAME_NUMBERS = 0x4000; // FNSOF has 14 bits (RM0383 22.16.4, DSTS)

/** Start-of-frame packets as the core counts them, and what their absence means. No event runs for a frame that nobody waits for. */
export interface FrameClock {
  readonly running: boolean;
  number(): number;
  /** GINTSTS.SOF: a frame began since the flag was cleared. */
  readonly sof: boolean;
  clearSof(): void;
  /** The interrupt of SOF is unmasked: `began` is to be called when the flag gets set. */
  watch(wanted: boolean): void;
  set(running: boolean, number: number): void;
  /** Something happened on the bus, or it is watched from now on (`true`) or not at all. */
  idleFromNow(watched: boolean): void;
  reset(): void;
}

export interface FrameEvents {
  began(): void;
  /** The bus has been idle for 3 ms. */
  idle(): void;
}

export function createFrameClock(schedule: Schedule, events: FrameEvents): FrameClock {
  let running = false;
  let first = 0;
  let startNs = 0;
  /** Frames since `startNs` that the flag no longer shows. */
  let seen = 0;
  let latched = false;
  let watched = false;
  let next: EventHandle | undefined;
  let idle: EventHandle | undefined;

  const passed = (): number => (running ? Math.floor((schedule.now() - startNs) / FRAME_NS) : 0);
  const flag = (): boolean => latched || (running && passed() >= seen);

  function arm(): void {
    schedule.cancel(next);
    next = undefined;
    if (watched && running && !flag()) next = schedule.at(startNs + seen * FRAME_NS, events.began);
  }

  return {
    get running() {
      return running;
    },
    number: () => (first + passed()) % FRAME_NUMBERS,
    get sof() {
      return flag();
    },
    clearSof() {
      latched = false;
      seen = passed() + 1;
      arm();
    },
    watch(wanted) {
      if (wanted === watched) return;
      watched = wanted;
      arm();
    },
    set(now, number) {
      latched = flag();
      first = now ? number : (first + passed()) % FRAME_NUMBERS;
      running = now;
      startNs = schedule.now();
      seen = 0;
      arm();
    },
    idleFromNow(on) {
      schedule.cancel(idle);
      idle = on && !running ? schedule.after(IDLE_NS, events.idle) : undefined;
    },
    reset() {
      latched = false;
      seen = passed() + 1;
      watched = false;
      arm();
    },
  };
}
