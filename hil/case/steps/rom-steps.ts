import * as z from 'zod';
import type { BootloaderHandle } from '../../board/bench-types.ts';
import { pageAt } from '../../chip/chip.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import { address } from './addresses.ts';
import { imageNamed, whoIsThere } from './application-steps.ts';
import { attempt, sentenceOf } from './attempt.ts';
import { coreReadings, countFrom, startReadings } from './evidence.ts';
import { type Stage, type Verb, verb } from './stage.ts';

/** HilErrors that say "no ROM": by USART, by USB, or by the probe. */
const NO_ROM = [301, 302, 250, 251, 252, 255, 256, 261, 320, 323, 326, 428];

/** @throws HilError 651 when the ROM was not met */
export function requireRom(stage: Stage, what: string): BootloaderHandle {
  if (stage.rom !== undefined) return stage.rom;
  throw new HilError(651, `${stage.bench.board}: the step '${what}' needs the ROM, and ${whoIsThere(stage)}`, {
    blame: 'unknown',
  });
}

async function meetRom(stage: Stage): Promise<void> {
  stage.app = undefined;
  stage.rom = undefined;
  try {
    stage.rom = await stage.bench.meetBootloader();
    stage.read({
      answers: 'rom',
      'rom.answers': true,
      'rom.id': stage.rom.proof.romId,
      'rom.detail': undefined,
      ...coreReadings(stage.rom.proof.core),
    });
  } catch (error) {
    if (!isHilError(error) || !NO_ROM.includes(error.code)) throw error;
    stage.read({ 'rom.answers': false, 'rom.detail': sentenceOf(error), 'error.code': error.code });
  }
}

/** `ignore`: as a tool does it that knows no defects. */
const knownDefects = z.enum(['avoid', 'ignore']).default('avoid');

const pages = z.strictObject({
  pages: z.array(z.int().min(0)).min(1),
  'known-defects': knownDefects,
});

/** Pages that are not erased when they are read back through the ROM. */
async function pagesLeft(stage: Stage, rom: BootloaderHandle, numbers: readonly number[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const number of numbers) {
    const page = pageAt(stage.bench.chip, number);
    if (page === undefined) continue;
    const read = (): Promise<Uint8Array> => rom.session.readMemory(page.base, Math.min(page.size, 2_048));
    // A ROM that has acknowledged too early may be deaf for the first command; the next brings it back in step.
    const bytes = await read().catch((error: unknown) => {
      if (!isHilError(error) || ![303, 304, 305].includes(error.code)) throw error;
      return read();
    });
    if (bytes.some((byte) => byte !== stage.bench.chip.flash.erasedByte)) left.push(String(number));
  }
  return left;
}

/** Steps that speak to the ROM. */
export const romSteps: Readonly<Record<string, Verb>> = {
  'reach-rom': verb({
    says: "flashes the variant's program and meets the ROM by a way that the part allows: jump, else BOOT0, else the probe",
    args: z.undefined(),
    async run(stage) {
      stage.app = undefined;
      stage.flashed = stage.image;
      const { rom, before, entry } = await stage.bench.reachBootloader(stage.settings, stage.image);
      stage.rom = rom;
      countFrom(stage, before.boot);
      stage.read({
        ...startReadings(stage, before.boot),
        answers: 'rom',
        'rom.answers': true,
        'rom.id': rom.proof.romId,
        'rom.entry': entry,
        ...coreReadings(rom.proof.core),
      });
    },
    reads: ['rom.entry'],
  }),
  'meet-rom': verb({
    says: 'is the ROM there now, without a jump?',
    args: z.undefined(),
    run: meetRom,
  }),
  read: verb({
    says: 'reads through the ROM: the first 16 bytes of the flash, or `{ read: { address, length } }`',
    args: z.strictObject({ address, length: z.int().min(1).max(4_096) }).optional(),
    async run(stage, place) {
      const { session } = requireRom(stage, 'read');
      const at = place?.address ?? stage.bench.chip.flash.base;
      await attempt(stage, 'read', async () => void (await session.readMemory(at, place?.length ?? 16)));
    },
  }),
  erase: verb({
    says: 'erases pages through the ROM and reads them back; `erase.errors` are those that are not erased. `known-defects: ignore` sends the list in one command to any ROM',
    args: pages,
    reads: ['erase.errors'],
    async run(stage, { pages: numbers, 'known-defects': knownDefects }) {
      const rom = requireRom(stage, 'erase');
      stage.forget('erase.errors');
      await attempt(stage, 'erase', async () => {
        await rom.session.erasePages(numbers, { knownDefects });
        const left = await pagesLeft(stage, rom, numbers);
        stage.read({ 'erase.errors': left });
        return left.length === 0 ? undefined : `not erased: page ${left.join(', ')}`;
      });
    },
  }),
  'mass-erase': verb({
    says: 'erases the whole flash through the ROM',
    args: z.undefined(),
    async run(stage) {
      const { session } = requireRom(stage, 'mass-erase');
      await attempt(stage, 'mass', async () => void (await session.massErase()));
    },
  }),
  'write-image': verb({
    says: "erases and writes the variant's program (or the one named) through the ROM and reads it back",
    args: z.string().optional(),
    async run(stage, program) {
      const { session } = requireRom(stage, 'write-image');
      const image = program === undefined ? stage.image : imageNamed(stage, program);
      const done = await attempt(
        stage,
        'write',
        async () => void (await session.eraseAndWrite(stage.bench.image(image).segments)),
      );
      if (done) stage.flashed = image;
    },
  }),
  write: verb({
    says: 'writes bytes to RAM or erased flash through the ROM and reads them back: `{ write: { address, bytes: [1, 2] } }`, over and over for a `length`; `known-defects: ignore` sends what is given to any ROM',
    args: z.strictObject({
      address,
      bytes: z.array(z.int().min(0).max(255)).min(1),
      length: z.int().min(1).max(4_096).optional(),
      'known-defects': knownDefects,
    }),
    async run(stage, { address: at, bytes, length = bytes.length, 'known-defects': knownDefects }) {
      const { session } = requireRom(stage, 'write');
      const data = Uint8Array.from({ length }, (_, index) => bytes[index % bytes.length] as number);
      await attempt(stage, 'write', async () => void (await session.writeMemory(at, data, { knownDefects })));
    },
  }),
  protect: verb({
    says: 'Write Protect of these sectors through the ROM; the chip then resets',
    args: z.strictObject({ sectors: z.array(z.int().min(0)).min(1) }),
    async run(stage, { sectors }) {
      const { session } = requireRom(stage, 'protect');
      if (!('writeProtect' in session)) {
        throw new HilError(652, `${stage.bench.board}: DFU has no Write Protect; the case is for the USART`, {
          blame: 'test',
        });
      }
      await attempt(stage, 'protect', async () => void (await session.writeProtect(sectors)));
      stage.rom = undefined;
    },
  }),
};
