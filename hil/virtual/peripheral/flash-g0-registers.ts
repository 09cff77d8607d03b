/** Offsets and bits of the FLASH interface of STM32G0. Source: ST header stm32g070xx.h (documented). */
export const FLASH = {
  ACR: 0x00,
  KEYR: 0x08,
  OPTKEYR: 0x0c,
  SR: 0x10,
  CR: 0x14,
  ECCR: 0x18,
  OPTR: 0x20,
  WRP1AR: 0x2c,
  WRP1BR: 0x30,
} as const;

export const ACR = {
  LATENCY: 7,
  PRFTEN: 1 << 8,
  ICEN: 1 << 9,
  ICRST: 1 << 11,
  EMPTY: 1 << 16,
  DBG_SWEN: 1 << 18,
} as const;

export const SR = {
  EOP: 1 << 0,
  OPERR: 1 << 1,
  PROGERR: 1 << 3,
  WRPERR: 1 << 4,
  PGAERR: 1 << 5,
  SIZERR: 1 << 6,
  PGSERR: 1 << 7,
  MISERR: 1 << 8,
  FASTERR: 1 << 9,
  OPTVERR: 1 << 15,
  BSY1: 1 << 16,
  /** Two banks only. */
  BSY2: 1 << 17,
  CFGBSY: 1 << 18,
} as const;

/** Errors that keep the next operation from starting until software clears them. */
export const BLOCKING_ERRORS = SR.PROGERR | SR.WRPERR | SR.PGAERR | SR.SIZERR | SR.MISERR | SR.FASTERR;
export const CLEARABLE = SR.EOP | SR.OPERR | SR.PGSERR | SR.OPTVERR | BLOCKING_ERRORS;

export const CR = {
  PG: 1 << 0,
  PER: 1 << 1,
  MER1: 1 << 2,
  /** Two banks only, as MER2. */
  BKER: 1 << 13,
  MER2: 1 << 15,
  STRT: 1 << 16,
  OPTSTRT: 1 << 17,
  FSTPG: 1 << 18,
  EOPIE: 1 << 24,
  ERRIE: 1 << 25,
  OBL_LAUNCH: 1 << 27,
  OPTLOCK: 1 << 30,
  LOCK: 0x8000_0000,
} as const;

export const CR_PNB_LSB = 3;
export const CR_PNB_MASK = 0x3ff;

/** Times in ns, typical. Source: DS12766 (STM32G070xx) table of flash memory characteristics, recalled (corroborated). */
export const TIME = {
  doubleWord: 85_000,
  row: 1_700_000,
  pageErase: 22_000_000,
  massErase: 22_100_000,
  /** Option words: one page erase and the double words. Hypothesis: the data sheet gives no number. */
  optionProgram: 23_000_000,
  /** Longest gap between two words of a row before MISERR. Hypothesis: the manual gives no number. */
  rowGap: 30_000,
} as const;

/**
 * Wait states needed at `hclkHz` in voltage range 1 or 2.
 * Source: RM0454 3.3.4, table of wait states (documented; range 2 allows no more than 16 MHz).
 */
export function waitStatesFor(hclkHz: number, range: number): number {
  const steps = range === 1 ? [24e6, 48e6] : [8e6];
  return steps.filter((limit) => hclkHz > limit).length;
}
