import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chip, flashRegister, pageAt, pageCount, pageOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError, isHilError } from '../error/hil-error.ts';
import { requireFlashFit } from '../image/fit.ts';
import type { Image } from '../image/image.ts';
import { toHex } from '../image/intel-hex.ts';
import type { DeadlineScope } from '../trace/deadline.ts';
import { hexText } from '../trace/plain.ts';
import { eraseAllByRegister, erasePagesByRegister, programByLoader } from './double-word-loader.ts';
import { clearEmptyFlag, type EmptyFlagEvidence } from './empty-flag.ts';
import { createFlashControl, type FlashControl } from './flash-control.ts';
import { loadOptionBytes } from './option-bytes.ts';
import { erasePagesL0 } from './page-erase-l0.ts';
import { plainHex, type TclCommands } from './tcl-commands.ts';

const READ_MS = 20_000;
const RESET_MS = 10_000;

/** The chip behind a probe, as far as its flash is concerned. */
export interface FlashTarget {
  readonly board: string;
  readonly chip: Chip;
  readonly tcl: TclCommands;
  /** OpenOCD's flash driver; undefined if it has none for the part. */
  readonly driver: string | undefined;
  readonly scope: DeadlineScope;
}

export interface FlashEvidence {
  readonly bytes: number;
  readonly empty: EmptyFlagEvidence;
}

/**
 * Programs an image with OpenOCD's own loader, or ours where it has none: halts the core under reset, erases the pages it touches,
 * writes, and reads everything
 * back through the debug port.
 * @throws HilError 627 (does not fit), 412 (OpenOCD failed), 307 (read back differs), 414 (EMPTY stays set)
 */
export async function programImage(target: FlashTarget, image: Image): Promise<FlashEvidence> {
  const { board, chip, tcl, driver } = target;
  requireFlashFit(image, chip);
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'image.hex');
    await writeFile(file, toHex(image));
    await tcl.run('reset halt', RESET_MS);
    if (driver === undefined) await programByLoader(board, controlOf(target), tcl, image);
    else {
      // OpenOCD's L0 driver would erase whole sectors of 32 pages.
      const own = chip.flash.controller.ip === 'l0';
      if (own) await erasePagesL0(controlOf(target), tcl, runs(pagesOf(chip, image)));
      await flashCommand(target, `flash write_image ${own ? '' : 'erase '}{${file}} 0 ihex`);
    }
    for (const { address, bytes } of image.segments) {
      compare(target, address, bytes, await dump(tcl, folder, address, bytes.length));
    }
    const bytes = image.segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
    const empty = await clearEmptyFlag(board, chip, tcl);
    if (looksEmptyUntilLoaded(chip)) {
      await loadOptionBytes(controlOf(target), tcl, RESET_MS);
      await tcl.run('reset halt', RESET_MS);
    }
    return { bytes, empty };
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
export async function erasePages(target: FlashTarget, pages: readonly number[]): Promise<void> {
  const { board, chip, tcl, driver } = target;
  for (const page of pages) {
    if (pageAt(chip, page) === undefined) {
      throw new HilError(627, `${board}: the ${chip.name} has no flash page ${page}`, {
        blame: 'test',
        context: { page },
      });
    }
  }
  await tcl.run('halt');
  if (driver === undefined) return erasePagesByRegister(controlOf(target), [...new Set(pages)]);
  if (chip.flash.controller.ip === 'l0') return erasePagesL0(controlOf(target), tcl, runs(pages));
  await forgetFlashErrors(chip, tcl);
  for (const [first, last] of runs(pages)) await flashCommand(target, `flash erase_sector 0 ${first} ${last}`);
}

/** @throws HilError 412 */
export async function eraseAll(target: FlashTarget): Promise<void> {
  const { chip, tcl, driver } = target;
  await tcl.run('halt');
  if (driver === undefined) return eraseAllByRegister(controlOf(target));
  // L0 has no mass erase; OpenOCD's goes through readout protection, which erases the data memory too.
  if (chip.flash.controller.ip === 'l0') return erasePagesL0(controlOf(target), tcl, [[0, pageCount(chip) - 1]]);
  await forgetFlashErrors(chip, tcl);
  await flashCommand(target, `${driver} mass_erase 0`);
}

/**
 * Parts of boot pattern 6 look at the first flash word when they load the option bytes, and keep what they saw where no register
 * shows it: a chip that was blank boots its ROM until then (RM0091 2.5, RM0377 2.4: power-on reset or OBL_LAUNCH).
 */
function looksEmptyUntilLoaded(chip: Chip): boolean {
  return chip.rom.bootPattern === 6 && chip.flash.controller.emptyFlag === undefined;
}

/** Numbers of the pages that an image touches. */
function pagesOf(chip: Chip, image: Image): readonly number[] {
  return image.segments.flatMap(({ address, bytes }) => {
    const [first, last] = [pageOf(chip, address), pageOf(chip, address + bytes.length - 1)];
    return first === undefined || last === undefined
      ? []
      : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

function controlOf({ board, chip, tcl, scope }: FlashTarget): FlashControl {
  return createFlashControl(board, chip, tcl, scope);
}

/** Erasing all pages and programming all units, each in its longest time, and half a minute for the wires. */
export function flashMs(chip: Chip): number {
  const erase = chip.flash.pages.reduce((sum, run) => sum + run.count * run.eraseMs, chip.flash.massEraseMs ?? 0);
  return 30_000 + erase + ((chip.flash.size / chip.flash.programUnit) * chip.flash.programUs) / 1000;
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

async function flashCommand({ board, chip, tcl }: FlashTarget, command: string): Promise<void> {
  try {
    await tcl.run(command, flashMs(chip));
  } catch (error) {
    if (!isHilError(error) || error.code !== 223) throw error;
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

function compare({ board, chip }: FlashTarget, address: number, expected: Uint8Array, found: Uint8Array): void {
  const at = expected.findIndex((byte, i) => byte !== found[i]);
  if (at < 0) return;
  const window = found.subarray(at, at + 16);
  throw new HilError(
    307,
    `${board}: flash read back by the probe differs at ${hex(address + at)}: expected ${hexText(expected.subarray(at, at + 16))}, got ${hexText(window)}`,
    { context: { address: address + at, stillErased: window.every((byte) => byte === chip.flash.erasedByte) } },
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
