import type { Image } from '../image/image.ts';
import type { Probe } from '../probe/probe.ts';

/** True if the memory holds the image already. */
async function holds(probe: Probe, image: Image): Promise<boolean> {
  for (const segment of image.segments) {
    const there = await probe.readBytes(segment.address, segment.bytes.length);
    if (Buffer.compare(there, segment.bytes) !== 0) return false;
  }
  return true;
}

/**
 * Programs an image unless it is there already, which saves wear and seconds on a board that is flashed before each test.
 * Either way FLASH_ACR.EMPTY is clear afterwards, and the core is halted at the first instruction of the image.
 * @throws HilError 307, 412, 414, 451, 627
 */
export async function programIfDifferent(probe: Probe, image: Image): Promise<'programmed' | 'was there'> {
  // A program that has raised the clock without wait states leaves a flash that reads wrong, or not at all, until a reset.
  await probe.resetHalt();
  if (await holds(probe, image)) {
    const { wasSet } = await probe.clearEmptyFlag();
    // The reset has gone to the ROM.
    if (wasSet) await probe.resetHalt();
    return 'was there';
  }
  await probe.flashProgram(image);
  await probe.resetHalt();
  return 'programmed';
}
