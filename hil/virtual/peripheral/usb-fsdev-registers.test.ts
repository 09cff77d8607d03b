import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EP, resetEndpoint, writtenEndpoint } from './usb-fsdev-registers.ts';

const CTR = EP.CTR_RX | EP.CTR_TX;
const TOGGLES = EP.DTOG_RX | EP.STAT_RX | EP.DTOG_TX | EP.STAT_TX;

describe('a write to an endpoint register (RM0091 30.6.2)', () => {
  test.each([
    ['1 keeps CTR_RX, 0 clears CTR_TX', 0x8080, 0x8000, 0x8000],
    ['1 does not set CTR', 0x0000, 0x8080, 0x0000],
    ['1 flips STAT_RX: NAK to VALID', 0x2000, 0x1000, 0x3000],
    ['1 flips STAT_TX: VALID to STALL', 0x0030, 0x0020, 0x0010],
    ['0 keeps STAT and DTOG', 0x7070, 0x0000, 0x7070],
    ['DTOG flips both ways', 0x4000, 0x4040, 0x0040],
    ['SETUP is not written', 0x0800, 0x0000, 0x0800],
    ['SETUP cannot be set', 0x0000, 0x0800, 0x0000],
    ['type, kind and address are as written', 0x070f, 0x0305, 0x0305],
  ])('%s', (_name, old, value, expected) => {
    expect(writtenEndpoint(1, old, value)).toBe(expected);
    expect(writtenEndpoint(2, old, value)).toBe(expected);
  });

  test('version 2 keeps DEVADDR and LS_EP and clears NAK and ERR by 0; version 1 has no upper half', () => {
    expect(writtenEndpoint(2, 0x0680_0000, 0x017f_0000)).toBe(0x017f_0000);
    expect(writtenEndpoint(2, 0x0680_0000, 0x0680_0000)).toBe(0x0680_0000);
    expect(writtenEndpoint(1, 0, 0xffff_0000)).toBe(0);
  });

  const register = fc.integer({ min: 0, max: 0xffff });
  test('no write sets a flag, and none but the written toggles change', () => {
    fc.assert(
      fc.property(register, register, (old, value) => {
        const next = writtenEndpoint(1, old, value);
        expect(next & CTR & ~old).toBe(0);
        expect((next ^ old) & TOGGLES).toBe(value & TOGGLES);
        expect((next ^ old) & EP.SETUP).toBe(0);
      }),
    );
  });

  test('writing a register back as it reads keeps its flags and clears its toggles', () => {
    fc.assert(
      fc.property(register, (old) => {
        expect(writtenEndpoint(1, old, old)).toBe(old & ~TOGGLES);
      }),
    );
  });

  test('the same toggles twice are as none', () => {
    fc.assert(
      fc.property(register, register, (old, value) => {
        const flags = value | CTR;
        expect(writtenEndpoint(1, writtenEndpoint(1, old, flags), flags) & TOGGLES).toBe(old & TOGGLES);
      }),
    );
  });
});

test('a bus reset clears an endpoint register but for its flags', () => {
  expect(resetEndpoint(0xffff)).toBe(0x8080);
  expect(resetEndpoint(0x7f7f)).toBe(0);
});
