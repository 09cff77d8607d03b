import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toBin } from './binary.ts';
import { symbolNamed } from './image.ts';
import { readHex, toHex } from './intel-hex.ts';
import { loadImage } from './load.ts';

// Initialised data is what tells LMA from VMA; the hole before .far tells segments from a flat file.
const SOURCE = `
__attribute__((section(".vectors"), used)) const unsigned vectors[2] = { 0x20009000, 0x08000009 };
int counter = 0x11223344;
int zeroed;
static const char text[] = "far away";
__attribute__((section(".far"), used)) const char far[] = "far away";
__attribute__((used)) int main(void) { return counter + zeroed + text[0]; }
`;
const SCRIPT = `
MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 128K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 36K }
SECTIONS {
  .text : { *(.vectors) *(.text*) *(.rodata*) } > FLASH
  .data : { *(.data*) } > RAM AT > FLASH
  .bss : { *(.bss*) } > RAM
  .far 0x08001000 : { KEEP(*(.far)) } > FLASH
}
`;

let folder = '';
const inFolder = (name: string): string => join(folder, name);
const tool = (name: string, ...args: readonly string[]): void => {
  execFileSync(`arm-none-eabi-${name}`, args, { cwd: folder, stdio: 'pipe' });
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-'));
  writeFileSync(inFolder('a.c'), SOURCE);
  writeFileSync(inFolder('a.ld'), SCRIPT);
  tool(
    'gcc',
    '-mcpu=cortex-m0plus',
    '-mthumb',
    '-nostdlib',
    '-Wl,-Ta.ld',
    '-Wl,--no-warn-rwx-segments',
    '-o',
    'a.elf',
    'a.c',
  );
  tool('objcopy', '-O', 'binary', 'a.elf', 'a.bin');
  tool('objcopy', '-O', 'ihex', 'a.elf', 'a.hex');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('judged by the GNU toolchain', () => {
  test('an ELF file loads what objcopy makes a flat file of', () => {
    const flat = toBin(loadImage(inFolder('a.elf')), 0x00);
    expect(flat.address).toBe(0x0800_0000);
    expect(Buffer.from(flat.bytes).equals(readFileSync(inFolder('a.bin')))).toBe(true);
  });

  test('its HEX file holds the same segments', () => {
    expect(loadImage(inFolder('a.hex')).segments).toEqual(loadImage(inFolder('a.elf')).segments);
    expect(readHex('again', toHex(loadImage(inFolder('a.elf')))).segments).toEqual(
      loadImage(inFolder('a.elf')).segments,
    );
  });

  test('objcopy reads the HEX that is written here', () => {
    writeFileSync(inFolder('b.hex'), toHex(loadImage(inFolder('a.elf'))));
    tool('objcopy', '-I', 'ihex', '-O', 'binary', 'b.hex', 'b.bin');
    expect(readFileSync(inFolder('b.bin')).equals(readFileSync(inFolder('a.bin')))).toBe(true);
  });

  test('symbols have address, size and kind; functions carry the Thumb bit', () => {
    const image = loadImage(inFolder('a.elf'));
    expect(symbolNamed(image, 'vectors')).toEqual({ name: 'vectors', address: 0x0800_0000, size: 8, kind: 'object' });
    expect(symbolNamed(image, 'counter')).toMatchObject({ address: 0x2000_0000, size: 4 });
    expect(symbolNamed(image, 'main').kind).toBe('function');
    expect(symbolNamed(image, 'main').address % 2).toBe(1);
  });
});
