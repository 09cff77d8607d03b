import type { Parity, UartFormat } from './uart-format.ts';

/** CDC PSTN 1.2 table 17: dwDTERate, bCharFormat, bParityType, bDataBits. */
export const LINE_CODING_BYTES = 7;

const STOP_BITS: readonly UartFormat['stopBits'][] = [1, 1.5, 2];
const PARITIES: readonly Parity[] = ['none', 'odd', 'even', 'mark', 'space'];
const MIN_BAUD = 50;
const MAX_BAUD = 10_000_000;

/** Undefined for what the line cannot do. */
export function parseLineCoding(bytes: Uint8Array): UartFormat | undefined {
  if (bytes.length !== LINE_CODING_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const baud = view.getUint32(0, true);
  const stopBits = STOP_BITS[view.getUint8(4)];
  const parity = PARITIES[view.getUint8(5)];
  const dataBits = view.getUint8(6);
  if (baud < MIN_BAUD || baud > MAX_BAUD || stopBits === undefined || parity === undefined) return undefined;
  if (dataBits < 5 || dataBits > 8) return undefined;
  return { baud, dataBits: dataBits as UartFormat['dataBits'], parity, stopBits };
}

export function lineCodingBytes({ baud, stopBits, parity, dataBits }: UartFormat): Uint8Array {
  const bytes = new Uint8Array(LINE_CODING_BYTES);
  new DataView(bytes.buffer).setUint32(0, baud, true);
  bytes.set([STOP_BITS.indexOf(stopBits), PARITIES.indexOf(parity), dataBits], 4);
  return bytes;
}
