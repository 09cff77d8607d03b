import { HilError } from '../../error/hil-error.ts';
import { hexText } from '../../trace/plain.ts';
import type { Setup } from './usb-port.ts';

/*
 * USB/IP 1.1.1 (Linux, Documentation/usb/usbip_protocol.rst): headers in big endian, the eight bytes of a setup packet and all data as on USB.
 */

const VERSION = 0x0111;
const BUSID_BYTES = 32;
const PATH_BYTES = 256;

export const OP_HEADER_BYTES = 8;
export const DEVICE_BLOCK_BYTES = 312;
export const INTERFACE_BLOCK_BYTES = 4;
export const URB_HEADER_BYTES = 48;

/** More devices than one server of boards can have: a number beyond is a broken server, not a long list. */
export const MOST_DEVICES = 1024;

const op = { reqDevlist: 0x8005, repDevlist: 0x0005, reqImport: 0x8003, repImport: 0x0003 } as const;
const urb = { submit: 1, unlink: 2, retSubmit: 3, retUnlink: 4 } as const;

const DIRECTION_IN = 1;
/** URB_DIR_IN of transfer_flags. */
const FLAG_IN = 0x200;

/** Why an import was refused (`ST_` of the protocol's tools). */
export const opStatus = { ok: 0, notAvailable: 1, busy: 2, deviceError: 3, noSuchDevice: 4, error: 5 } as const;

/** What DEVLIST and IMPORT tell of a device. */
export interface DeviceBlock {
  readonly path: string;
  readonly busid: string;
  readonly busnum: number;
  readonly devnum: number;
  readonly speed: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly configurationValue: number;
  readonly numInterfaces: number;
}

export interface Submit {
  readonly seqnum: number;
  readonly devid: number;
  readonly direction: 'in' | 'out';
  /** wLength of an IN transfer; of an OUT transfer `data` tells. */
  readonly length: number;
  readonly setup: Setup;
  readonly data: Uint8Array;
}

/** The head of a reply; `actualLength` bytes follow one to an IN transfer. */
export type Reply =
  | { readonly kind: 'submit'; readonly seqnum: number; readonly status: number; readonly actualLength: number }
  | { readonly kind: 'unlink'; readonly seqnum: number; readonly status: number };

export function devlistRequest(): Uint8Array {
  return opHeader(op.reqDevlist, OP_HEADER_BYTES);
}

export function importRequest(busid: string): Uint8Array {
  const bytes = opHeader(op.reqImport, OP_HEADER_BYTES + BUSID_BYTES);
  bytes.set(new TextEncoder().encode(busid).subarray(0, BUSID_BYTES - 1), OP_HEADER_BYTES);
  return bytes;
}

/**
 * Status of the answer to DEVLIST or IMPORT.
 * @throws HilError 259 if it is not one of this version
 */
export function parseOpReply(bytes: Uint8Array, wanted: 'devlist' | 'import'): number {
  const view = viewOf(bytes);
  const code = wanted === 'devlist' ? op.repDevlist : op.repImport;
  if (bytes.length !== OP_HEADER_BYTES || view.getUint16(0) !== VERSION || view.getUint16(2) !== code) {
    throw brokenProtocol(
      `the answer to ${wanted === 'devlist' ? 'OP_REQ_DEVLIST' : 'OP_REQ_IMPORT'} is ${hexText(bytes)}`,
    );
  }
  return view.getUint32(4);
}

export function parseDeviceBlock(bytes: Uint8Array): DeviceBlock {
  const view = viewOf(bytes);
  return {
    path: textOf(bytes.subarray(0, PATH_BYTES)),
    busid: textOf(bytes.subarray(PATH_BYTES, PATH_BYTES + BUSID_BYTES)),
    busnum: view.getUint32(288),
    devnum: view.getUint32(292),
    speed: view.getUint32(296),
    vendorId: view.getUint16(300),
    productId: view.getUint16(302),
    bcdDevice: view.getUint16(304),
    configurationValue: view.getUint8(309),
    numInterfaces: view.getUint8(311),
  };
}

/** `devid` of the URBs of a device. */
export function devidOf({ busnum, devnum }: Pick<DeviceBlock, 'busnum' | 'devnum'>): number {
  return ((busnum << 16) | devnum) >>> 0;
}

export function submitMessage({ seqnum, devid, direction, length, setup, data }: Submit): Uint8Array {
  const isIn = direction === 'in';
  const bytes = new Uint8Array(URB_HEADER_BYTES + (isIn ? 0 : data.length));
  const view = viewOf(bytes);
  const count = isIn ? length : data.length;
  view.setUint32(0, urb.submit);
  view.setUint32(4, seqnum);
  view.setUint32(8, devid);
  view.setUint32(12, isIn ? DIRECTION_IN : 0);
  view.setUint32(20, isIn ? FLAG_IN : 0);
  view.setUint32(24, count);
  bytes.set(setupBytes(setup, direction, count), 40);
  if (!isIn) bytes.set(data, URB_HEADER_BYTES);
  return bytes;
}

export function unlinkMessage(seqnum: number, devid: number, cancels: number): Uint8Array {
  const bytes = new Uint8Array(URB_HEADER_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, urb.unlink);
  view.setUint32(4, seqnum);
  view.setUint32(8, devid);
  view.setUint32(20, cancels);
  return bytes;
}

/** @throws HilError 259 for anything but a reply */
export function parseReply(bytes: Uint8Array): Reply {
  const view = viewOf(bytes);
  const command = view.getUint32(0);
  const seqnum = view.getUint32(4);
  const status = view.getInt32(20);
  if (command === urb.retSubmit) return { kind: 'submit', seqnum, status, actualLength: view.getUint32(24) };
  if (command === urb.retUnlink) return { kind: 'unlink', seqnum, status };
  throw brokenProtocol(`a reply of command ${command} came: ${hexText(bytes)}`);
}

/** The eight bytes of a setup packet (USB 2.0 9.3). */
export function setupBytes(
  { type, recipient, request, value, index }: Setup,
  direction: 'in' | 'out',
  length: number,
): Uint8Array {
  const types = { standard: 0x00, class: 0x20, vendor: 0x40 } as const;
  const recipients = { device: 0, interface: 1, endpoint: 2, other: 3 } as const;
  const bytes = new Uint8Array(8);
  const view = viewOf(bytes);
  bytes[0] = (direction === 'in' ? 0x80 : 0) | types[type] | recipients[recipient];
  bytes[1] = request;
  view.setUint16(2, value, true);
  view.setUint16(4, index, true);
  view.setUint16(6, length, true);
  return bytes;
}

export function brokenProtocol(why: string): HilError {
  return new HilError(259, `the USB/IP server broke the protocol: ${why}`, {
    blame: 'rig',
    context: { usb: 'io' },
  });
}

function opHeader(code: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  viewOf(bytes).setUint16(0, VERSION);
  viewOf(bytes).setUint16(2, code);
  return bytes;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
