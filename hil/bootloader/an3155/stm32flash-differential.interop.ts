import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';
import { z } from 'zod';
import { chipNamed } from '../../chip/lookup.ts';
import { openProbe } from '../../probe/probe.ts';
import { deadline } from '../../trace/deadline.ts';
import { openSerialLine } from '../../transport/open-serial-line.ts';
import type { SerialLine } from '../../transport/serial-line.ts';
import type { ReadyLine } from '../../virtual/host-types.ts';
import { startBoards } from '../../virtual/main.ts';
import { parseStm32Flash, type Stm32FlashReport } from '../stm32flash-output.ts';
import { type Exchange, intoExchanges, unmatched } from './exchanges.ts';
import { type PtyTap, startPtyTap } from './pty-tap.ts';
import { type BootloaderSession, openBootloader } from './session.ts';
import { askControl } from './virtual-control.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const chip = chipNamed('STM32G070RB');
const permissions = { erase: 'mass', write_protection: false, option_bytes: false, rdp1: false } as const;

const entrySchema = z.strictObject({
  id: z.string(),
  operations: z.array(z.enum(['info', 'read', 'erase-pages', 'erase-all', 'write', 'go', 'reset'])),
  side: z.enum(['stm32flash', 'ours', 'moved']),
  commands: z.array(z.string()),
  address: z.string().length(8).optional(),
  reason: z.string().min(20),
});
const entries = z
  .array(entrySchema)
  .parse(parse(readFileSync(join(root, 'fixtures/wire/stm32flash-differences.yaml'), 'utf8')));
type Operation = z.infer<typeof entrySchema>['operations'][number];

/** Page 0: a startable table, data, a block of erased bytes in the middle, and a tail that is no multiple of anything. */
const image = ((): Uint8Array => {
  const bytes = Uint8Array.from({ length: 1003 }, (_, i) => (i >= 256 && i < 512 ? 0xff : (i * 3 + 1) & 0xff));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x2000_7c00, true);
  view.setUint32(4, 0x0800_00c1, true);
  // `b .` where the reset vector points.
  view.setUint16(0xc0, 0xe7fe, true);
  return bytes;
})();

let boards: Awaited<ReturnType<typeof startBoards>>;
let ready: ReadyLine;
let line: SerialLine;
let tap: PtyTap;
let folder: string;
const used = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hil-wire-'));
  boards = await startBoards([
    {
      name: 'wire',
      model: 'NUCLEO-G070RB',
      romId: 0xb4,
      romPath: join(root, 'build/firmware/rom/stm32g070-0xB4.bin'),
      blank: true,
      seed: 7,
    },
  ]);
  ready = boards.boards[0] as ReadyLine;
  const uart = ready.uart.find(({ role }) => role === 'both');
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
  await probe.flashMassErase();
  await probe.close();
  await askControl(ready.control, { op: 'power', on: false });
  await askControl(ready.control, { op: 'power', on: true });
  tap.takeTurns();
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

/** Lists every difference that no entry explains, and notes which entries were needed. */
function unexplained(operation: Operation, theirs: readonly Exchange[], mine: readonly Exchange[]): readonly string[] {
  const only = unmatched(theirs, mine);
  const rest = { stm32flash: [...only.left], ours: [...only.right] };
  const found: string[] = [];
  const explain = (side: 'stm32flash' | 'ours' | 'moved', exchange: Exchange): void => {
    const entry = entries.find(
      (candidate) =>
        candidate.side === side &&
        candidate.operations.includes(operation) &&
        candidate.commands.includes(exchange.name) &&
        (candidate.address === undefined || exchange.parameters[0]?.startsWith(candidate.address) === true),
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
  before: () => Promise<unknown> = async () => {},
): Promise<void> {
  await before();
  await freshOrSame(operation);
  tap.takeTurns();
  await theirWay();
  const theirs = intoExchanges(tap.takeTurns());
  await before();
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
      deviceId: 0x460,
      deviceName: 'STM32G07xxx/08xxx',
      flashKiB: 128,
      sector: { pages: 1, bytes: 2048 },
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
    expect(await stm32flash('-o', '-S', '0x08000000:2048')).not.toHaveProperty('failure');
    expect(await stm32flash('-w', file, '-S', '0x08000000')).toMatchObject({ transfer: { done: true } });
    expect(await stm32flash('-R')).toMatchObject({ resetDone: true });
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
      () => stm32flash('-o', '-S', '0x08000800:4096'),
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

  test('every listed difference has occurred', () => {
    const listed = entries.flatMap(({ id, operations }) => operations.map((operation) => `${id} in ${operation}`));
    expect(listed.filter((name) => !used.has(name))).toEqual([]);
  });
});
