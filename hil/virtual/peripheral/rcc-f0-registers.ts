/** Offsets and bits of the RCC of STM32F0. Source: ST headers stm32f042x6.h, stm32f091xc.h; RM0091 6.4 (documented). */
export const RCC = {
  CR: 0x00,
  CFGR: 0x04,
  CIR: 0x08,
  APB2RSTR: 0x0c,
  APB1RSTR: 0x10,
  AHBENR: 0x14,
  APB2ENR: 0x18,
  APB1ENR: 0x1c,
  BDCR: 0x20,
  CSR: 0x24,
  AHBRSTR: 0x28,
  CFGR2: 0x2c,
  CFGR3: 0x30,
  CR2: 0x34,
} as const;

export const CR = {
  HSION: 1 << 0,
  HSIRDY: 1 << 1,
  HSITRIM: 31 << 3,
  HSEON: 1 << 16,
  HSERDY: 1 << 17,
  HSEBYP: 1 << 18,
  CSSON: 1 << 19,
  PLLON: 1 << 24,
  PLLRDY: 1 << 25,
} as const;

export const CR2 = {
  HSI14ON: 1 << 0,
  HSI14RDY: 1 << 1,
  HSI14DIS: 1 << 2,
  HSI14TRIM: 31 << 3,
  HSI48ON: 1 << 16,
  HSI48RDY: 1 << 17,
} as const;

export const BDCR = { LSEON: 1, LSERDY: 2, RTCSEL: 3 << 8, BDRST: 1 << 16 } as const;

export const CSR = {
  LSION: 1 << 0,
  LSIRDY: 1 << 1,
  V18PWRRSTF: 1 << 23,
  RMVF: 1 << 24,
  OBLRSTF: 1 << 25,
  PINRSTF: 1 << 26,
  PORRSTF: 1 << 27,
  SFTRSTF: 1 << 28,
  IWDGRSTF: 1 << 29,
  WWDGRSTF: 1 << 30,
} as const;

/** Position of a flag in CIR; its enable stands 8, its clear bit 16 higher. */
export const READY = { LSI: 0, LSE: 1, HSI: 2, HSE: 3, PLL: 4, HSI14: 5, HSI48: 6 } as const;

/** SW and SWS. */
export const SW = { HSI: 0, HSE: 1, PLL: 2, HSI48: 3 } as const;

/** CFGR.PLLSRC on F04x, F07x and F09x. */
export const PLLSRC = { HSI_DIV2: 0, HSI: 1, HSE: 2, HSI48: 3 } as const;
export const pllSource = (cfgr: number): number => (cfgr >>> 15) & 3;
/** Multiplier 2 .. 16; the two highest codes mean 16. */
export const pllMultiplier = (cfgr: number): number => Math.min(((cfgr >>> 18) & 15) + 2, 16);
