// Guest instructions per second of our core and of rp2040js's, on the same binary in the same process, alternating.
//   node scripts/bench/cpu.mjs [--rounds N]
// Our core has debugging enabled and a breakpoint comparator set; rp2040js gets a bus with nothing but the two memories.
// The number of instructions is counted once on rp2040js, which executes one a call.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { RP2040 } from 'rp2040js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CODE = 0x1000_0000;
const DATA = 0x2000_0000;
const DATA_SIZE = 0x8000;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const dir = mkdtempSync(join(tmpdir(), 'hil-bench-'));

function compile() {
  const elf = join(dir, 'workload.elf');
  const sections = ['.vectors=0x10000000', '.start=0x10000100', '.text=0x10000200', '.rodata=0x10004000'];
  execFileSync('arm-none-eabi-gcc', [
    ...['-O2', '-mcpu=cortex-m0plus', '-mthumb', '-nostdlib', '-ffreestanding', '-fno-tree-loop-distribute-patterns'],
    ...['-Wall', '-Wextra', '-Werror', '-Wl,--no-warn-rwx-segments', '-Wl,-e,start'],
    ...sections.map((section) => `-Wl,--section-start=${section}`),
    ...['-Wl,-Tbss=0x20000000', '-Wl,-Tdata=0x20007000'],
    ...['-o', elf, join(root, 'firmware/oracle/workload.c'), '-lgcc'],
  ]);
  const bin = join(dir, 'workload.bin');
  const wanted = ['.vectors', '.start', '.text', '.rodata'].flatMap((name) => ['-j', name]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', ...wanted, elf, bin]);
  return readFileSync(bin);
}

async function loadOurs() {
  const outfile = join(dir, 'core.mjs');
  await build({
    stdin: {
      contents: "export { createBus } from './bus.ts'; export { createCore } from './cpu/create-core.ts';",
      resolveDir: join(root, 'hil/virtual'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

function runOurs({ createBus, createCore }, image) {
  const bus = createBus();
  const code = bus.addMemory({ name: 'code', base: CODE, size: 0x1_0000 });
  code.bytes.set(image);
  bus.addMemory({ name: 'data', base: DATA, size: DATA_SIZE, writable: true });
  bus.setAlias(code);
  const core = createCore({ bus });
  core.reset('power');
  core.debugWrite(0xe000_edf0, 0xa05f_0001, 4);
  core.debugWrite(0xe000_2000, 3, 4);
  core.debugWrite(0xe000_2008, CODE | 0x4000_0011, 4); // where nothing is executed
  const started = process.hrtime.bigint();
  while (core.run(core.cycles + 10_000) === 'limit');
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  core.debugWrite(0xe000_edf4, 0, 4);
  return { seconds, result: core.debugRead(0xe000_edf8, 4), cycles: core.cycles };
}

function runRp2040js(image) {
  const code = new DataView(new ArrayBuffer(0x1_0000));
  new Uint8Array(code.buffer).set(image);
  const data = new DataView(new ArrayBuffer(DATA_SIZE));
  const at = (address) => (address >>> 28 === 2 ? data : code);
  let running = true;
  const bus = {
    readUint32: (a) => at(a).getUint32(a & 0xffff, true),
    readUint16: (a) => at(a).getUint16(a & 0xffff, true),
    readUint8: (a) => at(a).getUint8(a & 0xffff),
    writeUint32: (a, value) => at(a).setUint32(a & 0xffff, value, true),
    writeUint16: (a, value) => at(a).setUint16(a & 0xffff, value, true),
    writeUint8: (a, value) => at(a).setUint8(a & 0xffff, value),
    logger: { warn: () => undefined, error: () => undefined, info: () => undefined, debug: () => undefined },
    onBreak: () => {
      running = false;
    },
  };
  const Core = new RP2040().core.constructor;
  const core = new Core(bus);
  core.VTOR = CODE;
  core.reset();
  let instructions = 0;
  const started = process.hrtime.bigint();
  while (running) {
    core.executeInstruction();
    instructions++;
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { seconds, result: core.registers[0] >>> 0, instructions };
}

try {
  const image = compile();
  const ours = await loadOurs();
  const ratios = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    const theirs = runRp2040js(image);
    const mine = runOurs(ours, image);
    if (mine.result !== theirs.result) {
      console.error(`the cores disagree: ours 0x${mine.result.toString(16)}, rp2040js 0x${theirs.result.toString(16)}`);
      process.exitCode = 1;
    }
    const mips = (run) => theirs.instructions / run.seconds / 1e6;
    ratios.push(mips(mine) / mips(theirs));
    console.log(
      `round ${round}: ${(theirs.instructions / 1e6).toFixed(1)} M instructions; ours ${mips(mine).toFixed(0)} MIPS ` +
        `(${(mine.cycles / mine.seconds / 1e6).toFixed(0)} MHz), rp2040js ${mips(theirs).toFixed(0)} MIPS; ${ratios.at(-1).toFixed(1)} x`,
    );
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
