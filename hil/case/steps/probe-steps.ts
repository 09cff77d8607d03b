import * as z from 'zod';
import { fieldOf } from '../../chip/chip.ts';
import { HilError } from '../../error/hil-error.ts';
import { didYouMean } from '../../error/yaml-problems.ts';
import type { Probe } from '../../probe/probe.ts';
import { address, word } from './addresses.ts';
import { imageNamed } from './application-steps.ts';
import { type Stage, type Verb, verb } from './stage.ts';

/** Works with the probe and releases it again, so that what follows is measured released. */
export async function withProbe<T>(stage: Stage, work: (probe: Probe) => Promise<T>): Promise<T> {
  const { probe } = stage.bench;
  await probe.reacquire();
  try {
    return await work(probe);
  } finally {
    await probe.release();
  }
}

/** Words of the option bytes with these fields changed. @throws HilError 652 for a field that the part does not have */
async function setOptionFields(stage: Stage, fields: Readonly<Record<string, number>>): Promise<void> {
  const { chip, board } = stage.bench;
  await withProbe(stage, async (probe) => {
    const now = await probe.readOptionWords();
    const words: Record<string, number> = {};
    for (const [name, value] of Object.entries(fields)) {
      const holder = chip.optionBytes.words.find((candidate) => candidate.fields[name] !== undefined);
      const field = holder?.fields[name];
      if (holder === undefined || field === undefined) {
        const known = chip.optionBytes.words.flatMap((candidate) => Object.keys(candidate.fields));
        throw new HilError(
          652,
          `${board}: the ${chip.name} has no option field '${name}'${didYouMean(name, known)}; it has ${known.join(', ')}`,
          { blame: 'test', context: { name } },
        );
      }
      const before = words[holder.name] ?? now[holder.name] ?? 0;
      const mask = (2 ** field.width - 1) * 2 ** field.lsb;
      words[holder.name] = ((before & ~mask) | ((value * 2 ** field.lsb) & mask)) >>> 0;
    }
    const changed = Object.entries(words).filter(([name, value]) => now[name] !== value);
    if (changed.length === 0) return;
    await probe.writeOptionWords(Object.fromEntries(changed));
    await probe.loadOptionBytes();
    await probe.reacquire();
  });
  stage.app = undefined;
  stage.rom = undefined;
}

async function readOptionFields(stage: Stage): Promise<void> {
  const { chip } = stage.bench;
  const words = await withProbe(stage, (probe) => probe.readOptionWords());
  for (const { name, fields } of chip.optionBytes.words) {
    for (const [field, place] of Object.entries(fields))
      stage.read({ [`options.${field}`]: fieldOf(words[name] ?? 0, place) });
  }
}

/** Steps of the probe alone. What they do to a board is put back at the end of the variant. */
export const probeSteps: Readonly<Record<string, Verb>> = {
  'probe-program': verb({
    says: "programs the variant's program (or the one named) by the probe, with a reset after it; nothing is expected of it",
    args: z.string().optional(),
    async run(stage, program) {
      const image = program === undefined ? stage.image : imageNamed(stage, program);
      stage.app = undefined;
      stage.rom = undefined;
      stage.flashed = image;
      await withProbe(stage, async (probe) => {
        await probe.flashProgram(stage.bench.image(image));
        await probe.resetRun();
      });
    },
  }),
  'probe-mass-erase': verb({
    says: 'erases the whole flash by the probe',
    args: z.undefined(),
    async run(stage) {
      stage.app = undefined;
      stage.rom = undefined;
      stage.flashed = undefined;
      await withProbe(stage, (probe) => probe.flashMassErase());
    },
  }),
  'probe-reset': verb({
    says: 'a reset by the probe, running',
    args: z.undefined(),
    async run(stage) {
      stage.app = undefined;
      stage.rom = undefined;
      await withProbe(stage, (probe) => probe.resetRun());
    },
  }),
  'probe-write': verb({
    says: 'writes a word of RAM or of a register by the probe: `{ probe-write: { address, value } }`',
    args: z.strictObject({ address, value: word }),
    run: (stage, { address: at, value }) => withProbe(stage, (probe) => probe.writeMemory(at, 32, [value])),
  }),
  'probe-read': verb({
    says: 'reads words by the probe into `memory.NAME`: `{ probe-read: { IWDG_SR: 0x4000_300C } }`',
    args: z.record(z.string(), address),
    reads: ['memory.*'],
    run: (stage, places) =>
      withProbe(stage, async (probe) => {
        for (const [name, at] of Object.entries(places))
          stage.read({ [`memory.${name}`]: (await probe.readMemory(at, 32, 1))[0] });
      }),
  }),
  'option-bytes': verb({
    says: 'sets fields of the option bytes and loads them, which resets the chip: `{ option-bytes: { nBOOT_SEL: 0 } }`; through the guard, restored at the end. Alone it only reads',
    args: z.record(z.string(), word).optional(),
    reads: ['options.*'],
    async run(stage, fields) {
      if (fields !== undefined) await setOptionFields(stage, fields);
      await readOptionFields(stage);
    },
  }),
};
