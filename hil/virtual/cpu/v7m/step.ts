/** Run single instructions of a Cortex-M4, for tests. */
import { createTestBench, DHCSR, RESET } from '../test-bench.ts';

export type Registers = Readonly<Record<number, number>>;

export interface Outcome {
  /** r0-r15. */
  readonly r: readonly number[];
  /** N Z C V Q as digits. */
  readonly flags: string;
  readonly ge: number;
}

/** Execute `steps` instructions of `code` in flash with `registers`, `flags` (N Z C V Q) and GE set before. */
export function stepM4(code: readonly number[], registers: Registers, flags = '00000', steps = 1, ge = 0): Outcome {
  const bench = createTestBench({ processor: 'cortex-m4' });
  bench.put(RESET, ...code);
  bench.core.debugWrite(DHCSR, 0xa05f_0003, 4);
  for (const [number, value] of Object.entries(registers)) bench.setRegister(Number(number), value);
  bench.setRegister(16, 0x0100_0000 + ((Number.parseInt(flags, 2) << 27) >>> 0) + (ge << 16));
  for (let i = 0; i < steps; i++) bench.core.debugWrite(DHCSR, 0xa05f_0005, 4);
  const psr = bench.register(16);
  return {
    r: Array.from({ length: 16 }, (_, i) => bench.register(i)),
    flags: (psr >>> 27).toString(2).padStart(5, '0'),
    ge: (psr >>> 16) & 15,
  };
}
