import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chip, flashRegister, pageAt } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { requireFlashFit } from '../image/fit.ts';
import type { Image } from '../image/image.ts';
import { toHex } from '../image/intel-hex.ts';
import { hexText } from '../trace/plain.ts';
import { clearEmptyFlag, type EmptyFlagEvidence } from './empty-flag.ts';
import { plainHex, type TclCommands } from './tcl-commands.ts';

/** Erasing and programming the whole of the largest part known takes about 20 s over SWD. */
const PROGRAM_MS = 60_000;
const READ_MS = 20_000;

export interface FlashEvidence {
  readonly bytes: number;
  readonly empty: EmptyFlagEvidence;
}

/**
 * Programs an image with OpenOCD's own loader: halts the core under reset, erases the pages it touches, writes, and reads everything
 * back through the debug port.
 * @throws HilError 627 (does not fit), 412 (OpenOCD failed), 307 (read back differs), 414 (EMPTY stays set)
 */
export async function programImage(board: string, chip: Chip, tcl: TclCommands, image: Image): Promise<FlashEvidence> {
  requireFlashFit(image, chip);
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'image.hex');
    await writeFile(file, toHex(image));
    await tcl.run('reset halt', PROGRAM_MS);
    await flashCommand(board, tcl, `flash write_image erase {${file}} 0 ihex`);
    for (const { address, bytes } of image.segments) {
      compare(board, address, bytes, await dump(tcl, folder, address, bytes.length));
    }
    const bytes = image.segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
    return { bytes, empty: await clearEmptyFlag(board, chip, tcl) };
  });
}

/**
 * Clears what an earlier failure has left in FLASH_SR: OpenOCD takes it for the result of its own next operation. A write to a
 * protected page through the ROM leaves WRPERR there.
 */
export async function forgetFlashErrors(chip: Chip, tcl: TclCommands): Promise<void> {
  await tcl.writeMemory(flashRegister(chip, 'SR'), 32, [chip.flash.controller.status.errors]);
}

/** Erases single pages; the core is halted for it. @throws HilError 412, 627 */
export async function erasePages(board: string, chip: Chip, tcl: TclCommands, pages: readonly number[]): Promise<void> {
  for (const page of pages) {
    if (pageAt(chip, page) === undefined) {
      throw new HilError(627, `${board}: the ${chip.name} has no flash page ${page}`, {
        blame: 'test',
        context: { page },
      });
    }
  }
  await tcl.run('halt');
  await forgetFlashErrors(chip, tcl);
  for (const [first, last] of runs(pages)) await flashCommand(board, tcl, `flash erase_sector 0 ${first} ${last}`);
}

/** @throws HilError 412 */
export async function eraseAll(board: string, chip: Chip, flashDriver: string, tcl: TclCommands): Promise<void> {
  await tcl.run('halt');
  await forgetFlashErrors(chip, tcl);
  await flashCommand(board, tcl, `${flashDriver} mass_erase 0`);
}

/** Any range of memory as bytes, in one transfer through a file: the fast way for more than a few words. */
export async function readBytes(tcl: TclCommands, address: number, length: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  return inTemporaryFolder((folder) => dump(tcl, folder, address, length));
}

async function dump(tcl: TclCommands, folder: string, address: number, length: number): Promise<Uint8Array> {
  const file = join(folder, `${plainHex(address)}.bin`);
  await tcl.run(`dump_image {${file}} ${plainHex(address)} ${length}`, READ_MS);
  return new Uint8Array(await readFile(file));
}

async function flashCommand(board: string, tcl: TclCommands, command: string): Promise<void> {
  try {
    await tcl.run(command, PROGRAM_MS);
  } catch (error) {
    if (!(error instanceof HilError) || error.code !== 223) throw error;
    throw new HilError(
      412,
      `${board}: OpenOCD could not change the flash ('${command.split(' ').slice(0, 2).join(' ')}'): ${String(error.context.said)}`,
      {
        cause: error,
        context: { command, said: error.context.said },
      },
    );
  }
}

function compare(board: string, address: number, expected: Uint8Array, found: Uint8Array): void {
  const at = expected.findIndex((byte, i) => byte !== found[i]);
  if (at < 0) return;
  const window = found.subarray(at, at + 16);
  throw new HilError(
    307,
    `${board}: flash read back by the probe differs at ${hex(address + at)}: expected ${hexText(expected.subarray(at, at + 16))}, got ${hexText(window)}`,
    { context: { address: address + at, stillErased: window.every((byte) => byte === 0xff) } },
  );
}

/** Consecutive numbers as first and last. */
export function runs(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const found: [number, number][] = [];
  for (const number of sorted) {
    const open = found.at(-1);
    if (open !== undefined && number === open[1] + 1) open[1] = number;
    else found.push([number, number]);
  }
  return found;
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hil-probe-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
