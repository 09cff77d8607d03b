import type { Chip, Family } from '../chip/chip.ts';
import type { Image } from '../image/image.ts';
import type { Probe } from '../probe/probe.ts';
import type { CoreSight } from './bench-types.ts';

/** SysTick and NVIC (Armv6-M B3.3, B3.4; the same addresses in Armv7-M). */
const CORE = { SYST_CSR: 0xe000_e010, NVIC_ISER: 0xe000_e100, NVIC_ISPR: 0xe000_e200 };

/**
 * What a look reads beside the core, by the manual's names.
 * Sources: RCC and FLASH chapters of RM0454 (G0), RM0490 (C0), RM0091 (F0), RM0383 (F4), RM0377 and RM0367 (L0), RM0351 (L4).
 */
const registersOf: Readonly<Record<Family, Readonly<Record<string, number>>>> = {
  C0: {
    RCC_CR: 0x4002_1000,
    RCC_ICSCR: 0x4002_1004,
    RCC_CFGR: 0x4002_1008,
    RCC_CSR: 0x4002_1060,
    FLASH_ACR: 0x4002_2000,
    FLASH_SR: 0x4002_2010,
    FLASH_CR: 0x4002_2014,
    ...CORE,
  },
  F0: {
    RCC_CR: 0x4002_1000,
    RCC_CFGR: 0x4002_1004,
    RCC_CSR: 0x4002_1024,
    RCC_CFGR2: 0x4002_102c,
    RCC_CR2: 0x4002_1034,
    FLASH_ACR: 0x4002_2000,
    FLASH_SR: 0x4002_200c,
    FLASH_CR: 0x4002_2010,
    ...CORE,
  },
  F4: {
    RCC_CR: 0x4002_3800,
    RCC_PLLCFGR: 0x4002_3804,
    RCC_CFGR: 0x4002_3808,
    RCC_AHB1ENR: 0x4002_3830,
    RCC_CSR: 0x4002_3874,
    FLASH_ACR: 0x4002_3c00,
    FLASH_SR: 0x4002_3c0c,
    FLASH_CR: 0x4002_3c10,
    ...CORE,
  },
  G0: {
    RCC_CR: 0x4002_1000,
    RCC_ICSCR: 0x4002_1004,
    RCC_CFGR: 0x4002_1008,
    RCC_PLLCFGR: 0x4002_100c,
    RCC_CSR: 0x4002_1060,
    FLASH_ACR: 0x4002_2000,
    FLASH_SR: 0x4002_2010,
    FLASH_CR: 0x4002_2014,
    ...CORE,
  },
  L0: {
    RCC_CR: 0x4002_1000,
    RCC_ICSCR: 0x4002_1004,
    RCC_CFGR: 0x4002_100c,
    RCC_CSR: 0x4002_1050,
    FLASH_ACR: 0x4002_2000,
    FLASH_PECR: 0x4002_2004,
    FLASH_SR: 0x4002_2018,
    ...CORE,
  },
  L4: {
    RCC_CR: 0x4002_1000,
    RCC_ICSCR: 0x4002_1004,
    RCC_CFGR: 0x4002_1008,
    RCC_PLLCFGR: 0x4002_100c,
    RCC_CSR: 0x4002_1094,
    FLASH_ACR: 0x4002_2000,
    FLASH_SR: 0x4002_2010,
    FLASH_CR: 0x4002_2014,
    ...CORE,
  },
};

/** The symbol whose bytes hold `address`. A function without a size (assembly) counts for its first two bytes. */
export function symbolAt(image: Image | undefined, address: number): string | undefined {
  for (const symbol of image?.symbols.values() ?? []) {
    if (symbol.kind !== 'function') continue;
    const start = symbol.address - (symbol.address % 2);
    if (address >= start && address < start + Math.max(2, symbol.size)) return symbol.name;
  }
  return undefined;
}

/** Looks at core and clocks by hot attach. The probe must be acquired. */
export async function lookAt(probe: Probe, chip: Chip, flashed: Image | undefined): Promise<CoreSight> {
  const inspection = await probe.inspect();
  const wanted = registersOf[chip.family];
  const values = await probe.readWords(Object.values(wanted));
  const registers = Object.fromEntries(Object.keys(wanted).map((name, i) => [name, values[i] as number]));
  const symbol = symbolAt(flashed, inspection.pc);
  return { ...inspection, registers, ...(symbol === undefined ? {} : { symbol }) };
}
