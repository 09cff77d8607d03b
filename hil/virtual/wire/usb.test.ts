import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { VirtualBoardOptions } from '../board-types.ts';
import { replay, replayEntries } from '../replay.ts';
import type { Schedule } from '../schedule.ts';
import { createFakeDevice, DEVICE_DESCRIPTOR, type FakeDevice } from '../usb/fake-device.ts';
import { DEVLIST, dial, importOf, submitOf, type TestClient, unlinkOf } from '../usb/usbip-test-client.ts';
import { createEchoBoard, type EchoBoard } from './echo-board.ts';
import { type Host, startHost } from './host.ts';
import { createOutside } from './outside.ts';
import type { LoggedInput } from './outside-input.ts';

const MS = 1_000_000;
const options: VirtualBoardOptions = { name: 'echo', model: 'NUCLEO-G0B1RE', rom: new Uint8Array(4), seed: 1 };

interface UsbStatus {
  readonly enumerated: boolean;
}

interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly usb?: UsbStatus | null;
  readonly hash?: string;
  readonly path?: string;
}

/** One line of the control endpoint. */
function ask(host: Host, request: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(host.ready.control.port, '127.0.0.1', () => socket.write(`${JSON.stringify(request)}\n`));
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (!text.endsWith('\n')) return;
      socket.destroy();
      resolve(JSON.parse(text) as Answer);
    });
  });
}

/** A board whose device shows itself from the start, and whose state is what the bus did with it. */
function boardWithUsb(given: VirtualBoardOptions): { readonly board: EchoBoard; readonly device: FakeDevice } {
  let device: FakeDevice | undefined;
  const board = createEchoBoard(given, (schedule: Schedule) => {
    device = createFakeDevice(schedule);
    return device;
  });
  if (device === undefined) throw new Error('an echo board asks for its USB when it is made');
  const made = device;
  made.pull(true);
  return { board: { ...board, stateHash: () => `${board.schedule.now()} ${made.seen.join(' | ')}` }, device: made };
}

describe('the log of a board with USB', () => {
  const read = {
    endpoint: 0,
    direction: 'in',
    setup: Uint8Array.from([0x80, 6, 0, 1, 0, 0, 18, 0]),
    length: 18,
  } as const;

  test('has each influence once, and nothing of what the host does by itself', () => {
    const log: LoggedInput[] = [];
    const outside = createOutside(boardWithUsb(options).board, (entry) => log.push(entry));
    outside.runUntil(300 * MS);
    outside.usb?.submit({ ...read, id: 1 });
    outside.usb?.unlink(1);
    outside.usb?.unlink(1);
    outside.usb?.reset();
    outside.usb?.plug(false);
    expect(log.map(({ input }) => input)).toEqual([
      { in: 'usb-submit', id: 1, endpoint: 0, direction: 'in', setup: '8006000100001200', length: 18 },
      { in: 'usb-unlink', id: 1 },
      { in: 'usb-reset' },
      { in: 'usb-plug', plugged: false },
    ]);
  });

  test('leads a second board through the same transactions', () => {
    const log: LoggedInput[] = [];
    const outside = createOutside(boardWithUsb(options).board, (entry) => log.push(entry));
    outside.runUntil(300 * MS);
    outside.usb?.submit({ ...read, id: 1 });
    outside.usb?.submit({ id: 2, endpoint: 1, direction: 'out', data: Uint8Array.of(1, 2, 3) });
    outside.usb?.submit({ id: 3, endpoint: 1, direction: 'in', length: 64, interval: 4 });
    outside.runUntil(310.5 * MS);
    outside.usb?.unlink(3);
    outside.usb?.reset();
    outside.runUntil(400 * MS);
    outside.usb?.plug(false);
    outside.usb?.plug(true);
    outside.runUntil(700 * MS);
    const hash = outside.check();
    expect(hash).toMatch(/setup 2 8006000100001200 \| out1 DATA0 3 \| in0 DATA1 18/);
    expect(hash).toMatch(/setup 3 /);
    expect(replayEntries(boardWithUsb(options).board, log)).toEqual({ nowNs: 700 * MS, stateHash: hash, checked: 1 });
  });

  test('cannot be replayed on a board without USB', () => {
    const entry: LoggedInput = { targetNs: 0, nowNs: 0, input: { in: 'usb-plug', plugged: false } };
    expect(() => replayEntries(createEchoBoard(options), [entry])).toThrow(/echo has none.*HIL-644/);
  });
});

describe('a board with USB on its wires', () => {
  let folder: string;
  let host: Host;
  let device: FakeDevice;
  let clients: TestClient[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hil-usb-'));
    const made = boardWithUsb(options);
    device = made.device;
    clients = [];
    host = await startHost(made.board, options, join(folder, 'input.jsonl'));
  });

  afterEach(async () => {
    for (const client of clients) client.socket.destroy();
    await host.stop();
    rmSync(folder, { recursive: true });
  });

  const port = (): number => host.ready.usbip?.port ?? 0;
  async function call(): Promise<TestClient> {
    const client = await dial(port());
    clients.push(client);
    return client;
  }

  const control = (request: unknown): Promise<Answer> => ask(host, request);
  const usbStatus = async (): Promise<UsbStatus | null | undefined> => (await control({ op: 'status' })).usb;

  async function untilEnumerated(wanted: boolean): Promise<UsbStatus> {
    const endMs = Date.now() + 4_000;
    for (;;) {
      const status = await usbStatus();
      if (status?.enumerated === wanted) return status;
      if (Date.now() > endMs) throw new Error(`still ${JSON.stringify(status)}`);
    }
  }

  test('the ready line says where its device is', () => {
    expect(host.ready.usbip).toEqual({ host: '127.0.0.1', port: expect.any(Number), busid: '1-1' });
  });

  test('a client reads the descriptor that enumeration read', async () => {
    expect(await untilEnumerated(true)).toEqual({
      plugged: true,
      attached: true,
      enumerated: true,
      address: 2,
      client: null,
    });
    const client = await call();
    await client.attach();
    client.send(submitOf({ seqnum: 1, direction: 1, length: 18, setup: '8006000100001200' }));
    expect(await client.reply(true)).toMatchObject({ seqnum: 1, status: 0, data: Buffer.from(DEVICE_DESCRIPTOR) });
    expect(await usbStatus()).toMatchObject({ client: `127.0.0.1:${client.socket.localPort}` });
  });

  test('pulling the cable ends the client and empties the list; plugged again, the device has another number', async () => {
    await untilEnumerated(true);
    const client = await call();
    await client.attach();
    client.send(submitOf({ seqnum: 1, direction: 1, endpoint: 1, length: 64 }));
    await control({ op: 'usb', plugged: false });
    expect(await client.reply(false)).toMatchObject({ seqnum: 1, status: -19 });
    await client.ended;
    expect(await usbStatus()).toMatchObject({ plugged: false, attached: false, enumerated: false, address: null });
    const lister = await call();
    lister.send(DEVLIST);
    expect((await lister.take(12)).readUInt32BE(8)).toBe(0);
    await control({ op: 'usb', plugged: true });
    await untilEnumerated(true);
    const again = await call();
    expect((await again.attach()).readUInt32BE(292)).toBe(3);
  });

  test('an answer that takes long comes when it is there', async () => {
    await untilEnumerated(true);
    const client = await call();
    await client.attach();
    device.workNs = 700 * MS;
    client.send(submitOf({ seqnum: 1, direction: 1, length: 18, setup: '8006000100001200' }));
    expect(await client.reply(true)).toMatchObject({ seqnum: 1, status: 0 });
  });

  test('its log replays to the same transactions', async () => {
    await untilEnumerated(true);
    const client = await call();
    await client.attach();
    device.workNs = 3 * MS;
    for (const seqnum of [1, 2, 3]) {
      client.send(submitOf({ seqnum, direction: 1, length: 18, setup: '8006000100001200' }));
    }
    client.send(unlinkOf(4, 3));
    for (const reads of [false, true, true]) await client.reply(reads);
    const { hash } = await control({ op: 'hash' });
    const { path = '' } = await control({ op: 'log' });
    expect(readFileSync(path, 'utf8')).toMatch(/"in":"usb-submit"/);
    let second: FakeDevice | undefined;
    const result = replay(path, { rom: options.rom }, (given) => {
      const made = boardWithUsb(given);
      second = made.device;
      return made.board;
    });
    expect(result.checked).toBe(1);
    expect(result.stateHash).toContain(String(hash).split('|').at(-1));
    expect(second?.seen).toEqual(device.seen);
  });

  test('a second client is told that the first has it', async () => {
    await untilEnumerated(true);
    await (await call()).attach();
    const second = await call();
    second.send(importOf('1-1'));
    expect((await second.take(8)).readUInt32BE(4)).toBe(2);
  });
});

describe('a board without USB', () => {
  test('says so on every way', async () => {
    const host = await startHost(createEchoBoard(options), options, undefined);
    try {
      expect(host.ready.usbip).toBeNull();
      expect((await ask(host, { op: 'status' })).usb).toBeNull();
      expect(await ask(host, { op: 'usb', plugged: true })).toEqual({ ok: false, error: 'echo has no USB' });
    } finally {
      await host.stop();
    }
  });
});
