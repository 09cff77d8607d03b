import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { UsbBus } from './usb-port.ts';
import { createUsbIpBus } from './usbip-bus.ts';

/** For tests of the client: a USB/IP server written from the protocol's document, apart from it: fixed offsets, no shared coder. */

/** What a fake server does with one URB: bytes and status of the reply, or none. */
export type UrbAnswer =
  | { readonly status: number; readonly data?: Uint8Array; readonly actual?: number }
  | 'silent'
  | 'close';

export interface FakeServer {
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

/** Ends all servers that a test has started. */
export async function endServers(): Promise<void> {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
}

export interface Behaviour {
  readonly urb?: (setup: string, data: Uint8Array) => UrbAnswer | undefined;
  /** Instead of a well-formed answer to the first request of a connection. */
  readonly first?: (request: Uint8Array) => Uint8Array | 'close' | undefined;
  readonly importStatus?: number;
  readonly onUnlink?: 'taken back' | 'silent' | 'answered before';
  /** Cuts everything that is sent into pieces of so many bytes. */
  readonly pieces?: number;
  /** Sent instead of this message, which counts from 0 over all connections; `last` closes behind it. */
  readonly mangle?: (message: Uint8Array, index: number) => { readonly bytes: Uint8Array; readonly last: boolean };
}

export const DEVICE = Uint8Array.from([18, 1, 0, 2, 0, 0, 0, 64, 0x83, 0x04, 0x11, 0xdf, 0, 2, 1, 2, 3, 1]);
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export async function serve(behaviour: Behaviour = {}): Promise<FakeServer> {
  let sent = 0;
  const fake = { setups: [] as string[], unlinked: [] as number[], devices: 1, devnum: 2 };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let imported = false;
    let pending = Buffer.alloc(0);
    const send = (message: Uint8Array): void => {
      const { bytes, last } = behaviour.mangle?.(message, sent++) ?? { bytes: message, last: false };
      if (last) {
        socket.end(bytes);
        return;
      }
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

export function op(code: number, status: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(0x0111, 0);
  bytes.writeUInt16BE(code, 2);
  bytes.writeUInt32BE(status, 4);
  return bytes;
}

export function block(devnum: number, withInterfaces: boolean): Buffer {
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
