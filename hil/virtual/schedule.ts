/** A scheduled event; opaque outside the schedule. */
export interface EventHandle {
  readonly timeNs: number;
}

/**
 * Virtual time and the event queue of one board.
 *
 * Time is in nanoseconds since the board was created (a double, monotonic). Events run in order of (time, insertion).
 * Between clock changes, time is a linear function of core cycles, so a run is deterministic to the cycle.
 */
export interface Schedule {
  /** Virtual time now, in ns; exact to the cycle, also in the middle of an instruction's bus access. */
  now(): number;
  /** Run `action` at `timeNs` (at the next instruction boundary if that is already past). */
  at(timeNs: number, action: () => void): EventHandle;
  /** Run `action` `delayNs` from now. */
  after(delayNs: number, action: () => void): EventHandle;
  cancel(handle: EventHandle | undefined): void;
}
