/** Offsets and bits of the RCC of STM32F401 and F411. Source: ST header stm32f411xe.h, RM0383 6.3 (documented). */
export const RCC = {
  CR: 0x00,
  PLLCFGR: 0x04,
  CFGR: 0x08,
  CIR: 0x0c,
  AHB1RSTR: 0x10,
  AHB2RSTR: 0x14,
  APB1RSTR: 0x20,
  APB2RSTR: 0x24,
  AHB1ENR: 0x30,
  AHB2ENR: 0x34,
  APB1ENR: 0x40,
  APB2ENR: 0x44,
  BDCR: 0x70,
  CSR: 0x74,
  SSCGR: 0x80,
  PLLI2SCFGR: 0x84,
  DCKCFGR: 0x8c,
} as const;

/** Registers that are stored and nothing more: bits that exist and value after reset (RM0383 6.3.14 to 6.3.25). */
export const STORED: Readonly<Record<number, { readonly mask: number; readonly reset: number }>> = {
  80: { mask: 0x0061_909f, reset: 0x0061_909f }, // AHB1LPENR
  84: { mask: 0x0000_0080, reset: 0x0000_0080 }, // AHB2LPENR
  96: { mask: 0x10e2_c80f, reset: 0x10e2_c80f }, // APB1LPENR
  100: { mask: 0x0017_7931, reset: 0x0017_7931 }, // APB2LPENR
  [RCC.SSCGR]: { mask: 0xcfff_ffff, reset: 0 },
  [RCC.DCKCFGR]: { mask: 0x0100_0000, reset: 0 },
};

export const CR = {
  HSION: 1 << 0,
  HSIRDY: 1 << 1,
  HSITRIM: 0x1f << 3,
  HSEON: 1 << 16,
  HSERDY: 1 << 17,
  HSEBYP: 1 << 18,
  CSSON: 1 << 19,
  PLLON: 1 << 24,
  PLLRDY: 1 << 25,
  PLLI2SON: 1 << 26,
  PLLI2SRDY: 1 << 27,
} as const;

/** Codes of SW and SWS. */
export const SW = { HSI: 0, HSE: 1, PLL: 2 } as const;
export const PLLCFGR = { M: 0x3f, N: 0x1ff << 6, P: 3 << 16, SRC: 1 << 22, Q: 15 << 24, RESET: 0x2400_3010 } as const;
export const PLLI2SCFGR = { WRITABLE: 0x7f00_7fff, RESET: 0x2400_3010 } as const;

export const BDCR = { LSEON: 1, LSERDY: 2, RTCSEL: 0x300, BDRST: 1 << 16, WRITABLE: 0x0001_830d } as const;

export const CSR = {
  LSION: 1,
  LSIRDY: 2,
  RMVF: 1 << 24,
  BORRSTF: 1 << 25,
  PINRSTF: 1 << 26,
  PORRSTF: 1 << 27,
  SFTRSTF: 1 << 28,
  IWDGRSTF: 1 << 29,
  WWDGRSTF: 1 << 30,
} as const;

/** Position of a ready flag in CIR; its enable stands 8 and its clear bit 16 higher. */
export const READY = { LSI: 0, LSE: 1, HSI: 2, HSE: 3, PLL: 4, PLLI2S: 5 } as const;

/** VCO input, VCO and outputs P and Q of the PLL for a source of `inputHz`. Q of 0 and 1 are wrong configurations (RM0383 6.3.2): no output. */
export function pllOf(pllcfgr: number, inputHz: number): { inHz: number; vcoHz: number; pHz: number; qHz: number } {
  const inHz = inputHz / (pllcfgr & PLLCFGR.M || Number.POSITIVE_INFINITY);
  const vcoHz = inHz * ((pllcfgr & PLLCFGR.N) >>> 6);
  const q = (pllcfgr & PLLCFGR.Q) >>> 24;
  return { inHz, vcoHz, pHz: vcoHz / (2 * (((pllcfgr & PLLCFGR.P) >>> 16) + 1)), qHz: q < 2 ? 0 : vcoHz / q };
}
