// Builds the program that the cores are measured with.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './product.mjs';

const FLAGS = ['-mthumb', '-masm-syntax-unified', '-O2', '-std=c11', '-Wall', '-Wextra', '-Werror'];
const FREESTANDING = ['-ffreestanding', '-nostdlib', '-Wl,--no-warn-rwx-segments'];

/** The workload for a core, as ELF and as raw binary for `base`. */
export function buildWorkload(core = 'cortex-m0plus', base = 0x1000_0000) {
  const source = join(root, 'firmware/bench');
  const folder = join(root, 'build/firmware/bench');
  const at = `0x${base.toString(16)}`;
  const elf = join(folder, `workload-${core}-${at}.elf`);
  const binary = elf.replace(/elf$/, 'bin');
  mkdirSync(folder, { recursive: true });
  const files = [join(source, 'workload.c'), '-T', join(source, 'workload.ld'), '-o', elf, '-lgcc'];
  const place = [`-Wl,--defsym=CODE_BASE=${at}`, `-Wl,-e,${at}`];
  const include = ['-I', join(root, 'firmware/common')];
  execFileSync('arm-none-eabi-gcc', [`-mcpu=${core}`, ...FLAGS, ...FREESTANDING, ...place, ...include, ...files]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', elf, binary]);
  return { elf, binary };
}
