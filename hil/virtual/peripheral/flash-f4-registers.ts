/** Offsets and bits of the FLASH interface of STM32F401 and F411. Source: ST header stm32f411xe.h (documented). */
export const FLASH = {
  ACR: 0x00,
  KEYR: 0x04,
  OPTKEYR: 0x08,
  SR: 0x0c,
  CR: 0x10,
  OPTCR: 0x14,
} as const;

/** LATENCY, PRFTEN, ICEN, DCEN, ICRST, DCRST. */
export const ACR = { LATENCY: 15, WRITABLE: 0x1f0f } as const;

export const SR = {
  EOP: 1 << 0,
  OPERR: 1 << 1,
  WRPERR: 1 << 4,
  PGAERR: 1 << 5,
  PGPERR: 1 << 6,
  PGSERR: 1 << 7,
  RDERR: 1 << 8,
  BSY: 1 << 16,
} as const;

export const CLEARABLE = SR.EOP | SR.OPERR | SR.WRPERR | SR.PGAERR | SR.PGPERR | SR.PGSERR | SR.RDERR;

export const CR = {
  PG: 1 << 0,
  SER: 1 << 1,
  MER: 1 << 2,
  STRT: 1 << 16,
  EOPIE: 1 << 24,
  ERRIE: 1 << 25,
  LOCK: 0x8000_0000,
} as const;

export const CR_SNB_LSB = 3;
export const CR_PSIZE_LSB = 8;
export const CR_WRITABLE = CR.PG | CR.SER | CR.MER | (15 << CR_SNB_LSB) | (3 << CR_PSIZE_LSB) | CR.EOPIE | CR.ERRIE;

export const OPTCR = { OPTLOCK: 1, OPTSTRT: 2, SPRMOD: 0x8000_0000 } as const;
/** BOR_LEV, WDG_SW, nRST_STOP, nRST_STDBY, RDP, nWRP, SPRMOD. */
export const OPTCR_WRITABLE = 0x8fff_ffec;
/** Position of nWRP of sector 0. */
export const OPTCR_NWRP_LSB = 16;

const MS = 1_000_000;
/**
 * Times in ns, typical, by PSIZE: bytes, half-words, words. Double words need VPP and are counted as words.
 * Source: DS10314 (STM32F411xC/xE) tables of flash memory programming, recalled; single numbers agree with RM0383 (corroborated).
 */
const ERASE_TIMES: Readonly<Record<number, readonly [number, number, number]>> = {
  16: [400 * MS, 300 * MS, 250 * MS],
  64: [1_200 * MS, 700 * MS, 550 * MS],
  128: [2_000 * MS, 1_300 * MS, 1_000 * MS],
};
const MASS_ERASE_TIMES = [8_000 * MS, 5_500 * MS, 4_000 * MS] as const;
export const PROGRAM_TIME = 16_000;
/** Option bytes: erase of the user configuration sector and programming. Hypothesis: the data sheet gives no number. */
export const OPTION_TIME = 300 * MS;

const parallelism = (psize: number): 0 | 1 | 2 => Math.min(psize, 2) as 0 | 1 | 2;
export const massEraseTime = (psize: number): number => MASS_ERASE_TIMES[parallelism(psize)];
export function sectorEraseTime(sectorBytes: number, psize: number): number {
  return (ERASE_TIMES[sectorBytes / 1024] ?? ERASE_TIMES[128]!)[parallelism(psize)];
}

/**
 * Wait states needed at `hclkHz` with 2.7 to 3.6 V, which the boards have.
 * Source: RM0383 3.4.1, table of wait states (documented).
 */
export function waitStatesFor(hclkHz: number): number {
  return [30e6, 64e6, 90e6].filter((limit) => hclkHz > limit).length;
}
