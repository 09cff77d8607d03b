import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Chip, endOf, pageAt, romUsartOn } from '../../chip/chip.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { openProbe } from '../../probe/probe.ts';
import { deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { openSerialLine } from '../../transport/open-serial-line.ts';
import type { SerialLine } from '../../transport/serial-line.ts';
import type { ReadyLine } from '../../virtual/host-types.ts';
import { startBoards } from '../../virtual/main.ts';
import { type Exchange, unmatched } from '../exchange.ts';
import { parseStm32Flash, type Stm32FlashReport } from '../stm32flash-output.ts';
import { intoExchanges } from './exchanges.ts';
import { type PtyTap, startPtyTap } from './pty-tap.ts';
import { type BootloaderSession, openBootloader } from './session.ts';
import { askControl } from './virtual-control.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Parts whose ROM stm32flash 0.7 knows, with the name it prints. It knows no C0. */
const known = {
  STM32G070RB: 'STM32G07xxx/08xxx',
  STM32G0B1RE: 'STM32G0B0/B1/C1xx',
  STM32L476RG: 'STM32L47xxx/48xxx',
  STM32L073RZ: 'STM32L07xxx/08xxx',
  STM32L031K6: 'STM32L031xx/041xx',
  STM32L011K4: 'STM32L01xxx/02xxx',
  STM32F411RE: 'STM32F411xx',
  STM32F091RC: 'STM32F030xC/F09xxx',
  STM32F042K6: 'STM32F04xxx/F070x6',
} as const;
type Part = keyof typeof known;
const permissions = { erase: 'mass', write_protection: false, option_bytes: false, rdp1: false } as const;

const entrySchema = z.strictObject({
  id: z.string(),
  operations: z.array(z.enum(['info', 'read', 'erase-pages', 'erase-all', 'write', 'go', 'reset'])),
  side: z.enum(['stm32flash', 'ours', 'moved']),
  commands: z.array(z.string()),
  address: z
    .string()
    .regex(/^([0-9a-f]{8}|rom id)$/)
    .optional(),
  /** Without it: every part. */
  parts: z.array(z.enum(Object.keys(known) as [Part, ...Part[]])).optional(),
  reason: z.string().min(20),
});
const entries = z
  .array(entrySchema)
  .parse(parse(readFileSync(join(root, 'fixtures/wire/stm32flash-differences.yaml'), 'utf8')));
type Operation = z.infer<typeof entrySchema>['operations'][number];

/** A startable table, data, a block of erased bytes in the middle, and a tail that is no multiple of anything, where the ROM takes such. */
function imageFor(chip: Chip): Uint8Array {
  const bytes = Uint8Array.from({ length: chip.rom.writeAlignment === 8 ? 1000 : 1003 }, (_, i) =>
    i >= 256 && i < 512 ? chip.flash.erasedByte : (i * 3 + 1) & 0xff,
  );
  const view = new DataView(bytes.buffer);
  view.setUint32(0, endOf(chip.sram), true);
  view.setUint32(4, 0x0800_00c1, true);
  // `b .` where the reset vector points.
  view.setUint16(0xc0, 0xe7fe, true);
  return bytes;
}

const used = new Set<string>();

describe.each((Object.keys(known) as Part[]).map((part) => [part]))('%s', (part) => {
  const chip = chipNamed(part);
  const image = imageFor(chip);
  const [first, second] = [pageAt(chip, 0), pageAt(chip, 1)] as const;
  if (first === undefined || second === undefined) throw new Error(`${part} has no two pages`);
  const romId = chip.rom.versions.at(-1)?.id as number;

  let boards: Awaited<ReturnType<typeof startBoards>>;
  let ready: ReadyLine;
  let line: SerialLine;
  let tap: PtyTap;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hil-wire-'));
    boards = await startBoards([
      {
        name: 'wire',
        model: chip.board.name,
        romId,
        romPath: join(
          root,
          `build/firmware/rom/${part.toLowerCase().slice(0, 9)}-0x${romId.toString(16).toUpperCase().padStart(2, '0')}.bin`,
        ),
        blank: true,
        seed: 7,
      },
    ]);
    ready = boards.boards[0] as ReadyLine;
    const usable = chip.board.vcp !== undefined && romUsartOn(chip, chip.board.vcp) !== undefined ? 'both' : 'rom';
    const uart = ready.uart.find(({ role }) => role === usable);
    line = await openSerialLine(
      uart?.line as string,
      { baudRate: 115200, dataBits: 8, parity: 'even', stopBits: 1 },
      deadline('line', 5000),
    );
    tap = startPtyTap(line);
  }, 30_000);

  afterAll(async () => {
    tap.close();
    await line.close();
    await boards.stop();
    rmSync(folder, { recursive: true });
  });

  /** A blank chip that has just been powered: it boots its ROM, and nobody has spoken to it yet. */
  async function freshRom(): Promise<void> {
    const probe = await openProbe({
      chip,
      board: 'wire',
      permissions,
      address: { kind: 'tcp', port: ready.stlink.port, serial: ready.stlink.serial },
    });
    // Where the pin leads to the ROM, the flash need not be blank; the pages of the image are enough.
    if ([6, 11].includes(chip.rom.bootPattern)) await probe.flashMassErase();
    else await probe.flashErasePages([0, 1, 2]);
    await probe.close();
    // Where neither option bytes nor an empty flash lead to the ROM, the pin does.
    if (chip.rom.bootPattern !== 11) await askControl(ready.control, { op: 'boot0', level: 1 });
    await askControl(ready.control, { op: 'power', on: false });
    await askControl(ready.control, { op: 'power', on: true });
    await listening();
    tap.takeTurns();
  }

  /** Waits, in the board's time, until the ROM can hear: stm32flash tries 0x7F twice and no more. */
  async function listening(): Promise<void> {
    const { startupMs, startupWithoutLseMs = 0 } = chip.rom;
    const now = async (): Promise<number> =>
      Number((await askControl(ready.control, { op: 'status' })).virtualNs) / 1e6;
    const from = await now();
    const wait = Math.max(startupMs, startupWithoutLseMs) + 5;
    await until(deadline('start of the ROM', 60_000), 'start of the ROM', async () => (await now()) - from >= wait);
  }

  async function ours<T>(work: (session: BootloaderSession) => Promise<T>): Promise<T> {
    // The kernel hides parity on a pseudo-terminal; the line behind the tap carries 8E1.
    const slave = await openSerialLine(
      tap.path,
      { baudRate: 115200, dataBits: 8, parity: 'none', stopBits: 1 },
      deadline('tap', 5000),
    );
    try {
      const session = await openBootloader(slave, {
        chip,
        board: 'wire',
        permissions,
      });
      return await work(session);
    } finally {
      await slave.close();
    }
  }

  async function stm32flash(...args: readonly string[]): Promise<Stm32FlashReport> {
    const run = await execa('stm32flash', ['-m', '8n1', '-b', '115200', ...args, tap.path], {
      reject: false,
      all: true,
      timeout: 60_000,
      stdin: 'ignore',
    });
    return parseStm32Flash(run.all);
  }

  const placeOf = (address: string): string =>
    address === 'rom id' ? chip.rom.idAddress.toString(16).padStart(8, '0') : address;

  /** Lists every difference that no entry explains, and notes which entries were needed. */
  function unexplained(
    operation: Operation,
    theirs: readonly Exchange[],
    mine: readonly Exchange[],
  ): readonly string[] {
    const only = unmatched(theirs, mine);
    const rest = { stm32flash: [...only.left], ours: [...only.right] };
    const found: string[] = [];
    const explain = (side: 'stm32flash' | 'ours' | 'moved', exchange: Exchange): void => {
      const entry = entries.find(
        (candidate) =>
          candidate.side === side &&
          candidate.operations.includes(operation) &&
          candidate.commands.includes(exchange.name) &&
          (candidate.parts === undefined || candidate.parts.includes(part)) &&
          (candidate.address === undefined || exchange.parameters[0]?.startsWith(placeOf(candidate.address)) === true),
      );
      if (entry === undefined) found.push(`${operation}, ${side}: ${exchange.name} ${exchange.text.slice(0, 120)}`);
      else used.add(`${entry.id} in ${operation}`);
    };
    for (const exchange of only.left) {
      const twin = rest.ours.findIndex(({ text }) => text === exchange.text);
      if (twin < 0) continue;
      rest.ours.splice(twin, 1);
      rest.stm32flash.splice(rest.stm32flash.indexOf(exchange), 1);
      explain('moved', exchange);
    }
    for (const exchange of rest.stm32flash) explain('stm32flash', exchange);
    for (const exchange of rest.ours) explain('ours', exchange);
    return found;
  }

  async function compare(
    operation: Operation,
    theirWay: () => Promise<unknown>,
    ourWay: (session: BootloaderSession) => Promise<unknown>,
    prepareFor: () => Promise<unknown> = async () => {},
  ): Promise<void> {
    await prepareFor();
    await freshOrSame(operation);
    tap.takeTurns();
    await theirWay();
    const theirs = intoExchanges(tap.takeTurns());
    await prepareFor();
    await freshOrSame(operation);
    tap.takeTurns();
    await ours(ourWay);
    const mine = intoExchanges(tap.takeTurns());
    expect(theirs.length).toBeGreaterThan(2);
    expect(mine.length).toBeGreaterThan(2);
    expect(unexplained(operation, theirs, mine)).toEqual([]);
  }

  /** Operations that leave the ROM start from a fresh one; the others find it synchronised, as the second user does. */
  async function freshOrSame(operation: Operation): Promise<void> {
    if (operation === 'info') await freshRom();
  }

  describe('on a virtual board, stm32flash', () => {
    beforeEach(freshRom, 30_000);

    test('tells who it is as a real chip does', async () => {
      expect(await stm32flash()).toMatchObject({
        bootloaderVersion: 0x31,
        deviceId: chip.identity.devId,
        deviceName: known[part],
        flashKiB: chip.flash.size / 1024,
      });
    }, 30_000);

    test('erases, writes and verifies, reads, resets and goes', async () => {
      const file = join(folder, 'image.bin');
      writeFileSync(file, image);
      expect(await stm32flash('-w', file, '-v', '-S', '0x08000000')).toMatchObject({
        transfer: { verb: 'Wrote and verified', lastAddress: 0x0800_0000 + image.length, done: true },
      });
      const back = join(folder, 'back.bin');
      expect(await stm32flash('-r', back, '-S', `0x08000000:${image.length}`)).toMatchObject({
        transfer: { verb: 'Read', done: true },
      });
      expect(new Uint8Array(readFileSync(back))).toEqual(image);
      expect(await stm32flash('-o', '-S', `0x08000000:${first.size}`)).not.toHaveProperty('failure');
      expect(await stm32flash('-w', file, '-S', '0x08000000')).toMatchObject({ transfer: { done: true } });
      if (chip.rom.ramValid.size > 0) expect(await stm32flash('-R')).toMatchObject({ resetDone: true });
      await freshRom();
      expect(await stm32flash('-w', file, '-S', '0x08000000')).toMatchObject({ transfer: { done: true } });
      expect(await stm32flash('-g', '0x08000000')).toMatchObject({ startedAt: 0x0800_0000 });
      // The application runs: nobody answers 0x7F any more.
      expect(await stm32flash()).toMatchObject({ failure: expect.stringMatching(/^Failed to init device/) });
    }, 60_000);
  });

  describe('wire differential: for the same operation our session says what stm32flash says', () => {
    beforeEach(freshRom, 30_000);
    const write = async (): Promise<void> => {
      const file = join(folder, 'image.bin');
      writeFileSync(file, image);
      await stm32flash('-w', file, '-v', '-S', '0x08000000');
    };
    const segments = [{ address: 0x0800_0000, bytes: image }];

    test('info', async () => {
      await compare(
        'info',
        () => stm32flash(),
        async () => {},
      );
    }, 30_000);

    test('read', async () => {
      await stm32flash();
      await compare(
        'read',
        () => stm32flash('-r', join(folder, 'read.bin'), '-S', '0x08000000:600'),
        (session) => session.readMemory(0x0800_0000, 600),
      );
    }, 30_000);

    test('erase of pages', async () => {
      await stm32flash();
      await compare(
        'erase-pages',
        () => stm32flash('-o', '-S', `0x${second.base.toString(16)}:${2 * second.size}`),
        (session) => session.erasePages([1, 2]),
      );
    }, 30_000);

    test('erase of everything', async () => {
      await stm32flash();
      await compare(
        'erase-all',
        () => stm32flash('-o'),
        (session) => session.massErase(),
      );
    }, 30_000);

    test('write and verify', async () => {
      await stm32flash();
      await compare('write', write, (session) => session.eraseAndWrite(segments));
    }, 30_000);

    test('go', async () => {
      const prepare = async (): Promise<void> => {
        await freshRom();
        await ours((session) => session.eraseAndWrite(segments));
      };
      await compare(
        'go',
        () => stm32flash('-g', '0x08000000'),
        (session) => session.go(0x0800_0000),
        prepare,
      );
    }, 60_000);

    // Where all RAM is the ROM's there is no room for the routine that resets, and neither side offers it.
    if (chip.rom.ramValid.size > 0) {
      test('reset', async () => {
        const prepare = async (): Promise<void> => {
          await freshRom();
          await stm32flash();
        };
        await compare(
          'reset',
          () => stm32flash('-R'),
          (session) => session.goRamStub(),
          prepare,
        );
      }, 60_000);
    }
  });
});

test('every listed difference has occurred', () => {
  const listed = entries.flatMap(({ id, operations }) => operations.map((operation) => `${id} in ${operation}`));
  expect(listed.filter((name) => !used.has(name))).toEqual([]);
});
