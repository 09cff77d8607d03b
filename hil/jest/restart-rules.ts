import type { BootRecord } from '../board/bench-types.ts';
import type { Chip } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { restartRules } from './restart-values.ts';

/** Bits of RCC_CSR 31:25, in the same places in all families: why this start happened (RM0454, RM0351, RM0383, RM0377, RM0091: RCC_CSR). NRST is
 * pulled low by an internal reset, so PINRSTF may join. */
const RESET_FLAGS = 0xfe00_0000;
const SFTRSTF = 0x1000_0000;
const PINRSTF = 0x0400_0000;

/** What is not as after a software reset, one sentence each; empty for a clean restart. */
export function restartDefects(chip: Chip, boot: BootRecord, before: BootRecord): readonly string[] {
  const defects: string[] = [];
  if (boot.n !== before.n + 1)
    defects.push(`the boot counter went from ${before.n} to ${boot.n}, not to ${before.n + 1}`);
  const flags = (boot.csr & RESET_FLAGS) >>> 0;
  if ((flags & SFTRSTF) === 0)
    defects.push(`RCC_CSR is ${hex(boot.csr)}: SFTRSTF is not set, so no software reset came`);
  if ((flags & ~(SFTRSTF | PINRSTF)) >>> 0 !== 0)
    defects.push(`RCC_CSR is ${hex(boot.csr)}: flags beside SFTRSTF and PINRSTF say that another reset came as well`);
  for (const { field, mask, value, means } of restartRules(chip)) {
    const found = boot[field];
    if (typeof found !== 'number') defects.push(`the banner has no ${field}`);
    else if ((found & mask) >>> 0 !== value)
      defects.push(`${field} is ${hex(found)}; ${hex(value)} under mask ${hex(mask)} is expected (${means})`);
  }
  return defects;
}
