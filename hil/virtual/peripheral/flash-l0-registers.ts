/** Offsets and bits of the FLASH (NVM) interface of STM32L0. Source: ST headers stm32l0xx, RM0376 3.7 (documented). */
export const FLASH = {
  ACR: 0x00,
  PECR: 0x04,
  PDKEYR: 0x08,
  PEKEYR: 0x0c,
  PRGKEYR: 0x10,
  OPTKEYR: 0x14,
  SR: 0x18,
} as const;

export const ACR = { LATENCY: 1 << 0, PRFTEN: 1 << 1, SLEEP_PD: 1 << 3, DISAB_BUF: 1 << 5, PRE_READ: 1 << 6 } as const;

export const PECR = {
  PELOCK: 1 << 0,
  PRGLOCK: 1 << 1,
  OPTLOCK: 1 << 2,
  PROG: 1 << 3,
  DATA: 1 << 4,
  FIX: 1 << 8,
  ERASE: 1 << 9,
  FPRG: 1 << 10,
  PARALLELBANK: 1 << 15,
  EOPIE: 1 << 16,
  ERRIE: 1 << 17,
  OBL_LAUNCH: 1 << 18,
  HALF_ARRAY: 1 << 19,
  NZDISABLE: 1 << 22,
} as const;

export const SR = {
  BSY: 1 << 0,
  EOP: 1 << 1,
  /** HVOFF: high voltage is off. */
  ENDHV: 1 << 2,
  READY: 1 << 3,
  WRPERR: 1 << 8,
  PGAERR: 1 << 9,
  SIZERR: 1 << 10,
  OPTVERR: 1 << 11,
  RDERR: 1 << 13,
  NOTZEROERR: 1 << 16,
  FWWERR: 1 << 17,
} as const;

export const ERRORS = SR.WRPERR | SR.PGAERR | SR.SIZERR | SR.OPTVERR | SR.RDERR | SR.NOTZEROERR | SR.FWWERR;

export const PAGE_BYTES = 128;
export const HALF_PAGE_BYTES = 64;
export const SECTOR_BYTES = 4096;

/**
 * Time of one erase or one programming (word, half-page, EEPROM word), in ns, typical.
 * Source: DS10668 and DS10689, table of flash and data EEPROM characteristics: 3.28 ms (corroborated by a vendor's walk-through that
 * measures "about 3.2 ms" for all three).
 */
export const OPERATION_NS = 3_280_000;

/** Wait states needed at `hclkHz` in voltage range 1, 2 or 3. Source: RM0376 3.3.3 table (documented). */
export function waitStatesFor(hclkHz: number, range: number): number {
  const zeroUpTo = range === 1 ? 16e6 : range === 2 ? 8e6 : 4.2e6;
  return hclkHz > zeroUpTo ? 1 : 0;
}
