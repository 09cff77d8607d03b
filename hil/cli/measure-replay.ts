import { chipNamed } from '../chip/lookup.ts';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { HilError } from '../error/hil-error.ts';
import { loadMeasurements } from '../measure/measurement.ts';
import { boardToCompare, type Replayed, replay, replayText, whyNotCompared } from '../measure/replay.ts';
import type { Rig, VirtualBoardEntry } from '../rig/rig.ts';
import { type BoardUse, withBoard } from './with-bench.ts';

/** A question enters the ROM twice at most. */
const QUESTION_MS = 60_000;

/**
 * Compares the virtual boards of a rig, or one of them, with the measurements of a folder.
 * @returns `testFailed` if one contradicts its model
 * @throws HilError 612 (a real board is named), 680, 681
 */
export async function replayFolder(
  rig: Rig,
  named: string | undefined,
  folder: string,
  use: Pick<BoardUse, 'verb' | 'reports'>,
): Promise<ExitCode> {
  const entries = rig.boards.filter(({ name }) => named === undefined || name === named);
  const real = entries.find(({ kind }) => kind === 'real');
  if (named !== undefined && real !== undefined) {
    throw new HilError(612, `--replay compares virtual boards with measurements; ${real.name} is a real one`, {
      blame: 'test',
    });
  }
  const boards = entries
    .filter((entry): entry is VirtualBoardEntry => entry.kind === 'virtual')
    .map((entry) => ({ name: entry.name, part: chipNamed(entry.chip).name, romId: entry.romId }));
  const work = loadMeasurements(folder).map((one) => ({ ...one, board: boardToCompare(one.measurement, boards) }));
  const counts: Record<Replayed['verdict'], number> = { agrees: 0, contradicts: 0, 'not compared': 0 };
  const tell = (file: string, replayed: Replayed): void => {
    counts[replayed.verdict] += 1;
    process.stdout.write(`${replayText(file, replayed)}\n`);
  };
  for (const { file, measurement, board } of work) {
    // Of one board that was named, the files about others are no matter.
    if (board !== undefined || named !== undefined) continue;
    const rom = `0x${measurement.rom_id.toString(16).toUpperCase()}`;
    tell(file, {
      verdict: 'not compared',
      why: `no virtual board of ${rig.file} is a ${measurement.part} with ROM ${rom}`,
    });
  }
  for (const { name } of boards) {
    const mine = work.filter(({ board }) => board?.name === name);
    for (const { file, measurement } of mine) {
      const why = whyNotCompared(measurement);
      if (why !== undefined) tell(file, { verdict: 'not compared', why });
    }
    const asked = mine.filter(({ measurement }) => whyNotCompared(measurement) === undefined);
    if (asked.length === 0) continue;
    await withBoard({ ...use, rig, board: name }, async ({ turn }) => {
      for (const { file, measurement } of asked) {
        const replayed = await turn({
          title: file,
          deadlineMs: QUESTION_MS,
          work: (bench) => replay(bench, measurement),
        });
        tell(file, replayed);
      }
    });
  }
  process.stdout.write(
    `${folder}: ${counts.agrees} measurements agree with the model, ${counts.contradicts} contradict it, ${counts['not compared']} not compared\n`,
  );
  return counts.contradicts > 0 ? exitCode.testFailed : exitCode.passed;
}
