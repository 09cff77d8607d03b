import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { romBehavioursOf } from '../chip/rom-behaviours.ts';
import { packageRoot } from '../rig/paths.ts';

/** First line of every report: how much of what the virtual ROM does was seen on silicon. Measurements are files in fixtures/silicon. */
export function siliconLine(chips: readonly string[]): string {
  // What one part was seen to do says nothing of another: a behaviour counts once for each.
  const modelled = new Set(chips.flatMap((chip) => romBehavioursOf(chip).map((row) => `${chip} ${row.id}`)));
  return `0 of ${modelled.size} modelled ROM behaviours confirmed on silicon${measurements() > 0 ? ` (${measurements()} measurements not yet judged)` : ''}`;
}

function measurements(): number {
  try {
    return readdirSync(join(packageRoot(), 'fixtures/silicon')).filter((file) => file.endsWith('.yaml')).length;
  } catch {
    return 0;
  }
}
