import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createEchoBoard, type EchoBoard } from './echo-board.ts';
import { type Host, startHost } from './host.ts';
import { option, telnet } from './telnet.ts';

const { IAC, DO, DONT, WILL, WONT, SB, SE } = telnet;

/** A TCP client that collects what comes, and waits for a condition over it. */
interface Peer {
  readonly socket: Socket;
  readonly bytes: () => Buffer;
  until(what: string, holds: (bytes: Buffer) => boolean): Promise<Buffer>;
  readonly ended: Promise<void>;
}

const PATIENCE_MS = 4_000;

let board: EchoBoard;
let host: Host;
let peers: Peer[];

beforeEach(async () => {
  const options = { name: 'echo', model: 'NUCLEO-G070RB', rom: new Uint8Array(4), seed: 1 };
  board = createEchoBoard(options);
  host = await startHost(board, options, undefined);
  peers = [];
});

afterEach(async () => {
  for (const peer of peers) peer.socket.destroy();
  await host.stop();
});

function dial(port: number): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let seen: Buffer = Buffer.alloc(0);
    let changed = (): void => {};
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      changed();
    });
    const ended = new Promise<void>((done) => {
      socket.on('close', () => {
        changed();
        done();
      });
    });
    socket.on('error', reject);
    const peer: Peer = {
      socket,
      bytes: () => seen,
      ended,
      until: (what, holds) =>
        new Promise((found, failed) => {
          const late = setTimeout(() => failed(new Error(`no ${what}; came: ${seen.toString('hex')}`)), PATIENCE_MS);
          changed = (): void => {
            if (!holds(seen)) return;
            clearTimeout(late);
            changed = (): void => {};
            found(seen);
          };
          changed();
        }),
    };
    peers.push(peer);
    socket.once('connect', () => resolve(peer));
  });
}

const linePort = (name: string): number =>
  Number(
    host.ready.uart
      .find((uart) => uart.name === name)
      ?.line.split(':')
      .at(-1),
  );

async function control(request: unknown): Promise<Record<string, unknown>> {
  const peer = await dial(host.ready.control.port);
  peer.socket.write(`${JSON.stringify(request)}\n`);
  const line = await peer.until('answer', (bytes) => bytes.includes(10));
  peer.socket.destroy();
  return JSON.parse(line.toString('utf8')) as Record<string, unknown>;
}

describe('the framed line', () => {
  const HELLO = [DO, DO, DO, WILL, WILL].length * 3;
  const SET_8E1 = [IAC, SB, 44, 3, 3, IAC, SE];
  const MASK_ALL = [IAC, SB, 44, 10, 0xff, 0xff, IAC, SE];

  async function open(): Promise<Peer> {
    const peer = await dial(linePort('USART2'));
    await peer.until('greeting', (bytes) => bytes.length >= HELLO);
    peer.socket.write(Uint8Array.from([IAC, WILL, 44, IAC, DO, 0, IAC, WILL, 0, IAC, DO, 3, IAC, WILL, 3]));
    await peer.until('modem state', (bytes) => bytes.includes(Buffer.from([IAC, SB, 44, 107, 0xb0, IAC, SE])));
    return peer;
  }

  test('offers COM-PORT-OPTION first and agrees with a client that takes it', async () => {
    const peer = await open();
    expect([...peer.bytes().subarray(0, 3)]).toEqual([IAC, DO, option.COM_PORT]);
  });

  test('tells its modem state to a client that asks without having agreed', async () => {
    const peer = await dial(linePort('USART2'));
    peer.socket.write(Uint8Array.from(SET_8E1));
    const seen = await peer.until('answer', (bytes) => bytes.includes(Buffer.from([IAC, SB, 44, 103, 3, IAC, SE])));
    expect(seen.includes(Buffer.from([IAC, SB, 44, 107, 0xb0, IAC, SE]))).toBe(true);
  });

  test('sends bytes in the format that was set before them, and doubles 0xFF', async () => {
    const peer = await open();
    const before = peer.bytes().length;
    peer.socket.write(Uint8Array.from([...SET_8E1, 0x7f, IAC, IAC]));
    const seen = await peer.until('echo', (bytes) => bytes.subarray(before).includes(Buffer.from([0x7f, IAC, IAC])));
    expect(seen.subarray(before).includes(Buffer.from([IAC, SB, 44, 103, 3, IAC, SE]))).toBe(true);
    expect(board.arrived.map((frame) => frame.levels.length)).toEqual([11, 11]);
  });

  test('says when the last byte has left', async () => {
    const peer = await open();
    peer.socket.write(Uint8Array.from([...MASK_ALL, 1, 2, 3]));
    await peer.until('drain', (bytes) => bytes.includes(Buffer.from([IAC, SB, 44, 106, 96, IAC, SE])));
    expect(board.arrived).toHaveLength(3);
  });

  test('drops a byte with a parity error and says so, if asked to', async () => {
    const peer = await open();
    peer.socket.write(Uint8Array.from([...MASK_ALL, ...SET_8E1]));
    await peer.until('parity', (bytes) => bytes.includes(Buffer.from([IAC, SB, 44, 103, 3, IAC, SE])));
    const before = peer.bytes().length;
    // Frames of 8O1: 0x79 has five ones, so odd parity is 0.
    const { startNs, bitNs } = { startNs: board.schedule.now(), bitNs: 1e9 / 115_200 };
    board.transmit({ startNs, bitNs, levels: [0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1] });
    const seen = await peer.until('parity error', (bytes) => bytes.subarray(before).length >= 7);
    expect([...seen.subarray(before)]).toEqual([IAC, SB, 44, 106, 4, IAC, SE]);
  });

  test('a second client hears who has the line, and the first keeps it', async () => {
    const first = await open();
    const second = await dial(linePort('USART2'));
    await second.ended;
    expect([...second.bytes().subarray(0, 6)]).toEqual([IAC, DONT, 44, IAC, WONT, 44]);
    expect(second.bytes().subarray(6).toString()).toBe(
      `USART2 of echo is in use by 127.0.0.1:${first.socket.localPort}\r\n`,
    );
    first.socket.write(Uint8Array.of(0x41));
    await first.until('echo', (bytes) => bytes.at(-1) === 0x41);
  });

  test('is free again when its client has gone', async () => {
    const first = await open();
    first.socket.destroy();
    await first.ended;
    await open();
  });
});

describe('the probe', () => {
  const OPEN = [3, 0, 0, 0, 1, 0, 0, 0];
  const INFO = [2, 0, 0, 0, 41, 0, 0, 0];

  test('introduces itself with API 3, one device and its serial', async () => {
    const peer = await dial(host.ready.stlink.port);
    peer.socket.write(Uint8Array.from([6, 1, 0, 0, 1, ...INFO]));
    const seen = await peer.until('device info', (bytes) => bytes.length >= 16 + 4 + 45);
    expect(seen.readUInt32LE(0)).toBe(3);
    expect(seen.readUInt32LE(16)).toBe(1);
    expect(seen.toString('latin1', 28, 52)).toBe(host.ready.stlink.serial);
    expect(seen[28 + 24]).toBe(0);
    expect([seen.readUInt16LE(60), seen.readUInt16LE(62), seen[64]]).toEqual([0x0483, 0x374e, 0]);
  });

  test('is used for a second client, free when the first has gone', async () => {
    const first = await dial(host.ready.stlink.port);
    first.socket.write(Uint8Array.from(OPEN));
    const opened = await first.until('open', (bytes) => bytes.length >= 8);
    expect(opened.readUInt32LE(0)).toBe(1);
    expect(opened.readUInt32LE(4)).not.toBe(0);

    const second = await dial(host.ready.stlink.port);
    second.socket.write(Uint8Array.from([...INFO, ...OPEN]));
    const seen = await second.until('answers', (bytes) => bytes.length >= 45 + 8);
    expect(seen[44]).toBe(1);
    expect(seen.readUInt32LE(45)).not.toBe(1);

    first.socket.destroy();
    await first.ended;
    const third = await dial(host.ready.stlink.port);
    third.socket.write(Uint8Array.from(OPEN));
    expect((await third.until('open', (bytes) => bytes.length >= 8)).readUInt32LE(0)).toBe(1);
  });

  test('a stream that is not its protocol is closed', async () => {
    const peer = await dial(host.ready.stlink.port);
    peer.socket.write('GET / HTTP/1.1\r\n');
    await peer.ended;
    expect(peer.bytes()).toHaveLength(0);
  });
});

describe('control', () => {
  test('moves pins, and status tells where they are', async () => {
    await control({ op: 'nrst', low: true });
    await control({ op: 'boot0', level: 1 });
    await control({ op: 'button', pressed: true });
    await control({ op: 'wire', uart: 'USART2', state: 'low' });
    expect(board.happened.slice(-4)).toEqual(['nrst low', 'boot0 1', 'button true', 'USART2 low']);
    expect(await control({ op: 'status' })).toMatchObject({
      ok: true,
      powered: true,
      nrst: 'low',
      boot0: 1,
      button: true,
      wires: { USART2: 'low', USART1: 'floating' },
    });
  });

  test('names the UARTs there are when asked for another', async () => {
    expect(await control({ op: 'wire', uart: 'USART9', state: 'low' })).toEqual({
      ok: false,
      error: 'echo has no UART named USART9; it has USART2, USART1',
    });
  });

  test('a cut USB port ends probe and line connections, and refuses new ones until it is back', async () => {
    const probe = await dial(host.ready.stlink.port);
    const line = await dial(linePort('USART2'));
    await control({ op: 'power', on: false, scope: 'usb-port' });
    await Promise.all([probe.ended, line.ended]);
    const again = await dial(host.ready.stlink.port);
    await again.ended;
    await control({ op: 'power', on: true, scope: 'usb-port' });
    const back = await dial(host.ready.stlink.port);
    back.socket.write(Uint8Array.of(1));
    expect((await back.until('count', (bytes) => bytes.length >= 4)).readUInt32LE(0)).toBe(1);
    expect(board.happened).toEqual(expect.arrayContaining(['power false', 'power true']));
  });
});
