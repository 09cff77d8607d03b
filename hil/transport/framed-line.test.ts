import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { isHilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';
import { openSerialLine } from './open-serial-line.ts';
import type { LineError, LineFormat, SerialLine } from './serial-line.ts';

const ROM_FORMAT: LineFormat = { baudRate: 115200, dataBits: 8, parity: 'even', stopBits: 1 };
const IAC = 0xff;
const SB = 0xfa;
const SE = 0xf0;
const soon = () => deadline('test', 5000);

/** A peer that agrees to RFC 2217 and grants what is asked, unless told otherwise. Written with literal bytes on purpose. */
interface Peer {
  readonly endpoint: string;
  /** Subnegotiations received, as `command payload` in hex. */
  readonly requests: string[];
  readonly data: number[];
  send(...bytes: number[]): void;
  hangUp(): void;
  readonly connections: number;
}

interface PeerManners {
  readonly greet?: readonly number[];
  /** The value granted to a request; undefined: no answer. */
  readonly grant?: (command: number, payload: readonly number[]) => readonly number[] | undefined;
  readonly hangUpAfterGreeting?: boolean;
}

const servers: Server[] = [];
const lines: SerialLine[] = [];

async function startPeer(manners: PeerManners = {}): Promise<Peer> {
  let current: Socket | undefined;
  const requests: string[] = [];
  const data: number[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    current = socket;
    socket.on('error', () => {});
    socket.write(Uint8Array.from(manners.greet ?? [IAC, 0xfd, 44]));
    if (manners.hangUpAfterGreeting) socket.end();
    let rest: number[] = [];
    socket.on('data', (chunk) => {
      rest = [...rest, ...chunk];
      while (rest.length > 0) {
        if (rest[0] !== IAC) data.push(rest.shift() as number);
        else if (rest[1] === IAC) {
          data.push(IAC);
          rest = rest.slice(2);
        } else if (rest[1] === SB) {
          const end = rest.findIndex((byte, i) => byte === IAC && rest[i + 1] === SE);
          if (end < 0) return;
          const [command = 0, ...payload] = rest.slice(3, end);
          requests.push(`${command} ${payload.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);
          rest = rest.slice(end + 2);
          const value = manners.grant ? manners.grant(command, payload) : payload;
          if (value !== undefined) socket.write(Uint8Array.of(IAC, SB, 44, command + 100, ...value, IAC, SE));
        } else rest = rest.slice(3);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `rfc2217://127.0.0.1:${address.port}`,
    requests,
    data,
    send: (...bytes) => current?.write(Uint8Array.from(bytes)),
    hangUp: () => current?.end(),
    get connections() {
      return connections;
    },
  };
}

async function openTo(peer: Peer, format = ROM_FORMAT): Promise<SerialLine> {
  const line = await openSerialLine(peer.endpoint, format, soon());
  lines.push(line);
  return line;
}

async function codeOf(promise: Promise<unknown>): Promise<number | undefined> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isHilError(error) ? error.code : undefined;
}

afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
  for (const server of servers.splice(0)) server.close();
});

describe('opening a framed line', () => {
  test('sets baud rate, data bits, parity and stop bits, and asks for line errors and the end of transmission', async () => {
    const peer = await startPeer();
    await openTo(peer);
    expect(peer.requests).toEqual(['1 0001c200', '2 08', '3 03', '4 01', '10 5e']);
  });

  test('to a port where nobody listens says so', async () => {
    expect(await codeOf(openSerialLine('rfc2217://127.0.0.1:1', ROM_FORMAT, soon()))).toBe(211);
  });

  test('to a server without RFC 2217 says so', async () => {
    const peer = await startPeer({ greet: [IAC, 0xfe, 44], hangUpAfterGreeting: true });
    expect(await codeOf(openSerialLine(peer.endpoint, ROM_FORMAT, soon()))).toBe(212);
  });

  test('to a server that never answers ends at the deadline', async () => {
    const peer = await startPeer({ greet: [0x4f, 0x4b] });
    expect(await codeOf(openSerialLine(peer.endpoint, ROM_FORMAT, deadline('open', 50)))).toBe(212);
  });

  test('to a line that is taken repeats who has it', async () => {
    const text = [...Buffer.from('USART2 is in use by 127.0.0.1:54321\r\n')];
    const peer = await startPeer({ greet: [IAC, 0xfe, 44, ...text], hangUpAfterGreeting: true });
    await expect(openSerialLine(peer.endpoint, ROM_FORMAT, soon())).rejects.toMatchObject({
      code: 202,
      message: expect.stringContaining('USART2 is in use by 127.0.0.1:54321'),
    });
  });

  test('fails if another parity is granted than asked for', async () => {
    const peer = await startPeer({ grant: (command, payload) => (command === 3 ? [1] : payload) });
    await expect(openSerialLine(peer.endpoint, ROM_FORMAT, soon())).rejects.toMatchObject({
      code: 213,
      message: expect.stringContaining('asked for parity even (03), was given 01'),
    });
  });
});

describe('bytes', () => {
  test('go out with 0xFF doubled and come in with it halved', async () => {
    const peer = await startPeer();
    const line = await openTo(peer);
    await line.sink.write(Uint8Array.of(0x00, 0xff, 0x7f), soon());
    await until(soon(), 'bytes at the peer', () => peer.data.length === 3);
    expect(peer.data).toEqual([0x00, 0xff, 0x7f]);
    peer.send(0x79, IAC, IAC, 0x1f);
    expect(await line.source.read(soon(), 3, 'three bytes')).toEqual(Uint8Array.of(0x79, 0xff, 0x1f));
  });

  test('of an unfinished read are named in the error and stay readable', async () => {
    const peer = await startPeer();
    const line = await openTo(peer);
    peer.send(0x79, 0x01);
    await expect(line.source.read(deadline('GET ID', 50), 5, 'answer to Get ID (0x02)', 304)).rejects.toMatchObject({
      code: 304,
      message: expect.stringContaining('no answer to Get ID (0x02) within 50 ms; got 79 01 (2 of 5 bytes)'),
    });
    expect(line.source.take()).toEqual(Uint8Array.of(0x79, 0x01));
  });
});

describe('the end of transmission', () => {
  const emptied = [IAC, SB, 44, 106, 0x40, IAC, SE];

  test('is awaited by drain', async () => {
    const peer = await startPeer();
    const line = await openTo(peer);
    await line.sink.write(Uint8Array.of(1), soon());
    expect(await codeOf(line.sink.drain(deadline('drain', 30)))).toBe(290);
    peer.send(...emptied);
    await line.sink.drain(soon());
  });

  test('of an earlier write does not count for a later one', async () => {
    let answerMask = true;
    const peer = await startPeer({
      grant: (command, payload) => (command === 10 && !answerMask ? undefined : payload),
    });
    const line = await openTo(peer);
    answerMask = false;
    await line.sink.write(Uint8Array.of(1), soon());
    await line.sink.write(Uint8Array.of(2), soon());
    peer.send(...emptied, 0x55);
    await line.source.read(soon(), 1, 'mark behind the notice');
    expect(await codeOf(line.sink.drain(deadline('drain', 30)))).toBe(290);
    peer.send(IAC, SB, 44, 110, 0x5e, IAC, SE, ...emptied);
    await line.sink.drain(soon());
  });
});

describe('a change of format', () => {
  test('goes over the same connection and drops what was received before', async () => {
    const peer = await startPeer();
    const line = await openTo(peer);
    peer.send(0x55);
    await until(soon(), 'byte', () => line.source.available === 1);
    await line.setFormat({ parity: 'none', baudRate: 57600 }, soon());
    expect(peer.requests.slice(5)).toEqual(['1 0000e100', '2 08', '3 01', '4 01']);
    expect(line.format).toEqual({ ...ROM_FORMAT, parity: 'none', baudRate: 57600 });
    expect(line.source.available).toBe(0);
    expect(peer.connections).toBe(1);
  });

  test('that is refused leaves the format as it was', async () => {
    const peer = await startPeer({
      grant: (command, payload) => (command === 1 && payload[3] === 0x80 ? [0, 1, 0xc2, 0] : payload),
    });
    const line = await openTo(peer);
    expect(await codeOf(line.setFormat({ baudRate: 0x80 }, soon()))).toBe(213);
    expect(line.format.baudRate).toBe(115200);
  });
});

test('DTR, RTS and break travel as SET-CONTROL values', async () => {
  const peer = await startPeer();
  const line = await openTo(peer);
  await line.setLines({ dtr: false, rts: true }, soon());
  await line.setLines({ break: true }, soon());
  expect(peer.requests.slice(5)).toEqual(['5 06', '5 09', '5 0b', '5 05', '5 09', '5 0b']);
});

test('line errors are events beside the bytes', async () => {
  const peer = await startPeer();
  const line = await openTo(peer);
  const errors: LineError[] = [];
  line.onLineError((error) => errors.push(error));
  peer.send(0x01, IAC, SB, 44, 106, 0x04, IAC, SE, 0x02, IAC, SB, 44, 106, 0x18, IAC, SE);
  await until(soon(), 'two errors', () => errors.length === 2);
  expect(errors).toEqual([
    { overrun: false, parity: true, framing: false, break: false },
    { overrun: false, parity: false, framing: true, break: true },
  ]);
  expect(line.source.take()).toEqual(Uint8Array.of(1, 2));
});

describe('the end of a line', () => {
  test('by the other side settles `closed` as lost; bytes before it can still be read, more cannot', async () => {
    const peer = await startPeer();
    const line = await openTo(peer);
    peer.send(0x79);
    peer.hangUp();
    expect((await line.closed).how).toBe('lost');
    expect(await line.source.read(soon(), 1, 'ACK')).toEqual(Uint8Array.of(0x79));
    expect(await codeOf(line.source.read(soon(), 1, 'more'))).toBe(205);
    expect(await codeOf(line.sink.write(Uint8Array.of(1), soon()))).toBe(205);
  });

  test('by close() rejects a read under way at once and every use after it', async () => {
    const peer = await startPeer();
    const line = await openTo(peer);
    const reading = codeOf(line.source.read(deadline('long', 600_000), 1, 'ACK'));
    await line.close();
    expect(await reading).toBe(207);
    expect((await line.closed).how).toBe('asked');
    expect(await codeOf(line.sink.write(Uint8Array.of(1), soon()))).toBe(207);
    expect(await codeOf(line.setFormat({ parity: 'odd' }, soon()))).toBe(207);
  });

  test('a revoked bench ends a read under way', async () => {
    const peer = await startPeer();
    const line = await openTo(peer);
    const bench = new AbortController();
    const reading = codeOf(line.source.read(deadline('long', 600_000, { signal: bench.signal }), 1, 'ACK'));
    bench.abort();
    expect(await reading).toBe(501);
  });
});

describe('endpoints', () => {
  test.each([
    'COM3',
    'rfc2217://127.0.0.1',
    'tcp://127.0.0.1:1',
    'rfc2217://127.0.0.1:0',
    'rfc2217://192.168.0.7:2217',
    '',
  ])('%p is refused', async (endpoint) => {
    expect(await codeOf(openSerialLine(endpoint, ROM_FORMAT, soon()))).toBe(603);
  });
});
