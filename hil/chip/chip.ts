import type { Provenance } from './provenance.ts';

/** First address and length in bytes. */
export interface Region {
  readonly base: number;
  readonly size: number;
}

/** Position of a field in a 32-bit register. */
export interface BitField {
  readonly lsb: number;
  readonly width: number;
}

/** One 32-bit option word: what the option-byte area holds and the FLASH register that shows it. */
export interface OptionWord {
  /** Name of the FLASH register, e.g. `OPTR`. */
  readonly name: string;
  readonly register: number;
  /** Address in the option-byte area; the complement stands in the word after it. */
  readonly address: number;
  readonly factory: number;
  readonly fields: Readonly<Record<string, BitField>>;
}

/** A USART on which the ROM listens. */
export interface RomUsart {
  readonly name: string;
  readonly tx: string;
  readonly rx: string;
  /** `hardware`: USART auto-baud. `software`: the ROM measures the first frame. */
  readonly baudDetection: 'hardware' | 'software';
  /** Systematic error of the measurement, in percent of the baud rate (AN2606). */
  readonly jitterPercent: number;
}

/** One published version of a chip's ROM. */
export interface RomVersion {
  /** The byte at `idAddress`. */
  readonly id: number;
  /** As AN2606 names it. */
  readonly version: string;
}

export interface RomFacts {
  readonly idAddress: number;
  /** Oldest first. */
  readonly versions: readonly RomVersion[];
  /** Byte of GET and GET VERSION, e.g. 0x31 for V3.1. */
  readonly protocolVersion: number;
  /** Command codes in the order of the GET answer. */
  readonly getCommands: readonly number[];
  readonly usarts: readonly RomUsart[];
  /** RAM that the ROM uses for itself. */
  readonly ramUsed: Region;
  /** RAM that Read, Write and Go accept. `size` counts up to the first refused address. */
  readonly ramValid: Region;
  /** SYSCLK while the ROM runs, in Hz. */
  readonly sysclkHz: number;
  readonly clockSource: string;
  /** Longest time from reset to the first 0x7F it can hear, in ms. */
  readonly startupMs: number;
  /** Pattern number of AN2606 table 2. */
  readonly bootPattern: number;
  /** Addresses and lengths of Write Memory are multiples of this. */
  readonly writeAlignment: number;
  /** GO to this address leaves the securable memory; undefined if the part has none. */
  readonly securableMemoryExit?: number;
}

/** The FLASH interface: base and offsets of the registers a probe may reach. */
export interface FlashController {
  /** IP generation, e.g. `g0`; decides semantics of the bits. */
  readonly ip: 'g0';
  readonly base: number;
  readonly registers: Readonly<Record<'ACR' | 'KEYR' | 'OPTKEYR' | 'SR' | 'CR' | 'OPTR', number>>;
  readonly keys: { readonly flash: readonly [number, number]; readonly option: readonly [number, number] };
  readonly acr: { readonly EMPTY: number };
  readonly cr: Readonly<
    Record<'PG' | 'PER' | 'MER1' | 'STRT' | 'OPTSTRT' | 'FSTPG' | 'OBL_LAUNCH' | 'OPTLOCK' | 'LOCK', number>
  > & { readonly PNB: BitField };
}

/**
 * An STM32 part: facts without behaviour. A part is one such object in `part/`, with the IP versions that tell which model and
 * which driver fit it. `provenance` names the source of every value, by path (`flash.size`) or by the path of a group (`flash`).
 */
export interface Chip {
  /** As ST orders it, without package and temperature suffix: `STM32G070RB`. */
  readonly name: string;
  readonly board: {
    readonly name: string;
    readonly vcp: { readonly usart: string; readonly tx: string; readonly rx: string };
    readonly ledPin: string;
    readonly buttonPin: string;
  };
  readonly core: {
    readonly architecture: 'armv6-m' | 'armv7-m';
    readonly name: string;
    readonly cpuid: number;
    readonly hasVtor: boolean;
    /** SW-DP IDR. */
    readonly dpidr: number;
    readonly interrupts: Readonly<Record<string, number>>;
  };
  readonly identity: {
    /** Twelve bits, as GET ID sends them and as DBGMCU_IDCODE & 0xFFF reads. */
    readonly devId: number;
    readonly idcodeAddress: number;
    readonly uniqueId: Region;
    /** Half-word: flash size in KiB. */
    readonly flashSizeAddress: number;
  };
  readonly flash: Region & {
    readonly pageSize: number;
    readonly banks: 1 | 2;
    /** Bytes programmed at once. */
    readonly programUnit: number;
    readonly erasedByte: number;
    readonly controller: FlashController;
  };
  /** RAM with parity check off; `parityOnSize` if the parity bits cost memory. */
  readonly sram: Region & { readonly parityOnSize?: number };
  readonly systemMemory: Region;
  readonly optionBytes: Region & { readonly words: readonly OptionWord[] };
  readonly memoryRemap: {
    readonly register: number;
    readonly field: BitField;
    readonly mainFlash: number;
    readonly systemMemory: number;
    readonly sram: number;
  };
  /** Pin that carries BOOT0 when option bytes select the pin. */
  readonly boot0Pin: string;
  readonly rom: RomFacts;
  readonly provenance: Readonly<Record<string, Provenance>>;
}

/** First address after the region. */
export function endOf(region: Region): number {
  return region.base + region.size;
}

/** True if all `length` bytes from `address` lie in the region. */
export function contains(region: Region, address: number, length = 1): boolean {
  return address >= region.base && address + length <= endOf(region);
}

/** True if any of the `length` bytes from `address` lies in the region. */
export function overlaps(region: Region, address: number, length: number): boolean {
  return length > 0 && address < endOf(region) && address + length > region.base;
}

export function pageCount(chip: Chip): number {
  return chip.flash.size / chip.flash.pageSize;
}

/** Number of the page that holds `address`; undefined outside the flash. */
export function pageOf(chip: Chip, address: number): number | undefined {
  return contains(chip.flash, address) ? Math.floor((address - chip.flash.base) / chip.flash.pageSize) : undefined;
}

export function fieldOf(word: number, field: BitField): number {
  return Math.floor(word / 2 ** field.lsb) % 2 ** field.width;
}
