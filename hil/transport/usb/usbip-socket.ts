import { connect, type Socket } from 'node:net';
import { HilError, isHilError } from '../../error/hil-error.ts';
import { type Deadline, deadline } from '../../trace/deadline.ts';
import { untilEvent } from '../../trace/wait.ts';
import { type ByteInbox, createByteInbox } from '../byte-inbox.ts';
import {
  brokenProtocol,
  DEVICE_BLOCK_BYTES,
  type DeviceBlock,
  devlistRequest,
  INTERFACE_BLOCK_BYTES,
  importRequest,
  MOST_DEVICES,
  OP_HEADER_BYTES,
  opStatus,
  parseDeviceBlock,
  parseOpReply,
} from './usbip-coder.ts';

/** How long a server may take for a connection and for the answer to one request about its devices. */
const SERVER_MS = 5000;

export interface UsbIpServer {
  readonly host: string;
  readonly port: number;
}

/** A connection before its first URB: what came in waits in the inbox. */
export interface UsbIpSocket {
  readonly socket: Socket;
  readonly inbox: ByteInbox;
}

/** Asks for the devices of a server. @throws HilError 258 (nobody there), 259 (broken answers, or none in time) */
export async function devicesOf(server: UsbIpServer): Promise<readonly DeviceBlock[]> {
  const limit = deadline(`list of devices of ${serverText(server)}`, SERVER_MS);
  const { socket, inbox } = await connectTo(server, limit);
  try {
    socket.write(devlistRequest());
    const status = parseOpReply(await read(inbox, limit, OP_HEADER_BYTES, 'list of USB/IP devices'), 'devlist');
    if (status !== opStatus.ok) throw brokenProtocol(`${serverText(server)} answers DEVLIST with status ${status}`);
    const count = new DataView((await read(inbox, limit, 4, 'number of USB/IP devices')).buffer).getUint32(0);
    if (count > MOST_DEVICES) throw brokenProtocol(`${serverText(server)} says that it has ${count} devices`);
    const blocks: DeviceBlock[] = [];
    for (let i = 0; i < count; i++) {
      const block = parseDeviceBlock(await read(inbox, limit, DEVICE_BLOCK_BYTES, `device ${i + 1} of ${count}`));
      await read(
        inbox,
        limit,
        block.numInterfaces * INTERFACE_BLOCK_BYTES,
        `interfaces of device ${i + 1} of ${count}`,
      );
      blocks.push(block);
    }
    return blocks;
  } finally {
    socket.destroy();
  }
}

/** A device that is ours until the socket closes, or the status with which the server refused it. */
export type Imported = (UsbIpSocket & { readonly block: DeviceBlock }) | { readonly refused: number };

/** @throws HilError 258, 259 */
export async function importDevice(server: UsbIpServer, busid: string): Promise<Imported> {
  const limit = deadline(`import of ${busid} from ${serverText(server)}`, SERVER_MS);
  const connection = await connectTo(server, limit);
  const { socket, inbox } = connection;
  try {
    socket.write(importRequest(busid));
    const status = parseOpReply(
      await read(inbox, limit, OP_HEADER_BYTES, `answer to the import of ${busid}`),
      'import',
    );
    if (status !== opStatus.ok) {
      socket.destroy();
      return { refused: status };
    }
    const block = parseDeviceBlock(await read(inbox, limit, DEVICE_BLOCK_BYTES, `device ${busid}`));
    if (block.busid !== busid) throw brokenProtocol(`'${block.busid}' was given where '${busid}' was asked for`);
    return { ...connection, block };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

export function serverText({ host, port }: UsbIpServer): string {
  return `USB/IP server ${host}:${port}`;
}

async function connectTo(server: UsbIpServer, limit: Deadline): Promise<UsbIpSocket> {
  const socket = connect({ host: server.host, port: server.port, noDelay: true });
  const inbox = createByteInbox();
  socket.on('data', (bytes: Buffer) => inbox.push(bytes));
  socket.on('error', () => {});
  socket.on('close', () => inbox.end(brokenProtocol(`${serverText(server)} closed the connection before its answer`)));
  try {
    await untilEvent<void>(
      limit,
      `connection to ${serverText(server)}`,
      ({ resolve, reject }) => {
        const connected = (): void => resolve();
        socket.once('connect', connected);
        socket.once('error', reject);
        return () => {
          socket.off('connect', connected);
          socket.off('error', reject);
        };
      },
      { code: 258, blame: 'rig' },
    );
    return { socket, inbox };
  } catch (error) {
    socket.destroy();
    if (isHilError(error)) throw error;
    throw new HilError(258, `nobody listens as ${serverText(server)}: ${(error as Error).message}`, {
      blame: 'rig',
      cause: error,
      context: { usb: 'io', host: server.host, port: server.port },
    });
  }
}

function read(inbox: ByteInbox, limit: Deadline, count: number, what: string): Promise<Uint8Array> {
  return inbox.read(limit, count, what, 259);
}
