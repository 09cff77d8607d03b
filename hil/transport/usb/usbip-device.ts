import type { Socket } from 'node:net';
import { HilError } from '../../error/hil-error.ts';
import { deadline } from '../../trace/deadline.ts';
import { untilEvent } from '../../trace/wait.ts';
import type { ByteInbox } from '../byte-inbox.ts';
import { setupText } from './setup-text.ts';
import { usbError } from './usb-failure.ts';
import type { Setup, UsbFailure } from './usb-port.ts';
import {
  brokenProtocol,
  type DeviceBlock,
  devidOf,
  parseReply,
  type Reply,
  submitMessage,
  URB_HEADER_BYTES,
  unlinkMessage,
} from './usbip-coder.ts';

/** How long a server may take to take a transfer back. */
const UNLINK_MS = 2000;
/** How long the other end may take to see that the connection closes, so that the next import finds the device free. */
const CLOSE_MS = 500;

/** Linux errno of a transfer's status. */
const FAILURES: Readonly<Record<number, readonly [UsbFailure, string]>> = {
  [-2]: ['timeout', 'was taken back'],
  [-19]: ['disconnected', 'found the device gone'],
  [-32]: ['stall', 'was refused by the device (STALL)'],
  [-71]: ['io', 'failed on the bus: the device gave no valid answer'],
  [-75]: ['io', 'brought more bytes than were asked for'],
  [-104]: ['timeout', 'was taken back'],
  [-108]: ['disconnected', 'found the device gone'],
  [-110]: ['timeout', 'got no answer'],
};

/** One imported device: URBs over its connection. */
export interface UsbIpDevice {
  readonly block: DeviceBlock;
  /** A control transfer; returns what an IN transfer brought. @throws HilError 250 to 252, 256, 259 */
  control(
    direction: 'in' | 'out',
    setup: Setup,
    length: number,
    data: Uint8Array,
    timeoutMs: number,
  ): Promise<Uint8Array>;
  /** Why the connection is over; undefined while it lasts. */
  readonly ended: HilError | undefined;
  /** Never throws. */
  close(): Promise<void>;
}

interface Pending {
  readonly direction: 'in' | 'out';
  readonly length: number;
  readonly settle: (
    end: { readonly status: number; readonly taken: number; readonly data: Uint8Array } | HilError | 'unlinked',
  ) => void;
}

/** Takes over a connection after its import. @param name In words, for errors. */
export function createUsbIpDevice(name: string, socket: Socket, inbox: ByteInbox, block: DeviceBlock): UsbIpDevice {
  const devid = devidOf(block);
  const pending = new Map<number, Pending>();
  /** Sequence number of each UNLINK, and what it takes back. */
  const unlinks = new Map<number, number>();
  let sequence = 0;
  let ended: HilError | undefined;
  let head: Reply | undefined;

  const end = (why: HilError): void => {
    if (ended !== undefined) return;
    ended = why;
    for (const { settle } of [...pending.values()]) settle(why);
    pending.clear();
    socket.destroy();
  };
  socket.on('close', () =>
    end(usbError('disconnected', `${name}: the device left the bus: its USB/IP server closed the connection`)),
  );

  /** Bytes that follow the head of a reply. @throws HilError 259 */
  const payloadOf = (reply: Reply): number => {
    if (reply.kind === 'unlink') return 0;
    const urb = pending.get(reply.seqnum);
    if (urb === undefined) throw brokenProtocol(`a reply came to transfer ${reply.seqnum}, which is not under way`);
    if (reply.actualLength > urb.length) {
      throw brokenProtocol(`${reply.actualLength} bytes came to a transfer of ${urb.length}`);
    }
    return urb.direction === 'in' ? reply.actualLength : 0;
  };

  const deliver = (reply: Reply, data: Uint8Array): void => {
    if (reply.kind === 'submit') {
      const urb = pending.get(reply.seqnum);
      pending.delete(reply.seqnum);
      urb?.settle({ status: reply.status, taken: reply.actualLength, data });
      return;
    }
    const cancelled = unlinks.get(reply.seqnum);
    if (cancelled === undefined) throw brokenProtocol(`a reply came to unlink ${reply.seqnum}, which nobody sent`);
    unlinks.delete(reply.seqnum);
    const urb = pending.get(cancelled);
    pending.delete(cancelled);
    urb?.settle('unlinked');
  };

  const take = (): void => {
    try {
      while (ended === undefined) {
        if (head === undefined) {
          if (inbox.available < URB_HEADER_BYTES) return;
          head = parseReply(inbox.take(URB_HEADER_BYTES));
        }
        const count = payloadOf(head);
        if (inbox.available < count) return;
        const reply = head;
        head = undefined;
        deliver(reply, inbox.take(count));
      }
    } catch (error) {
      end(error instanceof HilError ? error : brokenProtocol(String(error)));
    }
  };
  inbox.onArrival(take);
  take();

  return {
    block,
    get ended() {
      return ended;
    },
    control(direction, setup, length, data, timeoutMs) {
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise<Uint8Array>((resolve, reject) => {
        const seqnum = ++sequence;
        let timer: NodeJS.Timeout | undefined;
        const what = setupText(setup);
        const context = { request: what, length: direction === 'in' ? length : data.length };
        const late = (): HilError =>
          usbError('timeout', `${name}: ${what} was not over within ${timeoutMs} ms, and was taken back`, { context });
        const settle: Pending['settle'] = (outcome) => {
          clearTimeout(timer);
          if (outcome === 'unlinked') return reject(late());
          if (outcome instanceof HilError) return reject(outcome);
          if (outcome.status === 0 && direction === 'out' && outcome.taken < data.length) {
            return reject(
              usbError('io', `${name}: of ${what} the device took ${outcome.taken} of ${data.length} bytes`, {
                context: { ...context, taken: outcome.taken },
              }),
            );
          }
          if (outcome.status === 0) return resolve(outcome.data);
          const [failure, words] = FAILURES[outcome.status] ?? ['io', `failed with status ${outcome.status}`];
          reject(
            usbError(failure, `${name}: ${what} ${words}`, { context: { ...context, usbStatus: outcome.status } }),
          );
        };
        const takeBack = (): void => {
          const unlink = ++sequence;
          unlinks.set(unlink, seqnum);
          socket.write(unlinkMessage(unlink, devid, seqnum));
          timer = setTimeout(
            () => end(brokenProtocol(`it answers neither a transfer nor that it be taken back, for ${UNLINK_MS} ms`)),
            UNLINK_MS,
          );
        };
        pending.set(seqnum, { direction, length: direction === 'in' ? length : data.length, settle });
        timer = setTimeout(takeBack, timeoutMs);
        socket.write(submitMessage({ seqnum, devid, direction, length, setup, data }));
      });
    },
    async close() {
      if (ended === undefined) {
        const closed = untilEvent<void>(deadline('close of a USB/IP connection', CLOSE_MS), 'close', ({ resolve }) => {
          const done = (): void => resolve();
          socket.once('close', done);
          return () => socket.off('close', done);
        });
        socket.end();
        await closed.catch(() => {});
      }
      end(usbError('disconnected', `${name}: the device was closed`));
    },
  };
}
