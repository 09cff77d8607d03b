import type { BootRecord } from './bench-types.ts';

/** Reset flags in RCC_CSR of the G0 (RM0454 5.4.21). */
const SFTRSTF = 1 << 28;
const PINRSTF = 1 << 26;
const OTHER_RESETS = (1 << 25) | (1 << 27) | (1 << 29) | (1 << 30) | (1 << 31);

/** What the registers read at the first instruction after a system reset (RM0454, reset values; VTOR: Armv6-M B3.2.5). */
const afterReset: Readonly<Record<string, number>> = {
  vtor: 0,
  control: 0,
  primask: 0,
  ipsr: 0,
  rcc_cr: 0x0000_0500,
  rcc_cfgr: 0,
  rcc_pllcfgr: 0x0000_1000,
  apbenr1: 0,
  apbenr2: 0,
  syscfg_cfgr1: 0,
  systick_ctrl: 0,
  nvic_iser: 0,
  nvic_ispr: 0,
};

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/**
 * Why a start of the application was not a clean restart by software; empty if it was: exactly one more start than before, by a
 * software reset (PINRSTF may join: the G0 pulls NRST low for internal resets), with every listed register at its reset value.
 */
export function restartProblems(before: BootRecord, after: BootRecord): readonly string[] {
  const problems: string[] = [];
  if (after.n !== before.n + 1) problems.push(`boot counter ${before.n} -> ${after.n}: exactly one start was expected`);
  if ((after.csr & SFTRSTF) === 0)
    problems.push(`RCC_CSR ${hex(after.csr)}: SFTRSTF is not set, so no software reset led here`);
  if ((after.csr & OTHER_RESETS) !== 0)
    problems.push(
      `RCC_CSR ${hex(after.csr)}: flags of other resets than SFTRSTF and PINRSTF (${hex(PINRSTF)}) are set`,
    );
  for (const [name, wanted] of Object.entries(afterReset)) {
    const value = after[name];
    if (value !== wanted)
      problems.push(`${name} ${typeof value === 'number' ? hex(value) : String(value)}: ${hex(wanted)} after a reset`);
  }
  return problems;
}
