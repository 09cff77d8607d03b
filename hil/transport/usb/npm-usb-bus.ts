import { HilError } from '../../error/hil-error.ts';
import { setupText } from './setup-text.ts';
import { usbError, usbFailureOf } from './usb-failure.ts';
import type { Setup, UsbBus, UsbFailure, UsbPort } from './usb-port.ts';
import { linuxUsbSysfs, ownerText, type UsbSysfs } from './usb-sysfs.ts';

/** A device as npm `usb` gives it (WebUSB with additions), as far as it is used here. */
export interface NativeDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  /** Number of the bus, with zeros in front on Linux. */
  readonly bus: string;
  readonly address: number;
  readonly ports: readonly number[];
  readonly serialNumber?: string | null | undefined;
  open(): Promise<void>;
  close(): Promise<void>;
  reset(): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  selectAlternateInterface(interfaceNumber: number, alternate: number): Promise<void>;
  controlTransferIn(setup: NativeSetup, length: number, timeout: number): Promise<NativeIn>;
  controlTransferOut(setup: NativeSetup, data: Uint8Array, timeout: number): Promise<{ readonly status?: string }>;
}

interface NativeSetup extends Omit<Setup, 'type'> {
  readonly requestType: Setup['type'];
}

interface NativeIn {
  readonly data?: DataView | undefined;
  readonly status?: string;
}

/** What is used of the module. */
export interface NativeUsb {
  getDevices(): Promise<readonly NativeDevice[]>;
}

/**
 * The devices of this host through npm `usb` 3.1.0. The module is loaded with the first listing, not before. Devices are polled for: its
 * events do not come without udev, and a listener without USB in the kernel ends the process.
 */
export function createNpmUsbBus(load: () => Promise<NativeUsb> = loadModule, sysfs = linuxUsbSysfs()): UsbBus {
  const ports = new Map<string, UsbPort>();
  let module: Promise<NativeUsb> | undefined;
  return {
    name: 'USB of this host',
    async list() {
      module ??= load();
      const native = await module.catch((error: unknown) => {
        module = undefined;
        throw notLoaded(error);
      });
      const devices = await native.getDevices().catch((error: unknown) => {
        throw noUsb(error);
      });
      const ids = new Set<string>();
      const listed = devices.map((device) => {
        const id = `usb:${Number(device.bus)}/${device.address}`;
        ids.add(id);
        // Each listing makes new objects of the same device: the first one keeps what is open and claimed.
        const port = ports.get(id) ?? createPort(id, device, sysfs);
        ports.set(id, port);
        return port;
      });
      for (const id of ports.keys()) if (!ids.has(id)) ports.delete(id);
      return listed;
    },
    async close() {
      await Promise.all([...ports.values()].map((port) => port.close()));
      ports.clear();
    },
  };
}

function createPort(id: string, device: NativeDevice, sysfs: UsbSysfs): UsbPort {
  const path = `${Number(device.bus)}-${device.ports.join('.')}`;
  const claimed = new Set<number>();
  const running = new Set<Promise<unknown>>();
  let isOpen = false;

  const attempt = async <T>(what: string, work: () => Promise<T>, more: Record<string, unknown> = {}): Promise<T> => {
    // The module throws at once, and does not reject, where two calls meet that both change the device.
    const result = (async () => work())();
    running.add(result);
    try {
      return await result;
    } catch (error) {
      throw failureFrom(id, what, error, more);
    } finally {
      running.delete(result);
    }
  };

  const stallOf = (what: string): HilError => usbError('stall', `${id}: ${what} was refused by the device (STALL)`);

  return {
    id,
    path,
    vendorId: device.vendorId,
    productId: device.productId,
    bcdDevice: bcdDeviceOf(device, sysfs.attribute(path, 'bcdDevice')),
    serialNumber: serialOf(device, path, sysfs),
    async open() {
      if (isOpen) return;
      await attempt('open', () => device.open());
      isOpen = true;
    },
    async close() {
      // "The same native value cannot be borrowed mutably while another borrow is active": one call after the other.
      await Promise.allSettled(running);
      // A device that is closed with a claim keeps it until the process ends: others then find it busy.
      for (const one of claimed) await quietly(() => device.releaseInterface(one));
      claimed.clear();
      if (isOpen) await quietly(() => device.close());
      isOpen = false;
    },
    async claimInterface(interfaceNumber) {
      if (claimed.has(interfaceNumber)) return;
      try {
        await attempt(`claim of interface ${interfaceNumber}`, () => device.claimInterface(interfaceNumber));
      } catch (error) {
        if (usbFailureOf(error) !== 'busy') throw error;
        const owner = sysfs.ownerOf({ path, busnum: Number(device.bus), address: device.address }, interfaceNumber);
        throw usbError('busy', `${id}: interface ${interfaceNumber} is in use by ${ownerText(owner)}`, {
          cause: error,
          context: { path, driver: owner.driver, holders: owner.holders },
        });
      }
      claimed.add(interfaceNumber);
    },
    async releaseInterface(interfaceNumber) {
      if (!claimed.delete(interfaceNumber)) return;
      await attempt(`release of interface ${interfaceNumber}`, () => device.releaseInterface(interfaceNumber));
    },
    selectAlternateInterface: (interfaceNumber, alternate) =>
      attempt(`SET_INTERFACE ${alternate}`, () => device.selectAlternateInterface(interfaceNumber, alternate)),
    controlTransferIn: (setup, length, timeoutMs) =>
      attempt(setupText(setup), async () => {
        const { data, status } = await device.controlTransferIn(native(setup), length, timeoutMs);
        // Version 2 of the module resolves where version 3 rejects.
        if (status === 'stall') throw stallOf(setupText(setup));
        if (data === undefined) return new Uint8Array(0);
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(0, length);
      }),
    controlTransferOut: (setup, data, timeoutMs) =>
      attempt(
        setupText(setup),
        async () => {
          // Without data the module reads a property of undefined: an empty array always goes with it.
          const { status } = await device.controlTransferOut(native(setup), data, timeoutMs);
          if (status === 'stall') throw stallOf(setupText(setup));
        },
        { length: data.length },
      ),
    reset: () => attempt('reset', () => device.reset()),
  };
}

/** Whether it rejects or throws. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch {
    // Nobody can do anything about it any more.
  }
}

function native({ type, ...setup }: Setup): NativeSetup {
  return { requestType: type, ...setup };
}

/** Every error of the module is a plain one; its text alone tells what happened. */
const TEXTS: readonly (readonly [RegExp, UsbFailure])[] = [
  [/stalled/i, 'stall'],
  [/cancelled/i, 'timeout'],
  [/errno 13|permission denied|access denied/i, 'access'],
  [/errno 16|is busy/i, 'busy'],
  [/disconnected|errno 19\b|no such device|not found/i, 'disconnected'],
];

function failureFrom(id: string, what: string, error: unknown, more: Record<string, unknown>): HilError {
  if (usbFailureOf(error) !== undefined) return error as HilError;
  const text = error instanceof Error ? error.message : String(error);
  if (/invalid state/i.test(text)) {
    return new HilError(
      260,
      `${id}: ${what} on a device that is not open, or an interface that is not claimed: ${text}`,
      {
        blame: 'test',
        cause: error,
        context: { usb: 'io' },
      },
    );
  }
  const found = TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'io';
  // Before it was open it cannot have been unplugged from us: it was gone already.
  const failure = found === 'disconnected' && what === 'open' ? 'notfound' : found;
  return usbError(failure, `${id}: ${what} failed: ${text}`, { cause: error, context: { ...more, request: what } });
}

/** The module may give a device's version as BCD digits or as they are: the system's own figure is taken where there is one. */
function bcdDeviceOf(device: NativeDevice, shown: string | undefined): number {
  if (shown !== undefined && /^[0-9a-f]{4}$/i.test(shown)) return Number.parseInt(shown, 16);
  const { deviceVersionMajor, deviceVersionMinor, deviceVersionSubminor } = device;
  return (deviceVersionMajor << 8) | (deviceVersionMinor << 4) | deviceVersionSubminor;
}

/** The getter of the module may talk to the device on this thread, unless the system has read the string already: sysfs first. */
function serialOf(device: NativeDevice, path: string, sysfs: UsbSysfs): string | undefined {
  if (process.platform === 'linux') return sysfs.attribute(path, 'serial');
  try {
    return device.serialNumber ?? undefined;
  } catch {
    return undefined;
  }
}

async function loadModule(): Promise<NativeUsb> {
  const { usb } = await import('usb');
  // Its types are those of WebUSB, which know neither the time-out nor the bus.
  return usb as unknown as NativeUsb;
}

function notLoaded(cause: unknown): HilError {
  return new HilError(257, `the package usb cannot be loaded: ${(cause as Error).message}`, {
    blame: 'rig',
    cause,
    context: { cause: 'not-installed', usb: 'io' },
  });
}

function noUsb(cause: unknown): HilError {
  const text = (cause as Error).message;
  const none = /not found|errno 2\b/i.test(text);
  return new HilError(257, `the USB devices of this host cannot be listed: ${text}`, {
    blame: 'rig',
    cause,
    context: { cause: none ? 'no-kernel-usb' : 'listing', usb: 'io' },
  });
}
