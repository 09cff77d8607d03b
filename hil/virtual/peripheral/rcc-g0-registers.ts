/** Offsets and bits of the RCC of STM32G0. Source: ST header stm32g070xx.h, RM0454 5.4 (documented). */
export const RCC = {
  CR: 0x00,
  ICSCR: 0x04,
  CFGR: 0x08,
  PLLCFGR: 0x0c,
  CIER: 0x18,
  CIFR: 0x1c,
  CICR: 0x20,
  IOPRSTR: 0x24,
  AHBRSTR: 0x28,
  APBRSTR1: 0x2c,
  APBRSTR2: 0x30,
  IOPENR: 0x34,
  AHBENR: 0x38,
  APBENR1: 0x3c,
  APBENR2: 0x40,
  IOPSMENR: 0x44,
  AHBSMENR: 0x48,
  APBSMENR1: 0x4c,
  APBSMENR2: 0x50,
  CCIPR: 0x54,
  BDCR: 0x5c,
  CSR: 0x60,
} as const;

export const CR = { HSION: 1 << 8, HSIKERON: 1 << 9, HSIRDY: 1 << 10, HSEON: 1 << 16, HSERDY: 1 << 17 } as const;
export const CR_HSEBYP = 1 << 18;
export const CR_CSSON = 1 << 19;
export const CR_PLLON = 1 << 24;
export const CR_PLLRDY = 1 << 25;
export const PLLCFGR_PLLREN = 1 << 28;
export const BDCR = { LSEON: 1, LSERDY: 2, LSEBYP: 4, BDRST: 1 << 16 } as const;

/** Bits of CSR. LSION and LSIRDY are apart: they are no reset flags. */
export const CSR = {
  LSION: 1,
  LSIRDY: 2,
  RMVF: 1 << 23,
  OBLRSTF: 1 << 25,
  PINRSTF: 1 << 26,
  PWRRSTF: 1 << 27,
  SFTRSTF: 1 << 28,
  IWDGRSTF: 1 << 29,
  WWDGRSTF: 1 << 30,
} as const;

/** Position in CIER, CIFR and CICR. */
export const READY = { LSI: 0, LSE: 1, HSI: 3, HSE: 4, PLL: 5 } as const;

export const hsidivOf = (cr: number): number => 1 << ((cr >>> 11) & 7);

/** Divider of HPRE or PPRE: below `first` none; then 2, 4, 8, 16 and, for HPRE, 64 .. 512 (32 is left out). */
export function hpreOf(cfgr: number): number {
  const field = (cfgr >>> 8) & 15;
  if (field < 8) return 1;
  return field < 12 ? 2 << (field - 8) : 64 << (field - 12);
}

export function ppreOf(cfgr: number): number {
  const field = (cfgr >>> 12) & 7;
  return field < 4 ? 1 : 2 << (field - 4);
}

/** Where PLLCFGR leads for an input of `inputHz`: VCO input, VCO and output R in Hz. */
export function pllOf(pllcfgr: number, inputHz: number): { inHz: number; vcoHz: number; rHz: number } {
  const inHz = inputHz / (((pllcfgr >>> 4) & 7) + 1);
  const vcoHz = inHz * ((pllcfgr >>> 8) & 0x7f);
  return { inHz, vcoHz, rHz: vcoHz / (((pllcfgr >>> 29) & 7) + 1) };
}
