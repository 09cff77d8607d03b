import { createHash } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import { serveLoopback } from './loopback.ts';
import {
  answer,
  createStlinkParser,
  type StlinkParser,
  type StlinkRequest,
  status,
  type UsbRequest,
  words,
} from './stlink-frames.ts';

export interface StlinkServer {
  readonly port: number;
  readonly server: Server;
  /** The client that has the device open, as host:port. */
  readonly client: string | undefined;
  /** Cut the USB port (false) or plug it in again: without it every connection ends at once. */
  setPlugged(plugged: boolean): void;
  close(): Promise<void>;
}

export interface StlinkServerOptions {
  readonly serial: string;
  /** Run one command of the probe and return its answer; called in the order of arrival. */
  readonly execute: (command: Uint8Array, data: Uint8Array | undefined, size: number) => Uint8Array;
}

// What OpenOCD takes as "batching possible, 4 KiB packets": server API 3.
const SERVER_VERSION = [3, 2, 1, 1] as const;
const DEVICE_ID = 1;
const VENDOR_ID = 0x0483;
/** STLINK-V3 with mass storage and VCP, as the firmware version V3J10 of the probe says too. */
const PRODUCT_ID = 0x374e;
const DEVICE_INFO_BYTES = 41;

/** Serial of a board's probe: 24 characters, because OpenOCD takes 12 for raw bytes and expands them. */
export function probeSerial(boardName: string): string {
  return createHash('sha256').update(`probe of ${boardName}`).digest('hex').slice(0, 24).toUpperCase();
}

/** Undefined when the stream is not this protocol; a fault of the model, which comes later, must not pass for that. */
function parse(parser: StlinkParser, chunk: Uint8Array): StlinkRequest[] | undefined {
  try {
    return parser.push(chunk);
  } catch {
    return undefined;
  }
}

/** The TCP server behind which a board's ST-LINK sits. It offers one device to one client at a time. */
export async function startStlinkServer(options: StlinkServerOptions): Promise<StlinkServer> {
  let owner: Socket | undefined;
  let ownerName: string | undefined;
  let connectId = 0;
  let plugged = true;
  const sockets = new Set<Socket>();

  function deviceInfo(socket: Socket, index: number, size: number): Buffer {
    if (index !== 0) return answer(status.badParameter, new Uint8Array(0), size);
    const info = Buffer.alloc(DEVICE_INFO_BYTES);
    info.writeUInt32LE(DEVICE_ID, 0);
    info.write(options.serial, 4, 32, 'ascii');
    info.writeUInt16LE(VENDOR_ID, 36);
    info.writeUInt16LE(PRODUCT_ID, 38);
    info[40] = owner !== undefined && owner !== socket ? 1 : 0;
    return answer(status.ok, info, size);
  }

  function open(socket: Socket, deviceId: number): Buffer {
    if (deviceId !== DEVICE_ID) return words(status.badParameter, 0);
    if (owner !== undefined && owner !== socket) return words(status.openError, 0);
    owner = socket;
    ownerName = `${socket.remoteAddress}:${socket.remotePort}`;
    // Never zero: OpenOCD takes a zero for "not open" and skips its closing sequence.
    connectId = (connectId % 0xffff) + 1;
    return words(status.ok, connectId);
  }

  function release(socket: Socket): void {
    if (owner !== socket) return;
    owner = undefined;
    ownerName = undefined;
  }

  function usb(socket: Socket, request: UsbRequest): Buffer {
    const size = request.direction === 'write' ? 0 : request.size;
    if (owner !== socket || request.connectId !== connectId)
      return answer(status.notAvailable, new Uint8Array(0), size);
    if (request.direction === 'trace') return answer(status.ok, new Uint8Array(0), size);
    return answer(status.ok, options.execute(request.command, request.data, size), size);
  }

  function handle(socket: Socket, request: StlinkRequest): Buffer {
    switch (request.kind) {
      case 'serverVersion':
        return words(...SERVER_VERSION);
      case 'refresh':
        return words(status.ok);
      case 'count':
        return words(1);
      case 'deviceInfo':
        return deviceInfo(socket, request.index, Math.max(request.size, DEVICE_INFO_BYTES));
      case 'open':
        return open(socket, request.deviceId);
      case 'close':
        if (owner === socket && request.connectId === connectId) release(socket);
        return words(status.ok);
      case 'usb':
        return usb(socket, request);
    }
  }

  const { server, port } = await serveLoopback((socket) => {
    if (!plugged) {
      socket.destroy();
      return;
    }
    const parser = createStlinkParser();
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('data', (chunk: Buffer) => {
      const requests = parse(parser, chunk);
      if (requests === undefined) {
        socket.destroy();
        return;
      }
      const answers = requests.map((request) => handle(socket, request));
      if (answers.length > 0) socket.write(Buffer.concat(answers));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      release(socket);
    });
  });

  return {
    port,
    server,
    get client() {
      return ownerName;
    },
    setPlugged(on) {
      plugged = on;
      if (!on) for (const socket of sockets) socket.destroy();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
