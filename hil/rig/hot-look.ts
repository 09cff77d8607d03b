import type { BoardWires } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { isHilError } from '../error/hil-error.ts';
import { NO_PERMISSIONS } from '../guard/access.ts';
import { openProbe, type Probe } from '../probe/probe.ts';

export interface HotLook<T> {
  readonly result: T;
  /** `running`: released, with C_DEBUGEN clear. `halted`: it was found halted and was left so. */
  readonly leftAs: 'running' | 'halted';
  /** The release did not read back as it should (HilError 416). */
  readonly notReleased?: Error;
}

export interface HotLookOptions {
  /** The OpenOCD program; default `openocd` on the PATH. */
  readonly openocd?: string;
  /** If the core cannot be reached hot, connect under reset after all, which restarts what runs there. Default: fail. */
  readonly orUnderReset?: boolean;
}

/**
 * Looks at a board through its probe and leaves it as it was found: hot attach only, no reset, no halt; afterwards a running core runs
 * with its debug registers cleared, and a halted one stays halted.
 * @throws HilError 231 to 239 (probe); what `look` throws
 */
export async function lookHot<T>(
  wires: BoardWires,
  look: (probe: Probe) => Promise<T>,
  options: HotLookOptions = {},
): Promise<HotLook<T>> {
  const probe = await openProbe({
    chip: chipNamed(wires.chip),
    board: wires.board,
    // Looking needs none; whatever a rig file grants is not for this.
    permissions: NO_PERMISSIONS,
    address: wires.probe,
    ladder: options.orUnderReset === true ? ['hot', 'under-reset'] : ['hot'],
    ...(options.openocd === undefined ? {} : { openocd: options.openocd }),
  });
  try {
    // Under reset it was the connection that halted the core.
    const leftAs = probe.attach === 'hot' && (await probe.isHalted()) ? 'halted' : 'running';
    let notReleased: Error | undefined;
    let result: T;
    try {
      result = await look(probe);
    } finally {
      if (leftAs === 'running') notReleased = await release(probe);
    }
    return { result, leftAs, ...(notReleased === undefined ? {} : { notReleased }) };
  } finally {
    await probe.close();
  }
}

async function release(probe: Probe): Promise<Error | undefined> {
  try {
    await probe.release();
    return undefined;
  } catch (error) {
    if (isHilError(error)) return error;
    throw error;
  }
}
