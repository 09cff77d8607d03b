import { type Chip, contains, type Region } from '../../../chip/chip.ts';
import type { Bus, MemoryContent, MemoryRegion } from '../../bus.ts';
import type { Width } from '../../peripheral/peripheral.ts';
import type { Random } from '../../random.ts';

/** What the memory map needs beside the chip facts. */
export interface MemoryLayout {
  /** Area with unique id and flash size. Undefined: they lie in system memory. */
  readonly factory?: Region;
  /** Offsets of the three words of the unique id; default 0, 4, 8. */
  readonly uniqueIdOffsets?: readonly [number, number, number];
  /** Other words of the factory area: address → value. */
  readonly factoryWords?: Readonly<Record<number, number>>;
}

export interface Memories {
  /** The whole main flash. */
  readonly flash: MemoryContent;
  /** Main flash as the bus has it: one memory per bank, which can be read while the other works. */
  readonly banks: readonly MemoryRegion[];
  readonly system: MemoryRegion;
  /** System memory of the second bank (G0B1). */
  readonly system2: MemoryRegion | undefined;
  readonly optionArea: MemoryRegion;
  /** Option bytes of the second bank (L4). */
  readonly optionArea2: MemoryRegion | undefined;
  readonly otp: MemoryRegion | undefined;
  /** Data EEPROM of L0. */
  readonly dataMemory: MemoryRegion | undefined;
  readonly sram: MemoryRegion;
  readonly sram2: MemoryRegion | undefined;
  /** Everything behind the FLASH interface: it shares wait states and stalls together. */
  readonly nonVolatile: readonly MemoryRegion[];
  /** Put a ROM image at the base of system memory, and its ID byte if it has none. See `PartModel.loadRom`. */
  loadRom(image: Uint8Array, romId: number | undefined): void;
  /** The pattern that RAM shows after power-on. */
  fillSram(random: Random): void;
}

type Store = (region: MemoryRegion, offset: number, value: number, width: Width) => void;

function mainFlash(chip: Chip): Omit<MemoryContent, 'bytes'> & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const { base, size } = chip.flash;
  const buffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  return { base, size, bytes, halfwords: new Uint16Array(buffer), words: new Int32Array(buffer) };
}

/** The memories of a part from its chip facts, whose file names the sources of sizes and addresses. */
export function createMemories(bus: Bus, chip: Chip, layout: MemoryLayout, identity: Random, store: Store): Memories {
  const nonVolatile: MemoryRegion[] = [];
  function cells(
    name: string,
    { base, size }: Region,
    executable: boolean,
    erasedByte = 0xff,
    content = new Uint8Array(size),
  ): MemoryRegion {
    const region: MemoryRegion = bus.addMemory({
      name,
      base,
      size,
      executable,
      content,
      onWrite: (offset, value, width) => store(region, offset, value, width),
    });
    region.bytes.fill(erasedByte);
    nonVolatile.push(region);
    return region;
  }
  const ram = (name: string, place: Region): MemoryRegion =>
    bus.addMemory({ name, base: place.base, size: place.size, writable: true });

  const sram = ram('SRAM', chip.sram);
  const sram2 = chip.sram2 === undefined ? undefined : ram('SRAM2', chip.sram2);
  const flash = mainFlash(chip);
  const bankSize = chip.flash.size / chip.flash.banks;
  const banks = Array.from({ length: chip.flash.banks }, (_, i) =>
    cells(
      chip.flash.banks === 1 ? 'main flash' : `main flash, ${i === 0 ? 'lower' : 'upper'} bank`,
      { base: flash.base + i * bankSize, size: bankSize },
      true,
      chip.flash.erasedByte,
      flash.bytes.subarray(i * bankSize, (i + 1) * bankSize),
    ),
  );
  const system = cells('system memory', chip.systemMemory, true);
  const system2 = chip.systemMemory2 === undefined ? undefined : cells('system memory 2', chip.systemMemory2, true);
  const otp = chip.otp === undefined ? undefined : cells('OTP', chip.otp, true);
  const dataMemory =
    chip.dataMemory === undefined ? undefined : cells('data EEPROM', chip.dataMemory, true, chip.flash.erasedByte);
  if (layout.factory !== undefined) cells('factory bytes', layout.factory, false);
  const { base, size, second } = chip.optionBytes;
  const optionArea = cells('option bytes', { base, size }, false);
  const optionArea2 = second === undefined ? undefined : cells('option bytes 2', second, false);

  function cellsAt(address: number, length: number): MemoryRegion {
    const found = nonVolatile.find((region) => contains(region, address, length));
    if (found === undefined) throw new RangeError(`${chip.name} has no cells at 0x${address.toString(16)}`);
    return found;
  }
  function setWord(address: number, value: number): void {
    const region = cellsAt(address, 4);
    region.words[(address - region.base) >> 2] = value;
  }

  // Wafer X and Y, wafer number, lot in ASCII (RM0454 27.1, documented). Six letters keep tools that print it happy.
  const letter = (): number => 0x41 + (identity.word() % 26);
  const uniqueId = [
    ((identity.word() % 90) << 16) | (identity.word() % 90),
    (identity.word() % 25) | (letter() << 8) | (letter() << 16) | (letter() << 24),
    letter() | (letter() << 8) | (letter() << 16) | (0x20 << 24),
  ] as const;
  function writeFactoryData(): void {
    const offsets = layout.uniqueIdOffsets ?? [0, 4, 8];
    uniqueId.forEach((word, i) => {
      setWord(chip.identity.uniqueId.base + offsets[i]!, word);
    });
    const region = cellsAt(chip.identity.flashSizeAddress, 2);
    region.halfwords[(chip.identity.flashSizeAddress - region.base) >> 1] = chip.flash.size / 1024;
    for (const [address, value] of Object.entries(layout.factoryWords ?? {})) setWord(Number(address), value);
  }
  writeFactoryData();

  function loadRom(image: Uint8Array, romId: number | undefined): void {
    const areas = system2 === undefined ? [system] : [system, system2];
    const last = areas.at(-1)!;
    const room = last.base + last.size - system.base;
    if (image.length > room) throw new RangeError(`the ROM image has ${image.length} bytes, its memory ${room}`);
    for (const area of areas) {
      const from = area.base - system.base;
      if (from < image.length) area.bytes.set(image.subarray(from, Math.min(image.length, from + area.size)));
    }
    if (romId !== undefined) {
      const area = cellsAt(chip.rom.idAddress, 1);
      const at = chip.rom.idAddress - area.base;
      const built = area.bytes[at];
      if (built !== 0xff && built !== romId) {
        throw new RangeError(`the ROM image carries ID 0x${built?.toString(16)}, not 0x${romId.toString(16)}`);
      }
      area.bytes[at] = romId;
    }
    writeFactoryData();
  }

  return {
    flash,
    banks,
    system,
    system2,
    optionArea,
    optionArea2,
    otp,
    dataMemory,
    sram,
    sram2,
    nonVolatile,
    loadRom,
    fillSram(random) {
      for (const region of sram2 === undefined ? [sram] : [sram, sram2]) {
        for (let i = 0; i < region.words.length; i++) region.words[i] = random.word();
        bus.invalidate(region, 0, region.size);
      }
    },
  };
}
