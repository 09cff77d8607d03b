import { ended, type UrbResult, urbStatus } from './urb.ts';
import type { Submission } from './usbip-export.ts';

/** An IN endpoint of a device that is modelled by what it says, not by its registers: bytes and those who wait for them meet here. */
export interface InPipe {
  /** Ends when a short packet came or `length` is reached; waits as long as there is nothing. */
  submit(length: number, done: (result: UrbResult) => void): Submission;
  /** One message: packets of the largest size and the rest in a short one. */
  push(message: Uint8Array): void;
  /** Bytes that nobody has taken. */
  readonly held: number;
  /** Somebody waits for bytes. */
  readonly wanted: boolean;
  /** Forget what nobody has taken. */
  clear(): void;
  /** End all who wait, with `status`. */
  end(status: number): void;
}

export interface InPipeOptions {
  readonly maxPacket: number;
  /** A message that ends with a full packet is followed by an empty one, so that who asked for more learns that it is over. */
  readonly closesFull?: boolean;
  /** The last one who waited was taken back. */
  readonly onLeft?: () => void;
}

interface Waiting {
  readonly length: number;
  readonly done: (result: UrbResult) => void;
  readonly got: Uint8Array[];
  count: number;
}

export function createInPipe({ maxPacket, closesFull = false, onLeft }: InPipeOptions): InPipe {
  let packets: Uint8Array[] = [];
  let waiting: Waiting[] = [];

  function finish(one: Waiting, status: number): void {
    waiting.shift();
    one.done({ status, actual: one.count, data: Buffer.concat(one.got) });
  }

  function serve(): void {
    for (let one = waiting[0]; one !== undefined && packets.length > 0; one = waiting[0]) {
      const packet = packets.shift() as Uint8Array;
      if (packet.length > one.length - one.count) {
        finish(one, urbStatus.babble);
        continue;
      }
      one.got.push(packet);
      one.count += packet.length;
      if (packet.length < maxPacket || one.count === one.length) finish(one, urbStatus.ok);
    }
  }

  return {
    submit(length, done) {
      const one: Waiting = { length, done, got: [], count: 0 };
      waiting.push(one);
      serve();
      return {
        unlink() {
          if (!waiting.includes(one)) return false;
          waiting = waiting.filter((each) => each !== one);
          if (waiting.length === 0) onLeft?.();
          return true;
        },
      };
    },
    push(message) {
      for (let at = 0; at < message.length; at += maxPacket) packets.push(message.slice(at, at + maxPacket));
      const full = message.length % maxPacket === 0;
      if (message.length === 0 || (full && closesFull)) packets.push(new Uint8Array(0));
      serve();
    },
    get held() {
      return packets.reduce((sum, packet) => sum + packet.length, 0);
    },
    get wanted() {
      return waiting.length > 0;
    },
    clear() {
      packets = [];
    },
    end(status) {
      const all = waiting;
      waiting = [];
      for (const one of all) one.done(ended(status));
    },
  };
}
