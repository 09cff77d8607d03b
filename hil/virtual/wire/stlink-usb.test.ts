import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { VirtualBoardOptions } from '../board-types.ts';
import type { Urb, UrbResult } from '../usb/urb.ts';
import { dial, importOf, submitOf, type TestClient, unlinkOf } from '../usb/usbip-test-client.ts';
import { createEchoBoard, type EchoBoard } from './echo-board.ts';
import { type Host, startHost } from './host.ts';
import { createOutside, type Outside } from './outside.ts';
import type { LoggedInput } from './outside-input.ts';
import { createStlinkExport, type StlinkExport } from './stlink-usb-export.ts';
import { createUartPort, type UartPort } from './uart-port.ts';

const MS = 1_000_000;
const options: VirtualBoardOptions = { name: 'echo', model: 'NUCLEO-G070RB', rom: new Uint8Array(4), seed: 1 };
const SERIAL = '066EFF303435554157104527';

/** The export on a board whose UART sends back each frame, in virtual time alone. */
function setUp() {
  const board: EchoBoard = createEchoBoard(options);
  const log: LoggedInput[] = [];
  const outside: Outside = createOutside(board, (entry) => log.push(entry));
  outside.power(true);
  const port: UartPort = createUartPort(board.uarts[0]!, outside);
  const stlink: StlinkExport = createStlinkExport({
    board: 'echo',
    serial: SERIAL,
    execute: (command, data, size) => outside.probe(command, data, size),
    vcp: port,
    nowNs: outside.now,
    onTraffic: () => {},
  });
  function runTo(ns: number): void {
    while (outside.now() < ns) {
      const next = Math.min(
        ns,
        Math.max(outside.now() + 1, port.nextNs()),
        Math.max(outside.now() + 1, stlink.nextNs()),
      );
      outside.runUntil(Math.min(next, outside.now() + MS / 10));
      port.advance(outside.now());
      stlink.advance(outside.now());
      stlink.flush();
    }
  }
  function submit(urb: Omit<Urb, 'id'>): { result: UrbResult | undefined; unlink(): boolean } {
    const seen: { result: UrbResult | undefined } = { result: undefined };
    const submission = stlink.submit(urb, (result) => {
      seen.result = result;
    });
    return Object.assign(seen, { unlink: () => submission.unlink() });
  }
  function request(setup: string, data?: string): UrbResult | undefined {
    const bytes = Buffer.from(setup, 'hex');
    const way =
      (bytes[0] ?? 0) >= 0x80
        ? { direction: 'in' as const, length: bytes.readUInt16LE(6) }
        : { direction: 'out' as const, data: Buffer.from(data ?? '', 'hex') };
    return submit({ endpoint: 0, setup: bytes, ...way }).result;
  }
  const write = (...bytes: readonly number[]) =>
    submit({ endpoint: 5, direction: 'out', data: Uint8Array.from(bytes) });
  const read = () => submit({ endpoint: 5, direction: 'in', length: 128 });
  return { board, log, outside, port, stlink, runTo, submit, request, write, read };
}

const hex = (result: UrbResult | undefined): string => Buffer.from(result?.data ?? []).toString('hex');

describe('requests of chapter 9', () => {
  test('a descriptor is given as far as it is asked for', () => {
    const { request } = setUp();
    expect(hex(request('8006000100000800'))).toBe('12010002ef020140');
    expect(hex(request('8006000200000900'))).toBe('09028000040100' + '8096');
    expect(hex(request('8006030309040004')).slice(4)).toBe(Buffer.from(SERIAL, 'utf16le').toString('hex'));
  });

  test('what a full-speed device does not have is stalled', () => {
    const { request } = setUp();
    for (const unknown of ['8006000600000a00', '8006010200000900', '8006090309040004', 'a1fe000002000100']) {
      expect(request(unknown)).toMatchObject({ status: -32 });
    }
    expect(request('0009020000000000')).toMatchObject({ status: -32 });
  });

  test('a configuration is set and told; without one its endpoints do not answer', () => {
    const { request, write } = setUp();
    expect(hex(request('8008000000000100'))).toBe('01');
    request('0009000000000000');
    expect(hex(request('8008000000000100'))).toBe('00');
    expect(write(1).result).toMatchObject({ status: -71 });
    request('0009010000000000');
    expect(write(1).result).toMatchObject({ status: 0 });
  });

  test('an endpoint that it does not have does not answer', () => {
    const { submit } = setUp();
    expect(submit({ endpoint: 7, direction: 'in', length: 64 }).result).toMatchObject({ status: -71 });
    expect(submit({ endpoint: 2, direction: 'out', data: new Uint8Array(1) }).result).toMatchObject({ status: -71 });
  });
});

describe('the serial port', () => {
  const SET = '2120000002000700';
  const GET = 'a121000002000700';

  test('keeps the line coding that it is given, and its old one when it cannot', () => {
    const { request } = setUp();
    expect(hex(request(GET))).toBe('00c20100000008');
    expect(request(SET, '00e10000000208')).toMatchObject({ status: 0 });
    expect(request(SET, '00e10000000210')).toMatchObject({ status: -32 });
    expect(hex(request(GET))).toBe('00e10000000208');
  });

  test('sends with true parity, at the baud of the moment when bytes came', () => {
    const { board, request, write, runTo } = setUp();
    request(SET, '00e10000000208');
    write(0x7f, 0x01);
    request(SET, '00c20100000008');
    write(0x55);
    runTo(5 * MS);
    expect(board.arrived.map(({ levels, bitNs }) => [levels.length, Math.round(1e9 / bitNs)])).toEqual([
      [11, 57_600],
      [11, 57_600],
      [10, 115_200],
    ]);
    // 0x7F has seven ones: even parity is 1.
    expect(board.arrived[0]?.levels[9]).toBe(1);
  });

  test('a read waits until bytes come, and gets them', () => {
    const { read, write, runTo } = setUp();
    const waiting = read();
    runTo(2 * MS);
    expect(waiting.result).toBeUndefined();
    write(0x41);
    runTo(4 * MS);
    expect(hex(waiting.result)).toBe('41');
  });

  test('what comes between two reads is kept; once nobody asks any more it is lost', () => {
    const { read, write, runTo } = setUp();
    const first = read();
    write(1);
    runTo(2 * MS);
    expect(hex(first.result)).toBe('01');
    write(2, 3);
    runTo(4 * MS);
    const second = read();
    expect(hex(second.result)).toBe('0203');
    const third = read();
    expect(third.unlink()).toBe(true);
    // Long enough that the wire is busy while nobody listens.
    write(...new Uint8Array(400));
    runTo(10 * MS);
    expect(read().result).toBeUndefined();
  });

  test('a byte with a parity error does not arrive', () => {
    const { board, read, request, runTo } = setUp();
    request(SET, '00c20100000208');
    const waiting = read();
    const bitNs = 1e9 / 115_200;
    // 0x79 has five ones: 0 is odd parity.
    board.transmit({ startNs: board.schedule.now(), bitNs, levels: [0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1] });
    runTo(1 * MS);
    expect(waiting.result).toBeUndefined();
    board.transmit({ startNs: board.schedule.now(), bitNs, levels: [0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1] });
    runTo(2 * MS);
    expect(hex(waiting.result)).toBe('79');
  });

  test('more than it has room for waits until the wire has taken it', () => {
    const { stlink, write, runTo } = setUp();
    const many = write(...new Uint8Array(2_000));
    expect(many.result).toBeUndefined();
    const taken = write(1);
    expect(taken.unlink()).toBe(true);
    runTo(200 * MS);
    expect(many.result).toMatchObject({ status: 0, actual: 2_000 });
    expect(taken.result).toBeUndefined();
    expect(stlink.nextNs()).toBe(Number.POSITIVE_INFINITY);
  });

  test('a break holds the wire low: until it is ended, or for as long as was said', () => {
    const { port, request, read, runTo } = setUp();
    read();
    request('2123ffff02000000');
    runTo(1 * MS);
    expect(port.state).toBe('low');
    request('2123000002000000');
    runTo(2 * MS);
    expect(port.state).toBe('idle');
    request('2123050002000000');
    runTo(4 * MS);
    expect(port.state).toBe('low');
    runTo(8 * MS);
    expect(port.state).toBe('idle');
  });

  test('tells who has it and how; when a program has closed it, nobody has', () => {
    const { stlink, read, request, runTo } = setUp();
    expect(stlink.client).toBeUndefined();
    const waiting = read();
    request('2122030002000000');
    expect(stlink.client).toEqual({ format: '115200 8N1', dtr: true, rts: true });
    waiting.unlink();
    runTo(1 * MS);
    expect(stlink.client).toBeUndefined();
  });
});

describe('the debug interface', () => {
  const out = (text: string): Omit<Urb, 'id'> => {
    const data = new Uint8Array(16);
    data.set(Buffer.from(text.replaceAll(' ', ''), 'hex'));
    return { endpoint: 1, direction: 'out', data };
  };

  test('writes and reads the memory of the target, each in the log once', () => {
    const { board, log, submit } = setUp();
    submit(out('f2 08 00000020 0400'));
    submit({ endpoint: 1, direction: 'out', data: Uint8Array.of(0x78, 0x56, 0x34, 0x12) });
    expect(board.memory.get(0x2000_0000)).toBe(0x1234_5678);
    const answer = submit({ endpoint: 1, direction: 'in', length: 4 });
    submit(out('f2 07 00000020 0400'));
    expect(hex(answer.result)).toBe('78563412');
    expect(log.filter(({ input }) => input.in === 'probe')).toHaveLength(2);
  });
});

describe('a board on its wires', () => {
  let board: EchoBoard;
  let host: Host;
  let clients: TestClient[];

  beforeEach(async () => {
    clients = [];
    board = createEchoBoard(options);
    host = await startHost(board, options, undefined);
  });

  afterEach(async () => {
    for (const client of clients) client.socket.destroy();
    await host.stop();
  });

  async function call(port: number): Promise<TestClient> {
    const client = await dial(port);
    clients.push(client);
    return client;
  }

  async function plugIn(): Promise<TestClient> {
    const client = await call(host.ready.stlink.usbip.port);
    client.send(importOf('1-2'));
    expect((await client.take(8)).readUInt32BE(4)).toBe(0);
    const device = await client.take(312);
    expect(device.readUInt32BE(296)).toBe(2);
    expect([device.readUInt16BE(300), device.readUInt16BE(302), device[311]]).toEqual([0x0483, 0x374b, 4]);
    return client;
  }

  /** The first connection to the control endpoint sends one request and gets one answer. */
  async function control(request: unknown): Promise<Readonly<Record<string, unknown>>> {
    const client = await call(host.ready.control.port);
    client.send(Buffer.from(`${JSON.stringify(request)}\n`));
    let line = '';
    while (!line.endsWith('\n')) line += (await client.take(1)).toString('utf8');
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  }

  test('has its ST-LINK on USB, with the serial of the ready line', async () => {
    expect(host.ready.stlink.usbip).toEqual({ host: '127.0.0.1', port: expect.any(Number), busid: '1-2' });
    const client = await plugIn();
    client.send(submitOf({ seqnum: 1, direction: 1, length: 255, setup: '800603030904ff00' }));
    expect((await client.reply(true)).data.toString('utf16le', 2)).toBe(host.ready.stlink.serial);
  });

  test('echoes what goes over the serial port', async () => {
    const client = await plugIn();
    client.send(
      submitOf({ seqnum: 1, direction: 1, endpoint: 5, length: 128 }),
      submitOf({ seqnum: 2, direction: 0, endpoint: 5, length: 2, data: Uint8Array.of(0x68, 0x69) }),
    );
    expect(await client.reply(false)).toMatchObject({ seqnum: 2, status: 0 });
    expect(await client.reply(true)).toMatchObject({ seqnum: 1, status: 0 });
    const { clients: who } = await control({ op: 'status' });
    expect(who).toMatchObject({
      stlinkUsb: { usbip: `127.0.0.1:${client.socket.localPort}`, vcp: { format: '115200 8N1' } },
    });
  });

  test('who has the probe open over TCP keeps it', async () => {
    const client = await plugIn();
    const tcp = await call(host.ready.stlink.port);
    tcp.send(Uint8Array.from([3, 0, 0, 0, 1, 0, 0, 0]));
    await tcp.take(8);
    const ask = (seqnum: number) =>
      client.send(submitOf({ seqnum, direction: 0, endpoint: 1, length: 2, data: Uint8Array.of(0xf2, 0x3b) }));
    ask(1);
    expect(await client.reply(false)).toMatchObject({ seqnum: 1, status: -32 });
  });

  test('a cut USB port ends its transfers and its client; with power it is there again', async () => {
    const client = await plugIn();
    client.send(
      submitOf({ seqnum: 1, direction: 1, endpoint: 5, length: 128 }),
      submitOf({ seqnum: 2, direction: 1, endpoint: 4, length: 10 }),
      submitOf({ seqnum: 3, direction: 1, endpoint: 2, length: 64 }),
      unlinkOf(4, 3),
    );
    await client.reply(false);
    await control({ op: 'power', on: false, scope: 'usb-port' });
    const ends = [await client.reply(false), await client.reply(false)];
    expect(ends.map(({ seqnum, status }) => [seqnum, status]).sort()).toEqual([
      [1, -19],
      [2, -19],
    ]);
    await client.ended;
    const early = await call(host.ready.stlink.usbip.port);
    early.send(importOf('1-2'));
    expect((await early.take(8)).readUInt32BE(4)).not.toBe(0);
    await control({ op: 'power', on: true, scope: 'usb-port' });
    await plugIn();
  });
});
