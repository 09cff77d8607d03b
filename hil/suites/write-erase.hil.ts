import { describe, expect, test } from '@jest/globals';
import { type BootloaderHandle, endOf, onBoard, type Page, type Port, pageAt, pageCount } from '../index.ts';
import { erased, pattern, protectable, scratchPages } from './scratch.ts';

const wires: readonly { readonly port: Port; readonly through: string }[] = [
  { port: 'usart', through: 'through the ROM' },
  { port: 'usb', through: 'through the ROM, over USB' },
];

/** Code of what the ROM refuses: NACK, or dfuERROR. */
const REFUSED: Readonly<Record<Port, number>> = { usart: 304, usb: 325 };

for (const { port, through } of wires)
  onBoard(`erase and write ${through}`, { port }, (bench) => {
    const enter = async (): Promise<BootloaderHandle<Port>> => (await bench.reachBootloader()).rom;
    const bytes = (length: number, seed?: number): Uint8Array => pattern(bench.chip, length, seed);
    const blank = (length: number): Uint8Array => erased(bench.chip, length);
    const numbers = (pages: readonly { readonly index: number }[]): readonly number[] =>
      pages.map(({ index }) => index);

    /** The same bytes by port and by probe: two independent answers. */
    const expectBoth = async (rom: BootloaderHandle<Port>, address: number, wanted: Uint8Array): Promise<void> => {
      expect([...(await rom.session.readMemory(address, wanted.length))]).toEqual([...wanted]);
      await bench.probe.reacquire();
      expect([...(await bench.probe.readBytes(address, wanted.length))]).toEqual([...wanted]);
      await bench.probe.release();
    };

    test('page erase clears that page and no other', async () => {
      const rom = await enter();
      const { pages } = scratchPages(bench, 3);
      await rom.session.erasePages(numbers(pages));
      for (const [i, page] of pages.entries()) await rom.session.writeMemory(page.base, bytes(16, i));
      await rom.session.erasePages(numbers(pages.slice(1, 2)));
      for (const [i, page] of pages.entries()) {
        if (i === 1) await expectBoth(rom, page.base, blank(Math.min(page.size, 2048)));
        else await expectBoth(rom, page.base, bytes(16, i));
      }
    });

    test('erasing several pages erases each of them, whatever the ROM does with a list', async () => {
      const rom = await enter();
      const { pages } = scratchPages(bench, 3);
      await rom.session.erasePages(numbers(pages));
      for (const [i, page] of pages.entries()) await rom.session.writeMemory(page.base, bytes(8, i));
      await rom.session.erasePages(numbers(pages));
      for (const page of pages) await expectBoth(rom, page.base, blank(8));
    });

    test('writes of 1 to 256 bytes arrive whole and touch nothing behind them', async () => {
      const rom = await enter();
      const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 127, 128, 255, 256];
      const { pages, base } = scratchPages(bench, 1, 2048);
      await rom.session.erasePages(numbers(pages));
      let at = base;
      for (const length of lengths) {
        await rom.session.writeMemory(at, bytes(length, length));
        await expectBoth(rom, at, Uint8Array.from([...bytes(length, length), ...blank(8)]));
        at += Math.ceil((length + 8) / 8) * 8;
      }
    });

    test.each([1, 2, 3, 5])('a write %s bytes off the alignment is filled up with what is there', async (offset) => {
      const rom = await enter();
      const { pages, base } = scratchPages(bench, 1);
      await rom.session.erasePages(numbers(pages));
      await rom.session.writeMemory(base + offset, bytes(10, offset));
      await expectBoth(rom, base, Uint8Array.from([...blank(offset), ...bytes(10, offset), ...blank(8)]));
    });

    test('an address behind the flash is refused by the ROM', async () => {
      const rom = await enter();
      await expect(rom.session.readMemory(endOf(bench.chip.flash), 4)).rejects.toMatchObject({ code: REFUSED[port] });
      // The session is still in step.
      expect(await rom.session.readMemory(bench.chip.flash.base, 4)).toHaveLength(4);
    });

    test('a write to system memory is refused before a byte is sent', async () => {
      const rom = await enter();
      await expect(rom.session.writeMemory(bench.chip.systemMemory.base, bytes(8))).rejects.toMatchObject({
        code: 456,
      });
    });

    test('the last bytes of the flash can be written and read', async () => {
      const rom = await enter();
      const last = pageAt(bench.chip, pageCount(bench.chip) - 1) as Page;
      await rom.session.erasePages([last.index]);
      await rom.session.writeMemory(endOf(last) - 16, bytes(16));
      await expectBoth(rom, endOf(last) - 16, bytes(16));
    });
  });

onBoard('a write whose checksum is wrong', { port: 'usart' }, (bench) => {
  test('is refused and changes nothing', async () => {
    const { rom } = await bench.reachBootloader();
    const { pages, base } = scratchPages(bench, 1);
    await rom.session.erasePages(pages.map(({ index }) => index));
    await expect(rom.session.writeWithBadChecksum(base, pattern(bench.chip, 16))).rejects.toMatchObject({ code: 304 });
    expect([...(await rom.session.readMemory(base, 16))]).toEqual([...erased(bench.chip, 16)]);
    // The session is still in step.
    await rom.session.writeMemory(base, pattern(bench.chip, 16));
    expect([...(await rom.session.readMemory(base, 16))]).toEqual([...pattern(bench.chip, 16)]);
  });
});

onBoard('RAM through the ROM', { port: 'usart' }, (bench) => {
  test('can be written and read where the ROM leaves it free', async () => {
    const { rom } = await bench.reachBootloader();
    const { ramValid, ramUsed } = bench.chip.rom;
    const base = Math.max(ramValid.base, endOf(ramUsed));
    const free = endOf(ramValid) - base;
    const wanted = pattern(bench.chip, Math.min(64, Math.max(free, 8)));
    if (free < wanted.length) {
      // All of it is the ROM's: AN2606 names no address that Write Memory takes.
      await expect(rom.session.writeMemory(bench.chip.sram.base, wanted)).rejects.toMatchObject({ code: 304 });
      return;
    }
    await rom.session.writeMemory(base, wanted);
    expect([...(await rom.session.readMemory(base, wanted.length))]).toEqual([...wanted]);
    await bench.probe.reacquire();
    expect([...(await bench.probe.readBytes(base, wanted.length))]).toEqual([...wanted]);
    await bench.probe.release();
  });
});

for (const { port, through } of wires)
  onBoard(`mass erase ${through}`, { port, erase: 'mass' }, (bench) => {
    test('clears the whole flash, by port and by probe, also where the ROM knows pages only', async () => {
      const { rom } = await bench.reachBootloader();
      const { flash } = bench.chip;
      await rom.session.massErase();
      for (const address of [flash.base, endOf(flash) - 16]) {
        expect([...(await rom.session.readMemory(address, 16))]).toEqual([...erased(bench.chip, 16)]);
      }
      await bench.probe.reacquire();
      const all = await bench.probe.readBytes(flash.base, flash.size);
      expect(all.every((byte) => byte === flash.erasedByte)).toBe(true);
      await bench.probe.release();
    });
  });

onBoard('a write-protected page', { port: 'usart', write_protection: true }, (bench) => {
  describe('after Write Protect and the reset that follows', () => {
    test('keeps its content, and the session finds out by reading back', async () => {
      const { rom: first } = await bench.reachBootloader();
      const { page, sector } = protectable(bench);
      await first.session.erasePages([page.index]);
      await first.session.writeMemory(page.base, pattern(bench.chip, 16));
      await first.session.writeProtect([sector]);

      await bench.probe.reacquire();
      await bench.probe.loadOptionBytes();
      await bench.probe.release();
      const { rom } = await bench.reachBootloader();
      // AN3155 r20 3.6: the ROM reports no error for a protected page.
      await rom.session.erasePages([page.index]).catch(() => {});
      expect([...(await rom.session.readMemory(page.base, 16))]).toEqual([...pattern(bench.chip, 16)]);
      await expect(rom.session.writeMemory(page.base + 64, pattern(bench.chip, 16, 2))).rejects.toMatchObject({
        code: 307,
      });
      await bench.probe.reacquire();
      expect([...(await bench.probe.readBytes(page.base + 64, 16))]).toEqual([...erased(bench.chip, 16)]);
      await bench.probe.release();
    });
  });
});
