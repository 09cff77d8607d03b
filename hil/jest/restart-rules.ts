import type { Application, BootRecord } from '../board/bench-types.ts';
import { hex } from '../error/format-error.ts';

/** One field of the banner that a clean restart determines. */
interface Rule {
  readonly field: string;
  readonly mask: number;
  readonly value: number;
  readonly means: string;
}

/** Bits of RCC_CSR 31:25 (RM0454, RCC_CSR): why this start happened. NRST is pulled low by an internal reset, so PINRSTF may join. */
const RESET_FLAGS = 0xfe00_0000;
const SFTRSTF = 0x1000_0000;
const PINRSTF = 0x0400_0000;

/** Reset values of the G0's registers (RM0454, register maps), at the first instructions of the reset handler. */
const rules: readonly Rule[] = [
  { field: 'fresh', mask: 0xffff_ffff, value: 0, means: 'settings and counters survived' },
  { field: 'vtor', mask: 0xffff_ffff, value: 0, means: 'VTOR at reset' },
  { field: 'control', mask: 0xffff_ffff, value: 0, means: 'main stack, privileged' },
  { field: 'primask', mask: 0xffff_ffff, value: 0, means: 'interrupts enabled' },
  { field: 'ipsr', mask: 0xffff_ffff, value: 0, means: 'thread mode' },
  { field: 'rcc_cr', mask: 0x0300_0500, value: 0x0500, means: 'HSI on and ready, PLL off' },
  { field: 'rcc_cfgr', mask: 0x7f3f, value: 0, means: 'HSI16 as SYSCLK, no prescaler' },
  { field: 'rcc_pllcfgr', mask: 0xffff_ffff, value: 0x1000, means: 'PLL factors at reset' },
  { field: 'rcc_icscr', mask: 0x7f00, value: 0x4000, means: 'HSITRIM at reset' },
  { field: 'apbenr1', mask: 0xffff_ffff, value: 0, means: 'no APB1 clocks' },
  { field: 'apbenr2', mask: 0xffff_ffff, value: 0, means: 'no APB2 clocks' },
  { field: 'flash_sr', mask: 0xffff, value: 0, means: 'no flash error pending' },
  { field: 'flash_cr', mask: 0xc000_0000, value: 0xc000_0000, means: 'flash locked' },
  { field: 'syscfg_cfgr1', mask: 0x3, value: 0, means: 'main flash mapped at 0' },
  { field: 'systick_ctrl', mask: 0x7, value: 0, means: 'SysTick off' },
  { field: 'nvic_iser', mask: 0xffff_ffff, value: 0, means: 'no interrupt enabled' },
  { field: 'nvic_ispr', mask: 0xffff_ffff, value: 0, means: 'no interrupt pending' },
];

/** What is not as after a software reset, one sentence each; empty for a clean restart. */
export function restartDefects(boot: BootRecord, before: Application['boot']): readonly string[] {
  const defects: string[] = [];
  if (boot.n !== before.n + 1)
    defects.push(`the boot counter went from ${before.n} to ${boot.n}, not to ${before.n + 1}`);
  const flags = (boot.csr & RESET_FLAGS) >>> 0;
  if ((flags & SFTRSTF) === 0)
    defects.push(`RCC_CSR is ${hex(boot.csr)}: SFTRSTF is not set, so no software reset came`);
  if ((flags & ~(SFTRSTF | PINRSTF)) >>> 0 !== 0)
    defects.push(`RCC_CSR is ${hex(boot.csr)}: flags beside SFTRSTF and PINRSTF say that another reset came as well`);
  for (const { field, mask, value, means } of rules) {
    const found = boot[field];
    if (typeof found !== 'number') defects.push(`the banner has no ${field}`);
    else if ((found & mask) >>> 0 !== value)
      defects.push(`${field} is ${hex(found)}; ${hex(value)} under mask ${hex(mask)} is expected (${means})`);
  }
  return defects;
}
