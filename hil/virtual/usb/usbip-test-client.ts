import { connect, type Socket } from 'node:net';

/** For tests of the server: the client's bytes of USB/IP, written apart from the server's. */
export interface SubmitFields {
  readonly seqnum: number;
  readonly devid?: number;
  readonly direction: 0 | 1;
  readonly endpoint?: number;
  readonly length: number;
  readonly packets?: number;
  readonly interval?: number;
  readonly setup?: string;
  readonly data?: Uint8Array;
}

export const DEVLIST = Buffer.from('0111800500000000', 'hex');
export const importOf = (busid: string): Buffer =>
  Buffer.concat([Buffer.from('0111800300000000', 'hex'), Buffer.from(busid.padEnd(32, '\0'), 'latin1')]);

const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value >>> 0, i * 4);
  });
  return bytes;
};

export function submitOf(fields: SubmitFields): Buffer {
  const { seqnum, devid = 0x0001_0002, direction, endpoint = 0, length, packets = 0, interval = 0 } = fields;
  return Buffer.concat([
    u32(1, seqnum, devid, direction, endpoint, direction === 1 ? 0x200 : 0, length, 0, packets, interval),
    Buffer.from(fields.setup ?? '0000000000000000', 'hex'),
    fields.data ?? Buffer.alloc(0),
  ]);
}

export const unlinkOf = (seqnum: number, target: number): Buffer =>
  Buffer.concat([u32(2, seqnum, 0x0001_0002, 0, 0, target), Buffer.alloc(24)]);

export interface Reply {
  readonly command: 'submit' | 'unlink';
  readonly seqnum: number;
  readonly status: number;
  readonly data: Buffer;
}

/** One client on a socket. */
export interface TestClient {
  readonly socket: Socket;
  send(...messages: readonly Uint8Array[]): void;
  /** The next `count` bytes. */
  take(count: number): Promise<Buffer>;
  /** The next answer to a URB; `reads` says whether bytes follow the header. */
  reply(reads: boolean): Promise<Reply>;
  /** Import `1-1` and expect that it is granted; gives the 312 bytes of the device block. */
  attach(): Promise<Buffer>;
  readonly ended: Promise<void>;
}

const PATIENCE_MS = 4_000;

export function dial(port: number): Promise<TestClient> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let rest: Buffer = Buffer.alloc(0);
    let changed = (): void => {};
    let over = false;
    const ended = new Promise<void>((done) => {
      socket.on('close', () => {
        over = true;
        changed();
        done();
      });
    });
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      changed();
    });
    socket.on('error', reject);
    const client: TestClient = {
      socket,
      ended,
      send: (...messages) => void socket.write(Buffer.concat(messages)),
      take: (count) =>
        new Promise((found, failed) => {
          const fail = (why: string): void =>
            failed(new Error(`${why}; wanted ${count} bytes, came ${rest.toString('hex')}`));
          const late = setTimeout(() => fail('too late'), PATIENCE_MS);
          changed = (): void => {
            if (rest.length < count && !over) return;
            clearTimeout(late);
            changed = (): void => {};
            if (rest.length < count) {
              fail('the server closed');
              return;
            }
            const taken = rest.subarray(0, count);
            rest = rest.subarray(count);
            found(taken);
          };
          changed();
        }),
      async reply(reads) {
        const header = await client.take(48);
        const command = header.readUInt32BE(0) === 3 ? 'submit' : 'unlink';
        const length = command === 'submit' && reads ? header.readUInt32BE(24) : 0;
        return {
          command,
          seqnum: header.readUInt32BE(4),
          status: header.readInt32BE(20),
          data: await client.take(length),
        };
      },
      async attach() {
        client.send(importOf('1-1'));
        const header = await client.take(8);
        if (header.readUInt32BE(4) !== 0) throw new Error(`import refused: ${header.toString('hex')}`);
        return client.take(312);
      },
    };
    socket.once('connect', () => resolve(client));
  });
}
