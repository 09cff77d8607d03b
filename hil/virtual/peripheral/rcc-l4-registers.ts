/** Offsets and bits of the RCC of STM32L47x and L48x. Source: ST header stm32l476xx.h, RM0351 6.4 (documented). */
export const RCC = {
  CR: 0x00,
  ICSCR: 0x04,
  CFGR: 0x08,
  PLLCFGR: 0x0c,
  PLLSAI1CFGR: 0x10,
  PLLSAI2CFGR: 0x14,
  CIER: 0x18,
  CIFR: 0x1c,
  CICR: 0x20,
  AHB1RSTR: 0x28,
  AHB2RSTR: 0x2c,
  AHB3RSTR: 0x30,
  APB1RSTR1: 0x38,
  APB1RSTR2: 0x3c,
  APB2RSTR: 0x40,
  AHB1ENR: 0x48,
  AHB2ENR: 0x4c,
  AHB3ENR: 0x50,
  APB1ENR1: 0x58,
  APB1ENR2: 0x5c,
  APB2ENR: 0x60,
  AHB1SMENR: 0x68,
  APB2SMENR: 0x80,
  CCIPR: 0x88,
  BDCR: 0x90,
  CSR: 0x94,
} as const;

/** Values of the SMENR registers after reset (RM0351 6.4.22 to 6.4.27). */
export const SLEEP_RESET: Readonly<Record<number, number>> = {
  104: 0x0001_1303,
  108: 0x0005_32ff,
  112: 0x0000_0101,
  120: 0xf2fe_ca3f,
  124: 0x0000_0025,
  128: 0x0167_7c01,
};

export const CR = {
  MSION: 1 << 0,
  MSIRDY: 1 << 1,
  MSIPLLEN: 1 << 2,
  MSIRGSEL: 1 << 3,
  MSIRANGE: 15 << 4,
  HSION: 1 << 8,
  HSIKERON: 1 << 9,
  HSIRDY: 1 << 10,
  HSIASFS: 1 << 11,
  HSEON: 1 << 16,
  HSERDY: 1 << 17,
  HSEBYP: 1 << 18,
  CSSON: 1 << 19,
  PLLON: 1 << 24,
  PLLRDY: 1 << 25,
  PLLSAI1ON: 1 << 26,
  PLLSAI1RDY: 1 << 27,
  PLLSAI2ON: 1 << 28,
  PLLSAI2RDY: 1 << 29,
} as const;

/** Codes of SW and SWS. */
export const SW = { MSI: 0, HSI16: 1, HSE: 2, PLL: 3 } as const;
/** Codes of PLLSRC. */
export const PLLSRC = { MSI: 1, HSI16: 2, HSE: 3 } as const;
export const PLLCFGR = {
  SRC: 3,
  M: 7 << 4,
  N: 0x7f << 8,
  P: 1 << 17,
  QEN: 1 << 20,
  Q: 3 << 21,
  REN: 1 << 24,
  R: 3 << 25,
} as const;
/** Codes of CCIPR.CLK48SEL. */
export const CLK48SEL = { LSB: 26, PLLSAI1: 1, PLL: 2, MSI: 3 } as const;

export const BDCR = { LSEON: 1, LSERDY: 2, RTCSEL: 0x300, BDRST: 1 << 16, WRITABLE: 0x0301_803d | (1 << 2) } as const;

export const CSR = {
  LSION: 1,
  LSIRDY: 2,
  MSISRANGE: 15 << 8,
  RMVF: 1 << 23,
  OBLRSTF: 1 << 25,
  PINRSTF: 1 << 26,
  BORRSTF: 1 << 27,
  SFTRSTF: 1 << 28,
  IWDGRSTF: 1 << 29,
  WWDGRSTF: 1 << 30,
} as const;

/** Position in CIER, CIFR and CICR. */
export const READY = { LSI: 0, LSE: 1, MSI: 2, HSI: 3, HSE: 4, PLL: 5, PLLSAI1: 6, PLLSAI2: 7 } as const;

/** MSI ranges 0 to 11; the others do not exist and cannot be written (RM0351 6.4.1 MSIRANGE). */
export const MSI_RANGES_HZ = [100e3, 200e3, 400e3, 800e3, 1e6, 2e6, 4e6, 8e6, 16e6, 24e6, 32e6, 48e6] as const;

/** VCO input by PLLM, VCO and outputs Q and R of a PLL register for a source of `inputHz`. M stands in PLLCFGR for all three PLLs. */
export function pllOf(
  pllcfgr: number,
  register: number,
  inputHz: number,
): { inHz: number; vcoHz: number; qHz: number; rHz: number } {
  const inHz = inputHz / (((pllcfgr >>> 4) & 7) + 1);
  const vcoHz = inHz * ((register >>> 8) & 0x7f);
  const divide = (lsb: number): number => vcoHz / (2 * (((register >>> lsb) & 3) + 1));
  return { inHz, vcoHz, qHz: divide(21), rHz: divide(25) };
}
