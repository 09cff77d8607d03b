import { describe, expect, test } from '@jest/globals';
import { type BootloaderHandle, type Chip, endOf, onBoard, type Page, pageAt } from '../index.ts';

const PAGE_BYTES = (bench: { readonly chip: Chip }): number => (pageAt(bench.chip, 0) as Page).size;

/** Bytes that differ from each other, from erased flash, and from one seed to the next. */
function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((i + seed) * 167 + (i >> 8) + seed) % 255);
}

const erased = (length: number): Uint8Array => new Uint8Array(length).fill(0xff);

onBoard('erase and write through the ROM', { port: 'usart' }, (bench) => {
  /** A page far behind the application. */
  const page = (index: number): number => bench.chip.flash.base + (40 + index) * PAGE_BYTES(bench);
  const number = (index: number): number => 40 + index;

  const enter = async (): Promise<BootloaderHandle> => (await bench.flash('handover')).enterBootloader();

  /** The same bytes by port and by probe: two independent answers. */
  const expectBoth = async (rom: BootloaderHandle, address: number, wanted: Uint8Array): Promise<void> => {
    expect([...(await rom.session.readMemory(address, wanted.length))]).toEqual([...wanted]);
    await bench.probe.reacquire();
    expect([...(await bench.probe.readBytes(address, wanted.length))]).toEqual([...wanted]);
    await bench.probe.release();
  };

  test('page erase clears that page and no other', async () => {
    const rom = await enter();
    await rom.session.erasePages([number(0), number(1), number(2)]);
    for (const i of [0, 1, 2]) await rom.session.writeMemory(page(i), pattern(16, i));
    await rom.session.erasePages([number(1)]);
    await expectBoth(rom, page(0), pattern(16, 0));
    await expectBoth(rom, page(1), erased(PAGE_BYTES(bench)));
    await expectBoth(rom, page(2), pattern(16, 2));
  });

  test('erasing several pages erases each of them, whatever the ROM does with a list', async () => {
    const rom = await enter();
    const pages = [0, 1, 2, 3];
    await rom.session.erasePages(pages.map(number));
    for (const i of pages) await rom.session.writeMemory(page(i), pattern(8, i));
    await rom.session.erasePages(pages.map(number));
    for (const i of pages) await expectBoth(rom, page(i), erased(8));
  });

  test('writes of 1 to 256 bytes arrive whole and touch nothing behind them', async () => {
    const rom = await enter();
    const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 127, 128, 255, 256];
    await rom.session.erasePages([number(0), number(1)]);
    let at = page(0);
    for (const length of lengths) {
      await rom.session.writeMemory(at, pattern(length, length));
      await expectBoth(rom, at, Uint8Array.from([...pattern(length, length), ...erased(8)]));
      at += Math.ceil((length + 8) / 8) * 8;
    }
  });

  test.each([1, 2, 3, 5])('a write %s bytes off the alignment is filled up with what is there', async (offset) => {
    const rom = await enter();
    await rom.session.erasePages([number(0)]);
    await rom.session.writeMemory(page(0) + offset, pattern(10, offset));
    await expectBoth(rom, page(0), Uint8Array.from([...erased(offset), ...pattern(10, offset), ...erased(8)]));
  });

  test('a block with a bad checksum is refused and changes nothing', async () => {
    const rom = await enter();
    await rom.session.erasePages([number(0)]);
    await expect(rom.session.writeWithBadChecksum(page(0), pattern(16))).rejects.toMatchObject({ code: 304 });
    await expectBoth(rom, page(0), erased(16));
    // The session is still in step.
    await rom.session.writeMemory(page(0), pattern(16));
    await expectBoth(rom, page(0), pattern(16));
  });

  test('an address behind the flash is refused by the ROM', async () => {
    const rom = await enter();
    await expect(rom.session.readMemory(endOf(bench.chip.flash), 4)).rejects.toMatchObject({ code: 304 });
    expect(await rom.session.getId()).toBe(bench.chip.identity.devId);
  });

  test('a write to system memory is refused before a byte is sent', async () => {
    const rom = await enter();
    await expect(rom.session.writeMemory(bench.chip.systemMemory.base, pattern(8))).rejects.toMatchObject({
      code: 456,
    });
  });

  test('RAM that the ROM leaves free can be written and read', async () => {
    const rom = await enter();
    await rom.session.writeMemory(0x2000_4000, pattern(64));
    await expectBoth(rom, 0x2000_4000, pattern(64));
  });
});

onBoard('mass erase through the ROM', { port: 'usart', erase: 'mass' }, (bench) => {
  test('clears first and last page, by port and by probe', async () => {
    const rom = await (await bench.flash('handover')).enterBootloader();
    const last = endOf(bench.chip.flash) - 16;
    await rom.session.massErase();
    for (const address of [bench.chip.flash.base, last]) {
      expect([...(await rom.session.readMemory(address, 16))]).toEqual([...erased(16)]);
    }
    await bench.probe.reacquire();
    const all = await bench.probe.readBytes(bench.chip.flash.base, bench.chip.flash.size);
    expect(all.every((byte) => byte === 0xff)).toBe(true);
    await bench.probe.release();
  });
});

onBoard('a write-protected page', { port: 'usart', write_protection: true }, (bench) => {
  describe('after Write Protect and the reset that follows', () => {
    test('keeps its content, and the session finds out by reading back', async () => {
      const page = bench.chip.flash.base + 50 * PAGE_BYTES(bench);
      const first = await (await bench.flash('handover')).enterBootloader();
      await first.session.erasePages([50]);
      await first.session.writeMemory(page, pattern(16));
      await first.session.writeProtect([50]);

      await bench.probe.reacquire();
      await bench.probe.loadOptionBytes();
      await bench.probe.release();
      const rom = await (await bench.awaitApplication()).enterBootloader();
      // AN3155 r20 3.6: the ROM reports no error for a protected page.
      await rom.session.erasePages([50]).catch(() => {});
      expect([...(await rom.session.readMemory(page, 16))]).toEqual([...pattern(16)]);
      await expect(rom.session.writeMemory(page + 64, pattern(16, 2))).rejects.toMatchObject({ code: 307 });
      await bench.probe.reacquire();
      expect([...(await bench.probe.readBytes(page + 64, 16))]).toEqual([...erased(16)]);
      await bench.probe.release();
    });
  });
});
