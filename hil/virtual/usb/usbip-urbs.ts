import { urbStatus } from './urb.ts';
import { type SubmitRequest, submitReply, type UsbIpRequest, unlinkReply } from './usbip-codec.ts';
import type { Export, Submission } from './usbip-export.ts';

/** More transfers than this at once are no use of a full-speed device. */
const MAX_PENDING = 1_024;

type UrbRequest = Extract<UsbIpRequest, { kind: 'submit' | 'unlink' }>;

/** The URBs of one client. */
export interface Urbs {
  /** What is wrong with the request, if anything. */
  take(request: UrbRequest): string | undefined;
  /** Take back whatever is pending; nothing is written any more. */
  close(): void;
}

/**
 * GET_DESCRIPTOR(device) with 64 bytes: how an operating system begins to enumerate. USB/IP carries no bus reset, but a kernel that resets
 * the device (`libusb_reset_device`) reads this again.
 */
const FIRST_QUESTION = '8006000100004000';

export function createUrbs(of: Export, devid: number, write: (bytes: Uint8Array) => void): Urbs {
  const pending = new Map<number, Submission | undefined>();
  let closed = false;
  /** The client began as a kernel does. Only such a one means a reset by asking again; a program may just want to know. */
  let kernel: boolean | undefined;

  function submit(request: SubmitRequest): string | undefined {
    const { seqnum, endpoint, direction, setup, data, length, interval } = request;
    if (request.devid !== devid) return `URB for device ${request.devid.toString(16)}, not ${devid.toString(16)}`;
    if (pending.has(seqnum)) return `sequence number ${seqnum} is still in use`;
    if (pending.size >= MAX_PENDING) return `more than ${MAX_PENDING} URBs at once`;
    const asksFirst = endpoint === 0 && Buffer.from(setup).toString('hex') === FIRST_QUESTION;
    if (asksFirst && kernel === true) of.reset?.();
    kernel ??= asksFirst;
    pending.set(seqnum, undefined);
    const reads = endpoint === 0 ? (setup[0] ?? 0) >= 0x80 : direction === 'in';
    const submission = of.submit(
      {
        endpoint,
        direction: reads ? 'in' : 'out',
        ...(endpoint === 0 ? { setup } : { interval }),
        ...(reads ? { length } : { data }),
      },
      (result) => {
        if (pending.delete(seqnum) && !closed) write(submitReply(seqnum, result));
      },
    );
    if (pending.has(seqnum)) pending.set(seqnum, submission);
    return undefined;
  }

  return {
    take(request) {
      if (request.kind === 'submit') return submit(request);
      const taken = pending.get(request.target)?.unlink() ?? false;
      if (taken) pending.delete(request.target);
      write(unlinkReply(request.seqnum, taken ? urbStatus.cancelled : urbStatus.ok));
      return undefined;
    },
    close() {
      closed = true;
      for (const submission of pending.values()) submission?.unlink();
      pending.clear();
    },
  };
}
