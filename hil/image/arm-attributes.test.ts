import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chipNamed } from '../chip/lookup.ts';
import { architectureName, readArmAttributes, runsOn } from './arm-attributes.ts';
import { readElf } from './elf.ts';
import { requireFlashFit } from './fit.ts';
import { type BuiltFor, type Image, makeImage } from './image.ts';

const folder = mkdtempSync(join(tmpdir(), 'hil-attributes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A linked program of one instruction, as the GNU tools build it for these options. */
function built(...options: readonly string[]): Image {
  const name = join(folder, options.join('_').replace(/\W/g, '_'));
  writeFileSync(`${name}.c`, 'void start(void) { for (;;) {} }\n');
  execFileSync('arm-none-eabi-gcc', [
    ...options,
    '-mthumb',
    '-nostdlib',
    '-Wl,-Ttext=0x08000000,-estart',
    '-o',
    `${name}.elf`,
    `${name}.c`,
  ]);
  return readElf(`${name}.elf`, new Uint8Array(readFileSync(`${name}.elf`)));
}

describe('an ELF file of the GNU tools', () => {
  test.each([
    [['-mcpu=cortex-m0'], { architecture: 12, hasFp: false, profile: 'M' }],
    [['-mcpu=cortex-m0plus'], { architecture: 12, hasFp: false, profile: 'M' }],
    [['-mcpu=cortex-m3'], { architecture: 10, hasFp: false, profile: 'M' }],
    [['-mcpu=cortex-m4', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'], { architecture: 13, hasFp: true, profile: 'M' }],
    [['-mcpu=cortex-m4', '-mfloat-abi=soft'], { architecture: 13, hasFp: false, profile: 'M' }],
    [['-mcpu=cortex-m33', '-mfloat-abi=soft'], { architecture: 17, hasFp: false, profile: 'M' }],
  ])('built with %j says so', (options, builtFor) => {
    expect(built(...options).builtFor).toMatchObject(builtFor);
  });

  test.each([
    ['STM32G070RB', ['-mcpu=cortex-m0plus'], undefined],
    ['STM32F411RE', ['-mcpu=cortex-m0plus'], undefined],
    ['STM32F411RE', ['-mcpu=cortex-m3'], undefined],
    ['STM32F411RE', ['-mcpu=cortex-m4', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'], undefined],
    ['STM32L011K4', ['-mcpu=cortex-m4', '-mfloat-abi=soft'], 'it was built for Armv7E-M'],
    ['STM32F042K6', ['-mcpu=cortex-m3'], 'it was built for Armv7-M'],
    ['STM32L476RG', ['-mcpu=cortex-m33', '-mfloat-abi=soft'], 'it was built for Armv8-M Mainline'],
  ])('%s takes %j: %s', (name, options, refusal) => {
    const image = built(...options);
    const chip = chipNamed(name);
    if (refusal === undefined) expect(() => requireFlashFit(image, chip)).not.toThrow();
    else {
      expect(() => requireFlashFit(image, chip)).toThrow(refusal);
      expect(() => requireFlashFit(image, chip)).toThrow(`the ${name} has a ${chip.core.name}  [HIL-623]`);
    }
  });
});

const parts = [{ address: 0x0800_0000, bytes: Uint8Array.of(1) }];
const armv6m: BuiltFor = { architecture: 11, hasFp: false };

test('floating-point instructions are refused where there is no FPU', () => {
  const image = makeImage('app.elf', parts, { builtFor: { ...armv6m, hasFp: true } });
  expect(() => requireFlashFit(image, chipNamed('STM32G070RB'))).toThrow('Armv6-M with an FPU');
  expect(() => requireFlashFit(image, chipNamed('STM32F411RE'))).not.toThrow();
});

test('an image that does not say what it was built for is taken', () => {
  expect(() => requireFlashFit(makeImage('app.bin', parts), chipNamed('STM32G070RB'))).not.toThrow();
});

test('Armv7 code is for a Cortex-M only with the profile M', () => {
  expect(runsOn({ architecture: 10, profile: 'A', hasFp: false }, 'armv7-m')).toBe(false);
  expect(architectureName({ architecture: 10, profile: 'A', cpu: 'CORTEX-A9', hasFp: false })).toBe(
    'Armv7-A (CORTEX-A9)',
  );
  expect(architectureName({ architecture: 99, hasFp: false })).toBe('architecture 99');
});

test('a section that is not laid out as it should be says nothing, and never throws', () => {
  expect(readArmAttributes(new Uint8Array(0))).toBeUndefined();
  expect(readArmAttributes(Uint8Array.of(0x41, 0xff, 0xff, 0xff, 0x7f, 0x61))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      readArmAttributes(Uint8Array.of(0x41, ...bytes));
      readArmAttributes(Uint8Array.of(0x41, bytes.length + 10, 0, 0, 0, 0x61, 0x65, 0x61, 0x62, 0x69, 0, ...bytes));
    }),
  );
});
