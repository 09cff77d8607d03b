import type { Transaction } from './transfer.ts';

/** A bit at 12 Mbit/s (USB 2.0 7.1.11), in ns. */
const BIT_NS = 1e9 / 12e6;
/** Frames last 1 ms (USB 2.0 7.1.12). */
export const FRAME_NS = 1_000_000;
/** Frame numbers have 11 bits (USB 2.0 8.3.3). */
export const FRAME_NUMBERS = 0x800;

// Packets by their fields (USB 2.0 8.3, 8.4): SYNC 8, PID 8, then address 7 + endpoint 4 + CRC5, or data + CRC16; EOP 3 (7.1.13).
// Bit stuffing is left out: it depends on the data and adds a sixth at most.
const TOKEN_BITS = 8 + 8 + 16 + 3;
const HANDSHAKE_BITS = 8 + 8 + 3;
const dataBits = (bytes: number): number => 8 + 8 + 8 * bytes + 16 + 3;
/** Between two packets of one transaction (USB 2.0 7.1.18.1: 2 to 7.5 bit times in a device, here the middle). */
const TURN_BITS = 5;
/** End of a frame that no transaction may reach (USB 2.0 11.2.5: EOF1, 32 bit times). */
const END_OF_FRAME_BITS = 32;

/** From the start of a transaction until the device can act on it. */
export function effectNs(transaction: Transaction): number {
  if (transaction.kind === 'in') return TOKEN_BITS * BIT_NS;
  return (TOKEN_BITS + TURN_BITS + dataBits(transaction.bytes.length)) * BIT_NS;
}

/** The whole transaction, with `bytes` of data in it (undefined: none). */
export function transactionNs(bytes: number | undefined): number {
  const data = bytes === undefined ? 0 : TURN_BITS + dataBits(bytes);
  return (TOKEN_BITS + data + TURN_BITS + HANDSHAKE_BITS + TURN_BITS) * BIT_NS;
}

/** Number of the frame, counted from the first, in which `timeNs` lies. */
export function frameAt(firstNs: number, timeNs: number): number {
  return Math.max(0, Math.floor((timeNs - firstNs) / FRAME_NS));
}

/** The first time from `fromNs` on at which a transaction of `durationNs` fits into a frame. */
export function slotNs(firstNs: number, fromNs: number, durationNs: number): number {
  const frame = frameAt(firstNs, fromNs);
  const startNs = firstNs + frame * FRAME_NS;
  const earliestNs = Math.max(fromNs, startNs + (TOKEN_BITS + TURN_BITS) * BIT_NS);
  if (earliestNs + durationNs + END_OF_FRAME_BITS * BIT_NS <= startNs + FRAME_NS) return earliestNs;
  return startNs + FRAME_NS + (TOKEN_BITS + TURN_BITS) * BIT_NS;
}
