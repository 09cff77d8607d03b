/**
 * The memory map of one virtual board: memories, register windows and the alias at 0x0000_0000.
 *
 * The core, DMA and the debug port share it. An access that nothing answers throws a bus fault; it never reads as zero.
 * The core's private peripheral bus (0xE000_0000..0xE00F_FFFF) is not here: the core owns it.
 */
import type { BusDevice, Width } from './peripheral/peripheral.ts';

/** The error response of the bus. One object is reused for every fault, so read `address` at once. */
export interface BusFault extends Error {
  address: number;
}

const theBusFault: BusFault = Object.assign(new Error('bus fault'), { name: 'BusFault', address: 0 });

/** Answer an access with the bus's error response. Devices and `onWrite` handlers may call it, too. */
export function busFault(address: number): never {
  theBusFault.address = address >>> 0;
  theBusFault.message = `bus fault at 0x${theBusFault.address.toString(16).padStart(8, '0')}`;
  throw theBusFault;
}

export function isBusFault(error: unknown): error is BusFault {
  return error === theBusFault;
}

export interface MemoryOptions {
  readonly name: string;
  readonly base: number;
  /** Bytes; a multiple of 4. */
  readonly size: number;
  /** Plain stores land in the bytes (RAM). Default false. */
  readonly writable?: boolean;
  /** Instructions may be fetched. Default true. */
  readonly executable?: boolean;
  /** `size` bytes that hold the content, at an offset that is a multiple of 4; default: bytes of its own. */
  readonly content?: Uint8Array<ArrayBuffer>;
  /**
   * Called instead of a plain store (flash programming). It changes `bytes` itself, calls `invalidate` for what it changed,
   * and may call `busFault`. Without it a store to a memory that is not writable is a bus fault.
   */
  readonly onWrite?: (offset: number, value: number, width: Width) => void;
}

/** One memory. `bytes` is the content; whoever changes it other than by `Bus.write` must call `Bus.invalidate`. */
export interface MemoryRegion {
  readonly index: number;
  readonly name: string;
  readonly base: number;
  readonly size: number;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly onWrite: ((offset: number, value: number, width: Width) => void) | undefined;
  readonly bytes: Uint8Array;
  readonly halfwords: Uint16Array;
  readonly words: Int32Array;
  /** Cycles added to a taken branch into, and to a data read from, this memory. Change it by `Bus.setWaitStates`. */
  waitStates: number;
  /** Fetches and data reads by the core wait until this is lifted. Change it by `Bus.setStalled`. */
  stalled: boolean;
  /** Reads and fetches answer with a bus fault (too few wait states). Change it by `Bus.setReadFault`. */
  readFault: boolean;
}

/** What a memory, or several that follow each other, hold. */
export type MemoryContent = Pick<MemoryRegion, 'base' | 'size' | 'bytes' | 'halfwords' | 'words'>;

/** What the core wants to know of the bus. */
export interface BusListener {
  /** Bytes of a memory changed: forget decoded instructions there. */
  contentChanged(region: MemoryRegion, offset: number, length: number): void;
  /** Alias, wait states, stall or fault setting of a memory changed: look at the map again before the next instruction. */
  mapChanged(): void;
}

export interface Bus {
  readonly regions: readonly MemoryRegion[];
  addMemory(options: MemoryOptions): MemoryRegion;
  /** Map `device` at `base`..`base + size`. Windows of two devices must not overlap. */
  addDevice(base: number, size: number, device: BusDevice): void;
  /** The memory that answers at 0x0000_0000 as well (SYSCFG MEM_MODE, boot selection). */
  setAlias(region: MemoryRegion | undefined): void;
  readonly alias: MemoryRegion | undefined;
  /** The memory at `address` (through the alias too), or undefined. */
  memoryAt(address: number): MemoryRegion | undefined;
  /** Offset of `address` in the memory that `memoryAt` returned for it. */
  offsetIn(region: MemoryRegion, address: number): number;
  /** Aligned read as DMA and debug port do it: no stall, but faults. Returns an unsigned value. */
  read(address: number, width: Width): number;
  write(address: number, value: number, width: Width): void;
  /** See `BusDevice.quietRead`; a memory is always quiet. */
  quietRead(address: number): boolean;
  quietWrite(address: number, value: number): boolean;
  /** Tell the listeners that `region.bytes` changed. */
  invalidate(region: MemoryRegion, offset: number, length: number): void;
  /**
   * Flash BSY: while stalled, the core stops at its next fetch or data read from `region` and `Core.run` lets the time pass
   * up to its cycle limit, until this is called with false.
   */
  setStalled(region: MemoryRegion, stalled: boolean): void;
  setWaitStates(region: MemoryRegion, waitStates: number): void;
  setReadFault(region: MemoryRegion, fault: boolean): void;
  listen(listener: BusListener): void;
}

interface DeviceWindow {
  readonly base: number;
  readonly size: number;
  readonly device: BusDevice;
}

const PAGE_SHIFT = 10; // 1 KiB, the granularity of ST's register map

function createRegion(index: number, options: MemoryOptions): MemoryRegion {
  if (options.size <= 0 || options.size % 4 !== 0 || options.base % 4 !== 0) {
    throw new RangeError(`memory ${options.name}: base and size must be multiples of 4 bytes`);
  }
  const bytes = options.content ?? new Uint8Array(options.size);
  const { buffer, byteOffset } = bytes;
  return {
    index,
    name: options.name,
    base: options.base >>> 0,
    size: options.size,
    writable: options.writable ?? false,
    executable: options.executable ?? true,
    onWrite: options.onWrite,
    bytes,
    halfwords: new Uint16Array(buffer, byteOffset, options.size / 2),
    words: new Int32Array(buffer, byteOffset, options.size / 4),
    waitStates: 0,
    stalled: false,
    readFault: false,
  };
}

export function createBus(): Bus {
  const regions: MemoryRegion[] = [];
  const pages = new Map<number, DeviceWindow[]>();
  const listeners: BusListener[] = [];
  let alias: MemoryRegion | undefined;

  function memoryAt(address: number): MemoryRegion | undefined {
    const a = address >>> 0;
    for (const region of regions) {
      if (a - region.base < region.size && a >= region.base) return region;
    }
    return alias !== undefined && a < alias.size ? alias : undefined;
  }

  function offsetIn(region: MemoryRegion, address: number): number {
    const offset = (address - region.base) >>> 0;
    return offset < region.size ? offset : address >>> 0;
  }

  function deviceAt(address: number): DeviceWindow | undefined {
    const windows = pages.get(address >>> PAGE_SHIFT);
    if (windows === undefined) return undefined;
    for (const window of windows) {
      if (address - window.base < window.size && address >= window.base) return window;
    }
    return undefined;
  }

  function mapChanged(): void {
    for (const listener of listeners) listener.mapChanged();
  }

  function invalidate(region: MemoryRegion, offset: number, length: number): void {
    for (const listener of listeners) listener.contentChanged(region, offset, length);
  }

  function read(address: number, width: Width): number {
    const a = address >>> 0;
    if ((a & (width - 1)) !== 0) busFault(a);
    const region = memoryAt(a);
    if (region !== undefined) {
      if (region.readFault) busFault(a);
      const offset = offsetIn(region, a);
      if (width === 4) return region.words[offset >> 2]! >>> 0;
      return width === 2 ? region.halfwords[offset >> 1]! : region.bytes[offset]!;
    }
    const window = deviceAt(a);
    if (window === undefined) return busFault(a);
    return window.device.read(a - window.base, width) >>> 0;
  }

  function writeMemory(region: MemoryRegion, address: number, value: number, width: Width): void {
    const offset = offsetIn(region, address);
    if (region.onWrite !== undefined) {
      region.onWrite(offset, value >>> 0, width);
    } else if (region.writable) {
      if (width === 4) region.words[offset >> 2] = value;
      else if (width === 2) region.halfwords[offset >> 1] = value;
      else region.bytes[offset] = value;
      invalidate(region, offset, width);
    } else busFault(address);
  }

  function write(address: number, value: number, width: Width): void {
    const a = address >>> 0;
    if ((a & (width - 1)) !== 0) busFault(a);
    const region = memoryAt(a);
    if (region !== undefined) {
      writeMemory(region, a, value, width);
      return;
    }
    const window = deviceAt(a);
    if (window === undefined) busFault(a);
    else window.device.write(a - window.base, value >>> 0, width);
  }

  return {
    regions,
    get alias() {
      return alias;
    },
    addMemory(options) {
      const region = createRegion(regions.length, options);
      regions.push(region);
      mapChanged();
      return region;
    },
    addDevice(base, size, device) {
      const window: DeviceWindow = { base: base >>> 0, size, device };
      const last = (window.base + size - 1) >>> PAGE_SHIFT;
      for (let page = window.base >>> PAGE_SHIFT; page <= last; page++) {
        const others = pages.get(page) ?? [];
        if (others.some((o) => o.base < window.base + size && window.base < o.base + o.size)) {
          throw new RangeError(`two devices at 0x${window.base.toString(16)}`);
        }
        pages.set(page, [...others, window]);
      }
    },
    setAlias(region) {
      if (region === alias) return;
      alias = region;
      mapChanged();
    },
    memoryAt,
    offsetIn,
    read,
    write,
    quietRead(address) {
      const a = address >>> 0;
      if (memoryAt(a) !== undefined) return true;
      const window = deviceAt(a);
      return window?.device.quietRead?.(a - window.base) ?? false;
    },
    quietWrite(address, value) {
      const a = address >>> 0;
      const window = memoryAt(a) === undefined ? deviceAt(a) : undefined;
      return window?.device.quietWrite?.(a - window.base, value >>> 0) ?? false;
    },
    invalidate,
    setStalled(region, stalled) {
      if (region.stalled === stalled) return;
      region.stalled = stalled;
      mapChanged();
    },
    setWaitStates(region, waitStates) {
      if (region.waitStates === waitStates) return;
      region.waitStates = waitStates;
      mapChanged();
    },
    setReadFault(region, fault) {
      if (region.readFault === fault) return;
      region.readFault = fault;
      mapChanged();
    },
    listen(listener) {
      listeners.push(listener);
    },
  };
}
