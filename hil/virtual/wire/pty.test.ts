import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LineFrame } from '../board-types.ts';
import { createEchoBoard, type EchoBoard } from './echo-board.ts';
import { type Host, startHost } from './host.ts';
import { parityOfTarget } from './pty.ts';
import { parseFormat, toFrame } from './uart-format.ts';

const frame = (text: string, value: number): LineFrame => toFrame(value, parseFormat(text)!, 0);

describe('the parity a pty takes', () => {
  test.each([
    ['before the target has sent anything', undefined, 'even'],
    ['after a frame without parity', frame('115200 8N1', 0x79), 'none'],
    ['after even parity, bit 0', frame('115200 8E1', 0x00), 'even'],
    ['after even parity, bit 1', frame('115200 8E1', 0x79), 'even'],
    ['after odd parity, bit 0', frame('115200 8O1', 0x79), 'odd'],
    ['after odd parity, bit 1', frame('115200 8O1', 0x00), 'odd'],
  ])('%s', (_name, given, expected) => {
    expect(parityOfTarget(given)).toBe(expected);
  });
});

describe('a pty on a board', () => {
  let board: EchoBoard;
  let host: Host;
  let open: ReadStream[];

  beforeEach(async () => {
    const options = { name: 'echo', model: 'NUCLEO-G070RB', rom: new Uint8Array(4), seed: 1 };
    board = createEchoBoard(options);
    host = await startHost(board, options, undefined);
    open = [];
  });

  afterEach(async () => {
    for (const stream of open) stream.destroy();
    await host.stop();
  });

  const PATIENCE_MS = 4_000;

  /** A program on the slave: it writes bytes and waits until as many have come back. */
  function program(uart: string): { exchange(bytes: readonly number[]): Promise<number[]>; leave(): Promise<void> } {
    const path = host.ready.uart.find((each) => each.name === uart)?.pty;
    if (path === undefined || path === null) throw new Error(`no pty for ${uart}`);
    const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    const stream = new ReadStream(fd);
    open.push(stream);
    let seen: number[] = [];
    let changed = (): void => {};
    stream.on('data', (chunk: Buffer) => {
      seen.push(...chunk);
      changed();
    });
    return {
      exchange: (bytes) =>
        new Promise((resolve, reject) => {
          const late = setTimeout(() => reject(new Error(`came back: ${seen.join(' ')}`)), PATIENCE_MS);
          seen = [];
          changed = (): void => {
            if (seen.length < bytes.length) return;
            clearTimeout(late);
            resolve(seen);
          };
          writeSync(fd, Uint8Array.from(bytes));
        }),
      leave: () =>
        new Promise((resolve) => {
          stream.once('close', () => {
            // libuv works on a descriptor of its own and leaves this one to us.
            closeSync(fd);
            resolve();
          });
          stream.destroy();
        }),
    };
  }

  test('passes every byte both ways, control characters and line ends too', async () => {
    const bytes = Array.from({ length: 256 }, (_, i) => i);
    expect(await program('USART2').exchange(bytes)).toEqual(bytes);
    expect(board.arrived[0]!.levels).toHaveLength(11);
  });

  test('serves one program after another', async () => {
    for (let round = 0; round < 3; round++) {
      const each = program('USART2');
      expect(await each.exchange([round, 0xff])).toEqual([round, 0xff]);
      await each.leave();
    }
  });

  test('is on a pin header only while a program has it open', async () => {
    const header = (): string[] => board.happened.filter((what) => what.startsWith('USART1'));
    expect(header()).toEqual(['USART1 floating']);
    const each = program('USART1');
    await each.exchange([1]);
    expect(header()).toEqual(['USART1 floating', 'USART1 idle']);
    await each.leave();
    await until(() => header().length === 3);
    expect(header().at(-1)).toBe('USART1 floating');
  });

  function until(holds: () => boolean): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (holds()) resolve();
        else if (performance.now() > endMs) reject(new Error(`did not come; happened: ${board.happened.join(', ')}`));
        else setImmediate(look);
      };
      look();
    });
  }
});
