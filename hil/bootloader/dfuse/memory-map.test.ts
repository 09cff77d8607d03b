import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allows, endOfRun, parseMemoryMap, runAt, sameMemory } from './memory-map.ts';

/** Names as real boards showed them, and the bytes and runs that they stand for. */
const listings: readonly (readonly [string, string, readonly (readonly [number, number, number, string])[]])[] = [
  ['F042', '@Internal Flash  /0x08000000/032*0001Kg', [[0x0800_0000, 32, 1024, 'rew']]],
  ['F072', '@Internal Flash  /0x08000000/064*0002Kg', [[0x0800_0000, 64, 2048, 'rew']]],
  ['F0 options', '@Option Bytes  /0x1FFFF800/01*016 e', [[0x1fff_f800, 1, 16, 'rw']]],
  ['F107, KickSmash', '@Internal Flash  /0x08000000/128*002Kg', [[0x0800_0000, 128, 2048, 'rew']]],
  [
    'F411',
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg',
    [
      [0x0800_0000, 4, 0x4000, 'rew'],
      [0x0801_0000, 1, 0x1_0000, 'rew'],
      [0x0802_0000, 3, 0x2_0000, 'rew'],
    ],
  ],
  [
    'F4 OTP',
    '@OTP Memory /0x1FFF7800/01*512 e,01*016 e',
    [
      [0x1fff_7800, 1, 512, 'rw'],
      [0x1fff_7a00, 1, 16, 'rw'],
    ],
  ],
  ['F4, no blank', '@Device Feature/0xFFFF0000/01*004 e', [[0xffff_0000, 1, 4, 'rw']]],
  ['L073, no unit', '@Internal Flash  /0x08000000/1536*128g', [[0x0800_0000, 1536, 128, 'rew']]],
  ['L073 with a blank', '@Internal Flash  /0x08000000/1536*128 g', [[0x0800_0000, 1536, 128, 'rew']]],
  ['L0 data', '@DATA Memory /0x08080000/2*3Ke', [[0x0808_0000, 2, 3072, 'rw']]],
  ['L43x', '@Internal Flash  /0x08000000/0128*0002Kg', [[0x0800_0000, 128, 2048, 'rew']]],
  ['L4 OTP', '@OTP Memory /0x1FFF7000/01*0001Ke', [[0x1fff_7000, 1, 1024, 'rw']]],
  ['G0B1', '@Internal Flash   /0x08000000/256*02Kg', [[0x0800_0000, 256, 2048, 'rew']]],
  ['G431, unit B', '@Option Bytes   /0x1FFF7800/01*40Be', [[0x1fff_7800, 1, 40, 'rw']]],
  [
    'G474, two addresses',
    '@Option Bytes   /0x1FFF7800/01*048 e/0x1FFFF800/01*048 e',
    [
      [0x1fff_7800, 1, 48, 'rw'],
      [0x1fff_f800, 1, 48, 'rw'],
    ],
  ],
  ['U5', '@Option Bytes   /0x40022040/01*64 e', [[0x4002_2040, 1, 64, 'rw']]],
  ['H743', '@Internal Flash   /0x08000000/16*128Kg', [[0x0800_0000, 16, 0x2_0000, 'rew']]],
  ['U083, unit .', '@ENGI Bytes        /0x1FFF6C00/01*1024.e', [[0x1fff_6c00, 1, 1024, 'rw']]],
  ['C071', '@ENGI Bytes        /0x1FFF7500/01*768 e', [[0x1fff_7500, 1, 768, 'rw']]],
  [
    "an application of ST's middleware",
    '@Internal Flash /0x08000000/6*02Ka,58*02Kg',
    [
      [0x0800_0000, 6, 2048, 'r'],
      [0x0800_3000, 58, 2048, 'rew'],
    ],
  ],
  ['megabytes', '@External Flash /0x90000000/1*8Mg', [[0x9000_0000, 1, 0x80_0000, 'rew']]],
];

const letters = (run: { readable: boolean; erasable: boolean; writeable: boolean }): string =>
  `${run.readable ? 'r' : ''}${run.erasable ? 'e' : ''}${run.writeable ? 'w' : ''}`;

describe('a memory map', () => {
  test.each(listings)('of %s: %s', (_, text, runs) => {
    expect(parseMemoryMap(text).runs.map((run) => [run.address, run.count, run.size, letters(run)])).toEqual(runs);
  });

  test('has a name without the blanks around it', () => {
    expect(parseMemoryMap('@Internal Flash   /0x08000000/256*02Kg').name).toBe('Internal Flash');
  });

  test.each([
    ['UNKNOWN', 'does not begin with @'],
    ['@Internal Flash', 'has no address and no sectors'],
    ['@Flash/0x08000000', 'has no address and no sectors'],
    ['@Flash/08000000/1*1Kg', "'08000000' is not an address"],
    ['@Flash/0x08000000/1*1Kg/0x1FFF0000', 'followed by no sectors'],
    ['@Flash/0x08000000/1*1Kh', "'1*1Kh' is not of the form"],
    ['@Flash/0x08000000/0*1Kg', 'no memory at all'],
    ['@Flash/0x08000000/1*1Kg,', "'' is not of the form"],
    ['@Flash/0xFFFFFF00/2*1Kg', 'end behind the address space'],
  ])('%s is refused, and the message says why', (text, why) => {
    expect(() => parseMemoryMap(text)).toThrow(why);
    expect(() => parseMemoryMap(text)).toThrow(expect.objectContaining({ code: 322 }));
  });

  test('reads back what was written, in any of the forms', () => {
    const run = fc.record({
      count: fc.integer({ min: 1, max: 2000 }),
      size: fc.integer({ min: 1, max: 512 }),
      unit: fc.constantFrom('', ' ', '.', 'B', 'K'),
      letter: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      zeros: fc.constantFrom('', '0', '00'),
    });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 6 }), fc.constantFrom('', ' ', '    '), (runs, blanks) => {
        const pieces = runs.map(
          ({ count, size, unit, letter, zeros }) => `${zeros}${count}*${zeros}${size}${unit}${letter}`,
        );
        const map = parseMemoryMap(`@Some Memory${blanks}/0x08000000/${pieces.join(',')}`);
        expect(map.name).toBe('Some Memory');
        let address = 0x0800_0000;
        for (const [i, { count, size, unit }] of runs.entries()) {
          const bytes = size * (unit === 'K' ? 1024 : 1);
          expect(map.runs[i]).toMatchObject({ address, count, size: bytes });
          address = endOfRun(map.runs[i] as (typeof map.runs)[number]);
        }
      }),
    );
  });

  test('never loops or throws anything but HIL-322 on whatever text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `@F/0x08000000/${text}`),
        ),
        (text) => {
          try {
            parseMemoryMap(text);
          } catch (error) {
            expect(error).toMatchObject({ code: 322 });
          }
        },
      ),
    );
  });
});

describe('what a map allows', () => {
  const map = parseMemoryMap('@Internal Flash /0x08000000/6*02Ka,58*02Kg');

  test('is asked of every sector that is touched', () => {
    expect(allows(map, 0x0800_3000, 4096, 'writeable')).toBe(true);
    expect(allows(map, 0x0800_2fff, 2, 'writeable')).toBe(false);
    expect(allows(map, 0x0800_2fff, 2, 'readable')).toBe(true);
    expect(allows(map, 0x0801_ffff, 2, 'writeable')).toBe(false);
  });

  test('ends with the last sector', () => {
    expect(runAt(map, 0x0801_ffff)).toMatchObject({ address: 0x0800_3000 });
    expect(runAt(map, 0x0802_0000)).toBeUndefined();
  });
});

describe('two maps are of the same memory', () => {
  test.each([
    ['blanks and zeros', '@Internal Flash   /0x08000000/256*02Kg', '@Internal Flash /0x08000000/0256*0002Kg', true],
    ['runs split otherwise', '@F/0x08000000/2*02Kg,62*02Kg', '@F/0x08000000/64*02Kg', true],
    ['a page less', '@F/0x08000000/63*02Kg', '@F/0x08000000/64*02Kg', false],
    ['other pages', '@F/0x08000000/32*04Kg', '@F/0x08000000/64*02Kg', false],
    ['protected', '@F/0x08000000/64*02Ka', '@F/0x08000000/64*02Kg', false],
    ['elsewhere', '@F/0x08010000/64*02Kg', '@F/0x08000000/64*02Kg', false],
  ])('%s', (_, one, other, same) => {
    expect(sameMemory(parseMemoryMap(one), parseMemoryMap(other))).toBe(same);
  });
});
