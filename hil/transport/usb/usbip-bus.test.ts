import { afterEach, describe, expect, test } from '@jest/globals';
import { formatError } from '../../error/format-error.ts';
import { deadline } from '../../trace/deadline.ts';
import { type Behaviour, block, DEVICE, endServers, type FakeServer, hexOf, op, serve } from './fake-usbip-server.ts';
import type { Setup, UsbPort } from './usb-port.ts';
import { createUsbIpBus } from './usbip-bus.ts';
import { untilPlugged, untilUnplugged } from './watch-usb.ts';

afterEach(endServers);

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
