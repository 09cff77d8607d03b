import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { formatError } from '../../error/format-error.ts';
import { deadline } from '../../trace/deadline.ts';
import type { Setup, UsbBus, UsbPort } from './usb-port.ts';
import { createUsbIpBus } from './usbip-bus.ts';
import { untilPlugged, untilUnplugged } from './watch-usb.ts';

/** What a fake server does with one URB: bytes and status of the reply, or none. */
type UrbAnswer = { readonly status: number; readonly data?: Uint8Array; readonly actual?: number } | 'silent' | 'close';

interface FakeServer {
  readonly bus: UsbBus;
  /** Setup packets in hex, in their order. */
  readonly setups: string[];
  readonly unlinked: number[];
  devices: number;
  devnum: number;
}

const servers: Server[] = [];
const sockets = new Set<Socket>();
const buses: UsbBus[] = [];
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

interface Behaviour {
  readonly urb?: (setup: string, data: Uint8Array) => UrbAnswer | undefined;
  /** Instead of a well-formed answer to the first request of a connection. */
  readonly first?: (request: Uint8Array) => Uint8Array | 'close' | undefined;
  readonly importStatus?: number;
  readonly onUnlink?: 'taken back' | 'silent' | 'answered before';
  /** Cuts everything that is sent into pieces of so many bytes. */
  readonly pieces?: number;
}

const DEVICE = Uint8Array.from([18, 1, 0, 2, 0, 0, 0, 64, 0x83, 0x04, 0x11, 0xdf, 0, 2, 1, 2, 3, 1]);
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A USB/IP server written from the protocol's document, apart from the client: fixed offsets, no shared coder. */
async function serve(behaviour: Behaviour = {}): Promise<FakeServer> {
  const fake = { setups: [] as string[], unlinked: [] as number[], devices: 1, devnum: 2 };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let imported = false;
    let pending = Buffer.alloc(0);
    const send = (bytes: Uint8Array): void => {
      const size = behaviour.pieces ?? bytes.length;
      for (let at = 0; at < bytes.length; at += size) socket.write(bytes.subarray(at, at + size));
    };
    const take = (count: number): Buffer => {
      const taken = pending.subarray(0, count);
      pending = pending.subarray(count);
      return taken;
    };
    const urb = (): void => {
      const head = Buffer.from(take(48));
      const seqnum = head.readUInt32BE(4);
      if (head.readUInt32BE(0) === 2) {
        fake.unlinked.push(head.readUInt32BE(20));
        if (behaviour.onUnlink === 'silent') return;
        if (behaviour.onUnlink === 'answered before') {
          send(reply(3, head.readUInt32BE(20), 0, 4));
          send(Uint8Array.of(1, 2, 3, 4));
          send(reply(4, seqnum, 0, 0));
        } else send(reply(4, seqnum, -104, 0));
        return;
      }
      const isOut = head.readUInt32BE(12) === 0;
      const data = isOut ? Buffer.from(take(head.readUInt32BE(24))) : Buffer.alloc(0);
      const setup = hexOf(head.subarray(40, 48));
      fake.setups.push(setup);
      const answer = behaviour.urb?.(setup, data) ?? standardAnswer(setup);
      if (answer === 'close') socket.destroy();
      else if (answer !== 'silent') {
        const bytes = answer.data?.subarray(0, head.readUInt32BE(24)) ?? new Uint8Array(0);
        send(reply(3, seqnum, answer.status, answer.actual ?? (isOut ? data.length : bytes.length)));
        if (!isOut) send(bytes);
      }
    };
    const operation = (): boolean => {
      if (pending.length < 8) return false;
      const isImport = pending.readUInt16BE(2) === 0x8003;
      if (isImport && pending.length < 40) return false;
      const request = take(isImport ? 40 : 8);
      const instead = behaviour.first?.(request);
      if (instead === 'close') {
        socket.destroy();
        return false;
      }
      if (instead !== undefined) {
        send(instead);
        return true;
      }
      if (!isImport) {
        const count = Buffer.alloc(4);
        count.writeUInt32BE(fake.devices);
        send(
          Buffer.concat([
            op(0x0005, 0),
            count,
            ...Array.from({ length: fake.devices }, () => block(fake.devnum, true)),
          ]),
        );
        socket.end();
        return false;
      }
      const status = behaviour.importStatus ?? 0;
      send(status === 0 ? Buffer.concat([op(0x0003, 0), block(fake.devnum, false)]) : op(0x0003, status));
      imported = status === 0;
      return true;
    };
    socket.on('data', (bytes) => {
      pending = Buffer.concat([pending, bytes]);
      while (!imported && operation()) {}
      while (imported && pending.length >= 48) {
        const isOut = pending.readUInt32BE(0) === 1 && pending.readUInt32BE(12) === 0;
        if (pending.length < 48 + (isOut ? pending.readUInt32BE(24) : 0)) return;
        urb();
      }
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const bus = createUsbIpBus({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  buses.push(bus);
  return Object.assign(fake, { bus });
}

function op(code: number, status: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(0x0111, 0);
  bytes.writeUInt16BE(code, 2);
  bytes.writeUInt32BE(status, 4);
  return bytes;
}

function block(devnum: number, withInterfaces: boolean): Buffer {
  const bytes = Buffer.alloc(312 + (withInterfaces ? 4 : 0));
  bytes.write('/virtual/1-1', 0);
  bytes.write('1-1', 256);
  bytes.writeUInt32BE(1, 288);
  bytes.writeUInt32BE(devnum, 292);
  bytes.writeUInt32BE(2, 296);
  bytes.writeUInt16BE(0x0483, 300);
  bytes.writeUInt16BE(0xdf11, 302);
  bytes.writeUInt16BE(0x0200, 304);
  bytes[310] = 1;
  bytes[311] = 1;
  return bytes;
}

function reply(command: number, seqnum: number, status: number, actual: number): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt32BE(command, 0);
  bytes.writeUInt32BE(seqnum, 4);
  bytes.writeInt32BE(status, 20);
  bytes.writeUInt32BE(actual, 24);
  return bytes;
}

/** Chapter 9 of a device with a serial number that was not configured yet. */
function standardAnswer(setup: string): UrbAnswer {
  const ok = (...data: number[]): UrbAnswer => ({ status: 0, data: Uint8Array.from(data) });
  if (setup.startsWith('80060001')) return { status: 0, data: DEVICE };
  if (setup.startsWith('80060002')) return ok(9, 2, 18, 0, 1, 1, 0, 0xc0, 50);
  if (setup.startsWith('80060003')) return ok(4, 3, 0x09, 0x04);
  if (setup.startsWith('80060303')) return ok(6, 3, 0x41, 0, 0x42, 0);
  if (setup.startsWith('8008')) return ok(0);
  return Number.parseInt(setup.slice(0, 2), 16) < 0x80 ? { status: 0 } : { status: -32 };
}

const STATUS: Setup = { type: 'class', recipient: 'interface', request: 3, value: 0, index: 0 };
const isStatus = (setup: string): boolean => setup.startsWith('a103');
const only = async ({ bus }: FakeServer): Promise<UsbPort> => {
  const [port] = await bus.list();
  if (port === undefined) throw new Error('no device');
  return port;
};
const claimed = async (server: FakeServer): Promise<UsbPort> => {
  const port = await only(server);
  await port.open();
  await port.claimInterface(0);
  return port;
};

describe('the devices of a server', () => {
  test('are listed with what is known without opening them, and their serial number', async () => {
    const port = await only(await serve());
    expect(port).toMatchObject({
      vendorId: 0x0483,
      productId: 0xdf11,
      bcdDevice: 0x0200,
      path: '1-1',
      serialNumber: 'AB',
      id: expect.stringMatching(/^usbip:\/\/127\.0\.0\.1:\d+\/1-1#2$/),
    });
  });

  test('come in pieces, however the network cuts them', async () => {
    const port = await claimed(
      await serve({ pieces: 7, urb: (setup) => (isStatus(setup) ? { status: 0, data: DEVICE } : undefined) }),
    );
    expect(await port.controlTransferIn(STATUS, 18, 1000)).toEqual(DEVICE);
  });

  test('keep their object over listings, and get a new one with each attachment', async () => {
    const server = await serve();
    const first = await only(server);
    expect(await only(server)).toBe(first);
    server.devnum = 3;
    expect((await only(server)).id).not.toBe(first.id);
  });

  test('have no serial number while another client has them, and are asked again later', async () => {
    let status = 2;
    const server = await serve({
      get importStatus() {
        return status;
      },
    });
    expect((await only(server)).serialNumber).toBeUndefined();
    status = 0;
    expect((await only(server)).serialNumber).toBe('AB');
  });

  test('a firmware that does not answer costs the serial number, not the listing', async () => {
    const server = await serve({ urb: () => 'silent' });
    expect((await only(server)).serialNumber).toBeUndefined();
  });
});

describe('an open device', () => {
  test('is configured if nobody has done it', async () => {
    const server = await serve();
    await (await only(server)).open();
    expect(server.setups.slice(-3)).toEqual(['8008000000000100', '8006000200000900', '0009010000000000']);
  });

  test('is left alone if it is configured', async () => {
    const server = await serve({
      urb: (setup) => (setup.startsWith('8008') ? { status: 0, data: Uint8Array.of(1) } : undefined),
    });
    await (await only(server)).open();
    expect(server.setups.some((setup) => setup.startsWith('0009'))).toBe(false);
  });

  test('gets its data, and its empty data, after the setup packet', async () => {
    const seen: string[] = [];
    const server = await serve({
      urb: (setup, data) => {
        if (setup.startsWith('21')) seen.push(`${setup} ${hexOf(data)}`);
        return undefined;
      },
    });
    const port = await claimed(server);
    await port.controlTransferOut({ ...STATUS, request: 1 }, Uint8Array.of(0x21, 0, 0, 0, 8), 1000);
    await port.controlTransferOut({ ...STATUS, request: 6 }, new Uint8Array(0), 1000);
    await port.selectAlternateInterface(0, 3);
    expect(seen).toEqual(['2101000000000500 2100000008', '2106000000000000 ']);
    expect(server.setups.at(-1)).toBe('010b030000000000');
  });

  test.each([
    [-32, 'stall', 250],
    [-19, 'disconnected', 252],
    [-108, 'disconnected', 252],
    [-71, 'io', 256],
    [-75, 'io', 256],
    [-999, 'io', 256],
  ] as const)('reports status %i of a transfer as %s', async (status, usb, code) => {
    const port = await claimed(await serve({ urb: (setup) => (isStatus(setup) ? { status } : undefined) }));
    await expect(port.controlTransferIn(STATUS, 6, 1000)).rejects.toMatchObject({ code, context: { usb } });
  });

  test('takes a transfer back when its time is over, and goes on', async () => {
    let silent = true;
    const server = await serve({ urb: (setup) => (isStatus(setup) && silent ? 'silent' : undefined) });
    const port = await claimed(server);
    await expect(port.controlTransferIn(STATUS, 6, 30)).rejects.toMatchObject({
      code: 251,
      context: { usb: 'timeout' },
    });
    expect(server.unlinked).toHaveLength(1);
    silent = false;
    await expect(port.controlTransferIn(STATUS, 6, 1000)).rejects.toMatchObject({ context: { usb: 'stall' } });
  });

  test('takes the answer that crossed the taking back', async () => {
    const server = await serve({
      urb: (setup) => (isStatus(setup) ? 'silent' : undefined),
      onUnlink: 'answered before',
    });
    const port = await claimed(server);
    expect([...(await port.controlTransferIn(STATUS, 6, 30))]).toEqual([1, 2, 3, 4]);
  });

  test('is unplugged when the server closes the connection, in the middle of a transfer too', async () => {
    const server = await serve({ urb: (setup) => (isStatus(setup) ? 'close' : undefined) });
    const port = await claimed(server);
    await expect(port.controlTransferIn(STATUS, 6, 5000)).rejects.toMatchObject({
      code: 252,
      context: { usb: 'disconnected' },
    });
    await expect(port.controlTransferIn(STATUS, 6, 5000)).rejects.toMatchObject({ context: { usb: 'disconnected' } });
    await expect(port.claimInterface(0)).rejects.toMatchObject({ context: { usb: 'disconnected' } });
  });

  test('must be open and its interface claimed', async () => {
    const port = await only(await serve());
    await expect(port.claimInterface(0)).rejects.toMatchObject({ code: 260 });
    await port.open();
    await expect(port.controlTransferIn(STATUS, 6, 100)).rejects.toMatchObject({ code: 260, blame: 'test' });
    await port.claimInterface(0);
    await port.releaseInterface(0);
    await expect(port.controlTransferIn(STATUS, 6, 100)).rejects.toMatchObject({ code: 260 });
  });
});

describe('a device that cannot be had', () => {
  test('is busy: told, with what to do', async () => {
    const server = await serve({ importStatus: 2 });
    const error: unknown = await (await only(server)).open().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 253, blame: 'rig', context: { usb: 'busy' } });
    expect(formatError(error)).toContain('usbip detach');
  });

  test.each([
    [4, 255],
    [3, 256],
  ])('is refused with status %i', async (importStatus, code) => {
    await expect((await only(await serve({ importStatus }))).open()).rejects.toMatchObject({ code });
  });

  test('has been plugged in anew: the old object does not open the new device', async () => {
    const server = await serve();
    const port = await only(server);
    server.devnum = 3;
    await expect(port.open()).rejects.toMatchObject({ code: 255, context: { usb: 'notfound' } });
  });

  test('nobody listens there', async () => {
    const bus = createUsbIpBus({ host: '127.0.0.1', port: 9 });
    const error: unknown = await bus.list().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 258 });
    expect((error as Error).message).toContain('USB/IP server 127.0.0.1:9');
  });
});

describe('a broken server', () => {
  const oneDevice = Buffer.concat([op(0x0005, 0), Buffer.of(0, 0, 0, 1)]);
  test.each<[string, Behaviour]>([
    ['of another version', { first: () => Buffer.from('0106000500000000', 'hex') }],
    ['that answers something else', { first: () => op(0x0003, 0) }],
    ['with an error instead of a list', { first: () => op(0x0005, 1) }],
    ['with a million devices', { first: () => Buffer.concat([op(0x0005, 0), Buffer.of(0, 15, 66, 64)]) }],
    ['that closes at once', { first: () => 'close' }],
  ])('%s is told as such', async (_, behaviour) => {
    const { bus } = await serve(behaviour);
    await expect(bus.list()).rejects.toMatchObject({ code: 259, blame: expect.anything() });
  });

  test('that promises a device and sends half of it does not hang', async () => {
    const { bus } = await serve({ first: () => Buffer.concat([oneDevice, block(2, false).subarray(0, 100)]) });
    await expect(bus.list()).rejects.toMatchObject({ code: 259 });
  }, 10_000);

  test('that gives another device than was asked for', async () => {
    const wrong = block(2, false);
    wrong.write('9-9', 256);
    const port = await only(
      await serve({ first: (request) => (request[3] === 0x03 ? Buffer.concat([op(0x0003, 0), wrong]) : undefined) }),
    );
    await expect(port.open()).rejects.toMatchObject({ code: 259 });
  });

  test('that sends more bytes than were asked for ends the connection', async () => {
    const server = await serve({ urb: (setup) => (isStatus(setup) ? { status: 0, actual: 4000 } : undefined) });
    const port = await claimed(server);
    await expect(port.controlTransferIn(STATUS, 6, 1000)).rejects.toThrow('4000 bytes came to a transfer of 6');
    await expect(port.controlTransferIn(STATUS, 6, 1000)).rejects.toMatchObject({ code: 259 });
  });

  test('that answers neither a transfer nor that it be taken back', async () => {
    const server = await serve({ urb: (setup) => (isStatus(setup) ? 'silent' : undefined), onUnlink: 'silent' });
    const port = await claimed(server);
    await expect(port.controlTransferIn(STATUS, 6, 20)).rejects.toMatchObject({ code: 259 });
  }, 10_000);
});

describe('waits for plugging', () => {
  test('a device that comes is found', async () => {
    const server = await serve();
    server.devices = 0;
    const coming = untilPlugged(
      server.bus,
      deadline('device', 5000),
      'DFU device',
      ({ productId }) => productId === 0xdf11,
    );
    await server.bus.list();
    server.devices = 1;
    expect((await coming).path).toBe('1-1');
  });

  test('one that does not come: the message lists what is there', async () => {
    const server = await serve();
    const limit = deadline('device', 1500, { board: 'g0b1' });
    const error: unknown = await untilPlugged(server.bus, limit, 'application', () => false).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 261 });
    expect((error as Error).message).toMatch(
      /g0b1: no application on USB\/IP server .* got 0483:df11 ver 0200, path 1-1, serial AB/,
    );
  });

  test('a device that goes', async () => {
    const server = await serve();
    const port = await only(server);
    server.devices = 0;
    await untilUnplugged(server.bus, deadline('end', 5000), port);
    server.devices = 1;
    await expect(untilUnplugged(server.bus, deadline('end', 60), port)).rejects.toMatchObject({
      code: 261,
      context: { awaitedId: port.id },
    });
  });
});
