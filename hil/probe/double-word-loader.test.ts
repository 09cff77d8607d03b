import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { makeImage } from '../image/image.ts';
import { DOUBLE_WORD_LOADER, pageWrites } from './double-word-loader.ts';
import { packagedScript } from './openocd-scripts.ts';

const chip = chipNamed('STM32C031C6');

function assembled(source: string): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'hil-loader-'));
  try {
    const [object, binary] = [join(folder, 'loader.o'), join(folder, 'loader.bin')];
    execFileSync('arm-none-eabi-as', ['-o', object, source]);
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', object, binary]);
    const bytes = readFileSync(binary);
    return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the loader is what its listing assembles to', () => {
  expect(DOUBLE_WORD_LOADER).toEqual(assembled(packagedScript('flash-double-word.S')));
});

test('it leaves room for itself before the buffer, and the buffer of a page fits the smallest RAM of the family', () => {
  expect(DOUBLE_WORD_LOADER.length * 2).toBeLessThanOrEqual(0x100);
  expect(0x100 + 2048).toBeLessThanOrEqual(6 * 1024);
});

test('only double words that are not erased are programmed, filled up with erased bytes', () => {
  const image = makeImage('image', [
    { address: 0x0800_000c, bytes: Uint8Array.of(1, 2, 3, 4) },
    { address: 0x0800_0021, bytes: Uint8Array.of(5) },
  ]);
  const [write, ...rest] = pageWrites(chip, image);
  expect(rest).toEqual([]);
  expect(write).toMatchObject({ page: 0, address: 0x0800_0008 });
  expect([...(write?.bytes ?? [])]).toEqual([
    ...[0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4],
    ...new Array(16).fill(0xff),
    ...[0xff, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  ]);
});

test('an image over a border of pages is two writes; a page of erased bytes is erased and not programmed', () => {
  const image = makeImage('image', [
    { address: 0x0800_07f8, bytes: new Uint8Array(16).fill(0x11) },
    { address: 0x0800_1000, bytes: new Uint8Array(8).fill(0xff) },
  ]);
  expect(pageWrites(chip, image).map(({ page, address, bytes }) => [page, address, bytes.length])).toEqual([
    [0, 0x0800_07f8, 8],
    [1, 0x0800_0800, 8],
    [2, 0x0800_1000, 0],
  ]);
});
