import { DEFAULT_FORMAT, type Parity, type UartFormat } from './uart-format.ts';

/** COM-PORT-OPTION requests (RFC 2217 section 3) as a table over the settings of one line; no I/O. */

export const request = {
  SIGNATURE: 0,
  SET_BAUDRATE: 1,
  SET_DATASIZE: 2,
  SET_PARITY: 3,
  SET_STOPSIZE: 4,
  SET_CONTROL: 5,
  FLOWCONTROL_SUSPEND: 8,
  FLOWCONTROL_RESUME: 9,
  SET_LINESTATE_MASK: 10,
  SET_MODEMSTATE_MASK: 11,
  PURGE_DATA: 12,
} as const;

/** Server to client codes are those of the client plus this. */
export const SERVER = 100;
export const notify = { LINESTATE: 106, MODEMSTATE: 107 } as const;
export const lineState = { SHIFT_EMPTY: 64, HOLDING_EMPTY: 32, BREAK: 16, FRAMING: 8, PARITY: 4, OVERRUN: 2 } as const;

/** CD, DSR and CTS on: a cable without flow control. */
export const MODEM_STATE = 0xb0;

export interface ComPortSettings {
  readonly format: UartFormat;
  readonly breakOn: boolean;
  readonly dtr: boolean;
  readonly rts: boolean;
  readonly lineStateMask: number;
  readonly modemStateMask: number;
}

export const DEFAULT_SETTINGS: ComPortSettings = {
  format: DEFAULT_FORMAT,
  breakOn: false,
  dtr: true,
  rts: true,
  lineStateMask: 0,
  modemStateMask: 255,
};

export interface ComPortEffects {
  readonly settings: ComPortSettings;
  /** Payload of the answer (command byte first); undefined for requests that have none. */
  readonly answer: Uint8Array | undefined;
  readonly purge?: { readonly received: boolean; readonly unsent: boolean };
  readonly suspended?: boolean;
}

const PARITIES: readonly (Parity | undefined)[] = [undefined, 'none', 'odd', 'even', 'mark', 'space'];
const STOP_BITS: readonly (UartFormat['stopBits'] | undefined)[] = [undefined, 1, 2, 1.5];
const MIN_BAUD = 50;
const MAX_BAUD = 10_000_000;

/** Answer one request. A value outside what the line can do is answered with what stays in force (RFC 2217, each SET). */
export function answerRequest(payload: Uint8Array, settings: ComPortSettings, signature: string): ComPortEffects {
  const command = payload[0] ?? -1;
  const value = payload[1] ?? 0;
  const same = (answer: Uint8Array | undefined): ComPortEffects => ({ settings, answer });
  const format = (change: Partial<UartFormat>): UartFormat => ({ ...settings.format, ...change });
  const withFormat = (next: UartFormat, code: number): ComPortEffects => ({
    settings: { ...settings, format: next },
    answer: Uint8Array.of(command + SERVER, code),
  });

  switch (command) {
    case request.SIGNATURE:
      if (payload.length > 1) return same(undefined);
      return same(Uint8Array.of(SERVER, ...Buffer.from(signature, 'utf8')));
    case request.SET_BAUDRATE: {
      if (payload.length < 5) return same(undefined);
      const asked = new DataView(payload.buffer, payload.byteOffset).getUint32(1);
      const baud = asked >= MIN_BAUD && asked <= MAX_BAUD ? asked : settings.format.baud;
      const answer = Buffer.alloc(5);
      answer[0] = command + SERVER;
      answer.writeUInt32BE(baud, 1);
      return { settings: { ...settings, format: format({ baud }) }, answer };
    }
    case request.SET_DATASIZE: {
      const dataBits = value >= 5 && value <= 8 ? (value as UartFormat['dataBits']) : settings.format.dataBits;
      return withFormat(format({ dataBits }), dataBits);
    }
    case request.SET_PARITY: {
      const parity = PARITIES[value] ?? settings.format.parity;
      return withFormat(format({ parity }), PARITIES.indexOf(parity));
    }
    case request.SET_STOPSIZE: {
      const stopBits = STOP_BITS[value] ?? settings.format.stopBits;
      return withFormat(format({ stopBits }), STOP_BITS.indexOf(stopBits));
    }
    case request.SET_CONTROL:
      return control(value, settings);
    case request.FLOWCONTROL_SUSPEND:
    case request.FLOWCONTROL_RESUME:
      return { ...same(undefined), suspended: command === request.FLOWCONTROL_SUSPEND };
    case request.SET_LINESTATE_MASK:
      return {
        settings: { ...settings, lineStateMask: value },
        answer: Uint8Array.of(command + SERVER, value),
      };
    case request.SET_MODEMSTATE_MASK:
      return {
        settings: { ...settings, modemStateMask: value },
        answer: Uint8Array.of(command + SERVER, value),
      };
    case request.PURGE_DATA:
      return {
        ...same(Uint8Array.of(command + SERVER, value)),
        purge: { received: value === 1 || value === 3, unsent: value === 2 || value === 3 },
      };
    default:
      return same(undefined);
  }
}

const NO_FLOW_CONTROL = 1;
const NO_INBOUND_FLOW_CONTROL = 14;

function control(value: number, settings: ComPortSettings): ComPortEffects {
  const effect = (change: Partial<ComPortSettings>, answer: number): ComPortEffects => ({
    settings: { ...settings, ...change },
    answer: Uint8Array.of(request.SET_CONTROL + SERVER, answer),
  });
  switch (value) {
    case 4:
      return effect({}, settings.breakOn ? 5 : 6);
    case 5:
    case 6:
      return effect({ breakOn: value === 5 }, value);
    case 7:
      return effect({}, settings.dtr ? 8 : 9);
    case 8:
    case 9:
      return effect({ dtr: value === 8 }, value);
    case 10:
      return effect({}, settings.rts ? 11 : 12);
    case 11:
    case 12:
      return effect({ rts: value === 11 }, value);
    default:
      // Flow control: whatever is asked, there is none; 13 and above speak of the inbound direction.
      return effect({}, value >= 13 && value <= 16 ? NO_INBOUND_FLOW_CONTROL : NO_FLOW_CONTROL);
  }
}
