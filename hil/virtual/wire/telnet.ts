/** Telnet as RFC 2217 needs it: RFC 854 (commands), 855 (options and subnegotiation), 856 (binary), 858 (suppress go-ahead). */

export const telnet = {
  SE: 240,
  SB: 250,
  WILL: 251,
  WONT: 252,
  DO: 253,
  DONT: 254,
  IAC: 255,
} as const;

export const option = { BINARY: 0, SUPPRESS_GO_AHEAD: 3, COM_PORT: 44 } as const;

export type TelnetEvent =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'option'; readonly verb: number; readonly option: number }
  | { readonly kind: 'subnegotiation'; readonly option: number; readonly payload: Uint8Array };

export interface TelnetParser {
  /** Events of `chunk` in the order of the stream; a sequence cut by the end of the chunk is held until the next. */
  push(chunk: Uint8Array): TelnetEvent[];
}

// Longest subnegotiation of RFC 2217 is a SIGNATURE; more than this is a peer that speaks something else.
const MAX_SUBNEGOTIATION_BYTES = 4_096;

type State = 'data' | 'iac' | 'verb' | 'sub' | 'subIac';

export function createTelnetParser(): TelnetParser {
  let state: State = 'data';
  let verb = 0;
  let sub: number[] = [];

  return {
    push(chunk) {
      const events: TelnetEvent[] = [];
      let data: number[] = [];
      const endData = (): void => {
        if (data.length > 0) events.push({ kind: 'data', bytes: Uint8Array.from(data) });
        data = [];
      };
      const emit = (event: TelnetEvent): void => {
        endData();
        events.push(event);
      };

      function afterIac(byte: number): State {
        if (byte === telnet.IAC) {
          data.push(byte);
          return 'data';
        }
        if (byte === telnet.SB) {
          sub = [];
          return 'sub';
        }
        if (byte >= telnet.WILL && byte <= telnet.DONT) {
          verb = byte;
          return 'verb';
        }
        // NOP, AYT, BRK and the other two-byte commands mean nothing on a COM port.
        return 'data';
      }

      function afterSubIac(byte: number): State {
        if (byte === telnet.IAC) {
          sub.push(byte);
          return 'sub';
        }
        if (byte === telnet.SE && sub.length > 0) {
          emit({ kind: 'subnegotiation', option: sub[0]!, payload: Uint8Array.from(sub.slice(1)) });
        }
        return 'data';
      }

      for (const byte of chunk) {
        switch (state) {
          case 'data':
            if (byte === telnet.IAC) state = 'iac';
            else data.push(byte);
            break;
          case 'iac':
            state = afterIac(byte);
            break;
          case 'verb':
            emit({ kind: 'option', verb, option: byte });
            state = 'data';
            break;
          case 'sub':
            if (byte === telnet.IAC) state = 'subIac';
            else if (sub.length < MAX_SUBNEGOTIATION_BYTES) sub.push(byte);
            break;
          case 'subIac':
            state = afterSubIac(byte);
            break;
        }
      }
      endData();
      return events;
    },
  };
}

/** Data as it goes on the wire: 0xFF doubled. */
export function escapeData(bytes: Uint8Array): Uint8Array {
  let extra = 0;
  for (const byte of bytes) if (byte === telnet.IAC) extra++;
  if (extra === 0) return bytes;
  const out = new Uint8Array(bytes.length + extra);
  let at = 0;
  for (const byte of bytes) {
    out[at++] = byte;
    if (byte === telnet.IAC) out[at++] = byte;
  }
  return out;
}

export function subnegotiation(optionCode: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.from([telnet.IAC, telnet.SB, optionCode, ...escapeData(payload), telnet.IAC, telnet.SE]);
}

export interface Negotiator {
  /** What to send when the connection opens. */
  open(): Uint8Array;
  /** What to answer to one WILL/WONT/DO/DONT; empty when it only confirms what was asked. */
  answer(verb: number, optionCode: number): Uint8Array;
  /** The peer performs `optionCode` (it sent WILL and was told DO). */
  readonly peerDoes: ReadonlySet<number>;
}

/**
 * Option negotiation for one end that wants `ours` enabled on its side and `theirs` on the peer's, and refuses all else. An
 * answer is sent only when it changes the state, so two ends cannot loop (RFC 854, "Commands and negotiation").
 */
export function createNegotiator(ours: readonly number[], theirs: readonly number[]): Negotiator {
  const sides = {
    us: { wanted: new Set(ours), enabled: new Set<number>(), asked: new Set(ours) },
    peer: { wanted: new Set(theirs), enabled: new Set<number>(), asked: new Set(theirs) },
  };

  function reply(side: 'us' | 'peer', enable: boolean, optionCode: number): number | undefined {
    const { wanted, enabled, asked } = sides[side];
    const wasAsked = asked.delete(optionCode);
    const [yes, no] = side === 'us' ? [telnet.WILL, telnet.WONT] : [telnet.DO, telnet.DONT];
    if (!enable) return enabled.delete(optionCode) ? no : undefined;
    if (!wanted.has(optionCode)) return no;
    if (enabled.has(optionCode)) return undefined;
    enabled.add(optionCode);
    return wasAsked ? undefined : yes;
  }

  return {
    open: () =>
      Uint8Array.from([
        ...theirs.flatMap((code) => [telnet.IAC, telnet.DO, code]),
        ...ours.flatMap((code) => [telnet.IAC, telnet.WILL, code]),
      ]),
    answer(verb, optionCode) {
      const side = verb === telnet.DO || verb === telnet.DONT ? 'us' : 'peer';
      const enable = verb === telnet.DO || verb === telnet.WILL;
      const answerVerb = reply(side, enable, optionCode);
      return answerVerb === undefined ? new Uint8Array(0) : Uint8Array.of(telnet.IAC, answerVerb, optionCode);
    },
    peerDoes: sides.peer.enabled,
  };
}
