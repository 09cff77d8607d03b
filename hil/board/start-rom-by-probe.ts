import type { Chip } from '../chip/chip.ts';
import type { Probe } from '../probe/probe.ts';

/**
 * Sets PC and MSP as a jump does, with the first page erased: the ROMs that repeat the boot decision then stay (AN2606 r70 16.1,
 * 63.1; for the L073 the way round that users name). The probe is released.
 * @throws HilError 451 (the rig permits no erase), and those of the probe
 */
export async function startRomByProbe(probe: Probe, chip: Chip): Promise<void> {
  await probe.resetHalt();
  await probe.flashErasePages([0]);
  const [stack, entry] = await probe.readMemory(chip.systemMemory.base, 32, 2);
  await probe.writeRegister('msp', stack as number);
  await probe.writeRegister('pc', entry as number);
  await probe.resume();
  await probe.release();
}
