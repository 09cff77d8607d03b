import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { BoardWires } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { HilError } from '../error/hil-error.ts';
import { NO_PERMISSIONS } from '../guard/access.ts';
import { openProbe } from '../probe/probe.ts';
import type { BoardEntry } from './rig.ts';

export interface FirstContactOptions {
  readonly reports: string;
  /** The person has agreed on the command line. */
  readonly agreed: boolean;
  /** Asks the person at the terminal; undefined when there is none. */
  readonly ask?: (question: string) => Promise<boolean>;
  /** Reads the board; replaced in tests. */
  readonly save?: (wires: BoardWires, folder: string) => Promise<void>;
}

/**
 * Before a real board is erased for the first time: saves its flash and option bytes, and makes sure that a person agreed to lose
 * them. Agreement is remembered per ST-Link under `reports/first-contact/`, or recorded in the rig file.
 * @throws HilError 614 if nobody agreed
 */
export async function holdFirstContact(
  wires: BoardWires,
  entry: BoardEntry,
  options: FirstContactOptions,
): Promise<void> {
  if (entry.kind !== 'real' || entry.permissions.erase === 'none') return;
  const folder = join(options.reports, 'first-contact', entry.probeSerial);
  const consent = join(folder, 'consent.json');
  if (existsSync(consent)) return;
  if (!existsSync(join(folder, 'option-words.json'))) {
    mkdirSync(folder, { recursive: true });
    await (options.save ?? saveBoard)(wires, folder);
  }
  const question = `${entry.name} (ST-Link ${entry.probeSerial}) is used for the first time. Its flash and option bytes are saved in ${folder}.\nMay suites erase its flash (permission: ${entry.permissions.erase})?`;
  const by =
    entry.firstContact !== undefined
      ? `rig file: ${entry.firstContact.by}, ${entry.firstContact.date}`
      : options.agreed
        ? '--yes-first-contact'
        : (await (options.ask ?? askAtTerminal)(question))
          ? 'answer at the terminal'
          : undefined;
  if (by === undefined) {
    throw new HilError(
      614,
      `${entry.name}: nobody agreed that its flash may be erased; it was saved in ${folder} and not changed`,
      {
        blame: 'rig',
        context: { probe: entry.probeSerial, saved: folder },
      },
    );
  }
  writeFileSync(consent, `${JSON.stringify({ by, at: new Date().toISOString() })}\n`);
}

/** Reads everything that a run could lose. Changes nothing: the probe has no permission to. */
async function saveBoard(wires: BoardWires, folder: string): Promise<void> {
  const chip = chipNamed(wires.chip);
  const probe = await openProbe({ chip, board: wires.board, permissions: NO_PERMISSIONS, address: wires.probe });
  try {
    writeFileSync(join(folder, 'flash.bin'), await probe.readBytes(chip.flash.base, chip.flash.size));
    writeFileSync(join(folder, 'identity.json'), `${JSON.stringify(await probe.identity(), null, 2)}\n`);
    // Last: its presence says that the save is complete.
    writeFileSync(join(folder, 'option-words.json'), `${JSON.stringify(await probe.readOptionWords(), null, 2)}\n`);
  } finally {
    await probe.close();
  }
}

async function askAtTerminal(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
