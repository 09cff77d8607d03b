import type { Chip } from '../../chip/chip.ts';
import { answerMs } from './link.ts';

/** How long the ROM of a part may take for what it does to the flash, in ms. */
export interface RomTiming {
  write(bytes: number): number;
  erase(pages: readonly number[]): number;
  readonly eraseAll: number;
}

/**
 * From the longest times of the datasheet, twice, on top of what stm32flash waits: AN3155 gives no times, and a ROM at its own clock
 * adds its own. F4 counts as programmed byte by byte.
 */
export function romTiming(chip: Chip): RomTiming {
  const unit = chip.rom.voltageRange === undefined ? chip.flash.programUnit : 1;
  return {
    write: (bytes) => answerMs.writeBlock + 2 * Math.ceil(bytes / unit) * (chip.flash.programUs / 1000),
    erase: (pages) => answerMs.erasePage + 2 * pages.reduce((sum, page) => sum + eraseMsOf(chip, page), 0),
    eraseAll: answerMs.eraseAll + 2 * (chip.flash.massEraseMs ?? 0),
  };
}

function eraseMsOf(chip: Chip, page: number): number {
  let first = 0;
  for (const { count, eraseMs } of chip.flash.pages) {
    if (page < first + count) return eraseMs;
    first += count;
  }
  // A page that is not there is refused at once.
  return 0;
}
