import { describe, expect, test } from '@jest/globals';
import { type Chip, pageAt, pageCount } from '../../chip/chip.ts';
import { chipNamed, chips } from '../../chip/lookup.ts';
import type { Permissions } from '../../guard/access.ts';
import { createFakeRom, type FakePart, type FakeRom, type FakeRomOptions } from './fake-rom.ts';
import { answerMs } from './link.ts';
import { resetStub } from './ram-stub.ts';
import { romTiming } from './rom-timing.ts';
import { type BootloaderSession, openBootloader } from './session.ts';

const EVERYTHING: Permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true };

function partOf(chip: Chip): FakePart {
  return {
    productId: chip.identity.devId,
    romIdAddress: chip.rom.idAddress,
    erasedByte: chip.flash.erasedByte,
    page: (index) => pageAt(chip, index) ?? { base: 0, size: 0 },
  };
}

/** A ROM of this part, its newest version unless told otherwise, met and asked who it is. */
async function met(name: string, options: FakeRomOptions = {}): Promise<[BootloaderSession, FakeRom]> {
  const chip = chipNamed(name);
  const romId = chip.rom.versions.at(-1)?.id ?? 0;
  const rom = createFakeRom({ part: partOf(chip), romId, ...options });
  return [await openBootloader(rom.line, { chip, board: name, permissions: EVERYTHING }), rom];
}

test.each(chips.map((chip) => [chip.name, chip] as const))(
  '%s is known by its product id and ROM ID',
  async (name, chip) => {
    const [session] = await met(name);
    expect(session.id).toMatchObject({
      productId: chip.identity.devId,
      romId: chip.rom.versions.at(-1)?.id,
      romVersion: chip.rom.versions.at(-1)?.version,
    });
  },
);

describe('L0', () => {
  test('everything is erased page by page in lists, since the ROM refuses a mass erase (AN2606 4.4)', async () => {
    const [session, rom] = await met('STM32L073RZ', { noMassErase: true });
    await session.massErase();
    expect(rom.erasedPages.map((pages) => [pages[0], pages.length])).toEqual([
      [0, 511],
      [511, 511],
      [1022, 511],
      [1533, 3],
    ]);
  });

  test('no Write Memory is longer than 128 bytes', async () => {
    const [session, rom] = await met('STM32L031K6', { maxWrite: 128 });
    await session.eraseAndWrite([{ address: 0x0800_0040, bytes: new Uint8Array(300).fill(7) }]);
    expect(rom.writes).toEqual([
      [0x0800_0040, 64],
      [0x0800_0080, 128],
      [0x0800_0100, 112],
    ]);
    await session.writeMemory(0x2000_1000, new Uint8Array(200).fill(7));
    expect(rom.writes.slice(3)).toEqual([
      [0x2000_1000, 128],
      [0x2000_1080, 72],
    ]);
  });

  test('blocks of 0x00 are erased already and not sent; blocks of 0xFF are data', async () => {
    const [session, rom] = await met('STM32L011K4');
    const bytes = new Uint8Array(384);
    bytes.fill(0xff, 128, 256);
    await session.eraseAndWrite([{ address: 0x0800_0000, bytes }]);
    expect(rom.writes).toEqual([[0x0800_0080, 128]]);
    expect(rom.erasedPages).toEqual([[0, 1, 2]]);
  });

  test('a page that did not take the write is told as still erased at 0x00', async () => {
    const [session, rom] = await met('STM32L073RZ');
    rom.protectedFrom = 0x0800_0000;
    await expect(
      session.eraseAndWrite([{ address: 0x0800_0000, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }]),
    ).rejects.toMatchObject({ code: 307, context: { stillErased: true } });
  });
});

describe('F4', () => {
  const range = [0xffff_0000, 4] as const;

  test('the ROM is told once that the supply allows words, before the first erase (AN2606 T4)', async () => {
    const [session, rom] = await met('STM32F411RE');
    await session.eraseAndWrite([{ address: 0x0800_0000, bytes: new Uint8Array(8).fill(1) }]);
    expect(rom.writes).toEqual([range, [0x0800_0000, 8]]);
    expect([0, 1, 2, 3].map((i) => rom.memory.get(0xffff_0000 + i))).toEqual([3, 0xff, 0xff, 0xff]);
    await session.erasePages([1]);
    await session.massErase();
    expect(rom.writes).toHaveLength(2);
  });

  test('RAM is written without it', async () => {
    const [session, rom] = await met('STM32F411RE');
    await session.writeMemory(0x2000_4000, Uint8Array.of(1, 2, 3, 4));
    expect(rom.writes).toEqual([[0x2000_4000, 4]]);
  });

  test('a ROM that refuses it goes on by bytes', async () => {
    const [session, rom] = await met('STM32F411RE', { maxWrite: 3 });
    await session.erasePages([0]);
    expect(rom.erasedPages).toEqual([[0]]);
  });

  test('sectors are found by their sizes', async () => {
    const [session, rom] = await met('STM32F411RE');
    await session.eraseAndWrite([{ address: 0x0801_fffc, bytes: new Uint8Array(8).fill(1) }]);
    expect(rom.erasedPages).toEqual([[4, 5]]);
  });
});

describe('G0B1 with ROM V9.2', () => {
  test('pages of bank 1 are erased together, those of bank 2 one by one (AN2606 T112)', async () => {
    const [session, rom] = await met('STM32G0B1RE', { singleFrom: 128 });
    await session.erasePages([130, 3, 127, 128]);
    expect(rom.erasedPages).toEqual([[3, 127], [128], [130]]);
  });
});

describe('alignment', () => {
  test.each([
    ['STM32F042K6', 0x0800_0002, 4, [[0x0800_0000, 8]]],
    [
      'STM32F411RE',
      0x0800_0002,
      4,
      [
        [0xffff_0000, 4],
        [0x0800_0000, 8],
      ],
    ],
    ['STM32L476RG', 0x0800_0004, 4, [[0x0800_0000, 8]]],
    ['STM32C071RB', 0x0800_0004, 8, [[0x0800_0000, 16]]],
    ['STM32L476RG', 0x2000_4004, 4, [[0x2000_4000, 8]]],
    ['STM32G0B1RE', 0x2000_4004, 4, [[0x2000_4004, 4]]],
  ])('%s: %i and %i bytes go out as %j', async (name, address, length, writes) => {
    const [session, rom] = await met(name);
    await session.writeMemory(address, new Uint8Array(length).fill(9));
    expect(rom.writes).toEqual(writes);
  });
});

describe('reset stub in RAM', () => {
  test.each(['STM32F042K6', 'STM32L011K4'])('%s has none, and says why', async (name) => {
    const [session, rom] = await met(name);
    const sent = rom.received.length;
    await expect(session.goRamStub()).rejects.toMatchObject({
      code: 312,
      message: expect.stringContaining(`the ROM of the ${name} lets nobody into the RAM`),
    });
    expect(rom.received).toHaveLength(sent);
  });

  test.each(chips.filter((chip) => chip.rom.ramValid.size > 0).map((chip) => [chip.name, chip] as const))(
    '%s has one above the RAM of its ROM, which touches FLASH_ACR only where that has EMPTY',
    (_name, chip) => {
      const { address, bytes } = resetStub(chip);
      expect(address).toBeGreaterThanOrEqual(chip.rom.ramValid.base);
      const words = Array.from(new Uint32Array(bytes.buffer, 8));
      const acr = chip.flash.controller.base + (chip.flash.controller.registers.ACR as number);
      expect(words.includes(acr)).toBe(chip.flash.controller.emptyFlag !== undefined);
      expect(words.slice(-2)).toEqual([0xe000_ed0c, 0x05fa_0004]);
    },
  );
});

describe('patience', () => {
  test.each([
    ['STM32F411RE', [7], answerMs.erasePage + 2 * 4000],
    ['STM32F411RE', [0, 4], answerMs.erasePage + 2 * (800 + 2400)],
    ['STM32G070RB', [0], answerMs.erasePage + 80],
    ['STM32F411RE', [8], answerMs.erasePage],
  ])('with %s for the erase of %j is %d ms', (name, pages, ms) => {
    expect(romTiming(chipNamed(name)).erase(pages)).toBe(ms);
  });

  test('with a mass erase of F4 is twice its 16 s, on top of what every mass erase gets', () => {
    expect(romTiming(chipNamed('STM32F411RE')).eraseAll).toBe(answerMs.eraseAll + 32_000);
  });

  test('with a block of L0 is what its words take', () => {
    expect(romTiming(chipNamed('STM32L073RZ')).write(128)).toBeCloseTo(answerMs.writeBlock + 2 * 32 * 3.94);
  });

  test('covers every list of pages of every part', () => {
    for (const chip of chips) {
      const all = Array.from({ length: pageCount(chip) }, (_, i) => i);
      const least = chip.flash.pages.reduce((sum, run) => sum + run.count * run.eraseMs, 0);
      expect(romTiming(chip).erase(all)).toBeGreaterThan(least);
    }
  });
});
