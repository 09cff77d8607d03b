import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { formatError } from '../../error/format-error.ts';
import { createNpmUsbBus, type NativeDevice, type NativeUsb } from './npm-usb-bus.ts';
import type { Setup, UsbPort } from './usb-port.ts';
import { linuxUsbSysfs, type UsbSysfs } from './usb-sysfs.ts';

const NO_SYSFS: UsbSysfs = { attribute: () => undefined, ownerOf: () => ({ driver: undefined, holders: [] }) };
const STATUS: Setup = { type: 'class', recipient: 'interface', request: 3, value: 0, index: 0 };

/** A device as usb 3.1.0 behaves, by measurement. */
function nativeDevice(some: Partial<NativeDevice> = {}): NativeDevice & { readonly calls: string[] } {
  const calls: string[] = [];
  const note =
    (name: string) =>
    async (...args: readonly unknown[]): Promise<void> => {
      calls.push(`${name} ${args.join(' ')}`.trim());
    };
  return {
    calls,
    vendorId: 0x0483,
    productId: 0xdf11,
    deviceVersionMajor: 0x22,
    deviceVersionMinor: 0,
    deviceVersionSubminor: 0,
    bus: '001',
    address: 7,
    ports: [1, 4],
    get serialNumber(): string {
      throw new Error('a getter that talks to the device on this thread');
    },
    open: note('open'),
    close: note('close'),
    reset: note('reset'),
    claimInterface: note('claim'),
    releaseInterface: note('release'),
    selectAlternateInterface: note('alternate'),
    controlTransferIn: async (setup, length, timeout) => {
      calls.push(`in ${setup.requestType} ${setup.request} ${length} ${timeout}`);
      return { data: new DataView(Uint8Array.of(9, 9, 1, 2, 3, 9).buffer, 2, 3), status: 'ok' };
    },
    controlTransferOut: async (_, data, timeout) => {
      calls.push(`out ${data.buffer.byteLength} ${timeout}`);
      return { status: 'ok' };
    },
    ...some,
  };
}

const busOf = (list: () => readonly NativeDevice[], sysfs: UsbSysfs = NO_SYSFS) =>
  createNpmUsbBus(async () => ({ getDevices: async () => list() }), sysfs);

async function portOf(device: NativeDevice, sysfs: UsbSysfs = NO_SYSFS): Promise<UsbPort> {
  const [port] = await busOf(() => [device], sysfs).list();
  return port as UsbPort;
}

const failing = (text: string) => async (): Promise<never> => {
  throw Object.assign(new Error(text), { code: 'GenericFailure' });
};

describe('listing', () => {
  test('names a device by bus and address, and its socket by the path', async () => {
    expect(await portOf(nativeDevice())).toMatchObject({
      id: 'usb:1/7',
      path: '1-1.4',
      bcdDevice: 0x2200,
      serialNumber: undefined,
    });
  });

  test('takes serial number and version as the system has read them, never by the getter that blocks', async () => {
    const sysfs: UsbSysfs = {
      ...NO_SYSFS,
      attribute: (path, name) => (path === '1-1.4' ? { serial: '205B396A5242', bcdDevice: '0200' }[name] : undefined),
    };
    expect(await portOf(nativeDevice(), sysfs)).toMatchObject({ serialNumber: '205B396A5242', bcdDevice: 0x0200 });
  });

  test('keeps one object for a device, although the module makes a new one each time', async () => {
    const bus = busOf(() => [nativeDevice()]);
    const [first] = await bus.list();
    const [second] = await bus.list();
    expect(second).toBe(first);
  });

  test('loads nothing before', async () => {
    let loads = 0;
    const bus = createNpmUsbBus(async () => {
      loads++;
      return { getDevices: async () => [] };
    }, NO_SYSFS);
    expect(loads).toBe(0);
    await bus.list();
    await bus.list();
    expect(loads).toBe(1);
  });

  test('on a host without USB says so', async () => {
    const native: NativeUsb = { getDevices: failing('getDevices error: /sys/bus/usb/devices/ not found (errno 2)') };
    const error: unknown = await createNpmUsbBus(async () => native, NO_SYSFS)
      .list()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 257, context: { cause: 'no-kernel-usb' } });
    expect(formatError(error)).toContain('virtual board');
  });

  test('without the package says what to install, and tries again next time', async () => {
    let there = false;
    const bus = createNpmUsbBus(async () => {
      if (!there) throw new Error("Cannot find module 'usb'");
      return { getDevices: async () => [] };
    }, NO_SYSFS);
    await expect(bus.list()).rejects.toMatchObject({ code: 257, context: { cause: 'not-installed' } });
    there = true;
    expect(await bus.list()).toEqual([]);
  });
});

describe('transfers', () => {
  test('always carry a time-out, since the default of one second is shorter than an erase', async () => {
    const device = nativeDevice();
    const port = await portOf(device);
    expect([...(await port.controlTransferIn(STATUS, 6, 5000))]).toEqual([1, 2, 3]);
    expect(device.calls).toEqual(['in class 3 6 5000']);
  });

  test('without data carry an empty array, since the module reads a property of it', async () => {
    const device = nativeDevice();
    await (await portOf(device)).controlTransferOut({ ...STATUS, request: 6 }, new Uint8Array(0), 5000);
    expect(device.calls).toEqual(['out 0 5000']);
  });

  test.each([
    ['controlTransferIn error: endpoint stalled', 250, 'stall'],
    ['controlTransferIn error: transfer was cancelled', 251, 'timeout'],
    ['controlTransferIn error: device disconnected', 252, 'disconnected'],
    ['controlTransferIn error: no such device (errno 19)', 252, 'disconnected'],
    ['controlTransferIn error: hardware fault or protocol violation', 256, 'io'],
    ['claimInterface error: interface is busy (errno 16)', 253, 'busy'],
    ['controlTransferIn error: invalid state', 260, 'io'],
  ] as const)('%s', async (text, code, usb) => {
    const port = await portOf(nativeDevice({ controlTransferIn: failing(text) }));
    await expect(port.controlTransferIn(STATUS, 6, 5000)).rejects.toMatchObject({ code, context: { usb } });
  });

  test('a STALL that resolves, as version 2 of the module has it, is one all the same', async () => {
    const port = await portOf(
      nativeDevice({
        controlTransferIn: async () => ({ status: 'stall' }),
        controlTransferOut: async () => ({ status: 'stall' }),
      }),
    );
    await expect(port.controlTransferIn(STATUS, 6, 5000)).rejects.toMatchObject({ code: 250 });
    await expect(port.controlTransferOut(STATUS, new Uint8Array(0), 5000)).rejects.toMatchObject({ code: 250 });
  });
});

describe('opening and closing', () => {
  test('releases before it closes, since a claim outlives the closing', async () => {
    const device = nativeDevice();
    const port = await portOf(device);
    await port.open();
    await port.open();
    await port.claimInterface(0);
    await port.claimInterface(0);
    await port.close();
    await port.close();
    expect(device.calls).toEqual(['open', 'claim 0', 'release 0', 'close']);
  });

  test('closes when what still runs has ended, since the module throws where two calls meet', async () => {
    let isReleasing = false;
    let met = false;
    const device = nativeDevice({
      async releaseInterface() {
        isReleasing = true;
        await new Promise((resolve) => setImmediate(resolve));
        isReleasing = false;
      },
      close: () => {
        met = isReleasing;
        throw new Error('The same native value cannot be borrowed mutably while another borrow is active');
      },
    });
    const port = await portOf(device);
    await port.open();
    await port.claimInterface(0);
    const released = port.releaseInterface(0);
    await expect(port.close()).resolves.toBeUndefined();
    await released;
    expect(met).toBe(false);
  });

  test('never throws from close', async () => {
    const port = await portOf(nativeDevice({ close: failing('gone'), releaseInterface: failing('gone') }));
    await port.open();
    await port.claimInterface(0);
    await expect(port.close()).resolves.toBeUndefined();
  });

  test('without permission offers the udev rule', async () => {
    const port = await portOf(nativeDevice({ open: failing('open error: permission denied (errno 13)') }));
    const error: unknown = await port.open().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 254, blame: 'rig', context: { usb: 'access' } });
    expect(formatError(error)).toContain('ATTR{idProduct}=="df11", TAG+="uaccess"');
  });

  test('of a device that is gone is not found, not unplugged', async () => {
    const port = await portOf(nativeDevice({ open: failing('open error: device not found (errno 2)') }));
    await expect(port.open()).rejects.toMatchObject({ code: 255, context: { usb: 'notfound' } });
  });

  test('a busy interface: by whom, and no driver is detached', async () => {
    const sysfs: UsbSysfs = {
      ...NO_SYSFS,
      ownerOf: () => ({ driver: undefined, holders: [{ pid: 12, command: 'dfu-util' }] }),
    };
    const busy = nativeDevice({ claimInterface: failing('claimInterface error: interface is busy (errno 16)') });
    const error: unknown = await (await portOf(busy, sysfs)).claimInterface(0).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 253 });
    expect((error as Error).message).toContain('in use by dfu-util (pid 12)');
    expect(busy.calls).toEqual([]);
  });
});

describe('what Linux knows', () => {
  const root = mkdtempSync(join(tmpdir(), 'usb-sysfs-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const [sys, dev, proc] = ['sys', 'dev', 'proc'].map((name) => join(root, name)) as [string, string, string];
  mkdirSync(join(sys, '1-1.4'), { recursive: true });
  mkdirSync(join(sys, '1-1.4:1.0'));
  mkdirSync(join(sys, '1-1.4:1.1'));
  mkdirSync(join(sys, 'drivers', 'cdc_acm'), { recursive: true });
  mkdirSync(join(sys, 'drivers', 'usbfs'));
  mkdirSync(join(dev, '001'), { recursive: true });
  mkdirSync(join(proc, '4711', 'fd'), { recursive: true });
  writeFileSync(join(sys, '1-1.4', 'serial'), '205B396A5242\n');
  writeFileSync(join(sys, '1-1.4', 'bConfigurationValue'), '1\n');
  writeFileSync(join(dev, '001', '007'), '');
  writeFileSync(join(proc, '4711', 'comm'), 'dfu-util\n');
  symlinkSync(join(sys, 'drivers', 'usbfs'), join(sys, '1-1.4:1.0', 'driver'));
  symlinkSync(join(sys, 'drivers', 'cdc_acm'), join(sys, '1-1.4:1.1', 'driver'));
  symlinkSync(join(dev, '001', '007'), join(proc, '4711', 'fd', '5'));
  const sysfs = linuxUsbSysfs(sys, dev, proc);
  const device = { path: '1-1.4', busnum: 1, address: 7 };

  test('strings that it has read', () => {
    expect(sysfs.attribute('1-1.4', 'serial')).toBe('205B396A5242');
    expect(sysfs.attribute('9-9', 'serial')).toBeUndefined();
  });

  test('a driver of its own that has an interface', () => {
    expect(sysfs.ownerOf(device, 1).driver).toBe('cdc_acm');
  });

  test('a process that has one through usbfs', () => {
    expect(sysfs.ownerOf(device, 0)).toEqual({ driver: undefined, holders: [{ pid: 4711, command: 'dfu-util' }] });
  });
});
