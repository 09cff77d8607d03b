import type { BusDevice, Width } from './peripheral.ts';

/** Registers seen as 32-bit words. */
export interface RegisterBlock {
  read(offset: number): number;
  write(offset: number, value: number): void;
  quietRead?(offset: number): boolean;
  quietWrite?(offset: number, value: number): boolean;
}

/**
 * Gives a block of word registers the narrow accesses of its bus.
 *
 * `apb`: the bridge has no byte strobes; a byte or half-word is repeated on all lanes and the whole register is written.
 * `ahb`: byte lanes; the other bytes keep what they read as.
 * Source: RM0454 2.1 (AHB to APB bridge: "data is duplicated"), documented.
 */
export function narrowAccess(block: RegisterBlock, bus: 'apb' | 'ahb'): BusDevice {
  const widen = (offset: number, value: number, width: Width): number => {
    if (width === 4) return value >>> 0;
    if (bus === 'apb') return width === 2 ? ((value & 0xffff) * 0x1_0001) >>> 0 : ((value & 0xff) * 0x0101_0101) >>> 0;
    const shift = (offset & 3) * 8;
    const mask = ((width === 1 ? 0xff : 0xffff) << shift) >>> 0;
    return ((block.read(offset & ~3) & ~mask) | ((value << shift) & mask)) >>> 0;
  };
  const { quietRead, quietWrite } = block;
  return {
    read(offset, width) {
      const word = block.read(offset & ~3) >>> 0;
      if (width === 4) return word;
      return width === 2 ? (word >>> ((offset & 2) * 8)) & 0xffff : (word >>> ((offset & 3) * 8)) & 0xff;
    },
    write: (offset, value, width) => block.write(offset & ~3, widen(offset, value, width)),
    ...(quietRead === undefined ? {} : { quietRead: (offset: number) => quietRead(offset & ~3) }),
    ...(quietWrite === undefined
      ? {}
      : { quietWrite: (offset: number, value: number) => quietWrite(offset & ~3, value) }),
  };
}
