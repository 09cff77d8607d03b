/** Offsets and bits of the FLASH interface of STM32L47x and L48x. Source: ST header stm32l476xx.h (documented). */
export const FLASH = {
  ACR: 0x00,
  PDKEYR: 0x04,
  KEYR: 0x08,
  OPTKEYR: 0x0c,
  SR: 0x10,
  CR: 0x14,
  ECCR: 0x18,
  OPTR: 0x20,
  PCROP1SR: 0x24,
  PCROP1ER: 0x28,
  WRP1AR: 0x2c,
  WRP1BR: 0x30,
  PCROP2SR: 0x44,
  PCROP2ER: 0x48,
  WRP2AR: 0x4c,
  WRP2BR: 0x50,
} as const;

/** LATENCY, PRFTEN, ICEN, DCEN, ICRST, DCRST, SLEEP_PD; RUN_PD needs keys and is left out. */
export const ACR = { LATENCY: 7, WRITABLE: 0x5f07, RESET: 0x600 } as const;

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
  RDERR: 1 << 14,
  OPTVERR: 1 << 15,
  BSY: 1 << 16,
} as const;

/** Errors that keep the next operation from starting until software clears them. */
export const BLOCKING_ERRORS = SR.PROGERR | SR.WRPERR | SR.PGAERR | SR.SIZERR | SR.MISERR | SR.FASTERR;
export const CLEARABLE = SR.EOP | SR.OPERR | SR.PGSERR | SR.RDERR | SR.OPTVERR | BLOCKING_ERRORS;

export const CR = {
  PG: 1 << 0,
  PER: 1 << 1,
  MER1: 1 << 2,
  BKER: 1 << 11,
  MER2: 1 << 15,
  STRT: 1 << 16,
  OPTSTRT: 1 << 17,
  FSTPG: 1 << 18,
  EOPIE: 1 << 24,
  ERRIE: 1 << 25,
  RDERRIE: 1 << 26,
  OBL_LAUNCH: 1 << 27,
  OPTLOCK: 1 << 30,
  LOCK: 0x8000_0000,
} as const;

export const CR_PNB_LSB = 3;
export const CR_PNB_MASK = 0xff;
export const CR_WRITABLE =
  CR.PG |
  CR.PER |
  CR.MER1 |
  (CR_PNB_MASK << CR_PNB_LSB) |
  CR.BKER |
  CR.MER2 |
  CR.FSTPG |
  CR.EOPIE |
  CR.ERRIE |
  CR.RDERRIE;

/** Times in ns, typical. Source: DS10198 (STM32L476xx) table of flash memory characteristics, recalled (corroborated). */
export const TIME = {
  doubleWord: 81_690,
  row: 1_910_000,
  pageErase: 22_020_000,
  /** One bank or both. */
  massErase: 22_130_000,
  /** Option words of both banks: page erases and double words. Hypothesis: the data sheet gives no number. */
  optionProgram: 45_000_000,
  /** Longest gap between two words of a row before MISERR: a double word of the row takes so long. Hypothesis. */
  rowGap: 60_000,
} as const;

/**
 * Wait states needed at `hclkHz` in voltage range 1 or 2.
 * Source: RM0351 3.3.3, table of wait states (documented).
 */
export function waitStatesFor(hclkHz: number, range: number): number {
  const steps = range === 1 ? [16e6, 32e6, 48e6, 64e6] : [6e6, 12e6, 18e6];
  return steps.filter((limit) => hclkHz > limit).length;
}
