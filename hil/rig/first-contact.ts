import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { BoardWires } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import type { Permissions } from '../guard/access.ts';
import { type ContentSource, type SavedFiles, saveContent, savedFiles, writeJsonSafely } from './first-save.ts';
import { lookHot } from './hot-look.ts';
import type { BoardEntry, RealBoardEntry } from './rig.ts';

export interface FirstContactOptions {
  /** Folder that outlives a run: agreement and content of every board are kept under `first-contact/` in it. */
  readonly reports: string;
  /** The person has agreed on the command line. */
  readonly agreed: boolean;
  /** Asks the person; `undefined` is "nobody to ask". Default: the terminal, if standard input and error are one. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  /** Reaches the board; default: its probe, hot if that can be, else under reset. */
  readonly reach?: <T>(wires: BoardWires, look: (source: ContentSource) => Promise<T>) => Promise<T>;
}

/**
 * Before a real board is changed for the first time: saves its whole flash and its option words, then makes sure that somebody agreed
 * to lose them. Both are remembered by ST-Link serial and unique id of the chip, so another chip behind the same probe is met anew.
 * A board that the rig file lets nobody change is saved, and nobody is asked.
 * @throws HilError 102 (another chip than the rig file says), 231 to 239 (probe), 614 (nobody agreed), 615 (not saved)
 */
export async function holdFirstContact(
  wires: BoardWires,
  entry: BoardEntry,
  options: FirstContactOptions,
): Promise<void> {
  if (entry.kind !== 'real') return;
  const reach = options.reach ?? (async (to, look) => (await lookHot(to, look, { orUnderReset: true })).result);
  const files = await reach(wires, (source) => saveOnce(wires, entry, options.reports, source));
  if (!mayChange(entry.permissions) || existsSync(files.agreement)) return;
  // What the rig file says is not copied: whoever takes the line out of it takes the agreement back.
  if (entry.firstContact !== undefined) return;
  const by = await agreement(entry, files, options);
  writeJsonSafely(entry.name, files.agreement, { by, at: new Date().toISOString(), permissions: entry.permissions });
}

/** Saves what the board holds, unless that was done: the first state is the one that is worth keeping. */
async function saveOnce(
  wires: BoardWires,
  entry: RealBoardEntry,
  reports: string,
  source: ContentSource,
): Promise<SavedFiles> {
  const chip = chipNamed(wires.chip);
  const identity = await source.identity();
  if (identity.devId !== chip.identity.devId) {
    throw new HilError(
      102,
      `${entry.name}: DBGMCU_IDCODE names DEV_ID ${hex(identity.devId)}, the rig file ${chip.name} (${hex(chip.identity.devId)})`,
      { blame: 'rig', context: { devId: identity.devId, chip: chip.name } },
    );
  }
  const files = savedFiles(join(reports, 'first-contact', entry.probeSerial), identity.uniqueId);
  if (!existsSync(files.description)) {
    await saveContent({ board: entry.name, probe: entry.probeSerial, chip, identity }, source, files);
  }
  return files;
}

/** Who agreed. @throws HilError 614 */
async function agreement(entry: RealBoardEntry, files: SavedFiles, options: FirstContactOptions): Promise<string> {
  const who = userInfo().username;
  if (options.agreed) return `${who}, by --yes-first-contact`;
  const ask = 'ask' in options ? options.ask : terminal();
  if (ask !== undefined && (await ask(question(entry, files)))) return `${who}, at the terminal`;
  const why = ask === undefined ? 'there is no terminal to ask at' : 'the answer was no';
  throw new HilError(
    614,
    `${entry.name}: nobody agreed that this board may be changed (${why}); what it holds is saved in ${files.folder}, and nothing was changed`,
    { blame: 'rig', context: { probe: entry.probeSerial, saved: files.description } },
  );
}

function question(entry: RealBoardEntry, files: SavedFiles): string {
  const saved = existsSync(files.flash)
    ? `Its flash and option bytes are saved as ${files.flash} and ${files.description}.`
    : `Its option bytes are saved as ${files.description}; its FLASH COULD NOT BE SAVED, because it is readout-protected.`;
  return `${entry.name} (ST-Link ${entry.probeSerial}) is used for the first time. ${saved}\nMay tests change it (${permissionText(entry.permissions)})?`;
}

function permissionText(permissions: Permissions): string {
  const others = (['write_protection', 'option_bytes', 'rdp1'] as const).filter((name) => permissions[name]);
  return [`erase: ${permissions.erase}`, ...others].join(', ');
}

function mayChange(permissions: Permissions): boolean {
  return permissions.erase !== 'none' || permissions.write_protection || permissions.option_bytes || permissions.rdp1;
}

/** Asks at the terminal; undefined where there is none, as in a pipe or a nightly run. */
function terminal(): FirstContactOptions['ask'] {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (text) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return saysYes(await lines.question(`${text} [y/N] `));
    } finally {
      lines.close();
    }
  };
}

/** Anything but a plain yes is a no. */
export function saysYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}
