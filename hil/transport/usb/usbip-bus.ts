import { HilError } from '../../error/hil-error.ts';
import { deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { configurationLength, descriptorType, firstLanguage, parseDevice, parseString } from './descriptors.ts';
import { usbError, usbFailureOf } from './usb-failure.ts';
import type { Setup, UsbBus, UsbPort } from './usb-port.ts';
import { type DeviceBlock, opStatus } from './usbip-coder.ts';
import { createUsbIpDevice, type UsbIpDevice } from './usbip-device.ts';
import { devicesOf, importDevice, serverText, type UsbIpServer } from './usbip-socket.ts';

/** How long a standard request may take (USB 2.0 9.2.6.4 allows 5 s). */
const STANDARD_MS = 5000;
/** A listing must not hang on a device whose firmware does: then it has no serial number. */
const SERIAL_MS = 1000;
/** A server may see late that its last client has gone. */
const BUSY_MS = 500;

/** A port, and what its bus wants of it beside. */
interface Attached {
  readonly port: UsbPort;
  /** Reads the serial number once, unless another client has the device. Never throws. */
  learnSerial(): Promise<void>;
}

/**
 * The devices of a USB/IP server, reached without a kernel: a connection for each open device, whose end is the unplugging.
 * SET_CONFIGURATION and SET_INTERFACE are sent from here; claims are kept here, since a server gives a device to one client at a time.
 * @param busid Only this device, e.g. `1-1`; all if absent
 */
export function createUsbIpBus(server: UsbIpServer, busid?: string): UsbBus {
  const known = new Map<string, Attached>();
  return {
    name: serverText(server),
    async list() {
      const blocks = (await devicesOf(server)).filter((block) => busid === undefined || block.busid === busid);
      const ids = blocks.map((block) => `usbip://${server.host}:${server.port}/${block.busid}#${block.devnum}`);
      for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
      const ports: UsbPort[] = [];
      for (const [i, id] of ids.entries()) {
        const attached = known.get(id) ?? attach(server, blocks[i] as DeviceBlock, id);
        known.set(id, attached);
        await attached.learnSerial();
        ports.push(attached.port);
      }
      return ports;
    },
    async close() {
      await Promise.all([...known.values()].map(({ port }) => port.close()));
      known.clear();
    },
  };
}

function attach(server: UsbIpServer, block: DeviceBlock, id: string): Attached {
  const claimed = new Set<number>();
  let device: UsbIpDevice | undefined;
  let serial: string | undefined;
  let serialAsked = false;

  const opened = (what: string): UsbIpDevice => {
    if (device === undefined) throw misuse(id, `${what}, but the device is not open`);
    return device;
  };
  const mustBeClaimed = ({ recipient, index }: Setup): void => {
    if (recipient === 'interface' && !claimed.has(index & 0xff)) {
      throw misuse(id, `a request to interface ${index & 0xff}, which is not claimed`);
    }
  };
  const take = async (): Promise<UsbIpDevice | undefined> => {
    const imported = await importDevice(server, block.busid);
    if ('refused' in imported) {
      if (imported.refused === opStatus.busy) return undefined;
      const failure = imported.refused === opStatus.noSuchDevice ? 'notfound' : 'io';
      throw usbError(failure, `${id}: ${serverText(server)} refused the device with status ${imported.refused}`, {
        context: { usbip: true },
      });
    }
    const taken = createUsbIpDevice(id, imported.socket, imported.inbox, imported.block);
    if (imported.block.devnum !== block.devnum) {
      await taken.close();
      throw usbError('notfound', `${id}: the device has left the bus; another attachment stands in its place`);
    }
    return taken;
  };

  const port: UsbPort = {
    id,
    vendorId: block.vendorId,
    productId: block.productId,
    bcdDevice: block.bcdDevice,
    path: block.busid,
    get serialNumber() {
      return serial;
    },
    async open() {
      if (device !== undefined && device.ended === undefined) return;
      claimed.clear();
      device = await takeWhenFree(id, server, take);
      try {
        await configure(device);
      } catch (error) {
        await device.close();
        throw error;
      }
    },
    async close() {
      claimed.clear();
      await device?.close();
      device = undefined;
    },
    async claimInterface(interfaceNumber) {
      const { ended } = opened('claimInterface');
      if (ended !== undefined) throw ended;
      claimed.add(interfaceNumber);
    },
    async releaseInterface(interfaceNumber) {
      claimed.delete(interfaceNumber);
    },
    async selectAlternateInterface(interfaceNumber, alternate) {
      const setup = { ...standard('interface', 0x0b, alternate), index: interfaceNumber };
      mustBeClaimed(setup);
      await opened('SET_INTERFACE').control('out', setup, 0, new Uint8Array(0), STANDARD_MS);
    },
    async controlTransferIn(setup, length, timeoutMs) {
      mustBeClaimed(setup);
      return opened('a transfer').control('in', setup, length, new Uint8Array(0), timeoutMs);
    },
    async controlTransferOut(setup, data, timeoutMs) {
      mustBeClaimed(setup);
      await opened('a transfer').control('out', setup, data.length, data, timeoutMs);
    },
  };

  return {
    port,
    async learnSerial() {
      if (serialAsked || device !== undefined) return;
      const asked = await take().catch(() => undefined);
      if (asked === undefined) return;
      serialAsked = true;
      serial = await readSerial(asked).catch(() => undefined);
      await asked.close();
    },
  };
}

async function takeWhenFree(
  id: string,
  server: UsbIpServer,
  take: () => Promise<UsbIpDevice | undefined>,
): Promise<UsbIpDevice> {
  const limit = deadline(`${id} to be free`, BUSY_MS);
  try {
    return await until(limit, 'free device', take, { pollMs: 50 });
  } catch (error) {
    if (!(error instanceof HilError) || error.code !== 290) throw error;
    throw usbError('busy', `${id}: another client of ${serverText(server)} has the device`, {
      context: { usbip: true },
      cause: error,
    });
  }
}

/** A kernel would have chosen the configuration when the device appeared; here nobody has. */
async function configure(device: UsbIpDevice): Promise<void> {
  const current = await get(device, 0x08, 0, 0, 1, STANDARD_MS).catch((error: unknown) => {
    if (usbFailureOf(error) !== 'stall') throw error;
    return Uint8Array.of(0);
  });
  if (current[0] !== 0) return;
  const head = await get(device, 0x06, descriptorType.configuration << 8, 0, 9, STANDARD_MS);
  configurationLength(head);
  const value = head[5] as number;
  await device.control('out', standard('device', 0x09, value), 0, new Uint8Array(0), STANDARD_MS);
}

/** iSerialNumber in the first language of the device. */
async function readSerial(device: UsbIpDevice): Promise<string | undefined> {
  const { iSerialNumber } = parseDevice(await get(device, 0x06, descriptorType.device << 8, 0, 18, SERIAL_MS));
  if (iSerialNumber === 0) return undefined;
  const language = firstLanguage(await get(device, 0x06, descriptorType.string << 8, 0, 255, SERIAL_MS)) ?? 0;
  const value = (descriptorType.string << 8) | iSerialNumber;
  return parseString(await get(device, 0x06, value, language, 255, SERIAL_MS));
}

function get(
  device: UsbIpDevice,
  request: number,
  value: number,
  index: number,
  length: number,
  timeoutMs: number,
): Promise<Uint8Array> {
  const setup = { ...standard('device', request, value), index };
  return device.control('in', setup, length, new Uint8Array(0), timeoutMs);
}

function standard(recipient: 'device' | 'interface', request: number, value: number): Setup {
  return { type: 'standard', recipient, request, value, index: 0 };
}

function misuse(id: string, what: string): HilError {
  return new HilError(260, `${id}: ${what}`, { blame: 'test', context: { usb: 'io' } });
}
