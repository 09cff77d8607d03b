import type { Level, LineFrame } from '../board-types.ts';
import { bitNs, parityBit, type UartFormat } from './uart-format.ts';

/** What a receiver makes of the line. Only `byte` and `break` are delivered; the errors say why a byte is missing. */
export type Received =
  | { readonly kind: 'byte'; readonly value: number }
  | { readonly kind: 'parity'; readonly value: number }
  | { readonly kind: 'framing'; readonly value: number }
  | { readonly kind: 'break' };

interface Edge {
  readonly ns: number;
  readonly level: Level;
}

export interface LineSampler {
  /** A frame of the sender, complete. */
  take(frame: LineFrame): void;
  /** Decode what is certain at `nowNs`. */
  poll(nowNs: number): void;
  /** When `poll` may find more; Infinity when it waits for the sender. */
  nextNs(): number;
  reset(): void;
}

/**
 * A receiver that knows the waveform and its own format, nothing of the sender's: it finds a falling edge and samples in the
 * middle of its own bits. So a wrong baud or parity gives the garbage and the errors that it gives on a cable.
 */
export function createLineSampler(format: () => UartFormat, deliver: (received: Received) => void): LineSampler {
  // Levels from each edge on; the line idles high before the first and after the last.
  let edges: Edge[] = [];
  let knownNs = 0;
  let senderFrameNs = 0;
  let searchNs = 0;
  let waitNs = Number.POSITIVE_INFINITY;

  function levelAt(ns: number): Level {
    let level: Level = 1;
    for (const edge of edges) {
      if (edge.ns > ns) break;
      level = edge.level;
    }
    return level;
  }

  function fallingEdge(): number | undefined {
    let before: Level = 1;
    for (const edge of edges) {
      if (edge.level === 0 && before === 1 && edge.ns >= searchNs) return edge.ns;
      before = edge.level;
    }
    return undefined;
  }

  function forgetBefore(ns: number): void {
    let keep = 0;
    // The last edge at or before `ns` still gives the level there.
    while (keep + 1 < edges.length && edges[keep + 1]!.ns <= ns) keep++;
    if (keep > 0) edges = edges.slice(keep);
  }

  function decode(startNs: number, shape: UartFormat, bit: number): void {
    let value = 0;
    for (let i = 0; i < shape.dataBits; i++) value |= levelAt(startNs + (1.5 + i) * bit) << i;
    const parityNs = startNs + (1.5 + shape.dataBits) * bit;
    const hasParity = shape.parity !== 'none';
    const stopNs = hasParity ? parityNs + bit : parityNs;
    searchNs = stopNs;
    if (levelAt(stopNs) === 0) {
      const allLow = value === 0 && (!hasParity || levelAt(parityNs) === 0);
      deliver(allLow ? { kind: 'break' } : { kind: 'framing', value });
    } else if (hasParity && levelAt(parityNs) !== parityBit(value, shape.parity)) {
      deliver({ kind: 'parity', value });
    } else deliver({ kind: 'byte', value });
  }

  function poll(nowNs: number): void {
    for (;;) {
      waitNs = Number.POSITIVE_INFINITY;
      const startNs = fallingEdge();
      if (startNs === undefined) {
        forgetBefore(Math.max(searchNs, knownNs));
        return;
      }
      const shape = format();
      const bit = bitNs(shape);
      const stopNs = startNs + (1.5 + shape.dataBits + (shape.parity === 'none' ? 0 : 1)) * bit;
      // A frame is told of when it ends, so past the last one the line is certain only once a frame begun there would be over.
      const certainNs = stopNs <= knownNs ? stopNs : stopNs + senderFrameNs;
      if (certainNs > knownNs && certainNs > nowNs) {
        waitNs = certainNs;
        return;
      }
      if (levelAt(startNs + 0.5 * bit) === 1) searchNs = startNs + 0.5 * bit;
      else decode(startNs, shape, bit);
      forgetBefore(searchNs);
    }
  }

  return {
    take(frame) {
      let before: Level = 1;
      frame.levels.forEach((level, i) => {
        if (level !== before) edges.push({ ns: frame.startNs + i * frame.bitNs, level });
        before = level;
      });
      const endNs = frame.startNs + frame.levels.length * frame.bitNs;
      if ((before as Level) === 0) edges.push({ ns: endNs, level: 1 });
      knownNs = endNs;
      senderFrameNs = endNs - frame.startNs;
      poll(endNs);
    },
    poll,
    nextNs: () => waitNs,
    reset() {
      edges = [];
      searchNs = knownNs;
      waitNs = Number.POSITIVE_INFINITY;
    },
  };
}
