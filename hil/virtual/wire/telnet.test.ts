import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createNegotiator, createTelnetParser, escapeData, option, subnegotiation, telnet } from './telnet.ts';

const { IAC, DO, DONT, WILL, WONT, SB, SE } = telnet;

/** Bytes among which 0xFF is as frequent as all others together. */
const bytes = fc
  .array(fc.oneof(fc.constant(0xff), fc.integer({ min: 0, max: 255 })), { maxLength: 40 })
  .map((values) => Uint8Array.from(values));

describe('the telnet stream', () => {
  test('data survives escaping, whatever it is and however it is cut', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 9 }), (data, piece) => {
        const parser = createTelnetParser();
        const wire = escapeData(data);
        const seen: number[] = [];
        for (let at = 0; at < wire.length; at += piece) {
          for (const event of parser.push(wire.subarray(at, at + piece))) {
            expect(event.kind).toBe('data');
            if (event.kind === 'data') seen.push(...event.bytes);
          }
        }
        expect(seen).toEqual([...data]);
      }),
    );
  });

  test('a subnegotiation survives, 0xFF in it too, and keeps its place among the data', () => {
    fc.assert(
      fc.property(bytes, (payload) => {
        const wire = Uint8Array.from([1, ...subnegotiation(option.COM_PORT, payload), 2]);
        expect(createTelnetParser().push(wire)).toEqual([
          { kind: 'data', bytes: Uint8Array.of(1) },
          { kind: 'subnegotiation', option: option.COM_PORT, payload },
          { kind: 'data', bytes: Uint8Array.of(2) },
        ]);
      }),
    );
  });

  test.each([
    ['an option verb', [IAC, WILL, 44], [{ kind: 'option', verb: WILL, option: 44 }]],
    ['a command of two bytes, which is skipped', [IAC, 246, 0x41], [{ kind: 'data', bytes: Uint8Array.of(0x41) }]],
    ['an empty subnegotiation, which is skipped', [IAC, SB, IAC, SE], []],
  ])('%s', (_name, stream, expected) => {
    expect(createTelnetParser().push(Uint8Array.from(stream))).toEqual(expected);
  });
});

describe('option negotiation', () => {
  const end = (): ReturnType<typeof createNegotiator> => createNegotiator([option.BINARY], [option.COM_PORT]);

  test('asks for what it wants on opening', () => {
    expect([...end().open()]).toEqual([IAC, DO, option.COM_PORT, IAC, WILL, option.BINARY]);
  });

  test('a confirmation of what was asked gets no answer', () => {
    const us = end();
    us.open();
    expect([...us.answer(WILL, option.COM_PORT)]).toEqual([]);
    expect([...us.answer(DO, option.BINARY)]).toEqual([]);
    expect(us.peerDoes.has(option.COM_PORT)).toBe(true);
  });

  test.each([
    ['an unknown offer is declined', WILL, 1, [IAC, DONT, 1]],
    ['an unknown request is declined', DO, 1, [IAC, WONT, 1]],
    ['a refusal needs no answer', WONT, option.COM_PORT, []],
  ])('%s', (_name, verb, code, expected) => {
    expect([...end().answer(verb, code)]).toEqual(expected);
  });

  test('saying it twice does not start a loop', () => {
    const us = end();
    us.answer(WILL, option.COM_PORT);
    expect([...us.answer(WILL, option.COM_PORT)]).toEqual([]);
    expect([...us.answer(WONT, option.COM_PORT)]).toEqual([IAC, DONT, option.COM_PORT]);
    expect([...us.answer(WONT, option.COM_PORT)]).toEqual([]);
  });
});
