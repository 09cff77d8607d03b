import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { VirtualBoardOptions } from './board-types.ts';
import { replay } from './replay.ts';
import { createEchoBoard } from './wire/echo-board.ts';
import { createInputLog, type InputLog, readInputLog, sha256 } from './wire/input-log.ts';
import { createOutside, type Outside } from './wire/outside.ts';
import { parseFormat } from './wire/uart-format.ts';

const rom = Uint8Array.of(1, 2, 3);
const options: VirtualBoardOptions = { name: 'echo', model: 'NUCLEO-G070RB', rom, seed: 7 };

let folder: string;
let path: string;
let log: InputLog;
let outside: Outside;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hil-replay-'));
  path = join(folder, 'input.jsonl');
  log = createInputLog(path, {
    log: 'stm32-hil input log',
    version: 1,
    board: 'echo',
    model: 'NUCLEO-G070RB',
    seed: 7,
    romSha256: sha256(rom),
    flashSha256: null,
  });
  outside = createOutside(createEchoBoard(options), log.append);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Each kind of input once, at times of its own. */
function liveRun(): string {
  outside.power(true);
  outside.runUntil(1_234_567.25);
  outside.bytes('USART2', outside.now(), parseFormat('115200 8E1')!, Uint8Array.of(0x7f, 0x55));
  outside.runUntil(2_000_000);
  outside.nrst('control', true);
  outside.boot0(1);
  outside.nrst('control', false);
  outside.button(true);
  outside.wire('USART1', 'noise');
  const word = Uint8Array.of(0xf2, 0x08, 0, 0, 0, 0x20, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  outside.probe(word, Uint8Array.of(0xde, 0xad, 0xbe, 0xef), 0);
  const dhcsr = Uint8Array.of(0xf2, 0x35, 0xf0, 0xed, 0, 0xe0, 0x03, 0, 0x5f, 0xa0, 0, 0, 0, 0, 0, 0);
  outside.probe(dhcsr, undefined, 2);
  outside.runUntil(9_000_000);
  return outside.check();
}

describe('replay of an input log', () => {
  test('arrives at the same time and state', () => {
    const hash = liveRun();
    log.close();
    const result = replay(path, { rom }, createEchoBoard);
    expect(result).toEqual({ nowNs: outside.now(), stateHash: hash, checked: 1 });
    expect(hash).toContain('536870912,4022250974');
  });

  test('names the first check point at which a board behaves otherwise', () => {
    liveRun();
    log.close();
    const other = (given: VirtualBoardOptions): ReturnType<typeof createEchoBoard> => {
      const board = createEchoBoard(given);
      board.memory.set(0x2000_0100, 1);
      return board;
    };
    expect(() => replay(path, { rom }, other)).toThrow(/differs from its log at entry 10: its state is .*HIL-443/);
  });

  test('names the entry at which time differs', () => {
    liveRun();
    log.close();
    writeFileSync(path, readFileSync(path, 'utf8').replace('"nowNs":2000000,', '"nowNs":2000001,'));
    expect(() => replay(path, { rom }, createEchoBoard)).toThrow(
      /at entry 3: it stands at 2000000 ns, the log at 2000001/,
    );
  });

  test('refuses other images than those of the recording', () => {
    log.close();
    expect(() => replay(path, { rom: Uint8Array.of(9) }, createEchoBoard)).toThrow(/recorded with another ROM image/);
    expect(() => replay(path, { rom, flash: rom }, createEchoBoard)).toThrow(/recorded with another flash image/);
  });

  test('bears a last line that a killed process cut short', () => {
    liveRun();
    log.close();
    const entries = readInputLog(path).entries.length;
    appendFileSync(path, '{"targetNs":9000000,"nowNs":');
    expect(readInputLog(path).entries).toHaveLength(entries);
  });

  test.each([
    ['not JSON', 'hello\n', /input\.jsonl:2 is not a line of an input log/],
    ['an input of no kind', '{"targetNs":0,"nowNs":0,"input":{"in":"kick"}}\n', /input\.jsonl:2 is not a line/],
    ['odd hex', '{"targetNs":0,"nowNs":0,"input":{"in":"probe","command":"abc"}}\n', /lower-case hex/],
  ])('names the line that is %s', (_name, line, message) => {
    log.close();
    writeFileSync(path, `${readFileSync(path, 'utf8')}${line}`);
    expect(() => readInputLog(path)).toThrow(message);
  });

  test('what only asks the probe is not in the log', () => {
    outside.probe(Uint8Array.of(0xf1, ...new Array<number>(15).fill(0)), undefined, 6);
    log.close();
    expect(readInputLog(path).entries).toEqual([]);
  });
});
