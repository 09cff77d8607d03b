import type { Level } from '../board-types.ts';
import type { EventHandle, Schedule } from '../schedule.ts';
import { measureAutoBaud } from './auto-baud.ts';
import type { FrameFormat } from './usart-v3-registers.ts';

/** One received character with what was wrong with it. */
export interface Received {
  /** Bits between start and stop, LSB first; the parity bit is the highest. */
  readonly data: number;
  readonly parityError: boolean;
  readonly framingError: boolean;
  readonly noise: boolean;
  /** Middle of the first stop bit. */
  readonly endNs: number;
}

export interface ReceiverSettings {
  readonly format: FrameFormat;
  /** Length of one bit by the USART's own clock; 0 when it has none. */
  readonly bitNs: number;
  /** Samples per bit: 16 or 8. */
  readonly oversampling: 16 | 8;
  readonly oneSample: boolean;
}

export interface ReceiverLine {
  levelAt(timeNs: number): Level;
  /** Ask for edges again, from `sinceNs` on (now if not given). */
  rearm(sinceNs?: number): void;
}

/** Samples the waveform of a line at the USART's own bit time, so that a wrong baud rate or format is wrong by itself. */
export interface Receiver {
  readonly enabled: boolean;
  /** A start bit has been seen and the character is not over. */
  readonly busy: boolean;
  wants(): boolean;
  edge(level: Level, timeNs: number): void;
  setEnabled(enabled: boolean): void;
  /** Measure the next character's baud rate by ABRMOD `mode`; undefined: do not. */
  measure(mode: number | undefined): void;
}

export interface ReceiverHooks {
  readonly schedule: Schedule;
  readonly line: ReceiverLine;
  settings(): ReceiverSettings;
  received(character: Received): void;
  /** The bit time that auto-baud found; false when it is out of range. */
  baudFound(bitNs: number): boolean;
  baudFailed(): void;
}

/** Longest character that auto-baud waits for: ten bits at the lowest rate the divider can express, 16 MHz / 65535. */
const MEASURE_LIMIT_NS = 100_000_000;

export function createReceiver(hooks: ReceiverHooks): Receiver {
  const { schedule, line } = hooks;
  let enabled = false;
  let startNs: number | undefined;
  let evaluation: EventHandle | undefined;
  let mode: number | undefined;
  let edges: number[] = [];

  /** Majority of three samples around the middle of bit `index` (RM0454 26.5.5: 8, 9, 10 of 16, or 4, 5, 6 of 8). */
  function sample(start: number, index: number, s: ReceiverSettings): { level: Level; noise: boolean } {
    const middle = s.oversampling === 16 ? 8.5 : 4.5;
    const at = (tick: number): Level => line.levelAt(start + (index + tick / s.oversampling) * s.bitNs);
    if (s.oneSample) return { level: at(middle), noise: false };
    const ones = at(middle - 1) + at(middle) + at(middle + 1);
    return { level: ones >= 2 ? 1 : 0, noise: ones === 1 || ones === 2 };
  }

  function idle(sinceNs?: number): void {
    startNs = undefined;
    evaluation = undefined;
    edges = [];
    line.rearm(sinceNs);
  }

  /** When the character that began at `start` is over for the receiver: its stop bit is sampled. */
  const evaluationNs = (start: number, s: ReceiverSettings): number =>
    start + (s.format.bits + 1 + (s.oversampling === 16 ? 10 / 16 : 6 / 8)) * s.bitNs;

  function evaluate(): void {
    const s = hooks.settings();
    const start = startNs!;
    const first = sample(start, 0, s);
    if (s.bitNs === 0 || first.level === 1) {
      idle();
      return;
    } // a glitch shorter than a start bit
    const { bits, parity } = s.format;
    let data = 0;
    let ones = 0;
    let noise = first.noise;
    for (let i = 0; i < bits; i++) {
      const bit = sample(start, i + 1, s);
      noise ||= bit.noise;
      ones += bit.level;
      data |= bit.level << i;
    }
    const stop = sample(start, bits + 1, s);
    const parityError = parity !== 'none' && (ones & 1) !== (parity === 'odd' ? 1 : 0);
    // By its own clock: the event comes late when the core is in the middle of an exception entry, and at a few MHz that is long
    // enough for the next start bit to have begun.
    const endNs = evaluationNs(start, s);
    idle(endNs);
    hooks.received({ data, parityError, framingError: stop.level === 0, noise: noise || stop.noise, endNs });
  }

  function scheduleEvaluation(): void {
    const s = hooks.settings();
    if (s.bitNs === 0) {
      idle();
      return;
    }
    schedule.cancel(evaluation);
    evaluation = schedule.at(evaluationNs(startNs!, s), evaluate);
  }

  function measureEdge(timeNs: number): void {
    edges.push(timeNs);
    const answer = measureAutoBaud(mode!, edges);
    if (answer.state === 'wait') return;
    schedule.cancel(evaluation);
    mode = undefined;
    if (answer.state === 'failed' || !hooks.baudFound(answer.bitNs)) {
      idle();
      hooks.baudFailed();
    } else scheduleEvaluation();
  }

  return {
    get enabled() {
      return enabled;
    },
    get busy() {
      return startNs !== undefined;
    },
    wants: () => enabled && (startNs === undefined || mode !== undefined),
    edge(level, timeNs) {
      if (startNs !== undefined) {
        if (mode !== undefined) measureEdge(timeNs);
        return;
      }
      if (level === 1) return;
      startNs = timeNs;
      if (mode === undefined) return scheduleEvaluation();
      edges = [timeNs];
      evaluation = schedule.at(timeNs + MEASURE_LIMIT_NS, () => {
        idle();
        hooks.baudFailed();
      });
    },
    setEnabled(next) {
      if (next === enabled) return;
      enabled = next;
      schedule.cancel(evaluation);
      idle();
    },
    measure(next) {
      if (mode === next) return;
      mode = next;
      if (startNs === undefined) line.rearm();
    },
  };
}
