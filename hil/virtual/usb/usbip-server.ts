import type { Server, Socket } from 'node:net';
import { serveLoopback } from '../wire/loopback.ts';
import {
  createUsbIpParser,
  devidOf,
  devlistReply,
  importRefusal,
  importReply,
  importStatus,
  type UsbIpDevice,
  type UsbIpRequest,
} from './usbip-codec.ts';
import type { Export } from './usbip-export.ts';
import { createUrbs, type Urbs } from './usbip-urbs.ts';

export interface UsbIpServer {
  readonly port: number;
  readonly server: Server;
  /** Who has the export of this bus ID, as host:port. */
  client(busid: string): string | undefined;
  close(): Promise<void>;
}

export interface UsbIpServerOptions {
  readonly exports: readonly Export[];
  /** Called before each input, so that the board is at the present when it takes it. */
  readonly beforeInput: () => void;
  /** A URB came or ended. */
  readonly onTraffic: () => void;
  /** A client was cut off because of what it sent. */
  readonly note: (event: string, data: Readonly<Record<string, unknown>>) => void;
}

/** A client that closes and opens again may be seen the other way round, so the first gets a moment to be gone. */
const GRACE_MS = 200;
/** A client that was told the end gets this long to close its side. */
const FAREWELL_MS = 1_000;

/** The client that has an export. */
interface Owner {
  readonly peer: string;
  /** Its device has gone. */
  end(): void;
}

export async function startUsbIpServer(options: UsbIpServerOptions): Promise<UsbIpServer> {
  const sockets = new Set<Socket>();
  const owners = new Map<Export, Owner>();
  const exports = new Map(options.exports.map((each) => [each.busid, each]));
  const waiters = new Set<() => void>();

  function release(of: Export, owner: Owner): void {
    if (owners.get(of) !== owner) return;
    owners.delete(of);
    for (const waiter of [...waiters]) waiter();
  }

  for (const of of options.exports) of.onGone(() => owners.get(of)?.end());

  /** Answer an import at once, or as soon as the owner has gone. */
  function whenFree(of: Export, then: () => void): void {
    if (!owners.has(of)) {
      then();
      return;
    }
    const look = (): void => {
      if (!owners.has(of)) stop();
    };
    const stop = (): void => {
      clearTimeout(late);
      waiters.delete(look);
      then();
    };
    const late = setTimeout(stop, GRACE_MS);
    waiters.add(look);
  }

  const { server, port } = await serveLoopback((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    serve(socket);
  });

  function serve(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    const parser = createUsbIpParser();
    let urbs: Urbs | undefined;
    let paused = false;
    let over = false;

    /** The last word: what the client still sends is dropped until it closes, too. */
    function finish(last?: Uint8Array): void {
      over = true;
      if (last === undefined) socket.end();
      else socket.end(last);
      const late = setTimeout(() => socket.destroy(), FAREWELL_MS);
      socket.once('close', () => clearTimeout(late));
    }

    function cutOff(why: string): void {
      options.note('usbip client cut off', { client: peer, why });
      finish();
    }

    function importDevice(busid: string): void {
      const of = exports.get(busid);
      if (of?.device === undefined) {
        finish(importRefusal(importStatus.noDevice));
        return;
      }
      paused = true;
      whenFree(of, () => {
        paused = false;
        if (socket.destroyed || over) return;
        if (of.device === undefined) finish(importRefusal(importStatus.noDevice));
        else if (owners.has(of)) finish(importRefusal(importStatus.busy));
        else begin(of, of.device);
      });
    }

    function begin(of: Export, device: UsbIpDevice): void {
      const mine = createUrbs(of, devidOf(device), (bytes) => {
        options.onTraffic();
        if (!socket.destroyed) socket.write(bytes);
      });
      const leave = (): void => {
        mine.close();
        release(of, owner);
      };
      const owner: Owner = {
        peer,
        end() {
          leave();
          finish();
        },
      };
      owners.set(of, owner);
      urbs = mine;
      socket.write(importReply(device));
      parser.imported();
      socket.once('close', () => {
        options.beforeInput();
        leave();
      });
      pump();
    }

    function handle(request: UsbIpRequest): void {
      switch (request.kind) {
        case 'devlist':
          finish(devlistReply([...exports.values()].flatMap((each) => each.device ?? [])));
          return;
        case 'import':
          importDevice(request.busid);
          return;
        case 'broken':
          cutOff(request.why);
          return;
        default: {
          options.onTraffic();
          const wrong = urbs?.take(request);
          if (wrong !== undefined) cutOff(wrong);
        }
      }
    }

    function pump(): void {
      while (!paused && !over) {
        const request = parser.next();
        if (request === undefined) return;
        handle(request);
      }
    }

    socket.on('data', (chunk: Buffer) => {
      if (over) return;
      options.beforeInput();
      parser.push(chunk);
      pump();
    });
  }

  return {
    port,
    server,
    client(busid) {
      const of = exports.get(busid);
      return of === undefined ? undefined : owners.get(of)?.peer;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
