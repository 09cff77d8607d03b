import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chipNamed } from '../chip/lookup.ts';
import { isHilError } from '../error/hil-error.ts';
import { readBin, toBin } from './binary.ts';
import { requireFlashFit, vectorTableAt } from './fit.ts';
import { bytesAt, type Image, imageSize, makeImage, symbolNamed, wordAt } from './image.ts';
import { readHex, toHex } from './intel-hex.ts';
import { loadImage } from './load.ts';

const chip = chipNamed('STM32G070RB');

function refusal(action: () => unknown): { code: number; message: string } {
  try {
    action();
  } catch (error) {
    if (isHilError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Segments that leave a hole of at least one byte between them. */
const someImage = fc
  .tuple(
    fc.nat(0xfff0_0000),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 0x1_0000 }), fc.uint8Array({ minLength: 1, maxLength: 80 })), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .map(([start, parts]) => {
    let at = start;
    return makeImage(
      'some',
      parts.map(([gap, bytes]) => {
        const address = at + gap;
        at = address + bytes.length;
        return { address, bytes };
      }),
    );
  });

describe('Intel HEX', () => {
  test('what a library of others writes is read back unchanged', () => {
    fc.assert(
      fc.property(someImage, (image) => {
        expect(readHex('some', toHex(image)).segments).toEqual(image.segments);
      }),
    );
  });

  const good = [':020000040800F2', ':0400000001020304F2', ':00000001FF'];

  test('the addresses of types 02 and 04 and the entry of type 05 are understood', () => {
    const image = readHex(
      'a',
      [':020000021000EC', ':0100100055 9A'.replace(' ', ''), ':04000005080000C12E', ':00000001FF'].join('\r\n'),
    );
    expect(image.segments).toEqual([{ address: 0x1_0010, bytes: Uint8Array.of(0x55) }]);
    expect(image.entry).toBe(0x0800_00c1);
    expect(readHex('b', good.join('\n')).segments).toEqual([
      { address: 0x0800_0000, bytes: Uint8Array.of(1, 2, 3, 4) },
    ]);
  });

  test.each<[string, readonly string[], number, string]>([
    [
      'a bad checksum',
      [good[0] ?? '', ':0400000001020304F3', ':00000001FF'],
      624,
      'app.hex:2: bad checksum 0xF3, the bytes make 0xF2',
    ],
    ['a line without a colon', ['hello'], 624, "app.hex:1: a line must begin with ':', not with 'h'"],
    [
      'a letter that is no digit',
      [':0400000001020X04F2'],
      624,
      "app.hex:1: 'X' in column 15 is not a hexadecimal digit",
    ],
    ['a line that is cut', [':04000000010203'], 624, 'app.hex:1: the record says 4 data bytes and has 2'],
    ['an odd number of digits', [':0400000001020304F'], 624, 'app.hex:1: 17 digits do not make a record'],
    ['an unknown record type', [':00000006FA'], 624, 'app.hex:1: record type 6 does not exist'],
    [
      'a record over the end of its block',
      [':04FFFE0001020304F5'],
      624,
      'app.hex:1: the record runs over the end of its 64 KiB block',
    ],
    ['no end-of-file record', good.slice(0, 2), 624, 'app.hex:2: the end-of-file record is missing'],
    [
      'data after the end',
      [...good, good[1] ?? ''],
      624,
      'app.hex:4: there is something after the end-of-file record of line 3',
    ],
    [
      'an address record of the wrong length',
      [':0100000408F3'],
      624,
      'app.hex:1: this type of record has 2 data bytes, not 1',
    ],
    [
      'two records for one place',
      [good[0] ?? '', good[1] ?? '', good[1] ?? '', good[2] ?? ''],
      626,
      'app.hex: two parts of it go to 0x8000000',
    ],
    ['only an end', [':00000001FF'], 625, 'app.hex: there is nothing in it to load'],
  ])('%s is refused with file and line', (_what, lines, code, words) => {
    const error = refusal(() => readHex('app.hex', lines.join('\n')));
    expect(error.message).toContain(words);
    expect(error.code).toBe(code);
  });

  test('any single damaged digit of a data line is noticed', () => {
    const digits = '0123456789ABCDEF';
    const line = ':10010000214601360121470136007EFE09D2190140';
    fc.assert(
      fc.property(fc.integer({ min: 1, max: line.length - 1 }), fc.constantFrom(...digits), (at, digit) => {
        fc.pre(line[at] !== digit);
        const damaged = line.slice(0, at) + digit + line.slice(at + 1);
        expect(refusal(() => readHex('x', `${damaged}\n:00000001FF`)).code).toBe(624);
      }),
    );
  });
});

/** True where the image has no byte. */
const wordless = (image: Image, address: number): boolean => bytesAt(image, address, 1) === undefined;

describe('BIN', () => {
  test('goes where it is told and comes back with its holes filled', () => {
    fc.assert(
      fc.property(someImage, fc.nat(255), (image, fill) => {
        const flat = toBin(image, fill);
        for (const segment of image.segments) {
          const at = segment.address - flat.address;
          expect(flat.bytes.slice(at, at + segment.bytes.length)).toEqual(segment.bytes);
        }
        const holes = flat.bytes.length - imageSize(image);
        expect(flat.bytes.filter((byte, i) => byte === fill && wordless(image, flat.address + i)).length).toBe(holes);
      }),
    );
  });

  test('of an image over two memories is refused rather than made gigabytes long', () => {
    const image = makeImage('two', [
      { address: 0x0800_0000, bytes: Uint8Array.of(1) },
      { address: 0x2000_0000, bytes: Uint8Array.of(1) },
    ]);
    expect(() => toBin(image)).toThrow('write it as HEX');
  });
});

describe('an image', () => {
  const image = makeImage('app', [
    { address: 0x0800_0004, bytes: Uint8Array.of(5, 6, 7, 8) },
    { address: 0x0800_0000, bytes: Uint8Array.of(1, 2, 3, 4) },
    { address: 0x0800_0010, bytes: Uint8Array.of(9) },
  ]);

  test('joins parts that touch, and can be read across the seam', () => {
    expect(image.segments).toHaveLength(2);
    expect(wordAt(image, 0x0800_0002)).toBe(0x0605_0403);
    expect(bytesAt(image, 0x0800_0006, 4)).toBeUndefined();
  });

  test('names similar symbols when one is not there', () => {
    const symbols = new Map([
      ['force_reset_vtable', { name: 'force_reset_vtable', address: 0x0800_0200, size: 8, kind: 'object' as const }],
    ]);
    const withSymbols = makeImage('app', image.segments, { symbols });
    expect(symbolNamed(withSymbols, 'force_reset_vtable').address).toBe(0x0800_0200);
    expect(refusal(() => symbolNamed(withSymbols, 'reset')).message).toContain(
      "no symbol is called 'reset'; there are force_reset_vtable",
    );
    expect(refusal(() => symbolNamed(image, 'main')).message).toContain('it has no symbols at all');
  });
});

describe('fit', () => {
  const at = (address: number, length: number) => readBin('app.bin', new Uint8Array(length).fill(1), address);

  test('is given for an image that fills the flash exactly', () => {
    expect(requireFlashFit(at(0x0800_0000, 128 * 1024), chip)).toBeUndefined();
  });

  test.each<[string, number, number, string]>([
    [
      'too large by one byte',
      0x0800_0000,
      128 * 1024 + 1,
      'app.bin: 131073 bytes are too large: 0x08000000..0x08020000 ends 1 bytes behind the flash',
    ],
    [
      'in RAM',
      0x2000_1000,
      16,
      'is in RAM, not in the flash of STM32G070RB (0x08000000..0x0801ffff); was it linked to run from RAM?',
    ],
    ['in the option bytes', 0x1fff_7800, 8, 'would go into the option bytes'],
    ['somewhere else', 0x0000_0000, 16, '0x00000000..0x0000000f is misplaced'],
    ['right behind the flash', 0x0802_0000, 16, 'is misplaced'],
  ])('is refused for an image that is %s', (_what, address, length, words) => {
    const error = refusal(() => requireFlashFit(at(address, length), chip));
    expect(error.code).toBe(627);
    expect(error.message).toContain(words);
  });
});

describe('the vector table', () => {
  const words = (stackPointer: number, reset: number) => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, stackPointer, true);
    view.setUint32(4, reset, true);
    return readBin('app', bytes, 0x0800_0000);
  };

  test('is accepted with the stack pointer right behind RAM', () => {
    expect(vectorTableAt(words(0x2000_9000, 0x0800_0009), chip, 0x0800_0000)).toEqual({
      stackPointer: 0x2000_9000,
      reset: 0x0800_0009,
    });
  });

  test.each<[number, number, number, string]>([
    [0xffff_ffff, 0xffff_ffff, 0x0800_0000, 'is not in RAM'],
    [0x2000_1004, 0x0800_0009, 0x0800_0000, 'is not 8-byte aligned'],
    [0x2000_1000, 0x0800_0008, 0x0800_0000, 'lacks the Thumb bit'],
    [0x2000_1000, 0x0800_0101, 0x0800_0000, 'points out of the image'],
    [0x2000_1000, 0x0800_0009, 0x0800_0200, 'has no two words at 0x8000200'],
  ])('%i, %i at %i is refused', (stackPointer, reset, address, why) => {
    expect(vectorTableAt(words(stackPointer, reset), chip, address)).toContain(why);
  });
});

describe('loadImage', () => {
  test.each<[string, number, string]>([
    ['/nonexistent/app.elf', 620, 'there is no such file'],
    ['app.s19', 628, "'.s19' is none of .elf, .hex, .bin"],
    ['app.bin', 628, 'no address was given'],
  ])('%s', (path, code, words) => {
    const error = refusal(() => loadImage(path));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });
});
