import type { MemoryRegion } from '../bus.ts';
import type { EventHandle, Schedule } from '../schedule.ts';
import type { FlashArray } from './flash-array.ts';
import { SR } from './flash-l4-registers.ts';

/** Collects the words that a program stores into double words, or into a row in fast programming. */
export interface DoubleWordWriter {
  store(region: MemoryRegion, offset: number, value: number): void;
  storeFast(region: MemoryRegion, offset: number, value: number): void;
  /** A word waits for those that complete its double word or row. */
  readonly collecting: boolean;
  /** Forget what has been collected. */
  reset(): void;
}

export interface DoubleWordWriterOptions {
  readonly schedule: Schedule;
  readonly array: FlashArray;
  readonly times: { readonly doubleWord: number; readonly row: number; readonly rowGap: number };
  /** Errors by their bits of FLASH_SR. */
  raise(bits: number): void;
  begin(region: MemoryRegion, timeNs: number, finish: () => void, abort: () => void): void;
}

const ROW_BYTES = 256;

/** Standard and fast programming of L4. Source: RM0351 3.3.7 (documented; the lines that are less say so). */
export function createDoubleWordWriter(options: DoubleWordWriterOptions): DoubleWordWriter {
  const { schedule, array, times, raise, begin } = options;
  let first: { readonly region: MemoryRegion; readonly offset: number; readonly value: number } | undefined;
  let row:
    | { readonly region: MemoryRegion; readonly offset: number; readonly words: number[]; timeout?: EventHandle }
    | undefined;

  function program(region: MemoryRegion, offset: number, words: readonly number[], timeNs: number): void {
    begin(
      region,
      timeNs,
      () => array.program(region, offset, words),
      () => array.programCut(region, offset, words),
    );
  }

  function dropRow(bits: number): void {
    schedule.cancel(row?.timeout);
    row = undefined;
    raise(bits | SR.FASTERR);
  }

  function storeFast(region: MemoryRegion, offset: number, value: number): void {
    if (row === undefined) {
      if (offset % ROW_BYTES !== 0) {
        dropRow(SR.PGAERR);
        return;
      }
      if (!array.isErased(region, offset, ROW_BYTES)) {
        dropRow(SR.PROGERR);
        return;
      }
      row = { region, offset, words: [] };
    } else if (region !== row.region || offset !== row.offset + 4 * row.words.length) {
      dropRow(SR.PGAERR);
      return;
    }
    const current = row;
    current.words.push(value);
    schedule.cancel(current.timeout);
    if (current.words.length < ROW_BYTES / 4) {
      current.timeout = schedule.after(times.rowGap, () => dropRow(SR.MISERR));
      return;
    }
    row = undefined;
    program(region, current.offset, current.words, times.row);
  }

  function store(region: MemoryRegion, offset: number, value: number): void {
    if (first === undefined) {
      if (offset % 8 !== 0) raise(SR.PGAERR);
      else first = { region, offset, value };
      return;
    }
    const low = first;
    first = undefined;
    if (region !== low.region || offset !== low.offset + 4) raise(SR.PGAERR);
    // The 64 bits carry one ECC: they are programmed once, or overwritten with zeros (RM0351 3.7.5 PROGERR).
    else if (!array.isErased(region, low.offset, 8) && (low.value | value) !== 0) raise(SR.PROGERR);
    else program(region, low.offset, [low.value, value], times.doubleWord);
  }

  return {
    store,
    storeFast,
    get collecting() {
      return first !== undefined || row !== undefined;
    },
    reset() {
      schedule.cancel(row?.timeout);
      row = first = undefined;
    },
  };
}
