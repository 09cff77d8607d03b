/**
 * Requests of the stlink-server TCP protocol, as OpenOCD 0.12 sends them to 127.0.0.1. There is no length prefix: the first
 * byte decides, and TCP may split or merge requests anywhere.
 */
export type StlinkRequest =
  | { readonly kind: 'serverVersion' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'count' }
  | { readonly kind: 'deviceInfo'; readonly index: number; readonly size: number }
  | { readonly kind: 'open'; readonly deviceId: number }
  | { readonly kind: 'close'; readonly connectId: number }
  | UsbRequest;

export interface UsbRequest {
  readonly kind: 'usb';
  readonly connectId: number;
  /** The 16 bytes of an ST-LINK command. */
  readonly command: Uint8Array;
  /** Data phase: host to probe, probe to host, or the trace endpoint. */
  readonly direction: 'write' | 'read' | 'trace';
  /** Bytes asked for (read, trace); the answer must have exactly this many behind its status word. */
  readonly size: number;
  readonly data: Uint8Array | undefined;
}

const HEADER_BYTES: Readonly<Record<number, number>> = { 0: 2, 1: 1, 2: 8, 3: 8, 4: 8, 5: 32, 6: 4 };
const USB_COMMAND = 5;
const DIRECTIONS: Readonly<Record<number, UsbRequest['direction']>> = { 0: 'write', 1: 'read', 3: 'trace' };
/** Buffer of the protocol, each way. */
export const MAX_DATA_BYTES = 10_240;

export interface StlinkParser {
  /** Requests that `chunk` completes, in order. Throws on a byte that begins no request: the stream cannot be framed any more. */
  push(chunk: Uint8Array): StlinkRequest[];
}

export function createStlinkParser(): StlinkParser {
  let rest: Buffer = Buffer.alloc(0);

  function next(): StlinkRequest | undefined {
    const first = rest[0];
    if (first === undefined) return undefined;
    const header = HEADER_BYTES[first];
    if (header === undefined) throw new RangeError(`0x${first.toString(16).padStart(2, '0')} begins no request`);
    if (rest.length < header) return undefined;
    if (first === USB_COMMAND) return nextUsb(header);
    const request = decode(first, rest);
    rest = rest.subarray(header);
    return request;
  }

  function nextUsb(header: number): StlinkRequest | undefined {
    const direction = DIRECTIONS[rest[24]!];
    const size = rest.readUInt32LE(28);
    if (direction === undefined) throw new RangeError(`direction ${rest[24]} of a USB command is unknown`);
    if (size > MAX_DATA_BYTES) throw new RangeError(`a USB command of ${size} bytes exceeds ${MAX_DATA_BYTES}`);
    const total = direction === 'write' ? header + size : header;
    if (rest.length < total) return undefined;
    const request: UsbRequest = {
      kind: 'usb',
      connectId: rest.readUInt32LE(4),
      command: Uint8Array.from(rest.subarray(8, 24)),
      direction,
      size,
      data: direction === 'write' ? Uint8Array.from(rest.subarray(header, total)) : undefined,
    };
    rest = rest.subarray(total);
    return request;
  }

  return {
    push(chunk) {
      rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      const requests: StlinkRequest[] = [];
      for (let request = next(); request !== undefined; request = next()) requests.push(request);
      return requests;
    },
  };
}

function decode(first: number, bytes: Buffer): StlinkRequest {
  switch (first) {
    case 0:
      return { kind: 'refresh' };
    case 1:
      return { kind: 'count' };
    case 2:
      return { kind: 'deviceInfo', index: bytes[1]!, size: bytes.readUInt32LE(4) };
    case 3:
      return { kind: 'open', deviceId: bytes.readUInt32LE(4) };
    case 4:
      return { kind: 'close', connectId: bytes.readUInt32LE(4) };
    default:
      return { kind: 'serverVersion' };
  }
}

/** Status words of the protocol's answers. */
export const status = {
  ok: 0x0000_0001,
  badParameter: 0x0000_1002,
  openError: 0x0000_1003,
  notAvailable: 0x0000_1053,
} as const;

export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32LE(value >>> 0, i * 4);
  });
  return bytes;
}

/** A status word and exactly `size` bytes: `data` cut or padded with zeros. */
export function answer(statusWord: number, data: Uint8Array, size: number): Buffer {
  const bytes = Buffer.alloc(4 + size);
  bytes.writeUInt32LE(statusWord, 0);
  bytes.set(data.subarray(0, size), 4);
  return bytes;
}
