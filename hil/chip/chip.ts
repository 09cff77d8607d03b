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
  /** Address in the option-byte area of the word's first byte; `OptionLayout` says what follows. */
  readonly address: number;
  readonly factory: number;
  readonly fields: Readonly<Record<string, BitField>>;
  /** Bits that the option-byte area holds of it; 32 if not given. */
  readonly width?: 8 | 16;
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
  /** False: the package does not bring these pins out. */
  readonly bonded?: false;
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
  /** DFU on the USB of the part; undefined if this ROM has none. */
  readonly usb?: RomUsb;
  /** RAM that the ROM uses for itself. */
  readonly ramUsed: Region;
  /** RAM that Read, Write and Go accept. `size` counts up to the first refused address. */
  readonly ramValid: Region;
  /** SYSCLK while the ROM runs, in Hz. */
  readonly sysclkHz: number;
  readonly clockSource: string;
  /** Longest time from reset to the first 0x7F it can hear, in ms. */
  readonly startupMs: number;
  /** The same on a board without LSE, if the ROM waits for it (L4). */
  readonly startupWithoutLseMs?: number;
  /** Pattern number of AN2606 table 2. */
  readonly bootPattern: number;
  /** Addresses and lengths of Write Memory are multiples of this. */
  readonly writeAlignment: number;
  /** False: the ROM refuses the special codes of Extended Erase, mass erase among them. Absent: it has them. */
  readonly massErase?: boolean;
  /** Pages per sector as Write Protect counts; 1 if absent. */
  readonly writeProtectPages?: number;
  /** F4: Write Memory of four bytes to `address` tells the ROM by what unit it may program; without it, by bytes (AN2606 T4). */
  readonly voltageRange?: {
    readonly address: number;
    /** First byte: supply ranges that need no VPP. */
    readonly values: readonly number[];
    /** The one for 2.7 to 3.6 V: programming by words. */
    readonly words: number;
  };
  /** GO to this address leaves the securable memory; undefined if the part has none. */
  readonly securableMemoryExit?: number;
}

/** The DFU device that the ROM is on USB (AN3156, AN2606). */
export interface RomUsb {
  readonly dm: string;
  readonly dp: string;
  /** What makes its 48 MHz, in words of AN2606: `HSI48 and CRS`, `HSE`. */
  readonly clock: string;
  /** BCD, e.g. 0x0100. */
  readonly bcdUSB: number;
  /** BCD: 0x2200, 0x0200 or 0x0220 tell generations of the ROM's USB apart. */
  readonly bcdDevice: number;
  readonly manufacturer: string;
  readonly product: string;
  /** `unique-id`: hex8(UID0 + UID2), hex4(UID1 >> 16); else the string that all chips have. */
  readonly serial: 'unique-id' | string;
  /** Names of the alternate settings in their order: the memory map as AN3156 writes it. */
  readonly alternates: readonly string[];
  readonly wTransferSize: number;
  /** bmAttributes of the DFU functional descriptor. */
  readonly bmAttributes: number;
  /** In ms. */
  readonly wDetachTimeOut: number;
  /** BCD: 0x011A is DfuSe. */
  readonly bcdDFUVersion: number;
  /** bMaxPower of the configuration, in mA. */
  readonly maxPowerMa: number;
  /** From the cable until the host has configured the device, in ms, as AN2606 measured it with one host (T229). */
  readonly connectionMs: number;
}

/** Product line: decides which scripts and tables of other tools fit. */
export type Family = 'C0' | 'F0' | 'F4' | 'G0' | 'L0' | 'L4';

/** What a debugger switches on in DBGMCU and leaves behind. */
export interface DebugMcu {
  /** Address of DBGMCU_CR. */
  readonly CR: number;
  /** Addresses of the freeze registers. */
  readonly freezes: readonly number[];
  /** The bit that clocks DBGMCU, if software must set it before its registers can be reached. */
  readonly clock?: { readonly register: number; readonly bit: number };
}

/** Generation of the FLASH interface: decides the semantics of its registers. */
export type FlashIp = 'g0' | 'l4' | 'f4' | 'f0' | 'l0';

/** A register that takes two keys in a row, and what they open. */
export interface FlashKey {
  readonly register: string;
  readonly words: readonly [number, number];
  readonly opens: 'flash' | 'option bytes' | 'data memory' | 'power-down';
}

/** The FLASH interface as far as a host must know it: what a write to it can do. Names are the manual's. */
export interface FlashController {
  readonly ip: FlashIp;
  readonly base: number;
  /** Name → offset from `base`. */
  readonly registers: Readonly<Record<string, number>>;
  readonly keys: readonly FlashKey[];
  readonly control: {
    /** `CR`, or `PECR` on L0. */
    readonly register: string;
    /** Name → position. */
    readonly bits: Readonly<Record<string, number>>;
    /** Bits that erase the flash or a bank of it. */
    readonly massErase: readonly string[];
    /** Bits that arm or start page erase and programming. */
    readonly change: readonly string[];
    /** Bits that program or start the programming of option bytes. */
    readonly optionStart: readonly string[];
    /** Page or sector number; L0 and F0 name the page by address. */
    readonly pageNumber?: BitField;
  };
  /** F4: lock and start of the option bytes are bits of the option register itself. */
  readonly optionControl?: { readonly register: string; readonly lock: number; readonly start: number };
  readonly status: {
    /** Flags that record an error until they are written with 1. */
    readonly errors: number;
    /** Flags that are set while the interface works. */
    readonly busy: number;
  };
  /** Position of EMPTY in ACR: the hardware's verdict on the first flash word when it last loaded the option bytes. */
  readonly emptyFlag?: number;
}

/** So many pages (sectors on F4) of so many bytes. */
export interface PageRun {
  readonly count: number;
  readonly size: number;
  /** Longest time that the erase of one takes, in ms. */
  readonly eraseMs: number;
}

/**
 * How option words stand in the option-byte area and how they are changed. A word is always its payload, without complements.
 * `double-word`: word, then its complement; written by register and OPTSTRT (G0, C0, L4).
 * `half-complement`: bits 15:0 and their complement in one word of the area, bits 31:16 and theirs in the next; written in place (L0).
 * `byte-complement`: each byte of the word, lowest first, followed by its complement; the whole area is erased and written in place
 * by half-words (F0). The word `OBR` shows RDP in bits 7:0, where the register shows flags instead; the rest stands as in the register.
 * `register`: the register is what counts; OPTSTRT stores it (F4). The area shows bits 15:0 of it at the address, bits 31:16 eight
 * bytes further.
 */
export type OptionLayout = 'double-word' | 'half-complement' | 'byte-complement' | 'register';

/** A Nucleo, or another board that carries the part. */
export interface BoardFacts {
  readonly name: string;
  /** Pins of the virtual COM port; undefined if the board has none. */
  readonly vcp?: SerialPins;
  /** Where the application under test speaks: the VCP, or an adapter's pins. */
  readonly console: SerialPins;
  readonly ledPin: string;
  /** The user's button, or undefined. */
  readonly buttonPin?: string;
  /** Crystal or clock on OSC_IN, in Hz. */
  readonly hseHz?: number;
  readonly hasLse: boolean;
}

/** A USART on two pins, named from the target: it sends on `tx`. */
export interface SerialPins {
  readonly usart: string;
  readonly tx: string;
  readonly rx: string;
}

/**
 * An STM32 part: facts without behaviour. A part is one such object in `part/`, with the IP versions that tell which model and
 * which driver fit it. `provenance` names the source of every value, by path (`flash.size`) or by the path of a group (`flash`).
 */
export interface Chip {
  /** As ST orders it, without package and temperature suffix: `STM32G070RB`. */
  readonly name: string;
  readonly family: Family;
  readonly board: BoardFacts;
  readonly core: {
    readonly architecture: 'armv6-m' | 'armv7-m';
    readonly name: 'Cortex-M0' | 'Cortex-M0+' | 'Cortex-M4';
    readonly cpuid: number;
    readonly hasVtor: boolean;
    /** Single-precision FPU (FPv4-SP). */
    readonly hasFpu: boolean;
    /** SW-DP IDR. */
    readonly dpidr: number;
    readonly interrupts: Readonly<Record<string, number>>;
  };
  readonly identity: {
    /** Twelve bits, as GET ID sends them and as DBGMCU_IDCODE & 0xFFF reads. */
    readonly devId: number;
    readonly idcodeAddress: number;
    /** `words` are the offsets of its three words, if they do not follow each other (L0). */
    readonly uniqueId: Region & { readonly words?: readonly [number, number, number] };
    /** Half-word: flash size in KiB. */
    readonly flashSizeAddress: number;
  };
  readonly debugMcu: DebugMcu;
  readonly flash: Region & {
    /** In order of address. */
    readonly pages: readonly PageRun[];
    readonly banks: 1 | 2;
    /** Bytes programmed at once. */
    readonly programUnit: number;
    readonly erasedByte: number;
    /** Longest time of a mass erase, of all banks, in ms; undefined if the interface knows none. */
    readonly massEraseMs?: number;
    /** Longest time to program one unit, in µs. */
    readonly programUs: number;
    readonly controller: FlashController;
  };
  /** RAM with parity check off; `parityOnSize` if the parity bits cost memory. */
  readonly sram: Region & { readonly parityOnSize?: number };
  /** SRAM2 of L4. */
  readonly sram2?: Region;
  /** Data EEPROM of L0. */
  readonly dataMemory?: Region;
  readonly otp?: Region;
  readonly systemMemory: Region;
  /** System memory of the second bank (G0B1). */
  readonly systemMemory2?: Region;
  /** `second` is the area of the second bank (L4). */
  readonly optionBytes: Region & {
    readonly second?: Region;
    readonly layout: OptionLayout;
    readonly words: readonly OptionWord[];
  };
  readonly memoryRemap: {
    readonly register: number;
    readonly field: BitField;
    readonly mainFlash: number;
    readonly systemMemory: number;
    readonly sram: number;
  };
  /** Pin that carries BOOT0, when option bytes select the pin; `BOOT0` if it is a pin of its own. */
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

/** Page as the ROM and OpenOCD count it. */
export interface Page extends Region {
  readonly index: number;
}

export function pageCount(chip: Chip): number {
  return chip.flash.pages.reduce((sum, run) => sum + run.count, 0);
}

/** Page (sector on F4) number `index`; undefined if the part has no such page. */
export function pageAt(chip: Chip, index: number): Page | undefined {
  let base = chip.flash.base;
  let first = 0;
  for (const { count, size } of chip.flash.pages) {
    if (Number.isInteger(index) && index >= first && index < first + count) {
      return { index, base: base + (index - first) * size, size };
    }
    base += count * size;
    first += count;
  }
  return undefined;
}

/** Number of the page that holds `address`; undefined outside the flash. */
export function pageOf(chip: Chip, address: number): number | undefined {
  let base = chip.flash.base;
  let first = 0;
  for (const { count, size } of chip.flash.pages) {
    if (address >= base && address < base + count * size) return first + Math.floor((address - base) / size);
    base += count * size;
    first += count;
  }
  return undefined;
}

/** Size of the largest page, in bytes. */
export function largestPage(chip: Chip): number {
  return Math.max(...chip.flash.pages.map((run) => run.size));
}

/**
 * Address of a register of the FLASH interface, by the manual's name.
 * @throws RangeError if the part has no such register
 */
export function flashRegister(chip: Chip, name: string): number {
  const { base, registers } = chip.flash.controller;
  const offset = registers[name];
  if (offset === undefined) throw new RangeError(`the FLASH interface of the ${chip.name} has no register ${name}`);
  return base + offset;
}

/** The two keys that open something of the FLASH interface; undefined if the part has no such lock. */
export function flashKeys(chip: Chip, opens: FlashKey['opens']): readonly [number, number] | undefined {
  return chip.flash.controller.keys.find((key) => key.opens === opens)?.words;
}

/** A word of erased flash. */
export function erasedWord(chip: Chip): number {
  return chip.flash.erasedByte * 0x0101_0101;
}

/** Ports of the ROM on the pins of the board's VCP, or undefined: the VCP does not reach the ROM. */
export function romUsartOnVcp(chip: Chip): RomUsart | undefined {
  return chip.board.vcp === undefined ? undefined : romUsartOn(chip, chip.board.vcp);
}

/** The USART of the ROM on these pins, or undefined: a wire there does not reach the ROM. */
export function romUsartOn(chip: Chip, pins: Pick<SerialPins, 'tx' | 'rx'>): RomUsart | undefined {
  return chip.rom.usarts.find((port) => port.tx === pins.tx && port.rx === pins.rx);
}

export function fieldOf(word: number, field: BitField): number {
  return Math.floor(word / 2 ** field.lsb) % 2 ** field.width;
}
