import { type BitField, type Family, fieldOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';

type Registers = Readonly<Record<string, number>>;

interface ClockFields {
  /** SWS of RCC_CFGR, and the names of its values. */
  readonly sws: BitField;
  readonly sources: readonly (string | undefined)[];
  /** What else decides the frequency, whatever the source is: the prescalers. */
  readonly always: Readonly<Record<string, number>>;
  /** Register → mask of what decides it with this source. */
  readonly with: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** HPRE and the PPREs of the older families; on F4 PPRE1 and PPRE2 stand two bits higher. */
const HPRE_PPRE = { RCC_CFGR: 0x0000_3ff0 };
const WHOLE = 0xffff_ffff;

/**
 * What decides the frequencies of the core and its buses, by the manual's names.
 * Sources: the RCC chapters (RCC_CFGR, RCC_PLLCFGR, RCC_CR, RCC_ICSCR) of RM0490 (C0), RM0454 (G0), RM0091 (F0), RM0383 (F4),
 * RM0377 (L0), RM0351 (L4).
 */
const fieldsOf: Readonly<Record<Family, ClockFields>> = {
  C0: {
    sws: { lsb: 3, width: 3 },
    sources: ['HSISYS', 'HSE', undefined, 'LSI', 'LSE'],
    always: { RCC_CFGR: 0x0000_7f00 },
    with: { HSISYS: { RCC_CR: 0x0000_3800 } },
  },
  G0: {
    sws: { lsb: 3, width: 3 },
    sources: ['HSISYS', 'HSE', 'PLL', 'LSI', 'LSE'],
    always: { RCC_CFGR: 0x0000_7f00 },
    with: { HSISYS: { RCC_CR: 0x0000_3800 }, PLL: { RCC_PLLCFGR: WHOLE } },
  },
  F0: {
    sws: { lsb: 2, width: 2 },
    sources: ['HSI', 'HSE', 'PLL', 'HSI48'],
    always: { RCC_CFGR: 0x0000_07f0 },
    with: { PLL: { RCC_CFGR: 0x003f_8000, RCC_CFGR2: 0xf } },
  },
  F4: {
    sws: { lsb: 2, width: 2 },
    sources: ['HSI', 'HSE', 'PLL'],
    always: { RCC_CFGR: 0x0000_fcf0 },
    with: { PLL: { RCC_PLLCFGR: WHOLE } },
  },
  L0: {
    sws: { lsb: 2, width: 2 },
    sources: ['MSI', 'HSI16', 'HSE', 'PLL'],
    always: HPRE_PPRE,
    with: { MSI: { RCC_ICSCR: 0x0000_e000 }, PLL: { RCC_CFGR: 0x00fd_0000 } },
  },
  L4: {
    sws: { lsb: 2, width: 2 },
    sources: ['MSI', 'HSI16', 'HSE', 'PLL'],
    always: HPRE_PPRE,
    with: { MSI: { RCC_CR: 0x0000_00f8 }, PLL: { RCC_PLLCFGR: WHOLE } },
  },
};

/** SYSCLK's source and what makes its frequency; two states of a chip with equal ones run at equal frequencies. */
export interface ClockTree {
  /** `PLL`, `HSISYS`, …, by the manual's names. */
  readonly source: string;
  /** Register → its bits that count with this source, the others 0. */
  readonly settings: Registers;
}

/** @param registers What a look read, with RCC_CR, RCC_CFGR and the family's others. */
export function clockTreeOf(family: Family, registers: Registers): ClockTree {
  const { sws, sources, always, with: more } = fieldsOf[family];
  const value = fieldOf(registers.RCC_CFGR ?? 0, sws);
  const source = sources[value] ?? `reserved (SWS = ${value})`;
  const settings: Record<string, number> = {};
  for (const masks of [always, more[source] ?? {}]) {
    for (const [name, mask] of Object.entries(masks)) {
      settings[name] = ((settings[name] ?? 0) | ((registers[name] ?? 0) & mask)) >>> 0;
    }
  }
  return { source, settings };
}

/** `PLL (RCC_CFGR 0x0000_0000, RCC_PLLCFGR 0x1003_0802)` */
export function clockText({ source, settings }: ClockTree): string {
  return `${source} (${Object.entries(settings)
    .map(([name, value]) => `${name} ${hex(value)}`)
    .join(', ')})`;
}
