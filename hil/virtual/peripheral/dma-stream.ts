import type { EventHandle } from '../schedule.ts';
import { createDmaFifo, type DmaFifo, FIFO_BYTES } from './dma-fifo.ts';
import { SCR, SFCR } from './dma-v2-registers.ts';
import type { Width } from './peripheral.ts';

/** A stream of the DMA of F4: its registers, and how far it is. */
export interface Stream {
  cr: number;
  ndtr: number;
  par: number;
  m0ar: number;
  m1ar: number;
  fcr: number;
  flags: number;
  /** NDTR as software wrote it: circular mode and a new start reload it. */
  total: number;
  /** Where the next accesses go; the registers keep what software wrote. */
  peripheralAddress: number;
  memoryAddress: number;
  /** Bytes that memory has still to give in this round, from memory to a peripheral. */
  toLoad: number;
  event: EventHandle | undefined;
  readonly fifo: DmaFifo;
}

/** All but the FIFO. Source: RM0383 9.5 (documented). */
export const resetState = {
  ...{ cr: 0, ndtr: 0, par: 0, m0ar: 0, m1ar: 0, flags: 0, total: 0 },
  ...{ peripheralAddress: 0, memoryAddress: 0, toLoad: 0, fcr: SFCR.RESET, event: undefined },
};
export const createStream = (): Stream => ({ ...resetState, fifo: createDmaFifo() });

const widthOf = (field: number): Width => [1, 2, 4, 4][field & 3] as Width;
export const peripheralWidth = ({ cr }: Stream): Width => widthOf(cr >>> 11);
export const memoryWidth = ({ cr }: Stream): Width => widthOf(cr >>> 13);
export const isDirect = ({ fcr }: Stream): boolean => (fcr & SFCR.DMDIS) === 0;
export const threshold = ({ fcr }: Stream): number => ((fcr & SFCR.FTH) + 1) * (FIFO_BYTES / 4);
export const goesOut = ({ cr }: Stream): boolean => (cr & SCR.DIR) === SCR.MEMORY_TO_PERIPHERAL;
export const isCopy = ({ cr }: Stream): boolean => (cr & SCR.DIR) === SCR.MEMORY_TO_MEMORY;
/** The threshold is a whole number of bursts at the memory port, as it must be (RM0383 9.3.12). */
export function holdsWholeBursts(stream: Stream): boolean {
  const beats = [1, 4, 8, 16][(stream.cr >>> 23) & 3]!;
  return isDirect(stream) || threshold(stream) % (beats * memoryWidth(stream)) === 0;
}

/** What hardware makes of the settings as EN is set (RM0383 9.5.5, 9.5.10). */
export function settle(stream: Stream): void {
  if (isCopy(stream)) {
    stream.fcr |= SFCR.DMDIS;
    stream.cr &= ~SCR.PFCTRL;
  }
  if (isDirect(stream)) {
    stream.cr &= ~(SCR.MSIZE | SCR.MBURST | SCR.PINCOS);
    stream.cr |= (stream.cr & SCR.PSIZE) << 2;
  }
  if (stream.cr & SCR.DBM) stream.cr |= SCR.CIRC;
  if (stream.cr & SCR.PFCTRL) {
    // The peripheral would say which item is the last; no modelled one does.
    stream.cr &= ~SCR.CIRC;
    stream.ndtr = stream.total = 0xffff;
  }
  if (stream.ndtr === 0) stream.ndtr = stream.total;
}
