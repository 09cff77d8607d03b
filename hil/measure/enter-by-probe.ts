import type { Bench, BootloaderHandle } from '../board/bench-types.ts';

export interface ProbeEntry {
  /** MSP at the jump; the first word of the ROM's table if absent. */
  readonly msp?: number;
}

/**
 * Starts the ROM as a jump straight after a reset does, by the probe: nothing is erased, and no application has a part in it. A ROM
 * that repeats the boot decision is gone again at once.
 * @throws HilError 301, 302, 428 when the ROM does not answer
 */
export async function enterByProbe(bench: Bench, { msp }: ProbeEntry = {}): Promise<BootloaderHandle> {
  const { probe, chip } = bench;
  await probe.reacquire();
  await probe.resetHalt();
  const [stack, entry] = await probe.readWords([chip.systemMemory.base, chip.systemMemory.base + 4]);
  await probe.releaseAt({ sp: msp ?? (stack as number), pc: (entry as number) & ~1, xpsr: XPSR_THUMB });
  return bench.meetBootloader();
}

const XPSR_THUMB = 0x0100_0000;
