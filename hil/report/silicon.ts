import { join } from 'node:path';
import { chipNamed } from '../chip/lookup.ts';
import { romBehavioursOf } from '../chip/rom-behaviours.ts';
import { loadMeasurements, type Measurement } from '../measure/measurement.ts';
import { whyNotCompared } from '../measure/replay.ts';
import { packageRoot } from '../rig/paths.ts';

/** Where the answers of real chips are kept. */
export function siliconFolder(): string {
  return join(packageRoot(), 'fixtures/silicon');
}

/**
 * First line of every report: how much of what the virtual ROM does was seen on silicon. A file that contradicts the model fails the
 * build, so what was measured counts as confirmed, unless only a person can compare it.
 * @param chips Names as rig files have them, of parts or Nucleos.
 * @throws HilError 101, 680, 681
 */
export function siliconLine(chips: readonly string[], measurements = measurementsThatShip()): string {
  // What one part was seen to do says nothing of another: a behaviour counts once for each.
  const modelled = new Map(
    [...new Set(chips.map((chip) => chipNamed(chip).name))].flatMap((chip) =>
      romBehavioursOf(chip).map((row) => [`${chip} ${row.id}`, { chip, row }]),
    ),
  );
  const confirmed = [...modelled.values()].filter(({ chip, row }) =>
    measurements.some(
      ({ part, rom_id, question }) =>
        part === chip &&
        whyNotCompared({ question }) === undefined &&
        question === row.question &&
        // Of a version that no virtual board has, nothing was compared.
        chipNamed(chip).rom.versions.some(({ id }) => id === rom_id) &&
        (row.versions?.includes(rom_id) ?? true),
    ),
  );
  const open = [...modelled.values()].filter(({ row }) => row.confidence !== 'documented').length;
  return `${confirmed.length} of ${modelled.size} modelled ROM behaviours confirmed on silicon; ${open} rest on less than a document`;
}

function measurementsThatShip(): readonly Measurement[] {
  return loadMeasurements(siliconFolder()).map(({ measurement }) => measurement);
}
