import type { ControlLines, LineError, LineFormat } from './serial-line.ts';

/** RFC 2217 section 3: what the client sends; the server answers with the same number plus 100. */
export const comPort = {
  SET_BAUDRATE: 1,
  SET_DATASIZE: 2,
  SET_PARITY: 3,
  SET_STOPSIZE: 4,
  SET_CONTROL: 5,
  NOTIFY_LINESTATE: 6,
  NOTIFY_MODEMSTATE: 7,
  SET_LINESTATE_MASK: 10,
  SET_MODEMSTATE_MASK: 11,
  PURGE_DATA: 12,
} as const;

export const SERVER_OFFSET = 100;

/** One command of the com-port option: its number and payload. */
export interface ComPortCommand {
  readonly command: number;
  readonly payload: Uint8Array;
  /** In words, for errors. */
  readonly what: string;
}

const PARITY = { none: 1, odd: 2, even: 3 } as const;

/** The commands that set a line format, in the order in which they are sent. */
export function formatCommands(format: LineFormat): readonly ComPortCommand[] {
  const baud = new Uint8Array(4);
  new DataView(baud.buffer).setUint32(0, format.baudRate, false);
  return [
    { command: comPort.SET_BAUDRATE, payload: baud, what: `${format.baudRate} baud` },
    { command: comPort.SET_DATASIZE, payload: Uint8Array.of(format.dataBits), what: `${format.dataBits} data bits` },
    { command: comPort.SET_PARITY, payload: Uint8Array.of(PARITY[format.parity]), what: `parity ${format.parity}` },
    { command: comPort.SET_STOPSIZE, payload: Uint8Array.of(format.stopBits), what: `${format.stopBits} stop bits` },
  ];
}

/** SET-CONTROL values: 5 and 6 break on and off, 8 and 9 DTR, 11 and 12 RTS. */
export function controlCommands(lines: ControlLines): readonly ComPortCommand[] {
  const set = (value: number, what: string): ComPortCommand => ({
    command: comPort.SET_CONTROL,
    payload: Uint8Array.of(value),
    what,
  });
  return [
    ...(lines.break === undefined ? [] : [set(lines.break ? 5 : 6, `break ${lines.break ? 'on' : 'off'}`)]),
    ...(lines.dtr === undefined ? [] : [set(lines.dtr ? 8 : 9, `DTR ${lines.dtr ? 'on' : 'off'}`)]),
    ...(lines.rts === undefined ? [] : [set(lines.rts ? 11 : 12, `RTS ${lines.rts ? 'on' : 'off'}`)]),
  ];
}

const OVERRUN = 1 << 1;
const PARITY_ERROR = 1 << 2;
const FRAMING_ERROR = 1 << 3;
const BREAK = 1 << 4;
const TRANSMITTER_EMPTY = 1 << 6;

/** Asks the server to report every kind of line error, and when its last byte has left (which is how to drain). */
export const lineStateMask: ComPortCommand = {
  command: comPort.SET_LINESTATE_MASK,
  payload: Uint8Array.of(TRANSMITTER_EMPTY | OVERRUN | PARITY_ERROR | FRAMING_ERROR | BREAK),
  what: 'reports of the line state',
};

/** Reads a NOTIFY-LINESTATE value; undefined if it reports no error. */
export function lineErrorOf(state: number): LineError | undefined {
  const error = {
    overrun: (state & OVERRUN) !== 0,
    parity: (state & PARITY_ERROR) !== 0,
    framing: (state & FRAMING_ERROR) !== 0,
    break: (state & BREAK) !== 0,
  };
  return Object.values(error).some(Boolean) ? error : undefined;
}

/** True if a NOTIFY-LINESTATE value says that the last queued byte has left. */
export function transmitterEmptied(state: number): boolean {
  return (state & TRANSMITTER_EMPTY) !== 0;
}
