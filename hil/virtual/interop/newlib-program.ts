import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from './judges.ts';

const SOURCE = fileURLToPath(new URL('./newlib/', import.meta.url));

/** What the program prints, from the C standard and the numbers in it. */
export const NEWLIB_OUTPUT = [
  'sorted: -100000 -7 0 1 2 3 42 77 1000 65536',
  `total: ${-100_000 - 7 + 0 + 1 + 2 + 3 + 42 + 77 + 1000 + 65_536}, compared: enough`,
  `strtod: ${Math.PI.toFixed(10)}, then "rest"`,
  `product: ${(Math.PI * 1e20).toExponential(6)}, quotient: ${(1 / Math.PI).toPrecision(9)}`,
  `64 bit: ${(0xffff_ffffn * 0xffff_ffffn) / 3n}`,
  'heap: 2999',
];

/** Build the program of `newlib/` with newlib's own start-up and semihosting; returns the path of its ELF. */
export async function buildNewlibProgram(folder: string): Promise<string> {
  const elf = join(folder, 'newlib.elf');
  const built = await judge('arm-none-eabi-gcc', [
    ...['-mcpu=cortex-m0plus', '-mthumb', '-Og', '-g', '-Wall', '-Wextra', '-Werror', '-specs=rdimon.specs'],
    ...['-T', join(SOURCE, 'stm32g070.ld'), join(SOURCE, 'vectors.S'), join(SOURCE, 'main.c'), '-o', elf],
  ]);
  if (built.code !== 0) throw new Error(`arm-none-eabi-gcc failed:\n${built.text}`);
  return elf;
}
