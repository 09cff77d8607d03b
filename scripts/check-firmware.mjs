#!/usr/bin/env node
/**
 * Static checks of the application under test: `check-firmware.mjs ELF … | --all`. What a suite relies on must hold before a board is touched:
 * docs/handover.md, "Static checks". The name of the file tells the part, after `--case` the folder `<part>/<id>/` it lies in. Plain Node, so that make can run it before anything is built. Exit 1 with one line per defect.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FLASH_FROM = 0x0800_0000;
const RAM_FROM = 0x2000_0000;

/**
 * By the name of the file: flash in KB; RAM in KB (as far as it exists with RAM parity on; SRAM1 of the L476), both by the reference
 * manuals; RAM that the ROM uses, in bytes, by AN2606 r70 (T35, T43, T83, T107, T111, T10, T12, T16, T142, T144, T148, T170).
 */
const PARTS = {
  stm32f042k6: { flashKb: 32, ramKb: 6, romRam: 0x1800 },
  stm32f091rc: { flashKb: 256, ramKb: 32, romRam: 0x1800 },
  stm32f411ce: { flashKb: 512, ramKb: 128, romRam: 0x3000 },
  stm32f411re: { flashKb: 512, ramKb: 128, romRam: 0x3000 },
  stm32g070rb: { flashKb: 128, ramKb: 32, romRam: 0x3000 },
  stm32g0b1re: { flashKb: 512, ramKb: 128, romRam: 0x4000 },
  stm32c011f6: { flashKb: 32, ramKb: 6, romRam: 0x0e00 },
  stm32c031c6: { flashKb: 32, ramKb: 12, romRam: 0x0e00 },
  stm32c071rb: { flashKb: 128, ramKb: 24, romRam: 0x2300 },
  stm32l011k4: { flashKb: 16, ramKb: 2, romRam: 0x0800 },
  stm32l031k6: { flashKb: 32, ramKb: 8, romRam: 0x1000 },
  stm32l073rz: { flashKb: 192, ramKb: 20, romRam: 0x1000 },
  stm32l476rg: { flashKb: 1024, ramKb: 96, romRam: 0x3400 },
};
const RESET_VTABLE = FLASH_FROM + 0x200;
const RETAINED = ['handover_request', 'retained', 'reset_record', 'fault_record'];
const SYMBOLS = [
  ...['_estack', 'Reset_Handler', 'Force_Reset_Handler', 'force_reset_vtable', 'Error_Handler', 'HardFault_Handler'],
  ...['handover_jump', 'handover_leave', ...RETAINED],
];
/** STM32C0 has no PLL that could be refused. */
const symbolsOf = (part) => (part.startsWith('stm32c0') ? SYMBOLS : [...SYMBOLS, 'hal_rcc_osc_config_refusal']);

const SHF_ALLOC = 2;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const PT_LOAD = 1;

const hex = (value) => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;

function stringAt(bytes, offset) {
  return bytes.toString('latin1', offset, bytes.indexOf(0, offset));
}

/** Sections, symbols and loaded segments of a 32-bit little-endian ELF for ARM; throws with one sentence for anything else. */
export function parseElf(bytes) {
  if (bytes.length < 52 || bytes.readUInt32BE(0) !== 0x7f454c46) throw new Error('not an ELF file');
  if (bytes[4] !== 1 || bytes[5] !== 1 || bytes.readUInt16LE(18) !== 40)
    throw new Error('not a 32-bit little-endian ELF for ARM');
  const table = (offset, size, count, read) =>
    Array.from({ length: count }, (_, index) => {
      const at = offset + index * size;
      if (at + size > bytes.length) throw new Error('the ELF file is cut off');
      return read(at);
    });
  const segments = table(bytes.readUInt32LE(28), bytes.readUInt16LE(42), bytes.readUInt16LE(44), (at) => ({
    type: bytes.readUInt32LE(at),
    offset: bytes.readUInt32LE(at + 4),
    address: bytes.readUInt32LE(at + 8),
    loadAddress: bytes.readUInt32LE(at + 12),
    fileSize: bytes.readUInt32LE(at + 16),
  })).filter((segment) => segment.type === PT_LOAD && segment.fileSize > 0);
  const raw = table(bytes.readUInt32LE(32), bytes.readUInt16LE(46), bytes.readUInt16LE(48), (at) => ({
    nameOffset: bytes.readUInt32LE(at),
    type: bytes.readUInt32LE(at + 4),
    flags: bytes.readUInt32LE(at + 8),
    address: bytes.readUInt32LE(at + 12),
    offset: bytes.readUInt32LE(at + 16),
    size: bytes.readUInt32LE(at + 20),
    link: bytes.readUInt32LE(at + 24),
  }));
  const names = raw[bytes.readUInt16LE(50)];
  const sections = raw.map((section) => ({ ...section, name: stringAt(bytes, names.offset + section.nameOffset) }));
  const symbols = new Map();
  for (const symtab of raw.filter((section) => section.type === SHT_SYMTAB)) {
    for (const [name, value] of table(symtab.offset, 16, symtab.size / 16, (at) => [
      stringAt(bytes, raw[symtab.link].offset + bytes.readUInt32LE(at)),
      bytes.readUInt32LE(at + 4),
    ])) {
      if (name !== '') symbols.set(name, value);
    }
  }
  return { sections, segments, symbols };
}

function loadedWord(bytes, segments, address) {
  const segment = segments.find((s) => address >= s.loadAddress && address + 4 <= s.loadAddress + s.fileSize);
  return segment === undefined ? undefined : bytes.readUInt32LE(segment.offset + address - segment.loadAddress);
}

function overlaps(ranges) {
  const sorted = [...ranges].sort((a, b) => a.from - b.from);
  return sorted.slice(1).flatMap((range, index) => {
    const before = sorted[index];
    return range.from < before.to ? [`${before.name} and ${range.name} overlap at ${hex(range.from)}`] : [];
  });
}

/** What the linker leaves out of a case's program that has a jump of its own. */
const REPLACEABLE = ['handover_jump', 'handover_leave'];

/** Everything that is wrong with the file of the part, one sentence each. `dispensable`: symbols that need not be there. */
export function defectsOf(bytes, part, dispensable = []) {
  const facts = PARTS[part];
  if (facts === undefined) return [`no part ${part} is known; known are ${Object.keys(PARTS).join(', ')}`];
  const FLASH = { from: FLASH_FROM, to: FLASH_FROM + facts.flashKb * 1024 };
  const RAM = { from: RAM_FROM, to: RAM_FROM + facts.ramKb * 1024 };
  // Where the ROM takes all of the RAM, the backup registers keep what must survive it, and RAM only the mailbox.
  const ROM_RAM_END = facts.romRam === facts.ramKb * 1024 ? RAM.from : RAM.from + facts.romRam;
  const { sections, segments, symbols } = parseElf(bytes);
  const defects = [];
  const demand = (holds, sentence) => {
    if (!holds) defects.push(sentence);
  };
  const allocated = sections
    .filter((section) => (section.flags & SHF_ALLOC) !== 0 && section.size > 0)
    .map((section) => ({
      name: section.name,
      from: section.address,
      to: section.address + section.size,
      type: section.type,
    }));

  for (const name of symbolsOf(part))
    demand(dispensable.includes(name) || symbols.has(name), `symbol ${name} is missing`);
  defects.push(...overlaps(allocated));
  defects.push(
    ...overlaps(
      segments.map((s) => ({
        name: `load ${hex(s.loadAddress)}`,
        from: s.loadAddress,
        to: s.loadAddress + s.fileSize,
      })),
    ),
  );

  const main = allocated.find((section) => section.name === '.isr_vector');
  demand(main?.from === FLASH.from, `the main vector table is not at ${hex(FLASH.from)}`);
  if (main)
    demand(main.to <= RESET_VTABLE, `the main vector table ends at ${hex(main.to)}, behind ${hex(RESET_VTABLE)}`);
  demand(
    loadedWord(bytes, segments, FLASH.from) === symbols.get('_estack'),
    'the first word of the main vector table is not _estack',
  );
  demand(symbols.get('force_reset_vtable') === RESET_VTABLE, `force_reset_vtable is not at ${hex(RESET_VTABLE)}`);
  const stack = loadedWord(bytes, segments, RESET_VTABLE);
  const entry = loadedWord(bytes, segments, RESET_VTABLE + 4);
  demand(
    stack !== undefined && stack === symbols.get('_estack'),
    `the word at ${hex(RESET_VTABLE)} is ${stack === undefined ? 'not loaded' : hex(stack)}, not _estack`,
  );
  // The symbol of a function in the table has bit 0 set already: it is Thumb code.
  demand(
    entry !== undefined && (entry & 1) === 1 && entry === (symbols.get('Force_Reset_Handler') ?? 0),
    `the word at ${hex(RESET_VTABLE + 4)} is ${entry === undefined ? 'not loaded' : hex(entry)}, not Force_Reset_Handler with bit 0 set`,
  );

  for (const segment of segments) {
    const end = segment.loadAddress + segment.fileSize;
    demand(
      segment.loadAddress >= FLASH.from && end <= FLASH.to,
      `${hex(segment.loadAddress)}..${hex(end)} is loaded outside flash (${hex(FLASH.from)}..${hex(FLASH.to)})`,
    );
  }
  for (const section of allocated) {
    const inFlash = section.from >= FLASH.from && section.to <= FLASH.to;
    const inRam = section.from >= RAM.from && section.to <= RAM.to;
    demand(
      inFlash || inRam,
      `section ${section.name} ${hex(section.from)}..${hex(section.to)} is in neither flash nor RAM`,
    );
  }

  const retained = allocated.find((section) => section.name === '.retained');
  demand(retained !== undefined, 'section .retained is missing');
  if (retained) {
    demand(
      retained.type === SHT_NOBITS,
      'section .retained is loaded: a start-up would overwrite what must be retained',
    );
    for (const name of RETAINED) {
      const at = symbols.get(name);
      if (at === undefined) continue;
      demand(at >= ROM_RAM_END, `${name} at ${hex(at)} lies in the RAM that the ROM uses (below ${hex(ROM_RAM_END)})`);
      demand(at >= retained.from && at < retained.to, `${name} at ${hex(at)} is not in section .retained`);
    }
    const stackTop = symbols.get('_estack') ?? 0;
    demand(stackTop <= retained.from || stackTop > retained.to, 'the stack grows into section .retained');
  }
  return defects;
}

function main(files, partOf, dispensable) {
  if (files.length === 0) {
    console.error('usage: check-firmware.mjs ELF … | --all | --case ELF …');
    return 2;
  }
  let bad = false;
  for (const file of files) {
    let defects;
    try {
      defects = defectsOf(readFileSync(file), partOf(file), dispensable);
    } catch (error) {
      defects = [error instanceof Error ? error.message : String(error)];
    }
    for (const defect of defects) console.error(`${file}: ${defect}`);
    bad ||= defects.length > 0;
  }
  return bad ? 1 : 0;
}

/** `--all`: what has been built for every part; a part without an ELF is then a defect of its own. */
function chosen(files) {
  if (files.length !== 1 || files[0] !== '--all') return files;
  const folder = fileURLToPath(new URL('../build/firmware/handover', import.meta.url));
  return Object.keys(PARTS).map((part) => join(folder, `${part}.elf`));
}

const partByName = (file) => basename(file, extname(file));
const partByFolder = (file) => basename(dirname(dirname(file)));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const given = process.argv.slice(2);
  process.exitCode =
    given[0] === '--case' ? main(given.slice(1), partByFolder, REPLACEABLE) : main(chosen(given), partByName);
}
