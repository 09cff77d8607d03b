import type { Width } from './peripheral.ts';

export const FIFO_BYTES = 16;

/** FIFO of a DMA stream: items go in at one width and come out at another, lowest byte first. */
export interface DmaFifo {
  /** Bytes inside. */
  readonly level: number;
  push(value: number, width: Width): void;
  /** Zeros stand for bytes that are missing: the manual calls them undesired. */
  pop(width: Width): number;
  clear(): void;
  /** FS of SxFCR. */
  status(): number;
}

const EMPTY = 4;
const FULL = 5;

/** Source: RM0383 9.3.10 packing and unpacking, 9.5.10 FS (documented). */
export function createDmaFifo(): DmaFifo {
  let bytes: number[] = [];
  return {
    get level() {
      return bytes.length;
    },
    push(value, width) {
      for (let lane = 0; lane < width; lane++) bytes.push((value >>> (8 * lane)) & 0xff);
    },
    pop(width) {
      const item = bytes.splice(0, width);
      return item.reduceRight((value, byte) => value * 0x100 + byte, 0);
    },
    clear() {
      bytes = [];
    },
    status() {
      if (bytes.length === 0) return EMPTY;
      return bytes.length === FIFO_BYTES ? FULL : Math.floor((4 * bytes.length) / FIFO_BYTES);
    },
  };
}
