import type { InPipe } from '../usb/in-pipe.ts';
import { ended, type UrbResult, urbStatus } from '../usb/urb.ts';
import type { Submission } from '../usb/usbip-export.ts';
import { lineCodingBytes, parseLineCoding } from './cdc-line-coding.ts';
import type { Received } from './line-sampler.ts';
import { DEFAULT_FORMAT, formatText, type UartFormat } from './uart-format.ts';
import type { Attachment, UartPort } from './uart-port.ts';

/** The serial port of the ST-LINK as CDC ACM: requests on endpoint 0, bytes on bulk endpoints, and the two pins it leads to. */
export interface Vcp {
  /** The bytes of GET_LINE_CODING. */
  readonly lineCoding: Uint8Array;
  /** False for what the line cannot do, which changes nothing. */
  setLineCoding(bytes: Uint8Array): boolean;
  setControlLines(value: number): void;
  /** SEND_BREAK: for `ms`; 0xFFFF until another one ends it with 0. */
  sendBreak(ms: number): void;
  /** One transfer of the host on OUT 05; ends once the bytes have room. */
  out(data: Uint8Array, done: (result: UrbResult) => void): Submission;
  /** The host asks for bytes, as it does all the time while a program has the tty open. */
  listen(): void;
  /** The host asks no more. */
  left(): void;
  /** Hand over what was received since the last call, and end transfers that have room now. */
  flush(): void;
  /** Ends a break in time. */
  advance(nowNs: number): void;
  nextNs(): number;
  /** The device has gone, or was reset. */
  reset(status: number): void;
  /** What a program has set, while one is there. */
  readonly client: { readonly format: string; readonly dtr: boolean; readonly rts: boolean } | undefined;
}

export interface VcpOptions {
  /** The UART that the ST-LINK is wired to; undefined on a board that wires it to nothing. */
  readonly port: UartPort | undefined;
  readonly received: InPipe;
  readonly nowNs: () => number;
  readonly onTraffic: () => void;
}

/** Bytes that may wait for the wire before the next transfer has to. */
const QUEUE_HIGH_BYTES = 512;
/** Bytes held for a program that does not read. */
const HELD_BYTES = 65_536;
const UNTIL_ENDED = 0xffff;

interface Waiting {
  readonly length: number;
  readonly done: (result: UrbResult) => void;
}

/**
 * As the framed line, it drops a byte with a parity or framing error and gives a break as NUL: a tty with IGNPAR. Hypothesis: what comes while no
 * program has the tty open is lost; how much of it a real ST-LINK keeps is described nowhere.
 */
export function createVcp({ port, received, nowNs, onTraffic }: VcpOptions): Vcp {
  let format: UartFormat = DEFAULT_FORMAT;
  let lines = 0;
  let attachment: Attachment | undefined;
  let listening = false;
  let breakEndNs = Number.POSITIVE_INFINITY;
  let gathered: number[] = [];
  let waiting: Waiting[] = [];

  function receive(got: Received): void {
    if (!listening || got.kind === 'parity' || got.kind === 'framing') return;
    onTraffic();
    if (received.held + gathered.length < HELD_BYTES) gathered.push(got.kind === 'byte' ? got.value : 0);
  }

  const attach = (): Attachment | undefined => {
    attachment ??= port?.attach({ format: () => format, receive });
    return attachment;
  };

  function setBreak(on: boolean, endNs: number): void {
    breakEndNs = endNs;
    attach()?.setBreak(on);
  }

  const room = (): boolean => (attachment?.queued() ?? 0) < QUEUE_HIGH_BYTES;

  function letGo(): void {
    if (listening || waiting.length > 0 || breakEndNs !== Number.POSITIVE_INFINITY) return;
    if (attachment === undefined || attachment.queued() > 0) return;
    attachment.detach();
    attachment = undefined;
  }

  return {
    get lineCoding() {
      return lineCodingBytes(format);
    },
    setLineCoding(bytes) {
      const wanted = parseLineCoding(bytes);
      if (wanted === undefined) return false;
      format = wanted;
      return true;
    },
    setControlLines(value) {
      lines = value;
    },
    sendBreak(ms) {
      if (ms === 0) setBreak(false, Number.POSITIVE_INFINITY);
      else setBreak(true, ms === UNTIL_ENDED ? Number.POSITIVE_INFINITY : nowNs() + ms * 1e6);
    },
    out(data, done) {
      // In the format of this moment: a line coding that comes later is for later bytes.
      attach()?.send(data, format);
      if (room()) {
        done(ended(urbStatus.ok, data.length));
        return { unlink: () => false };
      }
      const one = { length: data.length, done };
      waiting.push(one);
      return {
        unlink() {
          if (!waiting.includes(one)) return false;
          waiting = waiting.filter((each) => each !== one);
          return true;
        },
      };
    },
    listen() {
      listening = true;
      attach();
    },
    left() {
      listening = false;
      gathered = [];
      received.clear();
    },
    flush() {
      // A packet is made when the host asks, of all that has come by then.
      if (gathered.length > 0 && received.wanted) {
        received.push(Uint8Array.from(gathered));
        gathered = [];
      }
      while (waiting.length > 0 && room()) {
        const one = waiting.shift();
        one?.done(ended(urbStatus.ok, one.length));
      }
      letGo();
    },
    advance(now) {
      if (now >= breakEndNs) setBreak(false, Number.POSITIVE_INFINITY);
    },
    nextNs: () => breakEndNs,
    reset(status) {
      const all = waiting;
      waiting = [];
      listening = false;
      gathered = [];
      format = DEFAULT_FORMAT;
      lines = 0;
      breakEndNs = Number.POSITIVE_INFINITY;
      received.clear();
      attachment?.detach();
      attachment = undefined;
      for (const one of all) one.done(ended(status));
    },
    get client() {
      if (attachment === undefined) return undefined;
      return { format: formatText(format), dtr: (lines & 1) !== 0, rts: (lines & 2) !== 0 };
    },
  };
}
