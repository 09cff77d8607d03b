/**
 * Offsets and bits of the RCC of STM32 G0 and C0; where G0 has BDCR and CSR, C0 has CSR1 and CSR2 with the same bits.
 * Source: ST headers stm32g070xx.h, stm32g0b1xx.h, stm32c071xx.h, RM0454 5.4, RM0490 6.4 (documented).
 */
export const RCC = {
  CR: 0x00,
  ICSCR: 0x04,
  CFGR: 0x08,
  PLLCFGR: 0x0c,
  CRRCR: 0x14,
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
  CCIPR2: 0x58,
  BDCR: 0x5c,
  CSR: 0x60,
} as const;

export const CR = { HSION: 1 << 8, HSIKERON: 1 << 9, HSIRDY: 1 << 10, HSEON: 1 << 16, HSERDY: 1 << 17 } as const;
export const CR_HSEBYP = 1 << 18;
export const CR_CSSON = 1 << 19;
/** HSI48 of G0B1, HSIUSB48 of C071. */
export const CR_HSI48ON = 1 << 22;
export const CR_HSI48RDY = 1 << 23;
export const CR_PLLON = 1 << 24;
export const CR_PLLRDY = 1 << 25;
export const PLLCFGR_PLLQEN = 1 << 24;
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
export const READY = { LSI: 0, LSE: 1, HSI48: 2, HSI: 3, HSE: 4, PLL: 5 } as const;

export const hsidivOf = (cr: number): number => 1 << ((cr >>> 11) & 7);
/** HSIKERDIV of C0: HSIKER is HSI48 divided by 1 to 8. */
export const hsikerdivOf = (cr: number): number => ((cr >>> 5) & 7) + 1;
/** SYSDIV of C071. */
export const sysdivOf = (cr: number): number => ((cr >>> 2) & 7) + 1;

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

/** USBSEL of CCIPR2. Source: RM0444 5.4.22, RM0490 (one bit on C071; documented). */
export const usbselOf = (ccipr2: number): number => (ccipr2 >>> 12) & 3;

/** Where PLLCFGR leads for an input of `inputHz`: VCO input, VCO and outputs Q and R in Hz. */
export function pllOf(pllcfgr: number, inputHz: number): { inHz: number; vcoHz: number; qHz: number; rHz: number } {
  const inHz = inputHz / (((pllcfgr >>> 4) & 7) + 1);
  const vcoHz = inHz * ((pllcfgr >>> 8) & 0x7f);
  return { inHz, vcoHz, qHz: vcoHz / (((pllcfgr >>> 25) & 7) + 1), rHz: vcoHz / (((pllcfgr >>> 29) & 7) + 1) };
}

/** What differs between the RCCs of one line of registers. */
export interface RccVariant {
  /** HSI: 16 MHz on G0, 48 MHz on C0. */
  readonly hsiHz: number;
  /** CR after a reset, without the ready flags. */
  readonly crReset: number;
  /** Bits of CR that software writes. */
  readonly crMask: number;
  /** What SW = 2 selects. */
  readonly second: 'PLL' | 'HSI48' | 'nothing';
  /** HSI48 exists beside HSI. */
  readonly hsi48: boolean;
  /** USBSEL in CCIPR2: HSI48, HSE and, with two bits, PLLQ. */
  readonly usbsel: number;
  /** SYSDIV divides SYSCLK, and HSIKERDIV the kernel clock. */
  readonly sysdiv: boolean;
  readonly hsikerdiv: boolean;
}

const COMMON_CR = CR.HSION | CR.HSIKERON | (7 << 11) | CR.HSEON | CR_HSEBYP | CR_CSSON;
const HSIKERDIV = 7 << 5;
const SYSDIV = 7 << 2;
/** HSIDIV = 4, HSIKERDIV = 3 (RM0490 6.4.1, reset value 0x0000_1540). */
const C0_RESET = (2 << 11) | (2 << 5) | CR.HSION;

export const RCC_VARIANTS = {
  g070: {
    hsiHz: 16_000_000,
    crReset: CR.HSION,
    crMask: COMMON_CR | CR_PLLON,
    second: 'PLL',
    hsi48: false,
    usbsel: 0,
    sysdiv: false,
    hsikerdiv: false,
  },
  g0b1: {
    hsiHz: 16_000_000,
    crReset: CR.HSION,
    crMask: COMMON_CR | CR_PLLON | CR_HSI48ON,
    second: 'PLL',
    hsi48: true,
    usbsel: 3 << 12,
    sysdiv: false,
    hsikerdiv: false,
  },
  c031: {
    hsiHz: 48_000_000,
    crReset: C0_RESET,
    crMask: COMMON_CR | HSIKERDIV,
    second: 'nothing',
    hsi48: false,
    usbsel: 0,
    sysdiv: false,
    hsikerdiv: true,
  },
  c071: {
    hsiHz: 48_000_000,
    crReset: C0_RESET,
    crMask: COMMON_CR | HSIKERDIV | SYSDIV | CR_HSI48ON,
    second: 'HSI48',
    hsi48: true,
    usbsel: 1 << 12,
    sysdiv: true,
    hsikerdiv: true,
  },
} as const satisfies Readonly<Record<string, RccVariant>>;
