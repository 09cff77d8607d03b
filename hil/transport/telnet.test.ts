import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTelnetDecoder, encodeData, encodeNegotiation, encodeSub, type TelnetEvent } from './telnet.ts';

/** Neighbouring data as one event: chunk borders carry no meaning. */
function joinData(events: readonly TelnetEvent[]): readonly TelnetEvent[] {
  const joined: TelnetEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (last?.type === 'data' && event.type === 'data') {
      joined[joined.length - 1] = { type: 'data', bytes: Uint8Array.of(...last.bytes, ...event.bytes) };
    } else joined.push(event);
  }
  return joined;
}

/** Decodes in the given chunks. */
function decodeAll(bytes: Uint8Array, cuts: readonly number[]): readonly TelnetEvent[] {
  const decoder = createTelnetDecoder();
  const borders = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const events = borders.slice(1).flatMap((end, i) => decoder.decode(bytes.slice(borders[i], end)));
  return joinData(events);
}

const someBytes = fc.uint8Array({ maxLength: 40 });
const someEvent: fc.Arbitrary<TelnetEvent> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => ({ type: 'data' as const, bytes })),
  fc.record({
    type: fc.constant('negotiate' as const),
    verb: fc.constantFrom('WILL' as const, 'WONT' as const, 'DO' as const, 'DONT' as const),
    option: fc.nat(255),
  }),
  fc.record({ type: fc.constant('sub' as const), option: fc.nat(254), bytes: someBytes }),
);

function encode(event: TelnetEvent): Uint8Array {
  if (event.type === 'data') return encodeData(event.bytes);
  if (event.type === 'negotiate') return encodeNegotiation(event.verb, event.option);
  return encodeSub(event.option, event.bytes);
}

describe('the telnet coder', () => {
  test('any data comes back unchanged, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.array(fc.nat()), (bytes, cuts) => {
        expect(decodeAll(encodeData(bytes), cuts)).toEqual([{ type: 'data', bytes }]);
      }),
    );
  });

  test('any mix of data and commands comes back in order, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(fc.array(someEvent), fc.array(fc.nat()), (events, cuts) => {
        const wire = Uint8Array.from(events.flatMap((event) => [...encode(event)]));
        expect(decodeAll(wire, cuts)).toEqual(joinData(events));
      }),
    );
  });

  test.each([
    ['a data byte of 255', encodeData(Uint8Array.of(1, 255, 2)), [1, 255, 255, 2]],
    ['SET-BAUDRATE 115200', encodeSub(44, Uint8Array.of(1, 0, 1, 0xc2, 0)), [255, 250, 44, 1, 0, 1, 0xc2, 0, 255, 240]],
    [
      'a value of 255 in a subnegotiation',
      encodeSub(44, Uint8Array.of(11, 255)),
      [255, 250, 44, 11, 255, 255, 255, 240],
    ],
    ['DO BINARY', encodeNegotiation('DO', 0), [255, 253, 0]],
  ])('%s is encoded as RFC 854 and 2217 say', (_what, encoded, expected) => {
    expect([...encoded]).toEqual(expected);
  });

  test('refuses a subnegotiation that never ends', () => {
    expect(() => createTelnetDecoder().decode(Uint8Array.of(255, 250, ...new Array<number>(2000).fill(1)))).toThrow(
      RangeError,
    );
  });
});
