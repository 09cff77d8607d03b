import type { UrbResult } from './urb.ts';

/**
 * USB/IP 1.1.1, the server's side of the bytes. Sources: Linux Documentation/usb/usbip_protocol.rst, and a capture of a 6.1 kernel where the
 * document is silent or off by one (the device block). Integers big endian; setup bytes and payload as on the bus.
 */
export interface UsbIpDevice {
  readonly path: string;
  readonly busid: string;
  readonly busnum: number;
  readonly devnum: number;
  /** 2: full speed. */
  readonly speed: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly deviceClass: number;
  readonly deviceSubClass: number;
  readonly deviceProtocol: number;
  readonly configurationValue: number;
  readonly configurations: number;
  readonly interfaces: readonly {
    readonly interfaceClass: number;
    readonly subClass: number;
    readonly protocol: number;
  }[];
}

export interface SubmitRequest {
  readonly kind: 'submit';
  readonly seqnum: number;
  readonly devid: number;
  readonly endpoint: number;
  readonly direction: 'in' | 'out';
  /** transfer_buffer_length. */
  readonly length: number;
  readonly interval: number;
  readonly setup: Uint8Array;
  /** `out` only. */
  readonly data: Uint8Array;
}

export type UsbIpRequest =
  | { readonly kind: 'devlist' }
  | { readonly kind: 'import'; readonly busid: string }
  | SubmitRequest
  | { readonly kind: 'unlink'; readonly seqnum: number; readonly target: number }
  /** The stream cannot be read on. */
  | { readonly kind: 'broken'; readonly why: string };

export interface UsbIpParser {
  push(chunk: Uint8Array): void;
  /** The next whole message; undefined: bytes are missing. After `broken` there is nothing more. */
  next(): UsbIpRequest | undefined;
  /** From here on URBs come instead of operations. */
  imported(): void;
}

export const VERSION = 0x0111;
const OPERATION = { devlistRequest: 0x8005, devlistReply: 0x0005, importRequest: 0x8003, importReply: 0x0003 } as const;
const COMMAND = { submit: 1, unlink: 2, submitReply: 3, unlinkReply: 4 } as const;
/** `status` of an OP_REP_IMPORT that refuses (Linux tools/usb/usbip/libsrc/usbip_common.h: ST_*). */
export const importStatus = { ok: 0, busy: 2, noDevice: 4 } as const;
const OPERATION_BYTES = 8;
const BUSID_BYTES = 32;
const PATH_BYTES = 256;
const URB_BYTES = 48;
const DEVICE_BYTES = 312;
const INTERFACE_BYTES = 4;
/** Longest transfer that is taken; larger ones are no requests but noise. */
export const MAX_TRANSFER_BYTES = 1 << 20;
const NO_PACKETS = 0xffff_ffff;

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

export function createUsbIpParser(): UsbIpParser {
  let rest: Buffer = Buffer.alloc(0);
  let attached = false;
  let broken = false;

  function fail(why: string): UsbIpRequest {
    broken = true;
    rest = Buffer.alloc(0);
    return { kind: 'broken', why };
  }

  function take(count: number): Buffer {
    const taken = rest.subarray(0, count);
    rest = rest.subarray(count);
    return taken;
  }

  function operation(): UsbIpRequest | undefined {
    // The version alone tells that this is another protocol; whoever speaks one need not have sent eight bytes.
    if (rest.length < 2) return undefined;
    const version = rest.readUInt16BE(0);
    if (version !== VERSION) return fail(`USB/IP version ${hex(version, 4)}, not ${hex(VERSION, 4)}`);
    if (rest.length < OPERATION_BYTES) return undefined;
    const code = rest.readUInt16BE(2);
    if (code === OPERATION.devlistRequest) {
      take(OPERATION_BYTES);
      return { kind: 'devlist' };
    }
    if (code !== OPERATION.importRequest) return fail(`unknown operation ${hex(code, 4)}`);
    if (rest.length < OPERATION_BYTES + BUSID_BYTES) return undefined;
    const busid = take(OPERATION_BYTES + BUSID_BYTES).subarray(OPERATION_BYTES);
    const end = busid.indexOf(0);
    return { kind: 'import', busid: busid.toString('latin1', 0, end < 0 ? BUSID_BYTES : end) };
  }

  function urb(): UsbIpRequest | undefined {
    if (rest.length < URB_BYTES) return undefined;
    const command = rest.readUInt32BE(0);
    const seqnum = rest.readUInt32BE(4);
    if (command === COMMAND.unlink) return { kind: 'unlink', seqnum, target: take(URB_BYTES).readUInt32BE(20) };
    if (command !== COMMAND.submit) return fail(`unknown command ${hex(command, 8)}`);
    const wrong = wrongSubmit(rest);
    if (wrong !== undefined) return fail(wrong);
    const out = rest.readUInt32BE(12) === 0;
    const length = rest.readUInt32BE(24);
    if (out && rest.length < URB_BYTES + length) return undefined;
    const header = take(URB_BYTES);
    return {
      kind: 'submit',
      seqnum,
      devid: header.readUInt32BE(8),
      endpoint: header.readUInt32BE(16),
      direction: out ? 'out' : 'in',
      length,
      interval: header.readUInt32BE(36),
      setup: Uint8Array.from(header.subarray(40, 48)),
      data: Uint8Array.from(out ? take(length) : []),
    };
  }

  return {
    push(chunk) {
      if (!broken) rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    },
    next() {
      if (broken) return undefined;
      return attached ? urb() : operation();
    },
    imported() {
      attached = true;
    },
  };
}

/** What is wrong with the header of a CMD_SUBMIT. */
function wrongSubmit(header: Buffer): string | undefined {
  const direction = header.readUInt32BE(12);
  const endpoint = header.readUInt32BE(16);
  const length = header.readUInt32BE(24);
  const packets = header.readUInt32BE(32);
  if (direction > 1) return `direction ${direction} of a URB is neither 0 nor 1`;
  if (endpoint > 15) return `endpoint ${endpoint} of a URB is above 15`;
  if (length > MAX_TRANSFER_BYTES) return `a URB of ${length} bytes exceeds ${MAX_TRANSFER_BYTES}`;
  if (packets !== 0 && packets !== NO_PACKETS) return 'isochronous transfers are not modelled';
  // A request without data may be marked either way.
  const reads = (header[40] ?? 0) >= 0x80 ? 1 : 0;
  if (endpoint === 0 && length > 0 && reads !== direction) return 'direction of a URB and of its SETUP packet differ';
  return undefined;
}

function operationHeader(bytes: Buffer, code: number, status: number): void {
  bytes.writeUInt16BE(VERSION, 0);
  bytes.writeUInt16BE(code, 2);
  bytes.writeUInt32BE(status, 4);
}

function writeDevice(bytes: Buffer, at: number, device: UsbIpDevice): void {
  bytes.write(device.path, at, PATH_BYTES - 1, 'latin1');
  bytes.write(device.busid, at + 256, BUSID_BYTES - 1, 'latin1');
  bytes.writeUInt32BE(device.busnum, at + 288);
  bytes.writeUInt32BE(device.devnum, at + 292);
  bytes.writeUInt32BE(device.speed, at + 296);
  bytes.writeUInt16BE(device.vendorId, at + 300);
  bytes.writeUInt16BE(device.productId, at + 302);
  bytes.writeUInt16BE(device.bcdDevice, at + 304);
  bytes[at + 306] = device.deviceClass;
  bytes[at + 307] = device.deviceSubClass;
  bytes[at + 308] = device.deviceProtocol;
  bytes[at + 309] = device.configurationValue;
  bytes[at + 310] = device.configurations;
  bytes[at + 311] = device.interfaces.length;
}

/** OP_REP_DEVLIST. As many interface blocks as each device block says: the `usbip` tool waits for them. */
export function devlistReply(devices: readonly UsbIpDevice[]): Uint8Array {
  const sizes = devices.map((device) => DEVICE_BYTES + device.interfaces.length * INTERFACE_BYTES);
  const bytes = Buffer.alloc(OPERATION_BYTES + 4 + sizes.reduce((sum, size) => sum + size, 0));
  operationHeader(bytes, OPERATION.devlistReply, 0);
  bytes.writeUInt32BE(devices.length, OPERATION_BYTES);
  let at = OPERATION_BYTES + 4;
  devices.forEach((device, i) => {
    writeDevice(bytes, at, device);
    device.interfaces.forEach((each, j) => {
      bytes.set([each.interfaceClass, each.subClass, each.protocol, 0], at + DEVICE_BYTES + j * INTERFACE_BYTES);
    });
    at += sizes[i] ?? 0;
  });
  return bytes;
}

/** OP_REP_IMPORT that grants. */
export function importReply(device: UsbIpDevice): Uint8Array {
  const bytes = Buffer.alloc(OPERATION_BYTES + DEVICE_BYTES);
  operationHeader(bytes, OPERATION.importReply, importStatus.ok);
  writeDevice(bytes, OPERATION_BYTES, device);
  return bytes;
}

/** OP_REP_IMPORT that refuses: the header alone. */
export function importRefusal(status: number): Uint8Array {
  const bytes = Buffer.alloc(OPERATION_BYTES);
  operationHeader(bytes, OPERATION.importReply, status);
  return bytes;
}

/** RET_SUBMIT; what was read follows, of a write only its length. */
export function submitReply(seqnum: number, result: UrbResult): Uint8Array {
  const bytes = Buffer.alloc(URB_BYTES + result.data.length);
  bytes.writeUInt32BE(COMMAND.submitReply, 0);
  bytes.writeUInt32BE(seqnum, 4);
  bytes.writeInt32BE(result.status, 20);
  bytes.writeUInt32BE(result.actual, 24);
  bytes.set(result.data, URB_BYTES);
  return bytes;
}

/** RET_UNLINK. */
export function unlinkReply(seqnum: number, status: number): Uint8Array {
  const bytes = Buffer.alloc(URB_BYTES);
  bytes.writeUInt32BE(COMMAND.unlinkReply, 0);
  bytes.writeUInt32BE(seqnum, 4);
  bytes.writeInt32BE(status, 20);
  return bytes;
}

/** As the device block's busnum and devnum appear in each URB. */
export const devidOf = (device: UsbIpDevice): number => ((device.busnum << 16) | device.devnum) >>> 0;
