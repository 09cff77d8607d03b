import { type Page, pageAt } from '../chip/chip.ts';
import { entryRow } from '../chip/entry-table.ts';
import { isHilError } from '../error/hil-error.ts';
import type { Segment } from '../image/image.ts';
import type { Bench, BootloaderHandle, Port, ReachedBootloader } from './bench-types.ts';
import { startRomByProbe } from './start-rom-by-probe.ts';

/** HilErrors that say "the ROM does not answer": 301, 302 by USART, 261, 323 by USB, 428 by probe. */
const NOT_THE_ROM = [301, 302, 261, 323, 428];

/**
 * Brings a board with the application running into its ROM, by the way that suits the part. A jump that the documents promise must
 * work; one that they rule out is not tried; where they leave it open, the other ways stand behind it.
 * @throws HilError 301, 302, 428 when the ROM does not answer
 */
export async function reachBootloader<P extends Port>(
  bench: Bench<P>,
  settings: Readonly<Record<string, string>> = {},
  image = 'handover',
): Promise<ReachedBootloader<P>> {
  const row = entryRow(bench.chip.name, await bench.romId());
  const app = await bench.flash(image, settings);
  if (row?.jump !== 'returns') {
    const settled = row !== undefined && row.provenance.confidence !== 'hypothesis';
    try {
      return { rom: await app.enterBootloader(), before: { chip: app.chip, boot: app.boot }, entry: 'jump' };
    } catch (error) {
      if (settled || !isHilError(error) || !NOT_THE_ROM.includes(error.code)) throw error;
    }
  }
  if (bench.workable) {
    return { rom: await byBoot0(bench), before: { chip: app.chip, boot: app.boot }, entry: 'boot0' };
  }
  await bench.probe.reacquire();
  await startRomByProbe(bench.probe, bench.chip);
  const rom = await bench.meetBootloader();
  await rom.session.eraseAndWrite(firstPage(bench, image));
  return { rom, before: { chip: app.chip, boot: app.boot }, entry: 'probe' };
}

/** Some ROMs look at BOOT0 themselves when they start, so the pin is let go only when the ROM has answered. */
async function byBoot0<P extends Port>(bench: Bench<P>): Promise<BootloaderHandle<P>> {
  const { controls } = bench;
  await controls.boot0(1);
  await controls.nrst(true);
  await controls.nrst(false);
  try {
    return await bench.meetBootloader();
  } finally {
    await controls.boot0('released');
  }
}

/** What the application has on the page that was erased. */
function firstPage(bench: Bench<Port>, image: string): readonly Segment[] {
  const { base, size } = pageAt(bench.chip, 0) as Page;
  return bench.image(image).segments.flatMap(({ address, bytes }) => {
    const part = bytes.subarray(0, Math.max(0, base + size - address));
    return part.length === 0 ? [] : [{ address, bytes: part }];
  });
}
