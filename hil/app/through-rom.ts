import type { Bench } from '../board/bench-types.ts';
import type { BootloaderSession } from '../bootloader/an3155/session.ts';
import { type Page, pageAt, pageOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { type Image, imageSize, segmentEnd } from '../image/image.ts';
import type { AppPlan } from './plan.ts';
import type { Say } from './stage.ts';

/** Of each segment so much is read before anything is changed; all of it is read when it was written. */
const READ_BYTES = 1024;
/** So much of each erased page is looked at: 256 bytes are one command. */
const BLANK_BYTES = 256;

/** @throws HilError 307 (what the ROM reads is not what the probe wrote), 303 to 305 */
export async function readBack(session: BootloaderSession, image: Image, say: Say): Promise<void> {
  const starts = image.segments.map(({ address, bytes }) => ({ address, bytes: bytes.subarray(0, READ_BYTES) }));
  await session.verify(starts);
  for (const { address, bytes } of starts) say(`${bytes.length} bytes from ${hex(address)} are the image's`);
}

/**
 * Erases the image's pages by the ROM, looks that they are blank (otherwise an erase and a write that do nothing would pass, since the
 * image is there already), writes the image and reads all of it back.
 * @throws HilError 475 (not blank), 307, 303 to 305, 451
 */
export async function rewrite(
  session: BootloaderSession,
  { board, chip }: Pick<Bench, 'board' | 'chip'>,
  image: Image,
  say: Say,
): Promise<void> {
  const pages = pagesOf(image, chip);
  const erasedAt = performance.now();
  await session.erasePages(pages.map(({ index }) => index));
  say(
    `${pages.length} ${pages.length === 1 ? 'page' : 'pages'} erased in ${Math.round(performance.now() - erasedAt)} ms`,
  );
  for (const { index, base, size } of pages) {
    const bytes = await session.readMemory(base, Math.min(BLANK_BYTES, size));
    const at = bytes.findIndex((byte) => byte !== chip.flash.erasedByte);
    if (at >= 0) {
      throw new HilError(
        475,
        `${board}: page ${index} is not blank after its erase through the ROM: ${hex(bytes[at] as number)} at ${hex(base + at)}`,
        { blame: 'unknown', context: { page: index, address: base + at } },
      );
    }
  }
  say(`each begins with ${hex(chip.flash.erasedByte)}`);
  const wroteAt = performance.now();
  for (const { address, bytes } of image.segments) await session.writeMemory(address, bytes);
  say(`${imageSize(image)} bytes written and read back in ${Math.round(performance.now() - wroteAt)} ms`);
}

/** The pages that hold any byte of the image, in order. */
export function pagesOf(image: Image, chip: Bench['chip']): readonly Page[] {
  const indices = image.segments.flatMap((segment) => {
    const first = pageOf(chip, segment.address) ?? 0;
    const last = pageOf(chip, segmentEnd(segment) - 1) ?? first;
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return [...new Set(indices)].toSorted((a, b) => a - b).flatMap((index) => pageAt(chip, index) ?? []);
}

/** Lets the ROM start the application. @throws HilError 308 (nothing can start from the table), 303 to 305 */
export async function goBack(session: BootloaderSession, { go }: AppPlan, say: Say): Promise<void> {
  if (go.kind === 'ram-stub') {
    await session.goRamStub();
    say('the ROM acknowledged GO to a routine in RAM that resets the chip');
  } else {
    await session.go(go.address);
    say(`the ROM acknowledged GO to ${hex(go.address)} (${go.name})`);
  }
  session.close();
}
