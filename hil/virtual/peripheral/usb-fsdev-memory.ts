import type { Random } from '../random.ts';
import type { Peripheral, PeripheralHost, Width } from './peripheral.ts';
import type { FsdevVersion } from './usb-fsdev-registers.ts';

/** A buffer as its descriptor tells. */
export interface TxBuffer {
  readonly address: number;
  readonly count: number;
}
export interface RxBuffer {
  readonly address: number;
  /** Bytes that fit. */
  readonly capacity: number;
}

/** The packet memory of FSDEV with the table of buffer descriptors in it. */
export interface PacketMemory extends Peripheral {
  txBuffer(table: number, endpoint: number): TxBuffer;
  rxBuffer(table: number, endpoint: number): RxBuffer;
  setRxCount(table: number, endpoint: number, count: number): void;
  load(address: number, count: number): Uint8Array;
  store(address: number, bytes: Uint8Array): void;
}

export interface PacketMemoryOptions {
  readonly version: FsdevVersion;
  readonly host: PeripheralHost;
  readonly random: Random;
}

/** Bytes. Source: RM0091 30.3, header stm32g0b1xx.h (documented). */
const SIZE: Readonly<Record<FsdevVersion, number>> = { 1: 1024, 2: 2048 };
const COUNT = 0x3ff;

/** BLSIZE and NUM_BLOCK: blocks of 2 bytes, or NUM_BLOCK + 1 blocks of 32. Source: RM0091 table of buffer memory flags (documented). */
const capacityOf = (blocks: number): number => (blocks & 0x20 ? ((blocks & 0x1f) + 1) * 32 : (blocks & 0x1f) * 2);

/**
 * Version 1 takes bytes and half-words: the memory is 16 bits wide on the bus. Version 2 takes words.
 *
 * What another width does is not documented: here the upper half of a word is lost on version 1, and version 2 repeats the narrow
 * value on all lanes, as the bridge does with other blocks (hypothesis). The board's log says it, since it is a fault of the firmware.
 */
export function createPacketMemory(options: PacketMemoryOptions): PacketMemory {
  const { version, host } = options;
  const size = SIZE[version];
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let noted = false;
  const inside = (address: number): number => address & (size - 1);
  const half = (address: number): number => view.getUint16(inside(address & ~1), true);

  function wrongWidth(offset: number, width: Width, access: string): void {
    if (noted) return;
    noted = true;
    host.note('USB packet memory: access of the wrong width', { offset, width, access });
  }

  function read(offset: number, width: Width): number {
    if (version === 1 ? width === 4 : width !== 4) wrongWidth(offset, width, 'read');
    if (width === 1) return bytes[offset]!;
    if (width === 2 || version === 1) return half(offset);
    return view.getUint32(offset, true);
  }

  function write(offset: number, value: number, width: Width): void {
    if (version === 2) {
      if (width !== 4) wrongWidth(offset, width, 'write');
      const word = width === 4 ? value : width === 2 ? (value & 0xffff) * 0x1_0001 : (value & 0xff) * 0x0101_0101;
      view.setUint32(offset & ~3, word, true);
    } else if (width === 1) bytes[offset] = value;
    else {
      if (width === 4) wrongWidth(offset, width, 'write');
      view.setUint16(offset, value, true);
    }
  }

  // Version 1: four half-words ADDR_TX, COUNT_TX, ADDR_RX, COUNT_RX. Version 2: two words with the count in the upper half. In bytes
  // of a little-endian memory that is the same; addresses are multiples of the width of the memory.
  const place = (table: number, endpoint: number): number => inside(table + 8 * endpoint);
  const aligned = (address: number): number => inside(version === 1 ? address & ~1 : address & ~3);

  return {
    name: 'USB packet memory',
    size,
    read,
    write,
    quietRead: () => true,
    reset(kind) {
      noted = false;
      // It is a RAM: a reset of the block leaves it as it is.
      if (kind !== 'power') return;
      for (let i = 0; i < size; i += 4) view.setUint32(i, options.random.word(), true);
    },
    txBuffer(table, endpoint) {
      const at = place(table, endpoint);
      return { address: aligned(half(at)), count: half(at + 2) & COUNT };
    },
    rxBuffer(table, endpoint) {
      const at = place(table, endpoint);
      return { address: aligned(half(at + 4)), capacity: capacityOf(half(at + 6) >>> 10) };
    },
    setRxCount(table, endpoint, count) {
      const at = inside(place(table, endpoint) + 6);
      view.setUint16(at, (view.getUint16(at, true) & ~COUNT) | count, true);
    },
    load: (address, count) => Uint8Array.from({ length: count }, (_, i) => bytes[inside(address + i)]!),
    store(address, data) {
      for (const [i, byte] of data.entries()) bytes[inside(address + i)] = byte;
      // The memory is written in its own width: what stands behind an odd end is not kept (RM0091 30.5.2: hypothesis as to the value).
      const step = version === 1 ? 2 : 4;
      for (let i = data.length; i % step !== 0; i++) bytes[inside(address + i)] = 0;
    },
  };
}
