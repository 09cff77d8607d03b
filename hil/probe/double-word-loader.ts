import { type Chip, flashRegister, pageAt, pageOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import type { Image } from '../image/image.ts';
import type { FlashControl } from './flash-control.ts';
import { plainHex, type TclCommands } from './tcl-commands.ts';

/** rigs/openocd/flash-double-word.S, assembled: half-words in order. */
export const DOUBLE_WORD_LOADER: readonly number[] = [
  0x2601, 0x615e, 0xc830, 0x600c, 0x604d, 0x3108, 0x691e, 0x0c37, 0xd1fc, 0x0877, 0xd101, 0x3a01, 0xd1f4, 0x2700,
  0x615f, 0x4630, 0xbe00,
];

/** Where the buffer begins, behind the loader. */
const BUFFER_OFFSET = 0x100;
const UNIT = 8;

/** Bytes to be programmed to one page, from the first double word that is not erased to the last. */
export interface PageWrite {
  readonly page: number;
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** What each page that the image touches will hold, erased flash between the segments. */
export function pageWrites(chip: Chip, image: Image): readonly PageWrite[] {
  const pages = new Map<number, Uint8Array>();
  for (const { address, bytes } of image.segments) {
    for (const [i, byte] of bytes.entries()) {
      const number = pageOf(chip, address + i) as number;
      const page = pageAt(chip, number);
      if (page === undefined) continue;
      let content = pages.get(number);
      if (content === undefined) {
        content = new Uint8Array(page.size).fill(chip.flash.erasedByte);
        pages.set(number, content);
      }
      content[address + i - page.base] = byte;
    }
  }
  return [...pages].sort(([a], [b]) => a - b).map(([page, content]) => trimmed(chip, page, content));
}

function trimmed(chip: Chip, page: number, content: Uint8Array): PageWrite {
  const base = pageAt(chip, page)?.base ?? 0;
  const written = (byte: number): boolean => byte !== chip.flash.erasedByte;
  const first = content.findIndex(written);
  if (first < 0) return { page, address: base, bytes: new Uint8Array(0) };
  const from = first - (first % UNIT);
  const to = Math.ceil((content.findLastIndex(written) + 1) / UNIT) * UNIT;
  return { page, address: base + from, bytes: content.subarray(from, to) };
}

/** Erases pages one by one through the registers of a `g0` FLASH interface. @throws HilError 412 */
export async function erasePagesByRegister(flash: FlashControl, pages: readonly number[]): Promise<void> {
  await flash.unlock('flash');
  for (const page of pages) {
    const select = flash.bits('PER') + page * 2 ** (flash.chip.flash.controller.control.pageNumber?.lsb ?? 0);
    await flash.write('CR', select);
    await flash.write('CR', select + flash.bits('STRT'));
    await flash.idle(`the erase of page ${page}`, 1000 + (flash.chip.flash.pages[0]?.eraseMs ?? 0));
  }
  await flash.lock();
}

/** @throws HilError 412 */
export async function eraseAllByRegister(flash: FlashControl): Promise<void> {
  await flash.unlock('flash');
  const select = flash.bits(...flash.chip.flash.controller.control.massErase);
  await flash.write('CR', select);
  await flash.write('CR', select + flash.bits('STRT'));
  await flash.idle('the mass erase', 1000 + (flash.chip.flash.massEraseMs ?? 0));
  await flash.lock();
}

/**
 * Erases what the image touches and programs it by a loader in RAM: for parts that OpenOCD has no flash driver for. The core is
 * halted with its registers free for use; RAM from its base on is overwritten.
 * @throws HilError 412
 */
export async function programByLoader(
  board: string,
  flash: FlashControl,
  tcl: TclCommands,
  image: Image,
): Promise<void> {
  const { chip } = flash;
  const writes = pageWrites(chip, image);
  await erasePagesByRegister(
    flash,
    writes.map(({ page }) => page),
  );
  await tcl.writeMemory(chip.sram.base, 16, DOUBLE_WORD_LOADER);
  await flash.unlock('flash');
  for (const { address, bytes } of writes) {
    if (bytes.length > 0) await runLoader(board, chip, tcl, address, bytes);
  }
  await flash.lock();
}

async function runLoader(
  board: string,
  chip: Chip,
  tcl: TclCommands,
  address: number,
  bytes: Uint8Array,
): Promise<void> {
  const buffer = chip.sram.base + BUFFER_OFFSET;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  await tcl.writeMemory(
    buffer,
    32,
    Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true)),
  );
  const registers: readonly (readonly [string, number])[] = [
    ['r0', buffer],
    ['r1', address],
    ['r2', bytes.length / UNIT],
    ['r3', chip.flash.controller.base],
    ['xPSR', 0x0100_0000],
    ['primask', 1],
  ];
  await tcl.run(`set_reg {${registers.map(([name, value]) => `${name} ${plainHex(value)}`).join(' ')}}`);
  const longest = 1000 + (bytes.length / UNIT) * (chip.flash.programUs / 1000);
  await tcl.run(`resume ${plainHex(chip.sram.base)}`);
  await tcl.run(`wait_halt ${Math.ceil(longest)}`, longest + 5000);
  const { r0, r1 } = await tcl.readRegisters(['r0', 'r1']);
  if ((r0 & chip.flash.controller.status.errors) !== 0) {
    throw new HilError(
      412,
      `${board}: programming stopped at ${hex(r1 - UNIT)}: FLASH_SR (${hex(flashRegister(chip, 'SR'))}) read ${hex(r0)}`,
      { context: { address: r1 - UNIT, sr: r0 } },
    );
  }
}
