import type { DataPacket, Toggle } from './device-port.ts';
import { ended, type Urb, type UrbResult, urbStatus } from './urb.ts';

/** What goes over the bus next: one transaction (USB 2.0 8.5). */
export type Transaction =
  | { readonly kind: 'setup'; readonly bytes: Uint8Array }
  | { readonly kind: 'out'; readonly toggle: Toggle; readonly bytes: Uint8Array }
  | { readonly kind: 'in'; readonly room: number };

/** A URB on its way over the bus, transaction by transaction. What is returned ends it. */
export interface Transfer {
  next(): Transaction;
  /** The device took a SETUP or OUT packet. */
  acknowledged(): UrbResult | undefined;
  received(packet: DataPacket): UrbResult | undefined;
  /** The transfer ends early with `status`; bytes that came before it are kept. */
  broken(status: number): UrbResult;
}

/** The toggle of one direction of an endpoint; lasts from URB to URB (USB 2.0 8.6). */
export interface ToggleBit {
  value: Toggle;
}

const NOTHING = new Uint8Array(0);
const flip = (toggle: ToggleBit): void => {
  toggle.value = toggle.value === 0 ? 1 : 0;
};

/** Bytes that a run of IN packets collects. */
function createIntake(length: number, maxPacket: number, toggle: ToggleBit) {
  const bytes = new Uint8Array(length);
  let count = 0;
  return {
    get room() {
      return Math.min(maxPacket, length - count);
    },
    get result(): UrbResult {
      return { status: urbStatus.ok, actual: count, data: bytes.slice(0, count) };
    },
    /** 'more' while packets are missing; a packet that was here before (its acknowledgement got lost) changes nothing (USB 2.0 8.6.4). */
    take(packet: DataPacket): 'more' | 'end' | 'babble' {
      if (packet.bytes.length > maxPacket || (packet.toggle === toggle.value && packet.bytes.length > length - count)) {
        return 'babble';
      }
      if (packet.toggle !== toggle.value) return 'more';
      flip(toggle);
      bytes.set(packet.bytes, count);
      count += packet.bytes.length;
      return packet.bytes.length < maxPacket || count === length ? 'end' : 'more';
    },
  };
}

/** Bytes that leave in OUT packets; no bytes at all are one empty packet. */
function createOutflow(data: Uint8Array, maxPacket: number, toggle: ToggleBit) {
  let sent = 0;
  return {
    get sent() {
      return sent;
    },
    packet: (): Transaction => ({ kind: 'out', toggle: toggle.value, bytes: data.subarray(sent, sent + maxPacket) }),
    /** True when the last packet was taken. */
    acknowledged(): boolean {
      flip(toggle);
      sent += Math.min(maxPacket, data.length - sent);
      return sent === data.length;
    },
  };
}

/** Bulk and interrupt (USB 2.0 8.5.2, 8.5.4). */
export function createStreamTransfer(urb: Urb, maxPacket: number, toggle: ToggleBit): Transfer {
  if (urb.direction === 'out') {
    const outflow = createOutflow(urb.data ?? NOTHING, maxPacket, toggle);
    return {
      next: outflow.packet,
      acknowledged: () => (outflow.acknowledged() ? ended(urbStatus.ok, outflow.sent) : undefined),
      received: () => ended(urbStatus.protocol, outflow.sent),
      broken: (status) => ended(status, outflow.sent),
    };
  }
  const intake = createIntake(urb.length ?? 0, maxPacket, toggle);
  return {
    next: () => ({ kind: 'in', room: intake.room }),
    acknowledged: () => ended(urbStatus.protocol),
    received(packet) {
      const took = intake.take(packet);
      if (took === 'babble') return { ...intake.result, status: urbStatus.babble };
      return took === 'end' ? intake.result : undefined;
    },
    broken: (status) => ({ ...intake.result, status }),
  };
}

/** SETUP, data in either direction, status the other way round (USB 2.0 8.5.3). */
export function createControlTransfer(urb: Urb, maxPacket: number): Transfer {
  const setup = urb.setup ?? new Uint8Array(8);
  const toggle: ToggleBit = { value: 1 };
  const reads = urb.direction === 'in' && (urb.length ?? 0) > 0;
  const data = urb.data ?? NOTHING;
  const intake = createIntake(reads ? (urb.length ?? 0) : 0, maxPacket, toggle);
  const outflow = createOutflow(data, maxPacket, toggle);
  let stage: 'setup' | 'data' | 'status' = 'setup';

  const result = (status: number): UrbResult => (reads ? { ...intake.result, status } : ended(status, outflow.sent));
  function toStatus(): undefined {
    stage = 'status';
    // Always DATA1 (USB 2.0 8.5.3).
    toggle.value = 1;
  }

  return {
    next() {
      if (stage === 'setup') return { kind: 'setup', bytes: setup };
      if (stage === 'data') return reads ? { kind: 'in', room: intake.room } : outflow.packet();
      return reads ? { kind: 'out', toggle: 1, bytes: NOTHING } : { kind: 'in', room: 0 };
    },
    acknowledged() {
      if (stage === 'setup') {
        if (!reads && data.length === 0) return toStatus();
        stage = 'data';
        return undefined;
      }
      if (stage === 'status') return result(urbStatus.ok);
      return outflow.acknowledged() ? toStatus() : undefined;
    },
    received(packet) {
      if (stage === 'status') {
        if (packet.bytes.length > 0) return result(urbStatus.babble);
        return packet.toggle === 1 ? result(urbStatus.ok) : undefined;
      }
      const took = intake.take(packet);
      if (took === 'babble') return result(urbStatus.babble);
      return took === 'end' ? toStatus() : undefined;
    },
    broken: result,
  };
}
