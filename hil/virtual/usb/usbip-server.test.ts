import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ended, type Urb, type UrbResult } from './urb.ts';
import type { UsbIpDevice } from './usbip-codec.ts';
import type { Export } from './usbip-export.ts';
import { startUsbIpServer, type UsbIpServer } from './usbip-server.ts';
import { DEVLIST, dial, importOf, submitOf, type TestClient, unlinkOf } from './usbip-test-client.ts';

const first: UsbIpDevice = {
  path: '/sys/devices/virtual/b/usb1/1-1',
  busid: '1-1',
  busnum: 1,
  devnum: 2,
  speed: 2,
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x2200,
  deviceClass: 0,
  deviceSubClass: 0,
  deviceProtocol: 0,
  configurationValue: 0,
  configurations: 1,
  interfaces: [{ interfaceClass: 0xfe, subClass: 1, protocol: 2 }],
};

interface Taken {
  readonly urb: Omit<Urb, 'id'>;
  readonly done: (result: UrbResult) => void;
  unlinked: boolean;
}

let device: UsbIpDevice | undefined;
let taken: Taken[];
let resets: number;
let gone: () => void;
let notes: string[];
let server: UsbIpServer;
let clients: TestClient[];

beforeEach(async () => {
  device = first;
  taken = [];
  resets = 0;
  notes = [];
  clients = [];
  const target: Export = {
    busid: '1-1',
    get device() {
      return device;
    },
    submit(urb, done) {
      const one: Taken = { urb, done, unlinked: false };
      taken.push(one);
      return {
        unlink() {
          one.unlinked = true;
          return true;
        },
      };
    },
    reset() {
      resets++;
    },
    onGone(listener) {
      gone = listener;
    },
  };
  server = await startUsbIpServer({
    exports: [target],
    beforeInput: () => {},
    onTraffic: () => {},
    note: (event, data) => notes.push(`${event}: ${String(data.why)}`),
  });
});

afterEach(async () => {
  for (const client of clients) client.socket.destroy();
  await server.close();
});

async function call(): Promise<TestClient> {
  const client = await dial(server.port);
  clients.push(client);
  return client;
}

/** The server has taken this many URBs. */
async function untilTaken(count: number): Promise<void> {
  const endMs = Date.now() + 4_000;
  while (taken.length < count) {
    if (Date.now() > endMs) throw new Error(`${taken.length} of ${count} URBs arrived`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const readOf = (seqnum: number, setup = 'a103000000000600'): Buffer =>
  submitOf({ seqnum, direction: 1, length: 6, setup });

describe('the device list', () => {
  test('has what is enumerated, then the connection ends', async () => {
    const client = await call();
    client.send(DEVLIST);
    const list = await client.take(328);
    expect(list.readUInt32BE(8)).toBe(1);
    await client.ended;
  });

  test('is empty while nothing is', async () => {
    device = undefined;
    const client = await call();
    client.send(DEVLIST);
    expect((await client.take(12)).readUInt32BE(8)).toBe(0);
    await client.ended;
  });

  test('can be read while a client has the device', async () => {
    await (await call()).attach();
    const client = await call();
    client.send(DEVLIST);
    expect((await client.take(328)).readUInt32BE(8)).toBe(1);
  });
});

describe('an import', () => {
  test('gives the device to one client', async () => {
    const client = await call();
    const block = await client.attach();
    expect([block.readUInt32BE(288), block.readUInt32BE(292)]).toEqual([1, 2]);
    expect(server.client('1-1')).toBe(`127.0.0.1:${client.socket.localPort}`);
  });

  test('is taken in pieces, as the usbip tool sends it', async () => {
    const client = await call();
    const message = importOf('1-1');
    client.socket.write(message.subarray(0, 8));
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.write(message.subarray(8));
    expect((await client.take(320)).readUInt32BE(4)).toBe(0);
  });

  test('is busy for a second one, and the first keeps it', async () => {
    const one = await call();
    await one.attach();
    const two = await call();
    two.send(importOf('1-1'));
    expect((await two.take(8)).toString('hex')).toBe('0111000300000002');
    await two.ended;
    one.send(readOf(1));
    await untilTaken(1);
  });

  test('of a client that comes while the first is leaving is granted', async () => {
    const one = await call();
    await one.attach();
    const two = await call();
    two.send(importOf('1-1'), readOf(5));
    one.socket.destroy();
    expect((await two.take(320)).readUInt32BE(4)).toBe(0);
    await untilTaken(1);
  });

  test('of a bus ID that nobody has, or of a device that has gone, is no such device', async () => {
    const one = await call();
    one.send(importOf('1-2'));
    expect((await one.take(8)).toString('hex')).toBe('0111000300000004');
    device = undefined;
    const two = await call();
    two.send(importOf('1-1'));
    expect((await two.take(8)).toString('hex')).toBe('0111000300000004');
  });
});

describe('a URB', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await call();
    await client.attach();
  });

  test('is handed on, and its end comes back under its number', async () => {
    client.send(
      readOf(7),
      submitOf({ seqnum: 8, direction: 0, length: 2, setup: '2101000000000200', data: Uint8Array.of(1, 2) }),
    );
    await untilTaken(2);
    expect(taken.map((each) => each.urb)).toEqual([
      { endpoint: 0, direction: 'in', setup: Uint8Array.from(Buffer.from('a103000000000600', 'hex')), length: 6 },
      {
        endpoint: 0,
        direction: 'out',
        setup: Uint8Array.from(Buffer.from('2101000000000200', 'hex')),
        data: Uint8Array.of(1, 2),
      },
    ]);
    taken[1]?.done(ended(0, 2));
    taken[0]?.done({ status: 0, actual: 3, data: Uint8Array.of(9, 8, 7) });
    expect(await client.reply(false)).toMatchObject({ command: 'submit', seqnum: 8, status: 0 });
    expect(await client.reply(true)).toMatchObject({ seqnum: 7, status: 0, data: Buffer.from([9, 8, 7]) });
  });

  test('of another endpoint carries its interval', async () => {
    client.send(submitOf({ seqnum: 1, direction: 1, endpoint: 2, length: 8, interval: 16 }));
    await untilTaken(1);
    expect(taken[0]?.urb).toEqual({ endpoint: 2, direction: 'in', length: 8, interval: 16 });
  });

  test('that is pending is taken back: one answer, ECONNRESET', async () => {
    client.send(readOf(1), unlinkOf(2, 1), readOf(3));
    await untilTaken(2);
    taken[0]?.done(ended(0));
    taken[1]?.done(ended(-32));
    expect(await client.reply(false)).toMatchObject({ command: 'unlink', seqnum: 2, status: -104 });
    expect(await client.reply(false)).toMatchObject({ command: 'submit', seqnum: 3, status: -32 });
    expect(taken[0]?.unlinked).toBe(true);
  });

  test('that has ended cannot be taken back: status 0', async () => {
    client.send(readOf(1));
    await untilTaken(1);
    taken[0]?.done(ended(0));
    client.send(unlinkOf(2, 1));
    expect(await client.reply(false)).toMatchObject({ command: 'submit', seqnum: 1 });
    expect(await client.reply(false)).toMatchObject({ command: 'unlink', seqnum: 2, status: 0 });
  });

  test('that is pending is taken back when its client goes', async () => {
    client.send(readOf(1));
    await untilTaken(1);
    client.socket.destroy();
    await (await call()).attach();
    expect(taken[0]?.unlinked).toBe(true);
  });

  test('ends before the connection does when the device goes; the next client finds nothing, then the new one', async () => {
    client.send(readOf(1));
    await untilTaken(1);
    device = undefined;
    taken[0]?.done(ended(-19));
    gone();
    expect(await client.reply(false)).toMatchObject({ seqnum: 1, status: -19 });
    await client.ended;
    const late = await call();
    late.send(importOf('1-1'));
    expect((await late.take(8)).readUInt32BE(4)).toBe(4);
    device = { ...first, devnum: 3 };
    expect((await (await call()).attach()).readUInt32BE(292)).toBe(3);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'for another device',
      submitOf({ seqnum: 1, devid: 0x0001_0009, direction: 1, length: 0 }),
      /device 10009, not 10002/,
    ],
    ['of a command that nobody knows', Buffer.alloc(48, 9), /unknown command/],
    ['with a length beyond reason', submitOf({ seqnum: 1, direction: 1, length: 0x7fff_ffff }), /exceeds/],
  ])('%s ends the connection, with a note, and frees the device', async (_name, message, why) => {
    client.send(message);
    await client.ended;
    expect(notes).toEqual([expect.stringMatching(why)]);
    await (await call()).attach();
  });

  test('under a number that is still in use ends the connection', async () => {
    client.send(readOf(1), readOf(1));
    await client.ended;
    expect(notes).toEqual([expect.stringMatching(/sequence number 1 is still in use/)]);
  });
});

describe('a kernel that reads 64 bytes of the device descriptor', () => {
  const ASK = '8006000100004000';

  test('again, after it began so, has reset the device', async () => {
    const client = await call();
    await client.attach();
    client.send(readOf(1, ASK), readOf(2), readOf(3, ASK));
    await untilTaken(3);
    expect(resets).toBe(1);
  });

  test('is told from a program that just reads them some time', async () => {
    const client = await call();
    await client.attach();
    client.send(readOf(1), readOf(2, ASK), readOf(3, ASK));
    await untilTaken(3);
    expect(resets).toBe(0);
  });
});

test('noise after an import, whole or cut off, harms nobody else', async () => {
  const header = submitOf({ seqnum: 1, direction: 0, length: 9, setup: '2101000000000900' });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 120 }), fc.nat(47), async (noise, at) => {
      const client = await call();
      await client.attach();
      const spoilt = Buffer.from(header);
      spoilt.set(noise.subarray(0, spoilt.length - at), at);
      client.send(spoilt, noise);
      client.socket.end();
      await client.ended;
    }),
    { numRuns: 40 },
  );
  const client = await call();
  await client.attach();
  const before = taken.length;
  client.send(readOf(1));
  await untilTaken(before + 1);
  taken.at(-1)?.done(ended(0));
  expect(await client.reply(false)).toMatchObject({ seqnum: 1, status: 0 });
});

test('noise before an import, as a whole or behind the head of an operation, harms nobody else', async () => {
  const heads = fc.constantFrom(
    Buffer.alloc(0),
    Buffer.of(1, 0x11),
    DEVLIST.subarray(0, 4),
    importOf('1-1').subarray(0, 20),
  );
  await fc.assert(
    fc.asyncProperty(heads, fc.uint8Array({ minLength: 1, maxLength: 400 }), async (head, noise) => {
      const client = await call();
      client.send(head, noise);
      client.socket.end();
      await client.ended;
    }),
    { numRuns: 40 },
  );
  await (await call()).attach();
});

test('another protocol is closed with a note, and nothing else is harmed', async () => {
  const client = await call();
  client.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await client.ended;
  expect(notes).toEqual([expect.stringMatching(/version 0x4745/)]);
  await (await call()).attach();
});
