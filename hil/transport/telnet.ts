/** Telnet codes (RFC 854) and the options a framed line uses. */
export const telnet = {
  IAC: 0xff,
  DONT: 0xfe,
  DO: 0xfd,
  WONT: 0xfc,
  WILL: 0xfb,
  SB: 0xfa,
  SE: 0xf0,
  /** RFC 856: bytes go through unchanged, with no meaning for CR. */
  BINARY: 0,
  /** RFC 858. */
  SUPPRESS_GO_AHEAD: 3,
  /** RFC 2217. */
  COM_PORT_OPTION: 44,
} as const;

export type TelnetVerb = 'WILL' | 'WONT' | 'DO' | 'DONT';

export type TelnetEvent =
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'negotiate'; readonly verb: TelnetVerb; readonly option: number }
  | { readonly type: 'sub'; readonly option: number; readonly bytes: Uint8Array };

const VERBS: Readonly<Record<number, TelnetVerb>> = { 251: 'WILL', 252: 'WONT', 253: 'DO', 254: 'DONT' };

/** The longest RFC 2217 subnegotiation is a SIGNATURE text; anything longer is not RFC 2217. */
const MAX_SUB_LENGTH = 1024;

type State = 'data' | 'iac' | 'verb' | 'sub' | 'sub-iac';

/** Splits a telnet byte stream into data and commands; chunk borders may fall anywhere. */
export interface TelnetDecoder {
  /** @throws RangeError for a subnegotiation that does not end. */
  decode(chunk: Uint8Array): readonly TelnetEvent[];
}

export function createTelnetDecoder(): TelnetDecoder {
  let state: State = 'data';
  let verb: TelnetVerb = 'WILL';
  let sub: number[] = [];
  return {
    decode(chunk) {
      const events: TelnetEvent[] = [];
      let data: number[] = [];
      const flush = (): void => {
        if (data.length > 0) events.push({ type: 'data', bytes: Uint8Array.from(data) });
        data = [];
      };
      for (const byte of chunk) {
        switch (state) {
          case 'data':
            if (byte === telnet.IAC) state = 'iac';
            else data.push(byte);
            break;
          case 'iac': {
            const named = VERBS[byte];
            if (byte === telnet.IAC) data.push(byte);
            if (byte === telnet.SB) sub = [];
            if (named !== undefined) verb = named;
            state = named !== undefined ? 'verb' : byte === telnet.SB ? 'sub' : 'data';
            break;
          }
          case 'verb':
            flush();
            events.push({ type: 'negotiate', verb, option: byte });
            state = 'data';
            break;
          case 'sub':
            if (byte === telnet.IAC) state = 'sub-iac';
            else sub.push(byte);
            if (sub.length > MAX_SUB_LENGTH)
              throw new RangeError(`a subnegotiation is longer than ${MAX_SUB_LENGTH} bytes`);
            break;
          case 'sub-iac':
            if (byte === telnet.SE) {
              flush();
              events.push({ type: 'sub', option: sub[0] ?? -1, bytes: Uint8Array.from(sub.slice(1)) });
              state = 'data';
            } else {
              sub.push(byte);
              state = 'sub';
            }
            break;
        }
      }
      flush();
      return events;
    },
  };
}

/** Data as it goes on the wire: 0xFF doubled. */
export function encodeData(bytes: Uint8Array): Uint8Array {
  const escapes = bytes.reduce((count, byte) => count + (byte === telnet.IAC ? 1 : 0), 0);
  if (escapes === 0) return bytes;
  const encoded = new Uint8Array(bytes.length + escapes);
  let at = 0;
  for (const byte of bytes) {
    encoded[at++] = byte;
    if (byte === telnet.IAC) encoded[at++] = byte;
  }
  return encoded;
}

export function encodeNegotiation(verb: TelnetVerb, option: number): Uint8Array {
  return Uint8Array.of(telnet.IAC, telnet[verb], option);
}

export function encodeSub(option: number, bytes: Uint8Array): Uint8Array {
  const body = encodeData(bytes);
  return Uint8Array.of(telnet.IAC, telnet.SB, option, ...body, telnet.IAC, telnet.SE);
}
