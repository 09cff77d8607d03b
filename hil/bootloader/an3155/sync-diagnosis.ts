import { formatText, type LineError, type LineFormat } from '../../transport/serial-line.ts';
import { SYNC } from './coder.ts';

/** Why the ROM could not be reached, as far as the line tells. The hints table turns it into advice. */
export type SyncCause = 'silence' | 'echo' | 'parity' | 'application-text' | 'held-low' | 'baud-rate';

export interface SyncDiagnosis {
  readonly cause: SyncCause;
  /** In words, to follow a semicolon. */
  readonly why: string;
}

/** Judges what came instead of an ACK. Public reports of first contact gone wrong: each cause has been one (parity, noise on RX, echo). */
export function diagnoseSync(format: LineFormat, seen: Uint8Array, lineErrors: readonly LineError[]): SyncDiagnosis {
  if (lineErrors.some((error) => error.parity) && format.parity !== 'even') return wrongParity(format);
  if (seen.length > 0 && seen.every((byte) => byte === SYNC)) {
    return { cause: 'echo', why: 'the line echoes what is sent: TX and RX are joined, or another program echoes' };
  }
  if (looksLikeText(seen)) {
    return { cause: 'application-text', why: 'that is text: an application is running, not the ROM' };
  }
  if (seen.length > 0 && seen.every((byte) => byte === 0)) {
    return { cause: 'held-low', why: 'only zeros come: the RX line is held low, floating or noisy' };
  }
  if (lineErrors.some((error) => error.framing || error.parity)) {
    return {
      cause: 'baud-rate',
      why: `the frames do not fit ${formatText(format)}: another baud rate or parity is in use`,
    };
  }
  if (seen.length > 0) {
    return {
      cause: 'baud-rate',
      why: `that is no ACK at ${formatText(format)}: the ROM has measured another baud rate, or something else is talking`,
    };
  }
  if (format.parity !== 'even') return wrongParity(format);
  return {
    cause: 'silence',
    why: 'the ROM is not running, has chosen another interface, or the wires do not reach it',
  };
}

function wrongParity(format: LineFormat): SyncDiagnosis {
  return { cause: 'parity', why: `the line is set to ${formatText(format)}, the ROM wants even parity (8E1)` };
}

/** Three or more bytes, all printable or line ends. */
function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d);
}
