import { createInPipe, type InPipe } from '../usb/in-pipe.ts';
import { ended, type Urb, type UrbResult, urbStatus } from '../usb/urb.ts';
import type { UsbIpDevice } from '../usb/usbip-codec.ts';
import type { Export, Submission } from '../usb/usbip-export.ts';
import { LINE_CODING_BYTES } from './cdc-line-coding.ts';
import {
  BCD_DEVICE,
  BULK_PACKET,
  CONFIGURATION,
  DEVICE,
  endpointsIn,
  endpointsOut,
  interfaceOf,
  PRODUCT_ID,
  stringDescriptor,
  VENDOR_ID,
} from './stlink-usb-descriptors.ts';
import { type BulkProbe, createBulkProbe } from './stlink-usb-probe.ts';
import { createStorage } from './stlink-usb-storage.ts';
import { createVcp, type Vcp } from './stlink-usb-vcp.ts';
import type { UartPort } from './uart-port.ts';

/** Root port 2 of bus 1, as Linux names it; the target's own USB is on port 1. */
export const STLINK_BUSID = '1-2';
const BUS = 1;
const ADDRESS = 2;
/** enum usb_device_speed of Linux: USB_SPEED_FULL. */
const FULL_SPEED = 2;

/** A board's ST-LINK as the composite device of a Nucleo's USB connector. Costs nothing while nobody imports it. */
export interface StlinkExport extends Export {
  readonly client: Vcp['client'];
  /** Cut its USB port (false), or plug it in again. */
  setPlugged(plugged: boolean): void;
  flush(): void;
  advance(nowNs: number): void;
  nextNs(): number;
}

export interface StlinkExportOptions {
  readonly board: string;
  readonly serial: string;
  /** One command of the probe; undefined when somebody has it open in another way. */
  readonly execute: (command: Uint8Array, data: Uint8Array | undefined, size: number) => Uint8Array | undefined;
  readonly vcp: UartPort | undefined;
  readonly nowNs: () => number;
  readonly onTraffic: () => void;
}

/** bmRequestType (without the direction) and bRequest. */
const key = (type: number, request: number): number => (type << 8) | request;
const STANDARD_DEVICE = 0x00;
const STANDARD_INTERFACE = 0x01;
const STANDARD_ENDPOINT = 0x02;
const CLASS_INTERFACE = 0x21;

/** What a request gives: bytes, nothing (`done`), or STALL (undefined). */
type Given = Uint8Array | 'done' | undefined;

interface Setup {
  readonly type: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

function parseSetup(bytes: Uint8Array): Setup {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    type: view.getUint8(0),
    request: view.getUint8(1),
    value: view.getUint16(2, true),
    index: view.getUint16(4, true),
    length: view.getUint16(6, true),
  };
}

const NOT_PENDING: Submission = { unlink: () => false };

export function createStlinkExport(options: StlinkExportOptions): StlinkExport {
  const goneListeners: (() => void)[] = [];
  let plugged = true;
  let configuration = 1;

  const received: InPipe = createInPipe({ maxPacket: BULK_PACKET, closesFull: true, onLeft: () => vcp.left() });
  const quiet = (): InPipe => createInPipe({ maxPacket: BULK_PACKET });
  // Trace and notifications never come: a Cortex-M0+ has no trace, and modem lines are not wired.
  const pipes: ReadonlyMap<number, InPipe> = new Map([
    [endpointsIn.debug, quiet()],
    [endpointsIn.trace, quiet()],
    [endpointsIn.storage, quiet()],
    [endpointsIn.notification, quiet()],
    [endpointsIn.vcp, received],
  ]);
  const pipe = (endpoint: number): InPipe => pipes.get(endpoint) as InPipe;
  const probe: BulkProbe = createBulkProbe({ answers: pipe(endpointsIn.debug), execute: options.execute });
  const storage = createStorage(pipe(endpointsIn.storage));
  const vcp = createVcp({ port: options.vcp, received, nowNs: options.nowNs, onTraffic: options.onTraffic });

  function reset(): void {
    probe.reset();
    storage.reset();
    vcp.reset(urbStatus.cancelled);
  }

  function descriptor(value: number): Given {
    const index = value & 0xff;
    switch (value >>> 8) {
      case 1:
        return DEVICE;
      case 2:
        return index === 0 ? CONFIGURATION : undefined;
      case 3:
        return stringDescriptor(index, options.serial);
      default:
        // A device that knows full speed alone has no qualifier (USB 2.0 9.6.2).
        return undefined;
    }
  }

  function setConfiguration(value: number): Given {
    if (value > 1) return undefined;
    configuration = value;
    reset();
    return 'done';
  }

  /** USB 2.0 9.4. */
  function standard({ type, request, value }: Setup): Given {
    switch (key(type & 0x7f, request)) {
      case key(STANDARD_DEVICE, 0):
      case key(STANDARD_INTERFACE, 0):
      case key(STANDARD_ENDPOINT, 0):
        return Uint8Array.of(0, 0);
      case key(STANDARD_ENDPOINT, 1): // CLEAR_FEATURE(ENDPOINT_HALT); toggles are no matter of USB/IP
      case key(STANDARD_ENDPOINT, 3):
      case key(STANDARD_DEVICE, 5):
        return 'done';
      case key(STANDARD_DEVICE, 6):
        return descriptor(value);
      case key(STANDARD_DEVICE, 8):
        return Uint8Array.of(configuration);
      case key(STANDARD_DEVICE, 9):
        return setConfiguration(value);
      case key(STANDARD_INTERFACE, 10):
        return Uint8Array.of(0);
      case key(STANDARD_INTERFACE, 11):
        return value === 0 ? 'done' : undefined;
      default:
        return undefined;
    }
  }

  /** CDC PSTN 1.2 6.3. */
  function serialRequest({ request, value }: Setup, data: Uint8Array): Given {
    switch (request) {
      case 0x20: // SET_LINE_CODING
        return vcp.setLineCoding(data) ? 'done' : undefined;
      case 0x21: // GET_LINE_CODING
        return vcp.lineCoding.subarray(0, LINE_CODING_BYTES);
      case 0x22: // SET_CONTROL_LINE_STATE
        vcp.setControlLines(value);
        return 'done';
      case 0x23: // SEND_BREAK
        vcp.sendBreak(value);
        return 'done';
      default:
        return undefined;
    }
  }

  /** Bulk-Only Transport 3. */
  function storageRequest({ request }: Setup): Given {
    if (request === 0xfe) return Uint8Array.of(0); // GET_MAX_LUN
    if (request !== 0xff) return undefined;
    storage.reset();
    return 'done';
  }

  function given(setup: Setup, data: Uint8Array): Given {
    if ((setup.type & 0x60) === 0) return standard(setup);
    if ((setup.type & 0x7f) !== CLASS_INTERFACE) return undefined;
    if (setup.index === interfaceOf.vcpControl) return serialRequest(setup, data);
    return setup.index === interfaceOf.storage ? storageRequest(setup) : undefined;
  }

  function control(urb: Omit<Urb, 'id'>): UrbResult {
    const setup = parseSetup(urb.setup ?? new Uint8Array(8));
    const data = urb.data ?? new Uint8Array(0);
    const what = given(setup, data);
    if (what === undefined) return ended(urbStatus.stall);
    if (what === 'done') return ended(urbStatus.ok, data.length);
    const bytes = what.slice(0, Math.min(setup.length, urb.length ?? 0));
    return { status: urbStatus.ok, actual: bytes.length, data: bytes };
  }

  function submitIn(endpoint: number, length: number, done: (result: UrbResult) => void): Submission | undefined {
    const from = pipes.get(endpoint);
    if (from === undefined) return undefined;
    if (endpoint !== endpointsIn.vcp) return from.submit(length, done);
    vcp.listen();
    const submission = from.submit(length, done);
    vcp.flush();
    return submission;
  }

  function submitOut(endpoint: number, data: Uint8Array, done: (result: UrbResult) => void): Submission | undefined {
    switch (endpoint) {
      case endpointsOut.debug:
        done(probe.out(data));
        return NOT_PENDING;
      case endpointsOut.storage:
        done(storage.out(data));
        return NOT_PENDING;
      case endpointsOut.vcp:
        return vcp.out(data, done);
      default:
        return undefined;
    }
  }

  function submit(urb: Omit<Urb, 'id'>, done: (result: UrbResult) => void): Submission {
    const fails = (status: number): Submission => {
      done(ended(status));
      return NOT_PENDING;
    };
    if (!plugged) return fails(urbStatus.noDevice);
    if (urb.endpoint === 0) {
      done(control(urb));
      return NOT_PENDING;
    }
    if (configuration === 0) return fails(urbStatus.protocol);
    const submission =
      urb.direction === 'in'
        ? submitIn(urb.endpoint, urb.length ?? 0, done)
        : submitOut(urb.endpoint, urb.data ?? new Uint8Array(0), done);
    // Nobody answers at an endpoint that the device does not have.
    return submission ?? fails(urbStatus.protocol);
  }

  const device: UsbIpDevice = {
    path: `/sys/devices/virtual/${options.board}/usb${BUS}/${STLINK_BUSID}`,
    busid: STLINK_BUSID,
    busnum: BUS,
    devnum: ADDRESS,
    speed: FULL_SPEED,
    vendorId: VENDOR_ID,
    productId: PRODUCT_ID,
    bcdDevice: BCD_DEVICE,
    deviceClass: 0xef,
    deviceSubClass: 2,
    deviceProtocol: 1,
    configurationValue: 1,
    configurations: 1,
    interfaces: [
      { interfaceClass: 0xff, subClass: 0xff, protocol: 0xff },
      { interfaceClass: 8, subClass: 6, protocol: 0x50 },
      { interfaceClass: 2, subClass: 2, protocol: 1 },
      { interfaceClass: 10, subClass: 0, protocol: 0 },
    ],
  };

  return {
    busid: STLINK_BUSID,
    get device() {
      return plugged ? device : undefined;
    },
    get client() {
      return vcp.client;
    },
    submit,
    reset,
    onGone: (listener) => void goneListeners.push(listener),
    setPlugged(on) {
      if (plugged === on) return;
      plugged = on;
      configuration = 1;
      if (on) return;
      for (const each of pipes.values()) each.end(urbStatus.noDevice);
      probe.reset();
      storage.reset();
      vcp.reset(urbStatus.noDevice);
      for (const listener of goneListeners) listener();
    },
    flush: vcp.flush,
    advance: vcp.advance,
    nextNs: vcp.nextNs,
  };
}
