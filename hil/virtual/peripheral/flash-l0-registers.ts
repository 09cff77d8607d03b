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

/**
 * Wait states without which reads go wrong at `hclkHz` in voltage range 1, 2 or 3.
 *
 * RM0376 3.3.3 allows none up to 16, 8 and 4.2 MHz (documented). In range 2 the line is drawn at 16 MHz as well: OpenOCD's stm32l0.cfg
 * goes to HSI16 after each `reset init`, in range 2 with LATENCY 0, and programs and verifies real chips there (corroborated).
 */
export function waitStatesFor(hclkHz: number, range: number): number {
  return hclkHz > (range === 3 ? 4.2e6 : 16e6) ? 1 : 0;
}
