// What the comparisons with QEMU share: assembling a driver, running an image, loading our own code.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

function tool(name, args, options = {}) {
  try {
    return execFileSync(name, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000, ...options });
  } catch (error) {
    return missing(name, error);
  }
}

function missing(name, error) {
  const hint = error.code === 'ENOENT' ? ' (apt-get install qemu-system-arm gcc-arm-none-eabi)' : '';
  console.error(`oracle: ${name} failed: ${error.stderr?.toString().trim() || error.message}${hint}`);
  process.exit(2);
}

/** The bytes of firmware/oracle/`source`, linked at address 0. */
export function buildDriver(dir, source, cpu) {
  const elf = join(dir, 'driver.elf');
  const bin = join(dir, 'driver.bin');
  const path = join(projectRoot, 'firmware/oracle', source);
  const link = ['-Wl,-Ttext=0', '-Wl,--no-warn-rwx-segments', '-Wl,-e,0'];
  tool('arm-none-eabi-gcc', ['-nostdlib', `-mcpu=${cpu}`, '-mthumb', ...link, '-o', elf, path]);
  tool('arm-none-eabi-objcopy', ['-O', 'binary', elf, bin]);
  return readFileSync(bin);
}

/** Exports of a module over hil/virtual, written as TypeScript source. */
export async function bundle(dir, contents) {
  const outfile = join(dir, 'ours.mjs');
  await build({
    stdin: { contents, resolveDir: join(projectRoot, 'hil/virtual') },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

/** What QEMU's `machine` wrote to records.bin when it ran the image; undefined if a program in it ended QEMU. */
export function runQemu(dir, machine, image) {
  const records = join(dir, 'records.bin');
  rmSync(records, { force: true });
  writeFileSync(join(dir, 'image.bin'), image);
  const quiet = ['-display', 'none', '-serial', 'none', '-monitor', 'none'];
  const semihosting = ['-semihosting-config', 'enable=on,target=native'];
  const args = ['-M', machine, ...quiet, ...semihosting, '-kernel', 'image.bin'];
  try {
    execFileSync('qemu-system-arm', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  } catch (error) {
    // It ended by itself, or did not end at all: its own doing. Anything else is a missing tool.
    if (error.code === 'ENOENT') missing('qemu-system-arm', error);
    return undefined;
  }
  return readFileSync(records);
}
