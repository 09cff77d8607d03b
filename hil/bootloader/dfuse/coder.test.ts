import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunksOf, eraseAll, erasePage, readUnprotect, setAddress } from './commands.ts';
import { dfuQuirksOf } from './dfu-quirks.ts';
import { parseStatus, statusText } from './dfu-status.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('commands as AN3156 writes them: code, then the address with its lowest byte first', () => {
  expect(hexOf(setAddress(0x0800_4000))).toBe('2100400008');
  expect(hexOf(erasePage(0x1fff_7800))).toBe('410078ff1f');
  expect(hexOf(eraseAll())).toBe('41');
  expect(hexOf(readUnprotect())).toBe('92');
});

describe('blocks', () => {
  test('count from 2 under one pointer, and a shorter one stands under its own', () => {
    expect(chunksOf(0x0800_0000, 2500, 1024)).toEqual([
      { pointer: 0x0800_0000, block: 2, address: 0x0800_0000, length: 1024 },
      { pointer: 0x0800_0000, block: 3, address: 0x0800_0400, length: 1024 },
      { pointer: 0x0800_0800, block: 2, address: 0x0800_0800, length: 452 },
    ]);
  });

  test('begin anew where the block number ends', () => {
    const chunks = chunksOf(0, 2 * 70_000, 2);
    expect(Math.max(...chunks.map(({ block }) => block))).toBe(0xffff);
    expect(chunks.at(-1)?.address).toBe(2 * 70_000 - 2);
  });

  test('cover every byte once, and lie where both readings of the block number put them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 0, max: 50_000 }),
        fc.constantFrom(64, 512, 1024, 2048),
        (address, length, size) => {
          const chunks = chunksOf(address, length, size);
          let at = address;
          const wrong = chunks.filter((chunk) => {
            const expected = at;
            at += chunk.length;
            const places = [chunk.length, size].map((factor) => chunk.pointer + (chunk.block - 2) * factor);
            return chunk.length > size || [chunk.address, ...places].some((place) => place !== expected);
          });
          expect(wrong).toEqual([]);
          expect(at).toBe(address + length);
        },
      ),
    );
  });
});

describe('the status', () => {
  test('of a busy device names its time in three bytes', () => {
    expect(parseStatus(Uint8Array.of(0, 0x68, 0x01, 0x02, 4, 0))).toMatchObject({
      state: 'dfuDNBUSY',
      statusName: 'OK',
      pollMs: 0x02_0168,
    });
  });

  test('of an error says it in words', () => {
    expect(statusText(parseStatus(Uint8Array.of(1, 0, 0, 0, 10, 0)))).toBe(
      'dfuERROR, errTARGET (the address is not one that the ROM gives access to)',
    );
    expect(statusText(parseStatus(Uint8Array.of(11, 0, 0, 0, 10, 0)))).toContain('read-protected');
    expect(statusText(parseStatus(Uint8Array.of(0, 0, 0, 0, 2, 0)))).toBe('dfuIDLE');
    expect(statusText(parseStatus(Uint8Array.of(77, 0, 0, 0, 10, 0)))).toContain('status 77');
  });

  test.each(['', '0000000002', '00000000ff00'])("'%s' is none", (hex) => {
    expect(() => parseStatus(Buffer.from(hex, 'hex'))).toThrow(expect.objectContaining({ code: 329 }));
  });
});

describe('quirks of ROMs', () => {
  test.each([
    ['L47x', 0x415, 0x92, { wholeBlocks: { above: 256, of: 8 } }],
    ['L496', 0x461, undefined, { wholeBlocks: { above: 256, of: 8 } }],
    ['F42x', 0x419, 0x90, { doubtfulEraseFrom: 0x0810_0000 }],
  ])('of %s are known, each with its source', (_, devId, romId, quirk) => {
    expect(dfuQuirksOf(devId, romId)).toMatchObject(quirk);
    expect(dfuQuirksOf(devId, romId)?.provenance.source).toContain('AN2606');
  });

  test('of a G0B1 are none', () => {
    expect(dfuQuirksOf(0x467, 0x92)).toBeUndefined();
  });
});
