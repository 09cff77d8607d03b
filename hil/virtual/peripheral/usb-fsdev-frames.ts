import type { EventHandle, Schedule } from '../schedule.ts';

const FRAME_NS = 1e6;
/** SOF packets that must be missing before the bus counts as suspended (USB 2.0 7.1.7.6). */
const LOST_FOR_SUSPEND = 3;
/** The timer is locked to the host's frames after two of them (RM0091 30.6.1, LCK). */
const LOCKED_AFTER = 2;
/** A frame begins where rounding puts it. */
const ROUNDING = 1e-6;

export interface FrameTimerOptions {
  readonly schedule: Schedule;
  /** The peripheral hears the bus: powered, clocked, not held in reset. */
  readonly listening: () => boolean;
  /** SOFM: an interrupt is wanted for each frame. */
  readonly sofWanted: () => boolean;
  readonly sof: () => void;
  /** An expected frame did not come; `suspended` with the third. */
  readonly lost: (suspended: boolean) => void;
}

/** Start-of-frame packets as the peripheral sees them. Frames cost an event only while somebody wants an interrupt for each. */
export interface FrameTimer {
  /** FNR without the levels of the lines. */
  fnr(): number;
  /** A frame has begun since the flag was cleared. */
  sofPending(): boolean;
  clearSof(): void;
  readonly running: boolean;
  /** The host sends frames, the first of them now, or has stopped. */
  setRunning(running: boolean, frame: number): void;
  /** Idle from now on, or no longer: after 3 ms of it the bus is suspended. */
  setIdle(idle: boolean): void;
  /** SOFM may have changed. */
  update(): void;
}

export function createFrameTimer(options: FrameTimerOptions): FrameTimer {
  const { schedule } = options;
  let running = false;
  let startNs = 0;
  let first = 0;
  /** Index of the newest frame whose flag was cleared, or that came before anything was cleared. */
  let seen = -1;
  let latched = false;
  let lost = 0;
  let tick: EventHandle | undefined;
  let missing: EventHandle | undefined;

  /** Frames since the first one. */
  const index = (): number => Math.floor((schedule.now() - startNs) / FRAME_NS + ROUNDING);

  function update(): void {
    const wanted = running && options.sofWanted();
    if (!wanted) {
      schedule.cancel(tick);
      tick = undefined;
    } else if (tick === undefined) {
      tick = schedule.at(startNs + (index() + 1) * FRAME_NS, () => {
        tick = undefined;
        if (options.listening()) options.sof();
        update();
      });
    }
  }

  function expect(): void {
    missing = schedule.after(FRAME_NS, () => {
      missing = undefined;
      lost++;
      if (options.listening()) options.lost(lost >= LOST_FOR_SUSPEND);
      if (lost < LOST_FOR_SUSPEND) expect();
    });
  }

  function setIdle(idle: boolean): void {
    schedule.cancel(missing);
    missing = undefined;
    lost = 0;
    if (idle) expect();
  }

  return {
    fnr() {
      const number = running ? first + index() : first;
      const locked = running && index() + 1 >= LOCKED_AFTER;
      return (locked ? 1 << 13 : 0) | (Math.min(lost, 3) << 11) | (number & 0x7ff);
    },
    sofPending: () => latched || (running && index() > seen),
    clearSof() {
      latched = false;
      seen = running ? index() : -1;
    },
    get running() {
      return running;
    },
    setRunning(next, frame) {
      if (next) {
        running = true;
        startNs = schedule.now();
        first = frame;
        seen = -1;
        setIdle(false);
        schedule.cancel(tick);
        tick = undefined;
      } else if (running) {
        latched ||= index() > seen;
        first += index();
        running = false;
        seen = -1;
      }
      update();
    },
    setIdle,
    update,
  };
}
