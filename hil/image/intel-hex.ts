import MemoryMapModule from 'nrf-intel-hex';
import { HilError } from '../error/hil-error.ts';
import { type Image, makeImage, type Segment } from './image.ts';

// The package is CommonJS and exports the class itself; its types describe an ES module's default export.
const MemoryMap = MemoryMapModule as unknown as typeof MemoryMapModule.default;

/** Record types of Intel's "Hexadecimal Object File Format Specification", revision A. */
const DATA = 0;
const END_OF_FILE = 1;
const EXTENDED_SEGMENT_ADDRESS = 2;
const START_SEGMENT_ADDRESS = 3;
const EXTENDED_LINEAR_ADDRESS = 4;
const START_LINEAR_ADDRESS = 5;

/**
 * Reads an Intel HEX file. Every line is checked, so that an error names the line.
 * @throws HilError 624 (a bad line, or no end-of-file record), 625, 626.
 */
export function readHex(name: string, text: string): Image {
  const parts: Segment[] = [];
  let base = 0;
  let entry: number | undefined;
  let endLine: number | undefined;
  const lines = text.split(/\r\n|\n|\r/);
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const where = `${name}:${index + 1}`;
    if (endLine !== undefined)
      throw badLine(where, `there is something after the end-of-file record of line ${endLine}`);
    const record = parseRecord(where, line);
    switch (record.type) {
      case DATA: {
        const start = base + record.offset;
        if (record.offset + record.data.length > 0x1_0000)
          throw badLine(where, 'the record runs over the end of its 64 KiB block');
        parts.push({ address: start, bytes: record.data });
        break;
      }
      case END_OF_FILE:
        expectLength(where, record.data, 0);
        endLine = index + 1;
        break;
      case EXTENDED_SEGMENT_ADDRESS:
        expectLength(where, record.data, 2);
        base = number(record.data) * 16;
        break;
      case EXTENDED_LINEAR_ADDRESS:
        expectLength(where, record.data, 2);
        base = number(record.data) * 0x1_0000;
        break;
      case START_LINEAR_ADDRESS:
        expectLength(where, record.data, 4);
        entry = number(record.data);
        break;
      case START_SEGMENT_ADDRESS:
        expectLength(where, record.data, 4);
        break;
      default:
        throw badLine(where, `record type ${record.type} does not exist`);
    }
  }
  if (endLine === undefined)
    throw badLine(`${name}:${lines.length}`, 'the end-of-file record is missing: the file is truncated');
  return makeImage(name, parts, entry === undefined ? {} : { entry });
}

/** Intel HEX text of an image, 16 bytes a line. */
export function toHex(image: Image): string {
  const blocks = new MemoryMap(image.segments.map((segment): [number, Uint8Array] => [segment.address, segment.bytes]));
  return `${blocks.asHexString(16)}\n`;
}

interface HexRecord {
  readonly offset: number;
  readonly type: number;
  readonly data: Uint8Array;
}

function parseRecord(where: string, line: string): HexRecord {
  if (!line.startsWith(':')) throw badLine(where, `a line must begin with ':', not with '${line.charAt(0)}'`);
  const digits = line.slice(1);
  const bad = /[^0-9a-f]/i.exec(digits);
  if (bad !== null) throw badLine(where, `'${bad[0]}' in column ${bad.index + 2} is not a hexadecimal digit`);
  if (digits.length < 10 || digits.length % 2 !== 0)
    throw badLine(where, `${digits.length} digits do not make a record`);
  const bytes = Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16),
  );
  const [count = 0, high = 0, low = 0, type = 0] = bytes;
  if (bytes.length !== count + 5)
    throw badLine(where, `the record says ${count} data bytes and has ${bytes.length - 5}`);
  const sum = bytes.reduce((total, byte) => total + byte, 0) & 0xff;
  if (sum !== 0) {
    const given = bytes.at(-1) ?? 0;
    throw badLine(where, `bad checksum 0x${hex2(given)}, the bytes make 0x${hex2((given - sum) & 0xff)}`);
  }
  return { offset: high * 256 + low, type, data: bytes.slice(4, -1) };
}

function expectLength(where: string, data: Uint8Array, length: number): void {
  if (data.length !== length) throw badLine(where, `this type of record has ${length} data bytes, not ${data.length}`);
}

function number(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase();
}

function badLine(where: string, why: string): HilError {
  return new HilError(624, `${where}: ${why}`, { blame: 'test', context: { at: where } });
}
