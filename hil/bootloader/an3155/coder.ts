import { HilError } from '../../error/hil-error.ts';
import { hexText } from '../../trace/plain.ts';

/** AN3155 rev 20, sections 2 and 3: the bytes of the USART protocol, both the frames sent and the replies read. No input, no output. */
export const ACK = 0x79;
export const NACK = 0x1f;
/** First byte after reset: the ROM measures the baud rate on it. */
export const SYNC = 0x7f;

/** Command codes under the names of AN3155. */
export const commands = {
  GET: { code: 0x00, name: 'Get' },
  GV: { code: 0x01, name: 'Get Version' },
  GID: { code: 0x02, name: 'Get ID' },
  RM: { code: 0x11, name: 'Read Memory' },
  GO: { code: 0x21, name: 'Go' },
  WM: { code: 0x31, name: 'Write Memory' },
  ER: { code: 0x43, name: 'Erase' },
  EER: { code: 0x44, name: 'Extended Erase' },
  WP: { code: 0x63, name: 'Write Protect' },
  WPUN: { code: 0x73, name: 'Write Unprotect' },
  RDP: { code: 0x82, name: 'Readout Protect' },
  RDU: { code: 0x92, name: 'Readout Unprotect' },
  CRC: { code: 0xa1, name: 'Get Checksum' },
} as const;

export type Command = (typeof commands)[keyof typeof commands];

/** Most bytes in one Read Memory or Write Memory. */
export const MAX_BLOCK = 256;
/** Most pages in one Erase: the count byte 0xFF means all pages. */
export const MAX_ERASE_PAGES = 255;
/** Most pages in one Extended Erase: counts from 0xFFF0 on are special. */
export const MAX_EXTENDED_ERASE_PAGES = 0xfff0;

/** XOR of all bytes. A frame with its checksum has the XOR 0. */
export function xor(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum ^= byte;
  return sum;
}

/** `Extended Erase (0x44)` */
export function commandText(command: Command): string {
  return `${command.name} (0x${command.code.toString(16).toUpperCase().padStart(2, '0')})`;
}

/** The code and its complement. */
export function commandFrame(command: Command): Uint8Array {
  return Uint8Array.of(command.code, command.code ^ 0xff);
}

/**
 * Four address bytes, most significant first, and their XOR.
 * @throws HilError 312 if it is not an integer of 32 bits.
 */
export function addressFrame(address: number): Uint8Array {
  return wordFrame(address, 'an address');
}

/**
 * The number of bytes to read, less one, and its complement.
 * @param count 1 to 256
 * @throws HilError 312
 */
export function readCountFrame(count: number): Uint8Array {
  requireRange('the number of bytes to read', count, 1, MAX_BLOCK);
  return Uint8Array.of(count - 1, (count - 1) ^ 0xff);
}

/**
 * Length less one, data, XOR of both.
 * @param data 1 to 256 bytes; AN3155 wants a multiple of 4, a part may want 8 (`rom.writeAlignment`).
 * @throws HilError 312
 */
export function writeFrame(data: Uint8Array): Uint8Array {
  requireRange('the number of bytes to write', data.length, 1, MAX_BLOCK);
  return withXor([data.length - 1, ...data]);
}

/**
 * Erase (0x43): page numbers in one byte each.
 * @throws HilError 312 for no page, more than 255 of them, or a page above 255.
 */
export function eraseFrame(pages: readonly number[]): Uint8Array {
  requireRange('the number of pages of one Erase', pages.length, 1, MAX_ERASE_PAGES);
  for (const page of pages) requireRange('a page number of Erase', page, 0, 0xff);
  return withXor([pages.length - 1, ...pages]);
}

/** Erase (0x43) of all pages. */
export function eraseAllFrame(): Uint8Array {
  return Uint8Array.of(0xff, 0x00);
}

/**
 * Extended Erase (0x44): count less one and page numbers in two bytes each, most significant first.
 * @throws HilError 312 for no page, more than 0xFFF0 of them, or a page above 0xFFFF.
 */
export function extendedEraseFrame(pages: readonly number[]): Uint8Array {
  requireRange('the number of pages of one Extended Erase', pages.length, 1, MAX_EXTENDED_ERASE_PAGES);
  for (const page of pages) requireRange('a page number of Extended Erase', page, 0, 0xffff);
  return withXor([pages.length - 1, ...pages].flatMap(bigEndian16));
}

/** Special codes of Extended Erase. */
export const specialErase = { mass: 0xffff, bank1: 0xfffe, bank2: 0xfffd } as const;

/** Extended Erase of everything or of one bank. */
export function specialEraseFrame(what: keyof typeof specialErase): Uint8Array {
  return withXor(bigEndian16(specialErase[what]));
}

/**
 * Write Protect (0x63): sector codes in one byte each. The ROM does not check them, and protects exactly these.
 * @throws HilError 312
 */
export function writeProtectFrame(sectors: readonly number[]): Uint8Array {
  requireRange('the number of sectors of Write Protect', sectors.length, 1, MAX_BLOCK);
  for (const sector of sectors) requireRange('a sector of Write Protect', sector, 0, 0xff);
  return withXor([sectors.length - 1, ...sectors]);
}

/**
 * Size in words, polynomial or initial value of Get Checksum (0xA1), most significant byte first, with XOR.
 * @throws HilError 312
 */
export function checksumParameterFrame(value: number): Uint8Array {
  return wordFrame(value, 'a parameter of Get Checksum');
}

export interface GetReply {
  /** 0x31 is V3.1. */
  readonly version: number;
  /** Codes of the commands this ROM has, in its order. */
  readonly commands: readonly number[];
}

/**
 * Reply to Get, from the count byte to the last ACK. Let the count byte tell how much there is to read: `replyLength`.
 * @throws HilError 306
 */
export function parseGetReply(reply: Uint8Array): GetReply {
  const body = countedBody(commands.GET, reply);
  const [version, ...codes] = body;
  if (version === undefined) throw malformed(commands.GET, reply, 'no version byte');
  return { version, commands: codes };
}

export interface VersionReply {
  readonly version: number;
  readonly optionBytes: readonly [number, number];
}

/**
 * Reply to Get Version after its first ACK: version, two option bytes, ACK.
 * @throws HilError 306
 */
export function parseVersionReply(reply: Uint8Array): VersionReply {
  const [version, option1, option2, end] = reply;
  if (reply.length !== 4 || version === undefined || option1 === undefined || option2 === undefined || end !== ACK) {
    throw malformed(commands.GV, reply, 'expected version, two option bytes and ACK');
  }
  return { version, optionBytes: [option1, option2] };
}

/**
 * Reply to Get ID, from the count byte to the last ACK.
 * @returns the product id, e.g. 0x460; equals DBGMCU_IDCODE bits 11:0.
 * @throws HilError 306
 */
export function parseIdReply(reply: Uint8Array): number {
  const [high, low, ...rest] = countedBody(commands.GID, reply);
  if (high === undefined || low === undefined || rest.length > 0) {
    throw malformed(commands.GID, reply, 'expected two id bytes');
  }
  return (high << 8) | low;
}

/**
 * The CRC that Get Checksum answers: four bytes, most significant first, and their XOR.
 * @throws HilError 306
 */
export function parseChecksumReply(reply: Uint8Array): number {
  if (reply.length !== 5 || xor(reply) !== 0) throw malformed(commands.CRC, reply, 'expected four bytes and their XOR');
  return new DataView(reply.buffer, reply.byteOffset).getUint32(0, false);
}

/** Bytes from after the count byte to the last ACK, in replies that begin with a count (Get, Get ID). */
export function replyLength(countByte: number): number {
  return countByte + 2;
}

/** `V3.1` */
export function versionText(version: number): string {
  return `V${version >> 4}.${version & 0xf}`;
}

function countedBody(command: Command, reply: Uint8Array): Uint8Array {
  const count = reply[0];
  if (count === undefined || reply.length !== 1 + replyLength(count)) {
    throw malformed(command, reply, 'the count byte does not fit the length');
  }
  if (reply.at(-1) !== ACK) throw malformed(command, reply, 'it does not end with ACK');
  return reply.subarray(1, -1);
}

function malformed(command: Command, reply: Uint8Array, why: string): HilError {
  return new HilError(306, `the reply to ${commandText(command)} is malformed (${why}): ${hexText(reply)}`, {
    context: { command: command.code, reply: [...reply] },
  });
}

function wordFrame(value: number, what: string): Uint8Array {
  requireRange(what, value, 0, 0xffff_ffff);
  return withXor([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
}

function bigEndian16(value: number): readonly [number, number] {
  return [value >> 8, value & 0xff];
}

function withXor(bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([...bytes, xor(bytes)]);
}

function requireRange(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new HilError(312, `${what} must be an integer from ${min} to ${max}, not ${value}`, {
    blame: 'test',
    context: { what, value, min, max },
  });
}
