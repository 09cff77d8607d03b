import type { Level, LineFrame, WireState } from '../board-types.ts';
import { ROUNDING_NS } from '../event-queue.ts';
import type { Random } from '../random.ts';
import type { EventHandle, Schedule } from '../schedule.ts';

/** Something on the chip that looks at the level of a pin. */
export interface EdgeListener {
  /** False while an edge would be ignored: spares the run loop one event per bit. */
  wants(): boolean;
  edge(level: Level, timeNs: number): void;
}

/** What the chip's own pad does: drives a level, or pulls towards one, or neither. */
export interface Pad {
  readonly drive: Level | undefined;
  readonly pull: Level | undefined;
}

/**
 * The copper at one pin: the chip's pad on one side, the board and the outside on the other.
 *
 * The strongest wins: pad output, outside driver, resistor on the board, pad's pull resistor; with none of them the pin keeps its
 * last level (its capacitance).
 */
export interface Net {
  readonly name: string;
  /** Level at `timeNs`, which may lie in the recent past or the known future. */
  levelAt(timeNs: number): Level;
  /** True while the outside has announced level changes that lie ahead. */
  changesAhead(): boolean;
  setPad(pad: Pad): void;
  /** Resistor on the board. */
  setBoardPull(level: Level | undefined): void;
  /** Outside: one UART frame. Frames before its own start are an error of the caller and are moved to now. */
  drive(frame: LineFrame): void;
  setState(state: WireState): void;
  /** Outside: a steady level (button, jumper), or undefined for an open contact. */
  setOutside(level: Level | undefined): void;
  listen(listener: EdgeListener): void;
  /** A listener's `wants()` may have become true, at `sinceNs` (now if not given): it hears of the edges from then on. */
  rearm(sinceNs?: number): void;
  /** Chip: a frame begins on this pin as an output. Listeners hear of it when its last bit has left. */
  transmit(frame: LineFrame): void;
  onTransmit(listener: (frame: LineFrame) => void): void;
  /** Forget frames in flight (power lost). */
  clear(): void;
}

interface Change {
  readonly timeNs: number;
  readonly level: Level | undefined;
}

/** Changes kept behind now; more than any frame that a USART may still have to sample. */
const HISTORY = 64;
/** Spacing of the edges of a noisy line: shorter and longer than a bit at 115200 and 1200 baud. Hypothesis: noise has no norm. */
const NOISE_NS: readonly [number, number] = [2_000, 400_000];

export function createNet(name: string, schedule: Schedule, random: Random): Net {
  let changes: Change[] = [{ timeNs: Number.NEGATIVE_INFINITY, level: undefined }];
  let pad: Pad = { drive: undefined, pull: undefined };
  let boardPull: Level | undefined;
  let state: WireState = 'floating';
  let lastEndNs = Number.NEGATIVE_INFINITY;
  let floatLevel: Level = 0;
  let seenLevel: Level = 0;
  let pump: EventHandle | undefined;
  let noise: EventHandle | undefined;
  /** How many of `changes` the listeners have been told of, or were not meant to hear. */
  let told = 0;
  const listeners: EdgeListener[] = [];
  const transmitListeners: ((frame: LineFrame) => void)[] = [];

  const steady = (): Level | undefined => (state === 'idle' ? 1 : state === 'low' ? 0 : undefined);

  /** How many changes lie at or before `timeNs`. A host announces whole blocks ahead, so this is a search, not a walk. */
  function countUpTo(timeNs: number): number {
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (changes[middle]!.timeNs <= timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const outsideAt = (timeNs: number): Level | undefined => changes[countUpTo(timeNs) - 1]?.level;

  const resolve = (outside: Level | undefined): Level => pad.drive ?? outside ?? boardPull ?? pad.pull ?? floatLevel;

  function push(timeNs: number, level: Level | undefined): void {
    if (changes.at(-1)!.level !== level) changes.push({ timeNs, level });
  }

  function report(level: Level, timeNs: number): void {
    floatLevel = level;
    if (level === seenLevel) return;
    seenLevel = level;
    for (const listener of listeners) if (listener.wants()) listener.edge(level, timeNs);
  }

  /** Tell listeners of changes up to now, then of the next one when it comes. */
  function advance(): void {
    schedule.cancel(pump);
    pump = undefined;
    // An event may run up to the queue's rounding before its time; a change at that time is due, or it would be pumped for ever.
    const now = schedule.now() + ROUNDING_NS;
    while (told < changes.length && changes[told]!.timeNs <= now) {
      const change = changes[told++]!;
      report(resolve(change.level), change.timeNs);
    }
    if (told < changes.length && listeners.some((l) => l.wants())) pump = schedule.at(changes[told]!.timeNs, advance);
  }

  /** Listeners that did not want edges must not get stale ones later. */
  function rearm(sinceNs = schedule.now()): void {
    while (told < changes.length && changes[told]!.timeNs <= sinceNs) told++;
    seenLevel = resolve(changes[told - 1]?.level);
    floatLevel = seenLevel;
    advance();
  }

  function trim(): void {
    if (changes.length < 4 * HISTORY) return;
    const keepFrom = countUpTo(schedule.now()) - HISTORY;
    // Only a worthwhile piece: each cut copies what lies ahead.
    if (keepFrom < HISTORY) return;
    changes = changes.slice(keepFrom);
    told = Math.max(0, told - keepFrom);
  }

  function setSteady(level: Level | undefined): void {
    const now = schedule.now();
    const current = outsideAt(now);
    changes = changes.filter((c) => c.timeNs <= now);
    if (changes.length === 0) changes.push({ timeNs: Number.NEGATIVE_INFINITY, level: current });
    told = Math.min(told, changes.length);
    push(now, level);
    lastEndNs = now;
    advance();
  }

  function makeNoise(): void {
    setSteady(random.word() & 1 ? 1 : 0);
    noise = schedule.after(random.between(NOISE_NS[0], NOISE_NS[1]), makeNoise);
  }

  return {
    name,
    levelAt: (timeNs) => resolve(outsideAt(timeNs)),
    changesAhead: () => changes.at(-1)!.timeNs > schedule.now(),
    setPad(next) {
      pad = next;
      report(resolve(outsideAt(schedule.now())), schedule.now());
    },
    setBoardPull(level) {
      boardPull = level;
      report(resolve(outsideAt(schedule.now())), schedule.now());
    },
    drive(frame) {
      if (state === 'low' || state === 'noise') return;
      trim();
      const start = Math.max(frame.startNs, lastEndNs, schedule.now());
      for (const [i, level] of frame.levels.entries()) push(start + i * frame.bitNs, level);
      lastEndNs = start + frame.levels.length * frame.bitNs;
      push(lastEndNs, steady());
      advance();
    },
    setState(next) {
      state = next;
      schedule.cancel(noise);
      noise = undefined;
      if (next === 'noise') makeNoise();
      else setSteady(steady());
    },
    setOutside(level) {
      state = level === undefined ? 'floating' : level === 1 ? 'idle' : 'low';
      setSteady(level);
    },
    listen: (listener) => listeners.push(listener),
    rearm,
    transmit(frame) {
      schedule.at(frame.startNs + frame.levels.length * frame.bitNs, () => {
        for (const listener of transmitListeners) listener(frame);
      });
    },
    onTransmit: (listener) => transmitListeners.push(listener),
    clear() {
      setSteady(steady());
    },
  };
}
