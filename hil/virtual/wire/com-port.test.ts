import { describe, expect, test } from '@jest/globals';
import { answerRequest, type ComPortSettings, DEFAULT_SETTINGS } from './com-port.ts';

const ask = (
  bytes: readonly number[],
  settings: ComPortSettings = DEFAULT_SETTINGS,
): ReturnType<typeof answerRequest> => answerRequest(Uint8Array.from(bytes), settings, 'a board');

const answerTo = (bytes: readonly number[]): number[] => [...(ask(bytes).answer ?? [])];

describe('requests of RFC 2217 section 3', () => {
  test.each<[string, number[], number[], Partial<ComPortSettings['format']>]>([
    ['SET-BAUDRATE 57600', [1, 0, 0, 0xe1, 0], [101, 0, 0, 0xe1, 0], { baud: 57_600 }],
    ['SET-BAUDRATE 0 asks', [1, 0, 0, 0, 0], [101, 0, 1, 0xc2, 0], { baud: 115_200 }],
    ['a baud the line cannot do leaves the old one', [1, 0xff, 0, 0, 0], [101, 0, 1, 0xc2, 0], { baud: 115_200 }],
    ['SET-DATASIZE 7', [2, 7], [102, 7], { dataBits: 7 }],
    ['SET-DATASIZE 9 leaves 8', [2, 9], [102, 8], { dataBits: 8 }],
    ['SET-PARITY even', [3, 3], [103, 3], { parity: 'even' }],
    ['SET-PARITY odd', [3, 2], [103, 2], { parity: 'odd' }],
    ['SET-PARITY 0 asks', [3, 0], [103, 1], { parity: 'none' }],
    ['SET-STOPSIZE two', [4, 2], [104, 2], { stopBits: 2 }],
    ['SET-STOPSIZE one and a half', [4, 3], [104, 3], { stopBits: 1.5 }],
  ])('%s', (_name, request, answer, format) => {
    const effects = ask(request);
    expect([...(effects.answer ?? [])]).toEqual(answer);
    expect(effects.settings.format).toMatchObject(format);
  });

  test.each<[string, number, number, Partial<ComPortSettings>]>([
    ['break on', 5, 5, { breakOn: true }],
    ['break asked', 4, 6, {}],
    ['DTR off', 9, 9, { dtr: false }],
    ['RTS off', 12, 12, { rts: false }],
    ['DTR asked', 7, 8, {}],
    ['hardware flow control is not there', 3, 1, {}],
    ['inbound flow control is not there', 16, 14, {}],
  ])('SET-CONTROL: %s', (_name, value, answer, change) => {
    expect(answerTo([5, value])).toEqual([105, answer]);
    expect(ask([5, value]).settings).toEqual({ ...DEFAULT_SETTINGS, ...change });
  });

  test('an empty SIGNATURE asks who this is; one with text only tells', () => {
    expect(Buffer.from(answerTo([0])).toString('latin1')).toBe('da board');
    expect(ask([0, 0x78]).answer).toBeUndefined();
  });

  test.each([
    [1, { received: true, unsent: false }],
    [2, { received: false, unsent: true }],
    [3, { received: true, unsent: true }],
  ])('PURGE-DATA %i', (value, purge) => {
    expect(ask([12, value]).purge).toEqual(purge);
    expect(answerTo([12, value])).toEqual([112, value]);
  });

  test('masks are kept and confirmed', () => {
    expect(ask([10, 0x5c]).settings.lineStateMask).toBe(0x5c);
    expect(answerTo([10, 0x5c])).toEqual([110, 0x5c]);
    expect(answerTo([11, 0])).toEqual([111, 0]);
  });

  test('suspend and resume have no answer', () => {
    expect(ask([8])).toMatchObject({ suspended: true, answer: undefined });
    expect(ask([9])).toMatchObject({ suspended: false, answer: undefined });
  });

  test.each([[[]], [[99, 1]], [[1, 0, 0]]])('%p is no request and changes nothing', (bytes) => {
    expect(ask(bytes)).toEqual({ settings: DEFAULT_SETTINGS, answer: undefined });
  });
});
