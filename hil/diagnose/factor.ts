import type { Chip } from '../chip/chip.ts';
import type { Probe } from '../probe/probe.ts';
import type { BootSight, MachineSight } from './evidence.ts';

/** What stands at the handover, the core halted there. */
export interface Scene {
  readonly chip: Chip;
  readonly boot: BootSight;
  readonly machine: MachineSight;
  /** `entry`: into the ROM. `go`: into the application. */
  readonly attempt: 'entry' | 'go';
}

export interface RepairScene extends Scene {
  readonly probe: Probe;
}

/**
 * One thing that may be wrong at the handover, and how a probe puts it right. After every repair the machine is nearer to that of a
 * reset: no repair adds what a reset would not.
 */
export interface Factor {
  readonly id: string;
  /** What was repaired, as `PRIMASK cleared`. */
  readonly repaired: string;
  /** What differs from a clean handover, in words; undefined if nothing does. */
  suspicious(scene: Scene): string | undefined;
  repair(scene: RepairScene): Promise<void>;
}

/** First word of the table that is started. */
export function stackOf(boot: BootSight, attempt: Scene['attempt']): number {
  return (attempt === 'entry' ? boot.rom : boot.flash)[0];
}

/** Reads, clears and sets bits, writes. */
export async function change(probe: Probe, address: number, clear: number, set: number): Promise<void> {
  const [was] = (await probe.readMemory(address, 32, 1)) as [number];
  await probe.writeMemory(address, 32, [((was & ~clear) | set) >>> 0]);
}
