import type { Chip } from '../chip/chip.ts';
import type { Image } from '../image/image.ts';
import type { Probe } from '../probe/probe.ts';
import type { CoreSight } from './bench-types.ts';

/** What a look reads beside the core, by the manual's names (RM0454: RCC 5.4, FLASH 3.7, SYSCFG 8.1; Armv6-M B3.3 for SysTick). */
const registersOf: Readonly<Record<Chip['flash']['controller']['ip'], Readonly<Record<string, number>>>> = {
  g0: {
    RCC_CR: 0x4002_1000,
    RCC_ICSCR: 0x4002_1004,
    RCC_CFGR: 0x4002_1008,
    RCC_PLLCFGR: 0x4002_100c,
    RCC_CSR: 0x4002_1060,
    FLASH_ACR: 0x4002_2000,
    FLASH_SR: 0x4002_2010,
    FLASH_CR: 0x4002_2014,
    SYST_CSR: 0xe000_e010,
    NVIC_ISER: 0xe000_e100,
    NVIC_ISPR: 0xe000_e200,
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
  const registers: Record<string, number> = {};
  for (const [name, address] of Object.entries(registersOf[chip.flash.controller.ip])) {
    registers[name] = (await probe.readMemory(address, 32, 1))[0] as number;
  }
  const symbol = symbolAt(flashed, inspection.pc);
  return { ...inspection, registers, ...(symbol === undefined ? {} : { symbol }) };
}
