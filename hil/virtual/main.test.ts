import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { BoardSpec } from './host-types.ts';
import { shareThreads, startBoards } from './main.ts';

const folder = mkdtempSync(join(tmpdir(), 'hil-boards-'));
const romPath = join(folder, 'rom.bin');
writeFileSync(romPath, Buffer.alloc(1024, 0xff));

const spec = (changes: Partial<BoardSpec> = {}): BoardSpec => ({
  name: 'one',
  model: 'NUCLEO-G070RB',
  romPath,
  seed: 1,
  ...changes,
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('threads', () => {
  const boards = ['NUCLEO-G070RB', 'NUCLEO-L476RG', 'NUCLEO-C031C6', 'NUCLEO-F042K6'].map((model, i) =>
    spec({ name: `b${i}`, model }),
  );
  const shared = (cores: number): readonly string[] =>
    shareThreads(boards, cores).map((group) => group.map((each) => each.name).join(' '));

  test('are shared by boards of one instruction set', () => {
    expect(shared(1)).toEqual(['b0 b2 b3', 'b1']);
    expect(shared(2)).toEqual(['b0 b3', 'b2', 'b1']);
    expect(shared(8)).toEqual(['b0', 'b2', 'b3', 'b1']);
  });

  test('leave no board out, known or not', () => {
    const some = [...boards, spec({ name: 'x', model: 'NUCLEO-X' })];
    expect(
      shareThreads(some, 2)
        .flat()
        .map((each) => each.name)
        .sort(),
    ).toEqual(['b0', 'b1', 'b2', 'b3', 'x']);
  });
});

describe('starting boards', () => {
  test('gives one ready line per board, in the order of the specs, all on loopback', async () => {
    const seen: string[] = [];
    const running = await startBoards([spec(), spec({ name: 'two' })], { onReady: (line) => seen.push(line.board) });
    await running.stop();
    expect(running.boards.map((line) => line.board)).toEqual(['one', 'two']);
    expect(seen.sort()).toEqual(['one', 'two']);
    for (const line of running.boards) {
      expect(line.stlink).toEqual({
        host: '127.0.0.1',
        port: expect.any(Number),
        serial: expect.stringMatching(/^[0-9A-F]{24}$/),
        usbip: { host: '127.0.0.1', port: expect.any(Number), busid: '1-2' },
      });
      expect(line.uart.map((uart) => uart.name)).toContain('USART2');
      for (const uart of line.uart) expect(uart.line).toMatch(/^rfc2217:\/\/127\.0\.0\.1:\d+$/);
    }
    const [one, two] = running.boards;
    expect(one!.stlink.serial).not.toBe(two!.stlink.serial);
  });

  test('two boards of one name are refused before anything starts', async () => {
    await expect(startBoards([spec(), spec()])).rejects.toThrow(/both named one {2}\[HIL-641\]/);
  });

  test.each<[string, Partial<BoardSpec>, RegExp]>([
    [
      'a ROM that is not there',
      { romPath: '/nowhere/rom.bin' },
      /stand-in ROM cannot be read from \/nowhere\/rom\.bin.*HIL-441/,
    ],
    [
      'flash content that is not there',
      { flashPath: '/nowhere/app.elf' },
      /\/nowhere\/app\.elf: there is no such file.*HIL-441/,
    ],
    [
      'a model nobody knows',
      { model: 'NUCLEO-X' },
      /no virtual board is called 'NUCLEO-X'; known are NUCLEO-G070RB.*HIL-441/,
    ],
    ['a flash image that does not fit', { flash: new Uint8Array(200_000) }, /200000 bytes, its memory 131072.*HIL-441/],
  ])('%s is named in the error', async (_name, changes, message) => {
    await expect(startBoards([spec(changes)])).rejects.toThrow(message);
  });

  test('one board that cannot start takes the others down with it', async () => {
    const running = startBoards([spec(), spec({ name: 'two', model: 'NUCLEO-X' })]);
    await expect(running).rejects.toThrow(/virtual board two/);
  });
});
