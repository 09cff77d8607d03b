import * as z from 'zod';
import { fieldOf, pageAt } from '../../chip/chip.ts';
import { isHilError } from '../../error/hil-error.ts';
import type { Reading } from '../case.ts';
import { sentenceOf } from './attempt.ts';
import { probeSteps, withProbe } from './probe-steps.ts';
import { type Stage, type Verb, verb } from './stage.ts';

/** HilErrors of a ROM that is not there, or does not do what it is asked. */
const OF_THE_ROM = [
  301, 302, 303, 304, 305, 306, 307, 309, 310, 311, 428, 250, 251, 252, 255, 256, 261, 320, 323, 325, 326, 327, 328,
  329,
];

/** Where the option bytes say that BOOT0 does not count (nBOOT_SEL = 1), they are changed. */
async function letBoot0Count(stage: Stage): Promise<void> {
  const { chip, probe } = stage.bench;
  const place = chip.optionBytes.words.find(({ fields }) => fields.nBOOT_SEL !== undefined);
  if (place === undefined) return;
  const words = await withProbe(stage, () => probe.readOptionWords());
  const field = place.fields.nBOOT_SEL;
  if (field !== undefined && fieldOf(words[place.name] ?? 0, field) === 1)
    await probeSteps['option-bytes']?.run(stage, { nBOOT_SEL: 0 });
}

async function tries(work: () => Promise<unknown>): Promise<{ readonly result: string; readonly says?: string }> {
  try {
    await work();
    return { result: 'done' };
  } catch (error) {
    if (!isHilError(error) || !OF_THE_ROM.includes(error.code)) throw error;
    return { result: 'failed', says: sentenceOf(error) };
  }
}

async function eraseAndWrite(stage: Stage, page: number): Promise<Readonly<Record<string, Reading | undefined>>> {
  const { bench } = stage;
  const place = pageAt(bench.chip, page);
  if (place === undefined) return {};
  const pattern = Uint8Array.from({ length: 8 }, (_, i) => 0xa0 + i);
  const found: Record<string, Reading | undefined> = {};
  const met = await tries(async () => {
    stage.rom = await bench.meetBootloader();
  });
  found['boot0.rom'] = met.result === 'done';
  found['boot0.detail'] = met.says;
  const rom = stage.rom;
  if (rom === undefined) return found;
  for (const [name, work] of [
    ['erase', () => rom.session.erasePages([page])],
    ['write', () => rom.session.writeMemory(place.base, pattern)],
  ] as const) {
    const { result, says } = await tries(work);
    found[`boot0.${name}`] = result;
    if (says !== undefined) found['boot0.detail'] ??= says;
  }
  return found;
}

/** The comparison that a report makes: the same board, entered in another way. */
export const reentrySteps: Readonly<Record<string, Verb>> = {
  'boot0-entry': verb({
    says: 'BOOT0 high and a reset, then the ROM erases and writes a page: `{ boot0-entry: { page: 63 } }`. Nothing is read where nobody can work the pin',
    args: z.strictObject({ page: z.int().min(0) }),
    reads: ['boot0.rom', 'boot0.erase', 'boot0.write', 'boot0.detail'],
    async run(stage, { page }) {
      const { controls, workable } = stage.bench;
      if (!workable) {
        stage.read({ 'boot0.detail': 'nobody can work BOOT0 and NRST from here' });
        return;
      }
      stage.app = undefined;
      stage.rom = undefined;
      // A reset before the option bytes are written: FLASH may be locked until the next one.
      await controls.nrst(true);
      await controls.nrst(false);
      await letBoot0Count(stage);
      await controls.boot0(1);
      try {
        await controls.nrst(true);
        await controls.nrst(false);
        stage.read(await eraseAndWrite(stage, page));
      } finally {
        await controls.boot0('released');
      }
    },
  }),
};
