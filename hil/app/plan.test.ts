import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { type Image, makeImage } from '../image/image.ts';
import { makePlan } from './plan.ts';
import { startOf } from './start-address.ts';

const chip = chipNamed('STM32G070RB');

/** Bytes that begin with a vector table for code right behind it. */
function program(base: number, length = 512): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, 0x2000_8000, true);
  new DataView(bytes.buffer).setUint32(4, (base + 0x101) >>> 0, true);
  return bytes;
}

function imageAt(base: number, more: Partial<Image> = {}): Image {
  return makeImage('app.elf', [{ address: base, bytes: program(base) }], more);
}

describe('where an application begins', () => {
  test('is the base of flash, if there is a vector table', () => {
    expect(startOf(imageAt(0x0800_0000), chip)).toEqual({ table: 0x0800_0000, atFlashBase: true });
  });

  test('behind a loader is the first address of its segment', () => {
    expect(startOf(imageAt(0x0800_4000), chip)).toEqual({ table: 0x0800_4000, atFlashBase: false });
  });

  test('with a loader in the same image is the loader', () => {
    const both = makeImage('both', [...imageAt(0x0800_0000).segments, ...imageAt(0x0800_4000).segments]);
    expect(startOf(both, chip).table).toBe(0x0800_0000);
  });

  test('is found by the usual names of a vector table inside of a segment', () => {
    const bytes = new Uint8Array(0x400);
    bytes.set(program(0x0800_4200), 0x200);
    const symbols = new Map([
      ['g_pfnVectors', { name: 'g_pfnVectors', address: 0x0800_4200, size: 188, kind: 'object' as const }],
    ]);
    expect(startOf(makeImage('app', [{ address: 0x0800_4000, bytes }], { symbols }), chip).table).toBe(0x0800_4200);
  });

  test('is told missing, with what is wrong with the first words', () => {
    const data = makeImage('data.bin', [{ address: 0x0800_0000, bytes: new Uint8Array(64) }]);
    expect(() => startOf(data, chip)).toThrow(/data\.bin: it has no vector table.*STM32G070RB.*not in RAM.*HIL-671/);
  });

  test('is not asked of an image for another core or place', () => {
    const m4 = imageAt(0x0800_0000, { builtFor: { architecture: 13, profile: 'M', cpu: 'CORTEX-M4', hasFp: false } });
    expect(() => startOf(m4, chip)).toThrow(/Armv7E-M \(CORTEX-M4\); the STM32G070RB has a Cortex-M0\+ {2}\[HIL-623\]/);
    expect(() => startOf(imageAt(0x0802_0000), chip)).toThrow(/HIL-627/);
  });
});

describe('what hil run --app was asked for', () => {
  const image = imageAt(0x0800_0000, {
    symbols: new Map([
      ['force_reset_vtable', { name: 'force_reset_vtable', address: 0x0800_0080, size: 8, kind: 'object' as const }],
    ]),
  });

  test('nothing: the usual frame, its own table for GO, and time enough', () => {
    expect(makePlan(image, chip, {})).toMatchObject({
      format: { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 },
      go: { kind: 'table', address: 0x0800_0000 },
      sign: undefined,
      withinMs: 5000,
      watchMs: 1200,
    });
  });

  test('everything', () => {
    const words = {
      trigger: 'none',
      baud: '9600',
      format: '7e2',
      within: '20',
      watch: '0.5',
      go: 'force_reset_vtable',
    };
    expect(makePlan(image, chip, words)).toMatchObject({
      format: { baudRate: 9600, dataBits: 7, parity: 'even', stopBits: 2 },
      go: { kind: 'table', name: 'force_reset_vtable', address: 0x0800_0080 },
      withinMs: 20_000,
      watchMs: 500,
    });
  });

  test('GO to the routine in RAM, and to an address', () => {
    expect(makePlan(image, chip, { go: 'ram-stub' }).go).toEqual({ kind: 'ram-stub' });
    expect(makePlan(image, chip, { go: '0x0800_0200' }).go).toMatchObject({ address: 0x0800_0200 });
  });

  test.each([
    [{ baud: 'fast' }, /--baud 'fast' is no number from 300 to 4000000/],
    [{ baud: '0' }, /--baud '0'/],
    [{ baud: '' }, /--baud ''/],
    [{ format: '9N1' }, /--format '9N1' is no frame/],
    [{ within: '-1' }, /--within '-1'/],
    [{ watch: '1e9' }, /--watch '1e9'/],
    [{ go: 'nowhere' }, /no symbol is called 'nowhere'/],
    [{ go: '0xZZ' }, /--go '0xZZ' is no address/],
  ])('%j is refused before the board is touched', (words, why) => {
    expect(() => makePlan(image, chip, words)).toThrow(why);
  });
});
