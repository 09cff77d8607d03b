import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One control transfer as it went over the wire. */
export interface Transfer {
  /** The eight setup bytes, in hex. */
  readonly setup: string;
  /** What its data stage carried, in hex. */
  readonly data: string;
  /** 0, or the negative errno of Linux that ended it: -32 is STALL. */
  readonly status: number;
}

/** A listener between a USB/IP client and a server that writes down each control transfer and changes nothing. For tests. */
export interface UsbIpTap {
  /** On 127.0.0.1, for the client. */
  readonly port: number;
  /** The transfers that have ended since the last call, in the order of their ends. */
  takeTransfers(): readonly Transfer[];
  close(): void;
}

/** Sizes and places of USB/IP 1.1.1 (Documentation/usb/usbip_protocol.rst of Linux). */
const OP_REQ_DEVLIST = 0x8005;
const OP_HEADER = 8;
const OP_REQ_IMPORT_LENGTH = 40;
const OP_REP_IMPORT_LENGTH = 320;
const URB_HEADER = 48;
const CMD_SUBMIT = 1;
const RET_SUBMIT = 3;

export async function startUsbIpTap(server: { readonly host: string; readonly port: number }): Promise<UsbIpTap> {
  let transfers: Transfer[] = [];
  const open = new Set<Socket>();
  const listener = createServer((client) => {
    const board = connect(server);
    const reader = readConversation((transfer) => transfers.push(transfer));
    for (const [from, to, read] of [
      [client, board, reader.fromClient],
      [board, client, reader.fromServer],
    ] as const) {
      open.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => {
        read(chunk);
        to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.end();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    takeTransfers() {
      const taken = transfers;
      transfers = [];
      return taken;
    },
    close() {
      listener.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** Pairs what a client submits with what a server returns, whatever the pieces in which the bytes come. */
export function readConversation(ended: (transfer: Transfer) => void): {
  readonly fromClient: (chunk: Uint8Array) => void;
  readonly fromServer: (chunk: Uint8Array) => void;
} {
  const submitted = new Map<number, { readonly setup: string; readonly isIn: boolean; readonly data: string }>();
  const client = inMessages((head, offset) => {
    if (offset === 0) return head.readUInt16BE(2) === OP_REQ_DEVLIST ? OP_HEADER : OP_REQ_IMPORT_LENGTH;
    const isOut = head.readUInt32BE(0) === CMD_SUBMIT && head.readUInt32BE(12) === 0;
    return URB_HEADER + (isOut ? head.readUInt32BE(24) : 0);
  });
  const server = inMessages((head, offset) => {
    if (offset === 0)
      return head.readUInt16BE(2) === 3 && head.readUInt32BE(4) === 0 ? OP_REP_IMPORT_LENGTH : OP_HEADER;
    const urb = submitted.get(head.readUInt32BE(4));
    return URB_HEADER + (head.readUInt32BE(0) === RET_SUBMIT && urb?.isIn === true ? head.readUInt32BE(24) : 0);
  });
  return {
    fromClient(chunk) {
      for (const { bytes, offset } of client(chunk)) {
        if (offset > 0 && bytes.readUInt32BE(0) === CMD_SUBMIT && bytes.readUInt32BE(16) === 0) {
          const setup = bytes.toString('hex', 40, 48);
          submitted.set(bytes.readUInt32BE(4), {
            setup,
            isIn: bytes.readUInt32BE(12) === 1,
            data: bytes.toString('hex', URB_HEADER),
          });
        }
      }
    },
    fromServer(chunk) {
      for (const { bytes, offset } of server(chunk)) {
        if (offset === 0 || bytes.readUInt32BE(0) !== RET_SUBMIT) continue;
        const number = bytes.readUInt32BE(4);
        const urb = submitted.get(number);
        submitted.delete(number);
        if (urb === undefined) continue;
        const data = urb.isIn ? bytes.toString('hex', URB_HEADER) : urb.data;
        ended({ setup: urb.setup, data, status: bytes.readInt32BE(20) });
      }
    },
  };
}

/** Cuts a stream into messages; `lengthOf` tells a message's length from its first bytes (8 of the first, 48 of the others). */
function inMessages(lengthOf: (head: Buffer, offset: number) => number) {
  let rest = Buffer.alloc(0);
  let offset = 0;
  return (chunk: Uint8Array): readonly { readonly bytes: Buffer; readonly offset: number }[] => {
    rest = Buffer.concat([rest, chunk]);
    const messages: { bytes: Buffer; offset: number }[] = [];
    for (;;) {
      if (rest.length < (offset === 0 ? OP_HEADER : URB_HEADER)) return messages;
      const length = lengthOf(rest, offset);
      if (rest.length < length) return messages;
      messages.push({ bytes: rest.subarray(0, length), offset });
      rest = rest.subarray(length);
      offset += length;
    }
  };
}
