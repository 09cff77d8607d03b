import type { Chip } from '../chip/chip.ts';
import type { Probe } from '../probe/probe.ts';
import { rccAddress } from './registers.ts';

/** Sets bits of a reset register of RCC and clears them again. */
export async function pulse(probe: Probe, chip: Chip, register: string, bits: number): Promise<void> {
  await probe.writeMemory(rccAddress(chip, register), 32, [bits >>> 0]);
  await probe.writeMemory(rccAddress(chip, register), 32, [0]);
}
