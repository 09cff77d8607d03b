import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Chip } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { optionField } from '../guard/boot-choice.ts';
import type { Identity } from '../probe/identity.ts';
import type { Probe } from '../probe/probe.ts';
import { explainOptions, rdpLevelOf } from './explain-options.ts';

/** What a first contact reads. Nothing here can change the board. */
export type ContentSource = Pick<Probe, 'identity' | 'readBytes' | 'readOptionWords'>;

/** Where the first state of one chip is kept. */
export interface SavedFiles {
  readonly folder: string;
  /** The whole flash, as it was. */
  readonly flash: string;
  /** Option words, identity, and what the other file holds. Written last: its presence says that the save is complete. */
  readonly description: string;
  /** Who agreed that the board may be changed. */
  readonly agreement: string;
}

export function savedFiles(folder: string, uniqueId: string): SavedFiles {
  return {
    folder,
    flash: join(folder, `${uniqueId}.flash.bin`),
    description: join(folder, `${uniqueId}.json`),
    agreement: join(folder, `${uniqueId}.agreed.json`),
  };
}

/**
 * Reads flash and option words and writes them to disk. A readout-protected flash cannot be read; the description then says so.
 * @throws HilError 615 if something could not be read or written whole
 */
export async function saveContent(
  who: { readonly board: string; readonly probe: string; readonly chip: Chip; readonly identity: Identity },
  source: ContentSource,
  files: SavedFiles,
): Promise<void> {
  const { board, probe, chip, identity } = who;
  const optionWords = await source.readOptionWords();
  const level = rdpLevelOf(optionField(chip, optionWords, 'RDP') ?? 0xaa);
  const flash = level === 0 ? await source.readBytes(chip.flash.base, chip.flash.size) : undefined;
  if (flash !== undefined && flash.length !== chip.flash.size) {
    throw new HilError(615, `${board}: ${flash.length} of ${chip.flash.size} bytes of flash could be read`, {
      blame: 'rig',
    });
  }
  if (flash !== undefined) writeSafely(board, files.flash, flash);
  writeJsonSafely(board, files.description, {
    board,
    chip: chip.name,
    probe,
    savedAt: new Date().toISOString(),
    identity,
    optionWords: Object.fromEntries(Object.entries(optionWords).map(([name, value]) => [name, hex(value)])),
    inWords: explainOptions(chip, optionWords).map(({ field, value, meaning }) => `${field} ${value}: ${meaning}`),
    flash:
      flash === undefined
        ? { notReadable: `readout protection level ${level}` }
        : {
            file: `${identity.uniqueId}.flash.bin`,
            base: hex(chip.flash.base),
            bytes: flash.length,
            sha256: createHash('sha256').update(flash).digest('hex'),
          },
  });
}

/** @throws HilError 615 */
export function writeJsonSafely(board: string, path: string, value: unknown): void {
  writeSafely(board, path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
}

/** The file is there whole or not at all, also after a power cut: what it holds may be the only copy soon. */
function writeSafely(board: string, path: string, bytes: Uint8Array): void {
  const unfinished = `${path}.unfinished`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(unfinished, 'w');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (cause) {
    throw new HilError(615, `${board}: ${path} could not be written`, { blame: 'rig', cause, context: { path } });
  }
}
