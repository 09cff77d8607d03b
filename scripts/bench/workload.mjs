// Builds the program that the cores are measured with.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './product.mjs';

const FLAGS = [
  '-mcpu=cortex-m0plus',
  '-mthumb',
  '-masm-syntax-unified',
  '-O2',
  '-std=c11',
  '-Wall',
  '-Wextra',
  '-Werror',
];
const FREESTANDING = ['-ffreestanding', '-nostdlib', '-Wl,--no-warn-rwx-segments', '-Wl,-e,0x10000000'];

/** Path of the workload as a raw binary for 0x1000_0000. */
export function buildWorkload() {
  const source = join(root, 'firmware/bench');
  const folder = join(root, 'build/firmware/bench');
  const elf = join(folder, 'workload.elf');
  const binary = join(folder, 'workload.bin');
  mkdirSync(folder, { recursive: true });
  const files = [join(source, 'workload.c'), '-T', join(source, 'workload.ld'), '-o', elf, '-lgcc'];
  execFileSync('arm-none-eabi-gcc', [...FLAGS, ...FREESTANDING, '-I', join(root, 'firmware/common'), ...files]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', elf, binary]);
  return binary;
}
