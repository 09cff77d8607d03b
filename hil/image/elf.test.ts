import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isHilError } from '../error/hil-error.ts';
import { readElf } from './elf.ts';

interface ElfParts {
  readonly elfClass?: number;
  readonly data?: number;
  readonly machine?: number;
  readonly type?: number;
  readonly loads: readonly { readonly virtual: number; readonly physical: number; readonly bytes: readonly number[] }[];
}

/** An ELF file with program headers only, as a ROM extractor or a strip tool leaves it. */
function elfFile(parts: ElfParts): Uint8Array {
  const headerEnd = 52 + parts.loads.length * 32;
  const size = headerEnd + parts.loads.reduce((sum, load) => sum + load.bytes.length, 0);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, parts.elfClass ?? 1, parts.data ?? 1, 1]);
  view.setUint16(16, parts.type ?? 2, true);
  view.setUint16(18, parts.machine ?? 40, parts.data !== 2);
  view.setUint32(24, 0x0800_00c1, true);
  view.setUint32(28, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, parts.loads.length, true);
  view.setUint16(46, 40, true);
  let offset = headerEnd;
  for (const [i, load] of parts.loads.entries()) {
    const at = 52 + i * 32;
    for (const [j, value] of [1, offset, load.virtual, load.physical, load.bytes.length, load.bytes.length].entries()) {
      view.setUint32(at + j * 4, value, true);
    }
    file.set(load.bytes, offset);
    offset += load.bytes.length;
  }
  return file;
}

const good: ElfParts = {
  loads: [
    { virtual: 0x2000_0000, physical: 0x0800_0010, bytes: [9, 8] },
    { virtual: 0x0800_0000, physical: 0x0800_0000, bytes: [1, 2, 3, 4] },
  ],
};

function refusal(file: Uint8Array): { code: number; message: string } {
  try {
    readElf('app.elf', file);
  } catch (error) {
    if (isHilError(error)) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('an ELF file', () => {
  test('is read at load addresses, sorted', () => {
    const image = readElf('app.elf', elfFile(good));
    expect(image.segments).toEqual([
      { address: 0x0800_0000, bytes: Uint8Array.of(1, 2, 3, 4) },
      { address: 0x0800_0010, bytes: Uint8Array.of(9, 8) },
    ]);
    expect(image.entry).toBe(0x0800_00c1);
  });

  test.each<[string, Uint8Array, number, string]>([
    ['nothing at all', new Uint8Array(0), 621, 'nothing: the file is empty'],
    ['a text file', new TextEncoder().encode('#!/bin/sh\n'), 621, 'it begins with 23 21 2f 62'],
    [
      'a program for the PC',
      elfFile({ ...good, elfClass: 2, machine: 62 }),
      623,
      'for x86-64, not for a 32-bit little-endian Arm core',
    ],
    ['a 64-bit class', elfFile({ ...good, elfClass: 2 }), 623, 'for a 64-bit core'],
    ['a big-endian program', elfFile({ ...good, data: 2 }), 623, 'for a big-endian core'],
    ['an object file', elfFile({ ...good, type: 1 }), 622, 'an object file that was not linked'],
    ['a header and nothing else', elfFile(good).slice(0, 30), 622, 'the file ends at byte 30'],
    ['half a file', elfFile(good).slice(0, -1), 622, 'it is truncated or damaged'],
    ['nothing to load', elfFile({ loads: [] }), 625, 'there is nothing in it to load'],
    [
      'two segments at one place',
      elfFile({ loads: [...good.loads, { virtual: 0, physical: 0x0800_0003, bytes: [0] }] }),
      626,
      'two parts of it go to 0x8000003',
    ],
  ])('that is %s is refused in words', (_what, file, code, words) => {
    const error = refusal(file);
    expect(error.code).toBe(code);
    expect(error.message).toContain('app.elf: ');
    expect(error.message).toContain(words);
  });

  test('with damage anywhere is read or refused with a code, never with another error', () => {
    const intact = elfFile(good);
    fc.assert(
      fc.property(fc.nat(intact.length - 1), fc.nat(255), fc.nat(intact.length), (at, value, length) => {
        const damaged = intact.slice(0, length);
        if (at < length) damaged[at] = value;
        try {
          readElf('app.elf', damaged);
        } catch (error) {
          expect(isHilError(error)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
