import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Chip, pageAt, pageCount } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { bytesAt, makeImage } from '../image/image.ts';
import { loadImage } from '../image/load.ts';
import type { ReadyLine } from '../virtual/host-types.ts';
import { startBoards } from '../virtual/main.ts';
import { openProbe, type Probe, type ProbeOptions } from './probe.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: false } as const;

/** A word of write protection that protects nothing important, and the same at rest. */
const PROTECTION: Readonly<Record<string, readonly [word: string, page0: number]>> = {
  STM32G0B1RE: ['WRP2AR', 0x0000_0000],
  STM32C011F6: ['WRP1AR', 0x0000_0000],
  STM32C031C6: ['WRP1AR', 0x0000_0000],
  STM32C071RB: ['WRP1AR', 0x0000_0000],
  STM32L476RG: ['WRP2AR', 0xff00_ff00],
  STM32F411RE: ['OPTCR', 0x0f7f_aaed],
  STM32F042K6: ['WRPR', 0x7f],
  STM32F091RC: ['WRPR', 0x7fff_ffff],
  STM32L011K4: ['WRPR', 0x8],
  STM32L031K6: ['WRPR', 0x80],
  STM32L073RZ: ['WRPR2', 0x8000],
};

function romOf(chip: Chip): string {
  const id = chip.rom.versions.at(-1)?.id.toString(16).toUpperCase().padStart(2, '0');
  return join(root, `build/firmware/rom/${chip.name.toLowerCase().slice(0, 9)}-0x${id}.bin`);
}

describe.each(Object.keys(PROTECTION).map((name) => [name, chipNamed(name)] as const))('%s', (name, chip) => {
  let boards: Awaited<ReturnType<typeof startBoards>>;
  let ready: ReadyLine;
  const probes: Probe[] = [];
  const image = loadImage(join(root, `build/firmware/handover/${name.toLowerCase()}.elf`));

  beforeAll(async () => {
    expect(existsSync(romOf(chip))).toBe(true);
    const model = chip.board.name;
    const romId = chip.rom.versions.at(-1)?.id as number;
    boards = await startBoards([{ name, model, romId, romPath: romOf(chip), blank: true, seed: 5 }]);
    ready = boards.boards[0] as ReadyLine;
  }, 30_000);
  afterEach(async () => {
    for (const probe of probes.splice(0)) await probe.close();
  });
  afterAll(() => boards?.stop());

  const connect = async (some: Partial<ProbeOptions> = {}): Promise<Probe> => {
    const { port, serial } = ready.stlink;
    const probe = await openProbe({ chip, board: name, permissions, address: { kind: 'tcp', port, serial }, ...some });
    probes.push(probe);
    return probe;
  };

  test.each(['hla', 'dapdirect'] as const)(
    'over %s it is known, programmed, erased and released',
    async (transport) => {
      const probe = await connect({ transport });
      expect(await probe.identity()).toMatchObject({
        devId: chip.identity.devId,
        romId: chip.rom.versions.at(-1)?.id,
        flashKiB: chip.flash.size / 1024,
        uniqueId: expect.stringMatching(/^[0-9a-f]{24}$/),
      });
      await probe.flashProgram(image);
      const last = pageAt(chip, pageCount(chip) - 1);
      if (last === undefined) throw new Error('no last page');
      const tail = makeImage('tail', [{ address: last.base, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }]);
      await probe.flashProgram(tail);
      await probe.flashErasePages([last.index]);
      expect(await probe.readBytes(last.base, 8)).toEqual(new Uint8Array(8).fill(chip.flash.erasedByte));
      expect(await probe.readBytes(chip.flash.base, 64)).toEqual(bytesAt(image, chip.flash.base, 64));
      await probe.resetRun();
      expect(await probe.inspect()).toMatchObject({ wasRunning: true, where: 'flash' });
      expect(await probe.release()).toMatchObject({ DEMCR: 0, DBGMCU_CR: 0 });
    },
    90_000,
  );

  test('option words are as from the factory, are written, loaded and put back', async () => {
    const probe = await connect();
    const [word, value] = PROTECTION[name] as readonly [string, number];
    const before = await probe.readOptionWords();
    expect(before).toEqual(Object.fromEntries(chip.optionBytes.words.map((one) => [one.name, one.factory])));
    await probe.writeOptionWords({ [word]: value });
    await probe.loadOptionBytes();
    const fields = chip.optionBytes.words.find((one) => one.name === word)?.fields ?? {};
    const mask = Object.values(fields).reduce((sum, { lsb, width }) => sum | ((2 ** width - 1) * 2 ** lsb), 0);
    expect((((await probe.readOptionWords())[word] as number) ^ value) & mask).toBe(0);
    await probe.writeOptionWords({ [word]: before[word] as number });
    await probe.loadOptionBytes();
    expect(await probe.readOptionWords()).toEqual(before);
  }, 60_000);

  test('everything is erased', async () => {
    const probe = await connect();
    await probe.flashProgram(image);
    await probe.flashMassErase();
    expect(await probe.readBytes(chip.flash.base, 256)).toEqual(new Uint8Array(256).fill(chip.flash.erasedByte));
  }, 90_000);
});
