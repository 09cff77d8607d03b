// Compares the virtual CPU with QEMU's Cortex-M0 on random programs.
//   node scripts/oracle.mjs [--tests N] [--seed S] [--keep]
// Exit code: 0 all equal, 1 a difference, 2 a tool is missing or failed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import {
  RECORD_FIELDS,
  RECORD_SIZE,
  randomSource,
  TABLE,
  TEST_SIZE,
  TESTS_PER_IMAGE,
  writeTests,
} from './lib/oracle-tests.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const FLASH_SIZE = 0x4_0000;
const RAM_BASE = 0x2000_0000;
const RAM_SIZE = 0x4000;
const INDEX = 0x2000_2400; // the driver's VARS
const DHCSR = 0xe000_edf0;
const DCRSR = 0xe000_edf4;
const DCRDR = 0xe000_edf8;

const { values } = parseArgs({
  options: {
    tests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const wanted = Number(values.tests);
const seed = Number(values.seed);
if (!Number.isInteger(wanted) || wanted < 1 || !Number.isInteger(seed)) {
  console.error('oracle: --tests and --seed take whole numbers, tests at least 1');
  process.exit(2);
}

function tool(name, args, options = {}) {
  try {
    return execFileSync(name, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000, ...options });
  } catch (error) {
    const hint = error.code === 'ENOENT' ? ' (apt-get install qemu-system-arm gcc-arm-none-eabi)' : '';
    console.error(`oracle: ${name} failed: ${error.stderr?.toString().trim() || error.message}${hint}`);
    process.exit(2);
  }
}

function buildDriver(dir) {
  const elf = join(dir, 'driver.elf');
  const bin = join(dir, 'driver.bin');
  const source = join(root, 'firmware/oracle/driver.S');
  const link = ['-Wl,-Ttext=0', '-Wl,--no-warn-rwx-segments', '-Wl,-e,0'];
  tool('arm-none-eabi-gcc', ['-nostdlib', '-mcpu=cortex-m0', '-mthumb', ...link, '-o', elf, source]);
  tool('arm-none-eabi-objcopy', ['-O', 'binary', elf, bin]);
  return readFileSync(bin);
}

async function loadCore(dir) {
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

/** Records of QEMU's run of the image. */
function runQemu(dir, image) {
  writeFileSync(join(dir, 'image.bin'), image);
  tool(
    'qemu-system-arm',
    [
      '-M',
      'microbit',
      '-display',
      'none',
      '-serial',
      'none',
      '-monitor',
      'none',
      '-semihosting-config',
      'enable=on,target=native',
      '-kernel',
      'image.bin',
    ],
    { cwd: dir },
  );
  return readFileSync(join(dir, 'records.bin'));
}

/** The nRF51's FICR and UICR, the addresses around its peripherals and GPIO that QEMU reads as zero, its private area. */
const isNrf51 = (address) => {
  const a = address >>> 0;
  return a >>> 13 === 0x1000_0000 >>> 13 || (a >= 0x4000_0000 && a < 0x6000_0000) || a >= 0xf000_0000;
};

function withNrf51(bus, touch) {
  return Object.assign(Object.create(bus), {
    read(address, width) {
      if (!isNrf51(address)) return bus.read(address, width);
      touch();
      return 0;
    },
    write(address, value, width) {
      if (isNrf51(address)) touch();
      else bus.write(address, value, width);
    },
  });
}

/** Records of our core's run of the image, and which tests touched what QEMU's board has and ours has not. */
function runOurs({ createBus, createCore }, image, count) {
  const bus = createBus();
  const foreign = new Set();
  const touch = () => foreign.add(bus.read(INDEX, 4));
  const flash = bus.addMemory({ name: 'flash', base: 0, size: FLASH_SIZE, onWrite: touch });
  flash.bytes.set(image);
  bus.addMemory({ name: 'ram', base: RAM_BASE, size: RAM_SIZE, writable: true });
  const core = createCore({ bus: withNrf51(bus, touch) });
  core.reset('power');
  core.debugWrite(DHCSR, 0xa05f_0001, 4);
  const register = (n) => {
    core.debugWrite(DCRSR, n, 4);
    return core.debugRead(DCRDR, 4);
  };
  const setRegister = (n, value) => {
    core.debugWrite(DCRDR, value, 4);
    core.debugWrite(DCRSR, n | 0x1_0000, 4);
  };
  const chunks = [];
  for (;;) {
    const reason = core.run(core.cycles + 40_000 * count);
    if (reason !== 'halt') {
      console.error(
        `oracle: our core ended with '${reason}' at 0x${core.pc.toString(16)} in test ${bus.read(INDEX, 4)}`,
      );
      return { records: Buffer.concat(chunks), foreign };
    }
    const operation = register(0);
    const block = register(1);
    if (operation === 0x18) return { records: Buffer.concat(chunks), foreign };
    if (operation === 5) {
      const from = bus.read(block + 4, 4) - RAM_BASE;
      chunks.push(Buffer.from(bus.memoryAt(RAM_BASE).bytes.slice(from, from + bus.read(block + 8, 4))));
    }
    setRegister(0, operation === 5 ? 0 : 1);
    setRegister(15, core.pc + 2);
    core.debugWrite(DHCSR, 0xa05f_0001, 4);
  }
}

const hex = (n) => `0x${(n >>> 0).toString(16).padStart(8, '0')}`;

function describe(image, index, theirs, ours) {
  const at = TABLE + TEST_SIZE * index;
  const word = (offset) => image.readUInt32LE(at + offset);
  const before = [
    'r0',
    'r1',
    'r2',
    'r3',
    'r12',
    'lr',
    'pc',
    'xpsr',
    'r4',
    'r5',
    'r6',
    'r7',
    'r8',
    'r9',
    'r10',
    'r11',
    'frame',
  ];
  const code = Array.from({ length: 16 }, (_, i) =>
    image
      .readUInt16LE(at + 68 + 2 * i)
      .toString(16)
      .padStart(4, '0'),
  );
  const lines = [`test ${index}, code at ${hex(at + 68)}: ${code.join(' ')}`];
  lines.push(`  start ${before.map((name, i) => `${name}=${hex(word(4 * i))}`).join(' ')}`);
  for (const [i, field] of RECORD_FIELDS.entries()) {
    const a = theirs.readUInt32LE(RECORD_SIZE * index + 4 * i);
    const b = ours.readUInt32LE(RECORD_SIZE * index + 4 * i);
    if (a !== b) lines.push(`  ${field}: QEMU ${hex(a)}, ours ${hex(b)}`);
  }
  return lines.join('\n');
}

/** True where QEMU is no judge of a difference: see the comments within. `record` is ours. */
function notJudged(image, record) {
  const words = Array.from({ length: RECORD_SIZE / 4 }, (_, i) => record.readUInt32LE(4 * i));
  const registers = words.slice(0, 14);
  const [pc, ipsr] = [words[14], words[17]];
  // The private peripheral bus, where a Cortex-M0+ (ours) and a Cortex-M0 (QEMU's) rightly differ.
  const isPpb = (address) => address >>> 20 === 0xe00;
  if (registers.some(isPpb)) return true;
  if (ipsr !== 3 || pc + 1 >= image.length) return false;
  const h = image.readUInt16LE(pc);
  const address = accessAddress(h, registers);
  if (address === undefined) return false;
  // An unaligned store into flash: QEMU drops stores to its ROM before it looks at alignment.
  const isStore = h >> 12 === 5 ? ((h >> 9) & 7) < 3 : (h & 0x800) === 0;
  return isPpb(address) || (isStore && address < FLASH_SIZE);
}

/** First address of a load or store with low registers, from the registers before it. */
function accessAddress(h, r) {
  const low = (shift) => r[(h >> shift) & 7];
  const imm5 = (h >> 6) & 31;
  switch (h >> 12) {
    case 5:
      return (low(3) + low(6)) >>> 0;
    case 6:
      return (low(3) + 4 * imm5) >>> 0;
    case 7:
      return (low(3) + imm5) >>> 0;
    case 8:
      return (low(3) + 2 * imm5) >>> 0;
    case 12:
      return low(8);
    default:
      return undefined;
  }
}

const dir = mkdtempSync(join(tmpdir(), 'hil-oracle-'));
const started = Date.now();
let compared = 0;
let skipped = 0;
let different = 0;
try {
  const driver = buildDriver(dir);
  const core = await loadCore(dir);
  const rng = randomSource(seed);
  for (let done = 0; done < wanted; done += TESTS_PER_IMAGE) {
    const count = Math.min(TESTS_PER_IMAGE, wanted - done);
    const image = Buffer.alloc(TABLE + TEST_SIZE * count);
    driver.copy(image);
    writeTests(image, count, rng);
    const theirs = runQemu(dir, image);
    const { records: ours, foreign } = runOurs(core, image, count);
    if (theirs.length !== count * RECORD_SIZE || ours.length !== theirs.length) {
      console.error(
        `oracle: ${count} records wanted, QEMU wrote ${theirs.length / RECORD_SIZE}, ours ${ours.length / RECORD_SIZE}`,
      );
      different++;
      break;
    }
    for (let i = 0; i < count; i++) {
      const range = [RECORD_SIZE * i, RECORD_SIZE * (i + 1)];
      if (foreign.has(i)) skipped++;
      else {
        const equal = theirs.compare(ours, ...range, ...range) === 0;
        if (!equal && notJudged(image, ours.subarray(...range))) {
          skipped++;
          continue;
        }
        compared++;
        if (equal) continue;
        different++;
        if (different <= 10) console.error(describe(image, i, theirs, ours));
      }
    }
  }
} finally {
  if (values.keep) console.log(`oracle: files kept in ${dir}`);
  else rmSync(dir, { recursive: true, force: true });
}
const seconds = ((Date.now() - started) / 1000).toFixed(1);
console.log(
  `oracle: ${compared} programs equal to QEMU's Cortex-M0 but ${different}, ${skipped} skipped (nRF51 devices, private peripherals, stores to flash), seed ${seed}, ${seconds} s`,
);
process.exit(different === 0 && compared > 0 ? 0 : 1);
