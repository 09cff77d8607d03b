import type { Chip, Family } from '../chip/chip.ts';

/** A bit that must be set before a peripheral's registers can be reached. */
export interface ClockGate {
  readonly register: string;
  readonly bit: number;
}

/** Where SYSCLK comes from and how it goes back to the source of a reset. */
export interface ClockTree {
  /** RCC_CFGR.SW and SWS. */
  readonly sw: { readonly lsb: number; readonly width: number };
  readonly sws: { readonly lsb: number; readonly width: number };
  /** Values of SWS. */
  readonly sources: Readonly<Record<number, string>>;
  /** Oscillator that a reset starts from: its ON and READY bits in RCC_CR. */
  readonly on: number;
  readonly ready: number;
  /** RCC_CR after a reset; `crMask` are the bits of it that software decides and that change a clock. */
  readonly cr: number;
  readonly crMask: number;
  /** RCC_CFGR after a reset. */
  readonly cfgr: number;
  readonly pll?: { readonly on: number };
  readonly pllcfgr?: number;
}

/** What the diagnosis reads and repairs of one family, by the manual's names. */
export interface FamilyRegisters {
  readonly RCC: Readonly<Record<string, number>>;
  readonly clock: ClockTree;
  /** Registers that reset peripherals, with bits that are not to be touched: flash interface, PWR, GPIO of SWD. */
  readonly resets: Readonly<Record<string, number>>;
  readonly syscfg: ClockGate;
  readonly dma: readonly { readonly name: string; readonly base: number; readonly gate: ClockGate }[];
  readonly dmaStreams: boolean;
  /** Control register of PWR, where a ROM could meet another core voltage. */
  readonly powerRange?: { readonly name: string; readonly address: number; readonly gate: ClockGate };
  readonly wwdgGate: ClockGate;
  readonly usarts: Readonly<Record<string, number>>;
  /** Offset of USART_CR1, and its bit UE. */
  readonly usartControl: number;
  readonly usartEnable: number;
  readonly usartBaud: number;
  /** Ports stand 0x400 apart; `clock` names the gate of port A, those of the others follow bit by bit. */
  readonly gpio: { readonly base: number; readonly input: number; readonly clock: ClockGate };
  /** Bits of the register of the reset flags. */
  readonly resetFlags: {
    readonly register: string;
    readonly remove: number;
    readonly flags: Readonly<Record<number, string>>;
  };
}

const FLAGS = { 26: 'PINRSTF', 28: 'SFTRSTF', 29: 'IWDGRSTF', 30: 'WWDGRSTF', 31: 'LPWRRSTF' };
const USARTS = { USART1: 0x4001_3800, USART2: 0x4000_4400, USART3: 0x4000_4800 };

const G0_RCC = {
  RCC_CR: 0x4002_1000,
  RCC_ICSCR: 0x4002_1004,
  RCC_CFGR: 0x4002_1008,
  RCC_IOPENR: 0x4002_1034,
  RCC_AHBENR: 0x4002_1038,
  RCC_APBENR1: 0x4002_103c,
  RCC_APBENR2: 0x4002_1040,
  RCC_CCIPR: 0x4002_1054,
  RCC_CCIPR2: 0x4002_1058,
  RCC_CSR: 0x4002_1060,
} as const;

const G0_COMMON = {
  // FLASHRST of AHBRSTR stays out: the core fetches from flash until it is in the ROM. DBGRST and PWRRST of APBRSTR1 likewise.
  resets: { RCC_AHBRSTR: 0xffff_feff, RCC_APBRSTR1: 0xe7ff_ffff, RCC_APBRSTR2: 0xffff_fffe },
  syscfg: { register: 'RCC_APBENR2', bit: 0 },
  dmaStreams: false,
  wwdgGate: { register: 'RCC_APBENR1', bit: 11 },
  usarts: USARTS,
  usartControl: 0x00,
  usartEnable: 0,
  usartBaud: 0x0c,
  gpio: { base: 0x5000_0000, input: 0x10, clock: { register: 'RCC_IOPENR', bit: 0 } },
} as const;

/**
 * Sources: RCC, SYSCFG, DMA, PWR, USART and GPIO chapters of RM0454 and RM0444 (G0), RM0490 (C0), RM0091 (F0), RM0383 (F4), RM0377 and
 * RM0367 (L0), RM0351 (L4); reset values from the register maps.
 */
const families: Readonly<Record<Family, FamilyRegisters>> = {
  G0: {
    ...G0_COMMON,
    RCC: {
      ...G0_RCC,
      RCC_PLLCFGR: 0x4002_100c,
      RCC_AHBRSTR: 0x4002_1028,
      RCC_APBRSTR1: 0x4002_102c,
      RCC_APBRSTR2: 0x4002_1030,
    },
    clock: {
      sw: { lsb: 0, width: 3 },
      sws: { lsb: 3, width: 3 },
      sources: { 0: 'HSISYS', 1: 'HSE', 2: 'PLL', 3: 'LSI', 4: 'LSE' },
      on: 8,
      ready: 10,
      cr: 0x0000_0500,
      crMask: 0x010d_3900,
      cfgr: 0,
      pll: { on: 24 },
      pllcfgr: 0x0000_1000,
    },
    dma: [
      { name: 'DMA1', base: 0x4002_0000, gate: { register: 'RCC_AHBENR', bit: 0 } },
      { name: 'DMA2', base: 0x4002_0400, gate: { register: 'RCC_AHBENR', bit: 1 } },
    ],
    resetFlags: { register: 'RCC_CSR', remove: 23, flags: { 25: 'OBLRSTF', 27: 'PWRRSTF', ...FLAGS } },
  },
  C0: {
    ...G0_COMMON,
    RCC: { ...G0_RCC, RCC_AHBRSTR: 0x4002_1028, RCC_APBRSTR1: 0x4002_102c, RCC_APBRSTR2: 0x4002_1030 },
    clock: {
      sw: { lsb: 0, width: 3 },
      sws: { lsb: 3, width: 3 },
      sources: { 0: 'HSISYS', 1: 'HSE', 2: 'HSIUSB48', 3: 'LSI', 4: 'LSE' },
      on: 8,
      ready: 10,
      cr: 0x0000_1540,
      crMask: 0x004d_39e0,
      cfgr: 0,
    },
    dma: [{ name: 'DMA1', base: 0x4002_0000, gate: { register: 'RCC_AHBENR', bit: 0 } }],
    resetFlags: { register: 'RCC_CSR', remove: 23, flags: { 25: 'OBLRSTF', 27: 'PWRRSTF', ...FLAGS } },
  },
  F0: {
    RCC: {
      RCC_CR: 0x4002_1000,
      RCC_CFGR: 0x4002_1004,
      RCC_APB2RSTR: 0x4002_100c,
      RCC_APB1RSTR: 0x4002_1010,
      RCC_AHBENR: 0x4002_1014,
      RCC_APB2ENR: 0x4002_1018,
      RCC_APB1ENR: 0x4002_101c,
      RCC_CSR: 0x4002_1024,
      RCC_CFGR2: 0x4002_102c,
      RCC_CR2: 0x4002_1034,
    },
    clock: {
      sw: { lsb: 0, width: 2 },
      sws: { lsb: 2, width: 2 },
      sources: { 0: 'HSI', 1: 'HSE', 2: 'PLL', 3: 'HSI48' },
      on: 0,
      ready: 1,
      cr: 0x0000_0083,
      crMask: 0x010d_0001,
      cfgr: 0,
      pll: { on: 24 },
    },
    resets: { RCC_APB2RSTR: 0xffbf_fffe, RCC_APB1RSTR: 0xefff_ffff },
    syscfg: { register: 'RCC_APB2ENR', bit: 0 },
    dma: [
      { name: 'DMA1', base: 0x4002_0000, gate: { register: 'RCC_AHBENR', bit: 0 } },
      { name: 'DMA2', base: 0x4002_0400, gate: { register: 'RCC_AHBENR', bit: 1 } },
    ],
    dmaStreams: false,
    wwdgGate: { register: 'RCC_APB1ENR', bit: 11 },
    usarts: USARTS,
    usartControl: 0x00,
    usartEnable: 0,
    usartBaud: 0x0c,
    gpio: { base: 0x4800_0000, input: 0x10, clock: { register: 'RCC_AHBENR', bit: 17 } },
    resetFlags: {
      register: 'RCC_CSR',
      remove: 24,
      flags: { 23: 'V18PWRRSTF', 25: 'OBLRSTF', 27: 'PORRSTF', ...FLAGS },
    },
  },
  F4: {
    RCC: {
      RCC_CR: 0x4002_3800,
      RCC_PLLCFGR: 0x4002_3804,
      RCC_CFGR: 0x4002_3808,
      RCC_AHB1RSTR: 0x4002_3810,
      RCC_APB1RSTR: 0x4002_3820,
      RCC_APB2RSTR: 0x4002_3824,
      RCC_AHB1ENR: 0x4002_3830,
      RCC_AHB2ENR: 0x4002_3834,
      RCC_APB1ENR: 0x4002_3840,
      RCC_APB2ENR: 0x4002_3844,
      RCC_CSR: 0x4002_3874,
    },
    clock: {
      sw: { lsb: 0, width: 2 },
      sws: { lsb: 2, width: 2 },
      sources: { 0: 'HSI', 1: 'HSE', 2: 'PLL' },
      on: 0,
      ready: 1,
      cr: 0x0000_0083,
      crMask: 0x010d_0001,
      cfgr: 0,
      pll: { on: 24 },
      pllcfgr: 0x2400_3010,
    },
    // SYSCFGRST would undo the remap; PWRRST the voltage scale under a fast clock; GPIOA and GPIOB carry SWD.
    resets: { RCC_AHB1RSTR: 0x0060_0000, RCC_APB1RSTR: 0xefff_ffff, RCC_APB2RSTR: 0xffff_bfff },
    syscfg: { register: 'RCC_APB2ENR', bit: 14 },
    dma: [
      { name: 'DMA1', base: 0x4002_6000, gate: { register: 'RCC_AHB1ENR', bit: 21 } },
      { name: 'DMA2', base: 0x4002_6400, gate: { register: 'RCC_AHB1ENR', bit: 22 } },
    ],
    dmaStreams: true,
    wwdgGate: { register: 'RCC_APB1ENR', bit: 11 },
    usarts: { USART1: 0x4001_1000, USART2: 0x4000_4400, USART6: 0x4001_1400 },
    usartControl: 0x0c,
    usartEnable: 13,
    usartBaud: 0x08,
    gpio: { base: 0x4002_0000, input: 0x10, clock: { register: 'RCC_AHB1ENR', bit: 0 } },
    resetFlags: { register: 'RCC_CSR', remove: 24, flags: { 25: 'BORRSTF', 27: 'PORRSTF', ...FLAGS } },
  },
  L0: {
    RCC: {
      RCC_CR: 0x4002_1000,
      RCC_ICSCR: 0x4002_1004,
      RCC_CFGR: 0x4002_100c,
      RCC_AHBRSTR: 0x4002_1020,
      RCC_APB2RSTR: 0x4002_1024,
      RCC_APB1RSTR: 0x4002_1028,
      RCC_IOPENR: 0x4002_102c,
      RCC_AHBENR: 0x4002_1030,
      RCC_APB2ENR: 0x4002_1034,
      RCC_APB1ENR: 0x4002_1038,
      RCC_CSR: 0x4002_1050,
    },
    clock: {
      sw: { lsb: 0, width: 2 },
      sws: { lsb: 2, width: 2 },
      sources: { 0: 'MSI', 1: 'HSI16', 2: 'HSE', 3: 'PLL' },
      on: 8,
      ready: 9,
      cr: 0x0000_0300,
      crMask: 0x0105_01ff,
      cfgr: 0,
      pll: { on: 24 },
    },
    // MIFRST of AHBRSTR (flash interface) and PWRRST stay out.
    resets: { RCC_AHBRSTR: 0xffff_feff, RCC_APB2RSTR: 0xffbf_fffe, RCC_APB1RSTR: 0xefff_ffff },
    syscfg: { register: 'RCC_APB2ENR', bit: 0 },
    dma: [{ name: 'DMA1', base: 0x4002_0000, gate: { register: 'RCC_AHBENR', bit: 0 } }],
    dmaStreams: false,
    powerRange: { name: 'PWR_CR', address: 0x4000_7000, gate: { register: 'RCC_APB1ENR', bit: 28 } },
    wwdgGate: { register: 'RCC_APB1ENR', bit: 11 },
    usarts: USARTS,
    usartControl: 0x00,
    usartEnable: 0,
    usartBaud: 0x0c,
    gpio: { base: 0x5000_0000, input: 0x10, clock: { register: 'RCC_IOPENR', bit: 0 } },
    resetFlags: { register: 'RCC_CSR', remove: 23, flags: { 24: 'FWRSTF', 25: 'OBLRSTF', 27: 'PORRSTF', ...FLAGS } },
  },
  L4: {
    RCC: {
      RCC_CR: 0x4002_1000,
      RCC_ICSCR: 0x4002_1004,
      RCC_CFGR: 0x4002_1008,
      RCC_PLLCFGR: 0x4002_100c,
      RCC_AHB1RSTR: 0x4002_1028,
      RCC_APB1RSTR1: 0x4002_1038,
      RCC_APB2RSTR: 0x4002_1040,
      RCC_AHB1ENR: 0x4002_1048,
      RCC_AHB2ENR: 0x4002_104c,
      RCC_APB1ENR1: 0x4002_1058,
      RCC_APB2ENR: 0x4002_1060,
      RCC_CSR: 0x4002_1094,
    },
    clock: {
      sw: { lsb: 0, width: 2 },
      sws: { lsb: 2, width: 2 },
      sources: { 0: 'MSI', 1: 'HSI16', 2: 'HSE', 3: 'PLL' },
      on: 0,
      ready: 1,
      cr: 0x0000_0063,
      crMask: 0x150d_09f1,
      cfgr: 0,
      pll: { on: 24 },
      pllcfgr: 0x0000_1000,
    },
    resets: { RCC_AHB1RSTR: 0xffff_feff, RCC_APB1RSTR1: 0xefff_ffff, RCC_APB2RSTR: 0xffff_fffe },
    syscfg: { register: 'RCC_APB2ENR', bit: 0 },
    dma: [
      { name: 'DMA1', base: 0x4002_0000, gate: { register: 'RCC_AHB1ENR', bit: 0 } },
      { name: 'DMA2', base: 0x4002_0400, gate: { register: 'RCC_AHB1ENR', bit: 1 } },
    ],
    dmaStreams: false,
    powerRange: { name: 'PWR_CR1', address: 0x4000_7000, gate: { register: 'RCC_APB1ENR1', bit: 28 } },
    wwdgGate: { register: 'RCC_APB1ENR1', bit: 11 },
    usarts: USARTS,
    usartControl: 0x00,
    usartEnable: 0,
    usartBaud: 0x0c,
    gpio: { base: 0x4800_0000, input: 0x10, clock: { register: 'RCC_AHB2ENR', bit: 0 } },
    resetFlags: { register: 'RCC_CSR', remove: 23, flags: { 24: 'FWRSTF', 25: 'OBLRSTF', 27: 'BORRSTF', ...FLAGS } },
  },
};

export function registersOf(chip: Chip): FamilyRegisters {
  return families[chip.family];
}

/** Address of an RCC register that the family has. */
export function rccAddress(chip: Chip, name: string): number {
  const address = families[chip.family].RCC[name];
  if (address === undefined) throw new RangeError(`the RCC of the ${chip.name} has no register ${name}`);
  return address;
}

/** Registers of the core, by the architecture's names (Armv6-M B3.2 to B3.4, Armv7-M B3.2 to B3.4). */
export const core = {
  SYST_CSR: 0xe000_e010,
  SYST_RVR: 0xe000_e014,
  SYST_CVR: 0xe000_e018,
  NVIC_ISER: 0xe000_e100,
  NVIC_ICER: 0xe000_e180,
  NVIC_ISPR: 0xe000_e200,
  NVIC_ICPR: 0xe000_e280,
  NVIC_IABR: 0xe000_e300,
  ICSR: 0xe000_ed04,
  VTOR: 0xe000_ed08,
  CCR: 0xe000_ed14,
  SHCSR: 0xe000_ed24,
  CFSR: 0xe000_ed28,
  HFSR: 0xe000_ed2c,
  MMFAR: 0xe000_ed34,
  BFAR: 0xe000_ed38,
  MPU_CTRL: 0xe000_ed94,
} as const;

/** The same places on all families here (memory maps of the manuals). */
export const WWDG_CR = 0x4000_2c00;
export const IWDG_SR = 0x4000_300c;

/** Names of the reset flags in the value of RCC_CSR (C0: RCC_CSR2). */
export function resetFlagNames(chip: Chip, csr: number): readonly string[] {
  return Object.entries(families[chip.family].resetFlags.flags)
    .filter(([bit]) => ((csr >>> Number(bit)) & 1) === 1)
    .map(([, name]) => name)
    .sort();
}

/** What drives SYSCLK, by RCC_CFGR.SWS. */
export function sysclkSource(chip: Chip, cfgr: number): string {
  const { sws, sources } = families[chip.family].clock;
  return sources[(cfgr >>> sws.lsb) & (2 ** sws.width - 1)] ?? 'another source';
}
