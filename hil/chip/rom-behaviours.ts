import type { RomBehaviour } from './rom/behaviour.ts';
import { c0Behaviours } from './rom/c0.ts';
import { commandBehaviours } from './rom/commands.ts';
import { f0Behaviours } from './rom/f0.ts';
import { f4Behaviours } from './rom/f4.ts';
import { g0Behaviours } from './rom/g0.ts';
import { l0Behaviours } from './rom/l0.ts';
import { l4Behaviours } from './rom/l4.ts';
import { startBehaviours } from './rom/start.ts';
import { usbBehaviours } from './rom/usb.ts';

export type { RomBehaviour, RomSwitch } from './rom/behaviour.ts';

/** What the stand-in ROMs do, with what is known of the silicon: rows that several parts share, then those of one family. */
export const romBehaviours: readonly RomBehaviour[] = [
  ...startBehaviours,
  ...commandBehaviours,
  ...g0Behaviours,
  ...c0Behaviours,
  ...l4Behaviours,
  ...f4Behaviours,
  ...l0Behaviours,
  ...f0Behaviours,
  ...usbBehaviours,
];

/** Parts of one line carry the same ROM: STM32F411RE and STM32F411CE. */
const romLineOf = (part: string): string => part.slice(0, 'STM32F411'.length);

/** Rows of a part, or of one ROM version of it. */
export function romBehavioursOf(chip: string, romId?: number): readonly RomBehaviour[] {
  return romBehaviours.filter(
    (row) =>
      row.parts.some((part) => romLineOf(part) === romLineOf(chip)) &&
      (romId === undefined || row.versions === undefined || row.versions.includes(romId)),
  );
}
