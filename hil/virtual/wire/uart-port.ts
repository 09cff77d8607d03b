import type { LineFrame, UartWire, WireState } from '../board-types.ts';
import { createLineSampler, type LineSampler, type Received } from './line-sampler.ts';
import type { Outside } from './outside.ts';
import { bitNs, frameNs, type UartFormat } from './uart-format.ts';

/** One program that has the serial line open. */
export interface UartClient {
  /** Its format now, for what it receives. */
  readonly format: () => UartFormat;
  readonly receive: (received: Received) => void;
  /** The last queued byte of this client has left the wire. */
  readonly drained?: () => void;
}

export interface Attachment {
  /** Queue bytes in `format`; they leave after everything queued before, back to back. */
  send(bytes: Uint8Array, format: UartFormat): void;
  /** Queue the start or end of a break condition. */
  setBreak(on: boolean): void;
  /** Bytes that have not been put on the wire. */
  queued(): number;
  /** Forget what has not been put on the wire. */
  purge(): void;
  /** Forget what was received in part. */
  resetReception(): void;
  detach(): void;
}

/** The two pins of one UART with all clients on them. */
export interface UartPort {
  readonly wire: UartWire;
  readonly state: WireState;
  attach(client: UartClient): Attachment;
  /** Overrides what the clients make of the wire; `auto` gives it back to them. */
  override(state: WireState | 'auto'): void;
  /** Put frames on the wire that are due, and decode what has come. */
  advance(nowNs: number): void;
  /** When `advance` has something to do next; Infinity: when a client or the target acts. */
  nextNs(): number;
  /** Shape of the frame the target sent last. */
  readonly lastFromTarget: LineFrame | undefined;
}

interface Item {
  readonly owner: object;
  readonly bytes?: Uint8Array;
  readonly format?: UartFormat;
  readonly breakOn?: boolean;
}

interface Attached {
  readonly client: UartClient;
  readonly sampler: LineSampler;
  undrained: boolean;
}

// Frames are handed to the board before their time, so that they follow each other without a gap although the host looks at
// the queue only now and then: refilled when less than LOW is left, up to HIGH. A busy host wakes ten and more milliseconds late,
// and each gap would be one that a real adapter does not make; a block of 256 bytes at 115200 baud takes 24 ms.
const LOOKAHEAD_LOW_NS = 12_000_000;
const LOOKAHEAD_HIGH_NS = 26_000_000;

export function createUartPort(wire: UartWire, outside: Outside): UartPort {
  const attached = new Set<Attached>();
  let queue: Item[] = [];
  let lineEndNs = 0;
  let overridden: WireState | 'auto' = 'auto';
  let breakOn = false;
  let state: WireState = 'idle';
  let lastFromTarget: LineFrame | undefined;

  wire.onTransmit((frame) => {
    lastFromTarget = frame;
    for (const each of attached) each.sampler.take(frame);
  });

  function applyState(): void {
    let wanted: WireState = overridden === 'auto' ? 'idle' : overridden;
    if (overridden === 'auto') {
      // The ST-LINK's UART always drives the VCP; a pin header is connected to nothing until somebody plugs an adapter.
      if (attached.size === 0 && wire.role === 'rom') wanted = 'floating';
      else if (breakOn) wanted = 'low';
    }
    if (wanted === state) return;
    state = wanted;
    outside.wire(wire.name, wanted);
  }

  function driveBytes(item: Item, nowNs: number): void {
    const bytes = item.bytes!;
    const format = item.format!;
    const each = frameNs(format);
    const startNs = Math.max(nowNs, lineEndNs);
    const count = Math.min(bytes.length, Math.max(1, Math.ceil((nowNs + LOOKAHEAD_HIGH_NS - startNs) / each)));
    const now = bytes.subarray(0, count);
    // A wire that something else holds takes as long, but nothing of it arrives.
    if (overridden === 'auto') outside.bytes(wire.name, startNs, format, now);
    lineEndNs = startNs + count * each;
    if (count === bytes.length) queue.shift();
    else queue[0] = { ...item, bytes: bytes.subarray(count) };
  }

  function transmit(nowNs: number): void {
    while (queue.length > 0) {
      const item = queue[0]!;
      if (item.breakOn !== undefined) {
        if (lineEndNs > nowNs) return;
        breakOn = item.breakOn;
        applyState();
        // After a break the line is high for a while before the next start bit (RFC 2217 leaves the length to the sender).
        if (!breakOn) lineEndNs = nowNs + 2 * bitNs(item.format!);
        queue.shift();
      } else {
        if (breakOn || lineEndNs > nowNs + LOOKAHEAD_LOW_NS) return;
        driveBytes(item, nowNs);
      }
    }
  }

  function holdsBytes(each: Attached): boolean {
    return queue.some((item) => item.owner === each);
  }

  function tellDrained(nowNs: number): void {
    if (lineEndNs > nowNs) return;
    for (const each of attached) {
      if (!each.undrained || holdsBytes(each)) continue;
      each.undrained = false;
      each.client.drained?.();
    }
  }

  function nextNs(): number {
    let next = Number.POSITIVE_INFINITY;
    const head = queue[0];
    if (head?.breakOn !== undefined) next = lineEndNs;
    else if (head !== undefined && !breakOn) next = lineEndNs - LOOKAHEAD_LOW_NS;
    for (const each of attached) {
      if (each.undrained && !holdsBytes(each)) next = Math.min(next, lineEndNs);
      next = Math.min(next, each.sampler.nextNs());
    }
    return next;
  }

  function attach(client: UartClient): Attachment {
    const me: Attached = {
      client,
      sampler: createLineSampler(client.format, client.receive),
      undrained: false,
    };
    attached.add(me);
    applyState();
    const purge = (): void => {
      queue = queue.filter((item) => item.owner !== me);
    };
    return {
      send(bytes, format) {
        if (bytes.length === 0) return;
        queue.push({ owner: me, bytes, format });
        me.undrained = true;
      },
      setBreak: (on) => void queue.push({ owner: me, breakOn: on, format: client.format() }),
      queued: () => queue.reduce((sum, item) => sum + (item.owner === me ? (item.bytes?.length ?? 0) : 0), 0),
      purge,
      resetReception: () => me.sampler.reset(),
      detach() {
        if (!attached.delete(me)) return;
        purge();
        if (attached.size === 0) breakOn = false;
        applyState();
      },
    };
  }

  applyState();
  return {
    wire,
    get state() {
      return state;
    },
    get lastFromTarget() {
      return lastFromTarget;
    },
    attach,
    override(wanted) {
      overridden = wanted;
      applyState();
    },
    advance(nowNs) {
      transmit(nowNs);
      for (const each of attached) each.sampler.poll(nowNs);
      tellDrained(nowNs);
    },
    nextNs,
  };
}
