import type { Chip, Family } from '../chip/chip.ts';

/** One field of the application's boot record that a clean restart determines. */
export interface RestartRule {
  readonly field: string;
  readonly mask: number;
  readonly value: number;
  readonly means: string;
}

const ALL = 0xffff_ffff;
const zero = (field: string, means: string, mask = ALL): RestartRule => ({ field, mask, value: 0, means });
const is = (field: string, value: number, means: string, mask = ALL): RestartRule => ({ field, mask, value, means });

/** Core registers after a reset (Armv6-M B1.5.5, Armv7-M B1.5.5). */
const core: readonly RestartRule[] = [
  zero('fresh', 'settings and counters survived'),
  zero('control', 'main stack, privileged'),
  zero('primask', 'interrupts enabled'),
  zero('ipsr', 'thread mode'),
  zero('systick_ctrl', 'SysTick off', 0x7),
  zero('nvic_iser', 'no interrupt enabled'),
  zero('nvic_ispr', 'no interrupt pending'),
];

const NO_FLASH_ERROR = 'no flash error pending';
const MAIN_FLASH = 'main flash mapped at 0';
const OFF = 'no clocks';

/** Of the FLASH interface with double words (G0, C0, L4): LOCK and OPTLOCK. */
const doubleWordFlash = [
  zero('flash_sr', NO_FLASH_ERROR, 0xffff),
  is('flash_cr', 0xc000_0000, 'flash locked', 0xc000_0000),
];

const g0: readonly RestartRule[] = [
  is('rcc_cr', 0x0500, 'HSI on and ready, PLL off', 0x0300_0500),
  zero('rcc_cfgr', 'HSI16 as SYSCLK, no prescaler', 0x7f3f),
  is('rcc_pllcfgr', 0x1000, 'PLL factors at reset'),
  is('rcc_icscr', 0x4000, 'HSITRIM at reset', 0x7f00),
  zero('apbenr1', OFF),
  zero('apbenr2', OFF),
  ...doubleWordFlash,
  zero('syscfg_cfgr1', MAIN_FLASH, 0x3),
];

/** Reset values at the first instructions of the reset handler: register maps of RM0454 and RM0444 (G0). */
const registers: Readonly<Record<Family, readonly RestartRule[]>> = {
  G0: g0,
  /** RM0490. */
  C0: [
    is('rcc_cr', 0x1500, 'HSI48 on and ready, divided by 4', 0x0003_3d00),
    zero('rcc_cfgr', 'HSISYS as SYSCLK, no prescaler', 0x7f3f),
    is('rcc_icscr', 0x4000, 'HSITRIM at reset', 0x7f00),
    zero('apbenr1', OFF),
    zero('apbenr2', OFF),
    ...doubleWordFlash,
    zero('syscfg_cfgr1', MAIN_FLASH, 0x3),
  ],
  /** RM0351. */
  L4: [
    is('rcc_cr', 0x63, 'MSI on, ready and in range 6; HSI16, HSE and PLL off', 0x0101_01f3),
    zero('rcc_cfgr', 'MSI as SYSCLK, no prescaler', 0x3fff),
    is('rcc_pllcfgr', 0x1000, 'PLL factors at reset'),
    is('rcc_icscr', 0x1000_0000, 'HSITRIM at reset', 0x1f00_0000),
    is('ahb1enr', 0x100, 'the clock of FLASH alone'),
    zero('apb2enr', OFF),
    ...doubleWordFlash,
    zero('syscfg_memrmp', MAIN_FLASH, 0x7),
  ],
  /** RM0383. */
  F4: [
    is('rcc_cr', 0x3, 'HSI on and ready, HSE and PLL off', 0x0101_0003),
    zero('rcc_cfgr', 'HSI as SYSCLK, no prescaler', 0xffff),
    is('rcc_pllcfgr', 0x2400_3010, 'PLL factors at reset'),
    zero('ahb1enr', OFF),
    zero('apb1enr', OFF),
    zero('apb2enr', OFF),
    zero('flash_sr', NO_FLASH_ERROR, 0x1f3),
    is('flash_cr', 0x8000_0000, 'flash locked', 0x8000_0000),
    zero('syscfg_memrmp', MAIN_FLASH, 0x3),
  ],
  /** RM0377, RM0367. */
  L0: [
    is('rcc_cr', 0x300, 'MSI on and ready; HSI16, HSE and PLL off', 0x0101_0301),
    zero('rcc_cfgr', 'MSI as SYSCLK, no prescaler', 0x3fff),
    is('rcc_icscr', 0xa000, 'MSI in range 5', 0xe000),
    zero('apb1enr', OFF),
    zero('apb2enr', OFF),
    zero('flash_sr', NO_FLASH_ERROR, 0x0003_2f00),
    is('flash_pecr', 0x7, 'flash, EEPROM and option bytes locked', 0x7),
    zero('syscfg_cfgr1', MAIN_FLASH, 0x3),
  ],
  /** RM0091. */
  F0: [
    is('rcc_cr', 0x3, 'HSI on and ready, HSE and PLL off', 0x0101_0003),
    zero('rcc_cfgr', 'HSI as SYSCLK, no prescaler', 0x07ff),
    zero('rcc_cr2', 'HSI48 off', 0x0001_0000),
    zero('apb1enr', OFF),
    zero('apb2enr', OFF),
    zero('flash_sr', NO_FLASH_ERROR, 0x14),
    is('flash_cr', 0x80, 'flash locked', 0x80),
    zero('syscfg_cfgr1', MAIN_FLASH, 0x3),
  ],
};

/** What a clean restart of this part shows. */
export function restartRules(chip: Chip): readonly RestartRule[] {
  return [...core, ...(chip.core.hasVtor ? [zero('vtor', 'VTOR at reset')] : []), ...registers[chip.family]];
}
