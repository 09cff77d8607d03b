import { HilError } from '../error/hil-error.ts';
import { readArmAttributes } from './arm-attributes.ts';
import { type Image, type ImageSymbol, makeImage, type Segment } from './image.ts';

// Numbers of the System V ABI (ELF-32) and of "ELF for the Arm Architecture".
const MAGIC = 0x7f45_4c46;
const CLASS_32 = 1;
const DATA_LITTLE_ENDIAN = 1;
const MACHINE_ARM = 40;
const TYPE_EXECUTABLE = 2;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const SHT_ARM_ATTRIBUTES = 0x7000_0003;
const SHF_ALLOC = 2;
const SHN_UNDEF = 0;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_SECTION = 3;
const STT_FILE = 4;

const CLASS_NAMES: Readonly<Record<number, string>> = { 1: '32-bit', 2: '64-bit' };
const MACHINE_NAMES: Readonly<Record<number, string>> = { 3: 'x86', 62: 'x86-64', 183: 'AArch64', 243: 'RISC-V' };
const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'an object file that was not linked',
  3: 'a shared object',
  4: 'a core dump',
};

interface ProgramHeader {
  readonly type: number;
  readonly offset: number;
  readonly virtual: number;
  readonly physical: number;
  readonly fileSize: number;
}

interface SectionHeader {
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
}

/**
 * Reads an ELF executable for a little-endian 32-bit Arm core: what is loaded, at its load address (LMA), and the symbols.
 * What goes into the image is what `objcopy -O binary` would take: allocated sections with content. Segments as a whole may
 * also hold the ELF headers, which must not reach a flash.
 * @throws HilError 621 (no ELF file), 622 (truncated, inconsistent, not linked), 623 (another kind of machine), 625, 626.
 */
export function readElf(name: string, file: Uint8Array): Image {
  const reader = createReader(name, file);
  if (file.length < 4 || reader.big32(0) !== MAGIC) {
    throw new HilError(621, `${name}: this is not an ELF file; it begins with ${firstBytes(file)}`, {
      blame: 'test',
      context: { file: name },
    });
  }
  checkMachine(name, reader);
  const programs = readTable(reader, reader.u32(28), reader.u16(42), reader.u16(44), programHeader);
  const sections = readTable(reader, reader.u32(32), reader.u16(46), reader.u16(48), sectionHeader);
  const loads = programs.filter((header) => header.type === PT_LOAD && header.fileSize > 0);
  for (const load of loads) reader.bytes(load.offset, load.fileSize);
  const contents = sections.filter(
    (section) => (section.flags & SHF_ALLOC) !== 0 && section.type !== SHT_NOBITS && section.size > 0,
  );
  const segments =
    contents.length > 0
      ? contents.flatMap((section) => sectionSegment(reader, section, loads))
      : loads.map((load) => wholeSegment(reader, load));
  const attributes = sections.find((section) => section.type === SHT_ARM_ATTRIBUTES);
  const builtFor =
    attributes === undefined ? undefined : readArmAttributes(reader.bytes(attributes.offset, attributes.size));
  return makeImage(name, segments, {
    entry: reader.u32(24),
    symbols: readSymbols(reader, sections),
    ...(builtFor === undefined ? {} : { builtFor }),
  });
}

function checkMachine(name: string, reader: Reader): void {
  const wrong = (what: string): HilError =>
    new HilError(623, `${name}: this program is for ${what}, not for a 32-bit little-endian Arm core`, {
      blame: 'test',
      context: { file: name },
    });
  const elfClass = reader.u8(4);
  const machine = reader.u8(5) === DATA_LITTLE_ENDIAN ? reader.u16(18) : reader.big16(18);
  if (machine !== MACHINE_ARM) throw wrong(MACHINE_NAMES[machine] ?? `machine ${machine}`);
  if (elfClass !== CLASS_32) throw wrong(`a ${CLASS_NAMES[elfClass] ?? 'strange'} core`);
  if (reader.u8(5) !== DATA_LITTLE_ENDIAN) throw wrong('a big-endian core');
  const type = reader.u16(16);
  if (type !== TYPE_EXECUTABLE) {
    throw new HilError(
      622,
      `${name}: this is ${TYPE_NAMES[type] ?? `an ELF file of type ${type}`}, not an executable`,
      { blame: 'test', context: { file: name } },
    );
  }
}

function sectionSegment(reader: Reader, section: SectionHeader, loads: readonly ProgramHeader[]): readonly Segment[] {
  const load = loads.find(
    (one) => section.offset >= one.offset && section.offset + section.size <= one.offset + one.fileSize,
  );
  if (load === undefined) return [];
  const address = (section.address - load.virtual + load.physical) >>> 0;
  return [{ address, bytes: reader.bytes(section.offset, section.size) }];
}

function wholeSegment(reader: Reader, load: ProgramHeader): Segment {
  return { address: load.physical, bytes: reader.bytes(load.offset, load.fileSize) };
}

function readSymbols(reader: Reader, sections: readonly SectionHeader[]): ReadonlyMap<string, ImageSymbol> {
  const symbols = new Map<string, ImageSymbol>();
  const table = sections.find((section) => section.type === SHT_SYMTAB);
  const strings = table === undefined ? undefined : sections[table.link];
  if (table === undefined || strings === undefined) return symbols;
  const count = table.entrySize < 16 ? 0 : Math.floor(table.size / table.entrySize);
  for (let i = 1; i < count; i++) {
    const at = table.offset + i * table.entrySize;
    const info = reader.u8(at + 12);
    const type = info & 0xf;
    if (type === STT_SECTION || type === STT_FILE || reader.u16(at + 14) === SHN_UNDEF) continue;
    const name = reader.text(strings.offset + reader.u32(at), strings.offset + strings.size);
    // `$t`, `$d` and the like mark code and data for disassemblers.
    if (name === '' || name.startsWith('$')) continue;
    const isGlobal = info >> 4 !== 0;
    if (!isGlobal && symbols.has(name)) continue;
    symbols.set(name, {
      name,
      address: reader.u32(at + 4),
      size: reader.u32(at + 8),
      kind: type === STT_FUNC ? 'function' : type === STT_OBJECT ? 'object' : 'other',
    });
  }
  return symbols;
}

function programHeader(reader: Reader, at: number): ProgramHeader {
  return {
    type: reader.u32(at),
    offset: reader.u32(at + 4),
    virtual: reader.u32(at + 8),
    physical: reader.u32(at + 12),
    fileSize: reader.u32(at + 16),
  };
}

function sectionHeader(reader: Reader, at: number): SectionHeader {
  return {
    type: reader.u32(at + 4),
    flags: reader.u32(at + 8),
    address: reader.u32(at + 12),
    offset: reader.u32(at + 16),
    size: reader.u32(at + 20),
    link: reader.u32(at + 24),
    entrySize: reader.u32(at + 36),
  };
}

function readTable<T>(
  reader: Reader,
  offset: number,
  entrySize: number,
  count: number,
  read: (reader: Reader, at: number) => T,
): readonly T[] {
  return Array.from({ length: count }, (_, i) => read(reader, offset + i * entrySize));
}

interface Reader {
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  big16(at: number): number;
  big32(at: number): number;
  bytes(at: number, length: number): Uint8Array;
  /** Text up to the next NUL, which must come before `end`. */
  text(at: number, end: number): string;
}

function createReader(name: string, file: Uint8Array): Reader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const checked = (at: number, length: number): number => {
    if (at + length <= file.length) return at;
    throw new HilError(
      622,
      `${name}: the file ends at byte ${file.length}, but its headers point to byte ${at + length}: it is truncated or damaged`,
      {
        blame: 'test',
        context: { file: name, length: file.length },
      },
    );
  };
  return {
    u8: (at) => view.getUint8(checked(at, 1)),
    u16: (at) => view.getUint16(checked(at, 2), true),
    u32: (at) => view.getUint32(checked(at, 4), true),
    big16: (at) => view.getUint16(checked(at, 2), false),
    big32: (at) => view.getUint32(checked(at, 4), false),
    bytes: (at, length) => file.slice(checked(at, length), at + length),
    text(at, end) {
      const limit = Math.min(end, file.length);
      const nul = file.indexOf(0, checked(at, 0));
      return new TextDecoder().decode(file.subarray(at, nul < 0 || nul > limit ? limit : nul));
    },
  };
}

function firstBytes(file: Uint8Array): string {
  if (file.length === 0) return 'nothing: the file is empty';
  return Array.from(file.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
