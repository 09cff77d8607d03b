/** Offsets and bits of the RCC of STM32L0. Source: ST headers stm32l011xx.h, stm32l031xx.h, stm32l073xx.h; RM0376 7.3 (documented). */
export const RCC = {
  CR: 0x00,
  ICSCR: 0x04,
  CRRCR: 0x08,
  CFGR: 0x0c,
  CIER: 0x10,
  CIFR: 0x14,
  CICR: 0x18,
  IOPRSTR: 0x1c,
  AHBRSTR: 0x20,
  APB2RSTR: 0x24,
  APB1RSTR: 0x28,
  IOPENR: 0x2c,
  AHBENR: 0x30,
  APB2ENR: 0x34,
  APB1ENR: 0x38,
  IOPSMENR: 0x3c,
  AHBSMENR: 0x40,
  APB2SMENR: 0x44,
  APB1SMENR: 0x48,
  CCIPR: 0x4c,
  CSR: 0x50,
} as const;

export const CR = {
  HSI16ON: 1 << 0,
  HSI16KERON: 1 << 1,
  HSI16RDY: 1 << 2,
  HSI16DIVEN: 1 << 3,
  HSI16DIVF: 1 << 4,
  MSION: 1 << 8,
  MSIRDY: 1 << 9,
  HSEON: 1 << 16,
  HSERDY: 1 << 17,
  HSEBYP: 1 << 18,
  CSSHSEON: 1 << 19,
  RTCPRE: 3 << 20,
  PLLON: 1 << 24,
  PLLRDY: 1 << 25,
} as const;

export const CRRCR = { HSI48ON: 1, HSI48RDY: 2 } as const;

export const CSR = {
  LSION: 1 << 0,
  LSIRDY: 1 << 1,
  LSEON: 1 << 8,
  LSERDY: 1 << 9,
  RTCSEL: 3 << 16,
  RTCEN: 1 << 18,
  RTCRST: 1 << 19,
  RMVF: 1 << 23,
  OBLRSTF: 1 << 25,
  PINRSTF: 1 << 26,
  PORRSTF: 1 << 27,
  SFTRSTF: 1 << 28,
  IWDGRSTF: 1 << 29,
  WWDGRSTF: 1 << 30,
} as const;

/** Bits of CSR that live in the RTC domain: they need DBP, and only RTCRST or power-on clears them. */
export const CSR_RTC_DOMAIN = CSR.LSEON | (1 << 10) | (3 << 11) | (1 << 13) | CSR.RTCSEL | CSR.RTCEN | CSR.RTCRST;

/** Position in CIER, CIFR and CICR. */
export const READY = { LSI: 0, LSE: 1, HSI16: 2, HSE: 3, PLL: 4, MSI: 5, HSI48: 6 } as const;

/** SW and SWS. */
export const SW = { MSI: 0, HSI16: 1, HSE: 2, PLL: 3 } as const;

/** MSI in Hz for MSIRANGE 0 .. 6: 65.536 kHz doubled at each step. 7 is not allowed. */
export const msiHz = (icscr: number): number => 65_536 * 2 ** Math.min((icscr >>> 13) & 7, 6);

const PLLMUL = [3, 4, 6, 8, 12, 16, 24, 32, 48] as const;
/** Where CFGR leads for a PLL input of `inputHz`: VCO and output in Hz; 0 for values that are not allowed. */
export function pllOf(cfgr: number, inputHz: number): { vcoHz: number; outHz: number } {
  const vcoHz = inputHz * (PLLMUL[(cfgr >>> 18) & 15] ?? 0);
  const field = (cfgr >>> 22) & 3;
  return { vcoHz, outHz: field === 0 ? 0 : vcoHz / (field + 1) };
}
