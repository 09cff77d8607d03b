/** Offsets and bits of the FLASH interface of STM32F0. Source: ST headers stm32f042x6.h, stm32f091xc.h; RM0091 3.5 (documented). */
export const FLASH = {
  ACR: 0x00,
  KEYR: 0x04,
  OPTKEYR: 0x08,
  SR: 0x0c,
  CR: 0x10,
  AR: 0x14,
  OBR: 0x1c,
  WRPR: 0x20,
} as const;

export const ACR = { LATENCY: 7, PRFTBE: 1 << 4, PRFTBS: 1 << 5 } as const;

export const SR = { BSY: 1 << 0, PGERR: 1 << 2, WRPRTERR: 1 << 4, EOP: 1 << 5 } as const;

export const CR = {
  PG: 1 << 0,
  PER: 1 << 1,
  MER: 1 << 2,
  OPTPG: 1 << 4,
  OPTER: 1 << 5,
  STRT: 1 << 6,
  LOCK: 1 << 7,
  OPTWRE: 1 << 9,
  ERRIE: 1 << 10,
  EOPIE: 1 << 12,
  OBL_LAUNCH: 1 << 13,
} as const;

export const OBR_OPTERR = 1;
export const SECTOR_BYTES = 4096;

/**
 * Times in ns. Source: DS9773 (STM32F042) and DS9826 (STM32F091), table of flash memory characteristics: half-word 40, 53.5, 60 us;
 * page and mass erase 20 to 40 ms without a typical value, so the middle of it (recalled: corroborated).
 */
export const TIME = { halfWord: 53_500, pageErase: 30_000_000, massErase: 30_000_000 } as const;

/** Wait states needed at `hclkHz`. Source: RM0091 3.5.1 LATENCY (documented). */
export const waitStatesFor = (hclkHz: number): number => (hclkHz > 24e6 ? 1 : 0);
