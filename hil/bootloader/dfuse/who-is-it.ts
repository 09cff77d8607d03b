import type { Chip, RomUsb } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import { isHilError } from '../../error/hil-error.ts';
import { allows, type MemoryMap, parseMemoryMap, runAt, sameMemory } from './memory-map.ts';

/** bcdDevice of the generations of ST's ROMs that were seen on boards (public listings of 20 and more boards). */
const ROM_GENERATIONS = [0x2200, 0x0200, 0x0220];

/** What a device in DFU mode shows of itself, as far as it counts. The product string does not: newer ROMs say `DFU in FS Mode` as well. */
export interface Shown {
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly serial: string | undefined;
  /** Names of the alternate settings. */
  readonly alternates: readonly string[];
}

/**
 * `rom`: the ROM of this chip. `wrong-board`: of this part, but of another chip (by its serial). `other-rom`: of another part.
 * `application`: firmware that shows a DFU class of its own, as ST's middleware makes it.
 */
export type Who = 'rom' | 'wrong-board' | 'other-rom' | 'application';

export interface Verdict {
  readonly who: Who;
  /** What speaks against the ROM of this chip, one sentence each. */
  readonly against: readonly string[];
}

/**
 * Tells a ROM from an application's DFU class by memory map, bcdDevice and serial number. What the chip's facts only guess of them is
 * not demanded: then a map that gives all of the flash and a bcdDevice of any known ROM will do.
 * @param uniqueId 24 hexadecimal digits, the three words in their order, as the probe reads it
 */
export function whoIsIt(chip: Chip, rom: RomUsb, shown: Shown, uniqueId?: string): Verdict {
  const maps = shown.alternates.map(mapOrWhyNot);
  const sameMaps = isGuess(chip, 'alternates')
    ? coversFlash(chip, maps)
    : areSame(maps, rom.alternates.map(parseMemoryMap));
  const sameDevice = isGuess(chip, 'bcdDevice')
    ? ROM_GENERATIONS.includes(shown.bcdDevice)
    : shown.bcdDevice === rom.bcdDevice;
  const serial = isGuess(chip, 'serial') ? [] : againstSerial(rom, shown.serial, uniqueId);
  const against = [
    ...(shown.vendorId === 0x0483 && shown.productId === 0xdf11
      ? []
      : [`its ids are ${hex(shown.vendorId)} and ${hex(shown.productId)}, a ROM of ST has 0x0483 and 0xDF11`]),
    ...maps.filter((map) => typeof map === 'string'),
    ...protectedFlash(chip, maps, shown.alternates),
    ...(sameMaps
      ? []
      : [`its memory map is ${quoted(shown.alternates)}, the ROM of the ${chip.name} has ${quoted(rom.alternates)}`]),
    ...(sameDevice ? [] : [`its bcdDevice is ${hex(shown.bcdDevice)}, that ROM has ${hex(rom.bcdDevice)}`]),
    ...serial,
  ];
  if (against.length === 0) return { who: 'rom', against };
  if (against.length === serial.length && uniqueId !== undefined) return { who: 'wrong-board', against };
  const looksLikeRom =
    !sameMaps &&
    shown.vendorId === 0x0483 &&
    shown.productId === 0xdf11 &&
    ROM_GENERATIONS.includes(shown.bcdDevice) &&
    maps.every((map) => typeof map !== 'string') &&
    protectedFlash(chip, maps, shown.alternates).length === 0;
  return { who: looksLikeRom ? 'other-rom' : 'application', against };
}

/**
 * Serial number of a ROM that makes it from the unique ID: hex8(UID0 + UID2), hex4(UID1 >> 16). Checked on a G0B1 board that printed
 * both.
 * @param uniqueId 24 hexadecimal digits, the three words in their order
 */
export function serialOfUniqueId(uniqueId: string): string {
  const word = (i: number): number => Number.parseInt(uniqueId.slice(8 * i, 8 * i + 8), 16);
  const head = ((word(0) + word(2)) >>> 0).toString(16).padStart(8, '0');
  return `${head}${(word(1) >>> 16).toString(16).padStart(4, '0')}`.toUpperCase();
}

/** A fact that no listing of a real board gives: a board that shows another value proves the fact wrong, not itself. */
function isGuess(chip: Chip, fact: 'alternates' | 'bcdDevice' | 'serial'): boolean {
  return (chip.provenance[`rom.usb.${fact}`] ?? chip.provenance['rom.usb'])?.confidence === 'hypothesis';
}

function areSame(maps: readonly (MemoryMap | string)[], known: readonly MemoryMap[]): boolean {
  return (
    maps.length === known.length &&
    maps.every((map, i) => typeof map !== 'string' && sameMemory(map, known[i] as MemoryMap))
  );
}

/** All of the flash, and no more, can be read, erased and written. */
function coversFlash({ flash }: Chip, maps: readonly (MemoryMap | string)[]): boolean {
  return maps.some((map) => {
    if (typeof map === 'string' || runAt(map, flash.base + flash.size) !== undefined) return false;
    return (['readable', 'erasable', 'writeable'] as const).every((what) => allows(map, flash.base, flash.size, what));
  });
}

function againstSerial(rom: RomUsb, serial: string | undefined, uniqueId: string | undefined): readonly string[] {
  const has = serial === undefined ? 'it has no serial number' : `its serial number is ${serial}`;
  if (rom.serial !== 'unique-id') {
    return serial === rom.serial ? [] : [`${has}, that ROM has ${rom.serial} on every chip`];
  }
  if (uniqueId === undefined) {
    return serial !== undefined && /^[0-9A-F]{12}$/.test(serial)
      ? []
      : [`${has}, that ROM makes twelve hexadecimal digits of the unique ID`];
  }
  const expected = serialOfUniqueId(uniqueId);
  return serial === expected ? [] : [`${has}, of the unique ID of this chip that ROM makes ${expected}`];
}

/** An application protects itself: its own sectors can be neither erased nor written. No ROM's map does that to the flash. */
function protectedFlash(
  chip: Chip,
  maps: readonly (MemoryMap | string)[],
  names: readonly string[],
): readonly string[] {
  return maps.flatMap((map, i) => {
    if (typeof map === 'string') return [];
    const run = map.runs.find(({ address }) => address === chip.flash.base);
    if (run === undefined || allows(map, run.address, run.count * run.size, 'writeable')) return [];
    return [
      `its map '${names[i]}' forbids to write ${run.count} x ${run.size} bytes from ${hex(run.address)}, as an application that protects itself does`,
    ];
  });
}

function mapOrWhyNot(text: string): MemoryMap | string {
  try {
    return parseMemoryMap(text);
  } catch (error) {
    if (!isHilError(error)) throw error;
    return error.message.replace(/ {2}\[HIL-\d+\]$/, '');
  }
}

function quoted(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(', ');
}
