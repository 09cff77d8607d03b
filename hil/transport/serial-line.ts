import type { Deadline } from '../trace/deadline.ts';

export type Parity = 'none' | 'even' | 'odd';

/** Framing of a serial line. The ROM's USARTs want 8 data bits, even parity, 1 stop bit (AN3155, section 2). */
export interface LineFormat {
  readonly baudRate: number;
  /** Data bits without the parity bit. */
  readonly dataBits: 7 | 8;
  readonly parity: Parity;
  readonly stopBits: 1 | 2;
}

/** Lines beside the data. Only those named are changed. */
export interface ControlLines {
  readonly dtr?: boolean;
  readonly rts?: boolean;
  /** Hold TX low. */
  readonly break?: boolean;
}

/**
 * Line errors the far end reports. Only a framed line has them: on a tty the kernel drops bytes with bad parity without a word
 * (serialport sets IGNPAR), so suites must not depend on these.
 */
export interface LineError {
  readonly overrun: boolean;
  readonly parity: boolean;
  readonly framing: boolean;
  readonly break: boolean;
}

/** Bytes received and not read yet. */
export interface ByteSource {
  /** Number of bytes that can be taken at once. */
  readonly available: number;
  /** Takes up to `max` bytes (all by default) without waiting; possibly none. */
  take(max?: number): Uint8Array;
  /** Called after bytes have arrived, and once when the line ends. Returns the function that takes the listener off. */
  onArrival(listener: () => void): () => void;
  /**
   * Waits for exactly `count` bytes and takes them. Bytes of an unfinished read stay in the source.
   * @param awaited reads after "no": `ACK to Get (0x00)`.
   * @throws HilError 290 (or `code`) with the bytes that did come; 205 if the line ended; the revocation error of the bench.
   */
  read(limit: Deadline, count: number, awaited: string, code?: number): Promise<Uint8Array>;
}

export interface ByteSink {
  /**
   * Resolves once the operating system or the socket has taken the bytes.
   * @throws HilError 206 if the write fails; 205 or 207 if the line has ended.
   */
  write(bytes: Uint8Array, limit: Deadline): Promise<void>;
  /** Waits until what was written has left: on a tty the wire (tcdrain), on a framed line this process. */
  drain(limit: Deadline): Promise<void>;
}

/** Why a line ended. */
export interface LineEnd {
  /** `asked`: by `close()`. `lost`: the device vanished or the other side closed. */
  readonly how: 'asked' | 'lost';
  readonly error?: Error;
}

/** A serial line: bytes both ways and the lines beside them. Knows no command byte. */
export interface SerialLine {
  /** As it was opened: `/dev/serial/by-id/…` or `rfc2217://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly source: ByteSource;
  readonly sink: ByteSink;
  readonly format: LineFormat;
  /**
   * Changes the framing. Parity cannot change on an open tty: the port is closed and opened again. On every kind of line what
   * was received and not read before, and what arrives in the gap, is dropped.
   */
  setFormat(format: Partial<LineFormat>, limit: Deadline): Promise<void>;
  /** @throws HilError 213 on lines without these signals (a pty has none). */
  setLines(lines: ControlLines, limit: Deadline): Promise<void>;
  onLineError(listener: (error: LineError) => void): () => void;
  /** Settles when the line has ended, whoever ended it; never rejects. */
  readonly closed: Promise<LineEnd>;
  /** Ends the line; waits under way reject with HilError 207. Idempotent. */
  close(): Promise<void>;
}

/** `115200 8E1` */
export function formatText(format: LineFormat): string {
  return `${format.baudRate} ${format.dataBits}${format.parity.charAt(0).toUpperCase()}${format.stopBits}`;
}
