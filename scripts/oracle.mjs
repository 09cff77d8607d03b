// Compares the virtual CPUs with QEMU's on random programs.
//   node scripts/oracle.mjs --write-corpus    (keeps programs and QEMU's answers in fixtures/oracle/armv7m.bin.gz)
//   node scripts/oracle.mjs [--core cortex-m0 | cortex-m0plus | cortex-m4] [--tests N | --instructions N] [--seed S] [--keep] [--show N]
// Without --core all cores run, with their short share of tests. Exit code: 0 all equal, 1 a difference, 2 a tool is missing or failed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ARMV6M, ARMV7M } from './lib/oracle-architectures.mjs';
import { buildDriver, bundle, projectRoot, runQemu } from './lib/oracle-tools.mjs';
import { randomSource } from './lib/oracle-v6m.mjs';

/** Tests of a run that names no core. */
const CORES = {
  'cortex-m0plus': { architecture: ARMV6M, tests: 20_000 },
  'cortex-m0': { architecture: ARMV6M, tests: 10_000 },
  'cortex-m4': { architecture: ARMV7M, tests: 15_000 },
};

const { values } = parseArgs({
  options: {
    core: { type: 'string' },
    tests: { type: 'string' },
    instructions: { type: 'string' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string', default: '10' },
    keep: { type: 'boolean', default: false },
    'write-corpus': { type: 'boolean', default: false },
  },
});

function number(name, fallback) {
  const value = Number((values[name] ?? fallback).toString().replaceAll('_', ''));
  if (Number.isInteger(value) && value >= 1) return value;
  console.error(`oracle: --${name} takes a whole number of at least 1`);
  process.exit(2);
}
if (values.core !== undefined && CORES[values.core] === undefined) {
  console.error(`oracle: no core '${values.core}'; there are ${Object.keys(CORES).join(', ')}`);
  process.exit(2);
}
const seed = number('seed', 1);
const show = Number(values.show);

const hex = (n) => `0x${(n >>> 0).toString(16).padStart(8, '0')}`;

/** The program and the registers it starts with. */
function listing({ TABLE, TEST_SIZE, START_FIELDS, CODE, CODE_HALFWORDS }, image, index) {
  const at = TABLE + TEST_SIZE * index;
  const code = Array.from({ length: CODE_HALFWORDS }, (_, i) =>
    image
      .readUInt16LE(at + CODE + 2 * i)
      .toString(16)
      .padStart(4, '0'),
  );
  return [
    `test ${index}, code at ${hex(at + CODE)}: ${code.join(' ')}`,
    `  start ${START_FIELDS.map((name, i) => `${name}=${hex(image.readUInt32LE(at + 4 * i))}`).join(' ')}`,
  ];
}

function describe(architecture, image, index, theirs, ours) {
  const { RECORD_SIZE, RECORD_FIELDS } = architecture;
  const lines = listing(architecture, image, index);
  for (const [i, field] of RECORD_FIELDS.entries()) {
    const a = theirs.readUInt32LE(RECORD_SIZE * index + 4 * i);
    const b = ours.readUInt32LE(RECORD_SIZE * index + 4 * i);
    if (a !== b || field === 'pc') lines.push(`  ${field}: QEMU ${hex(a)}, ours ${hex(b)}`);
  }
  return lines.join('\n');
}

/** Instructions of a program that stand before the place where it ended. */
function instructionsBefore(architecture, image, index, end) {
  const from = architecture.TABLE + architecture.TEST_SIZE * index + architecture.CODE;
  const limit = from + 2 * architecture.CODE_HALFWORDS;
  const stop = end > from && end <= limit ? end : limit;
  let count = 0;
  for (let at = from; at < stop; count++) at += image.readUInt16LE(at) >> 11 > 0x1c ? 4 : 2;
  return count;
}

const PC_FIELD = 56;

/** Where QEMU is known to deviate, ours counts; how often is told. */
function settleDeviations({ deviations, RECORD_FIELDS }, theirs, ours, at, totals) {
  const offset = (field) => at + 4 * RECORD_FIELDS.indexOf(field);
  for (const { reason, fields, applies } of deviations) {
    const differs = fields.some((field) => theirs.readUInt32LE(offset(field)) !== ours.readUInt32LE(offset(field)));
    if (!differs) continue;
    const word = (records) => (field) => records.readUInt32LE(offset(field));
    if (!applies(word(theirs), word(ours))) continue;
    for (const field of fields) theirs.writeUInt32LE(ours.readUInt32LE(offset(field)), offset(field));
    totals.deviations.set(reason, (totals.deviations.get(reason) ?? 0) + 1);
  }
}

const FOREIGN = 'memory that only QEMU’s board has, or stores to flash';

/** Compares the records of an image. Programs that differ in company are returned, to be judged alone; one that is alone counts. */
function compareImage(architecture, image, count, theirs, { records: ours, foreign, failure }, totals) {
  const size = architecture.RECORD_SIZE;
  if (theirs.length !== count * size || ours.length !== theirs.length) {
    if (count > 1) return Array.from({ length: count }, (_, i) => i);
    if (foreign.size > 0) {
      skip(totals, FOREIGN);
      return [];
    }
    if (failure !== undefined) console.error(`oracle: our core ended with ${failure}`);
    const [a, b] = [theirs.length / size, ours.length / size];
    console.error(`oracle: ${count} records wanted, QEMU wrote ${a}, ours ${b}`);
    console.error(listing(architecture, image, 0).join('\n'));
    totals.different++;
    return [];
  }
  const suspects = [];
  for (let i = 0; i < count; i++) {
    const range = [size * i, size * (i + 1)];
    settleDeviations(architecture, theirs, ours, size * i, totals);
    const equal = theirs.compare(ours, ...range, ...range) === 0;
    const record = (offset) => ours.readUInt32LE(size * i + offset);
    const reason = foreign.has(i)
      ? FOREIGN
      : equal
        ? undefined
        : architecture.excuse(
            image,
            record,
            (offset) => theirs.readUInt32LE(size * i + offset),
            architecture.TABLE + architecture.TEST_SIZE * i,
          );
    if (reason !== undefined) {
      skip(totals, reason);
      continue;
    }
    if (!equal && count > 1) {
      suspects.push(i);
      continue;
    }
    totals.compared++;
    totals.instructions += instructionsBefore(architecture, image, i, record(PC_FIELD));
    if (equal) continue;
    totals.different++;
    if (totals.different <= show) console.error(describe(architecture, image, i, theirs, ours));
  }
  return suspects;
}

function skip(totals, reason) {
  totals.skipped.set(reason, (totals.skipped.get(reason) ?? 0) + 1);
}

/**
 * Judges the programs of an image. They share memory: one that QEMU is no judge of may store what a later one reads, or overwrite the
 * driver. So a program that differs is judged again with fresh memory, and an image that ends QEMU is taken apart.
 */
function judgeImage(architecture, image, count, { qemu, ours }, totals) {
  const again = (chosen) =>
    judgeImage(architecture, select(architecture, image, chosen), chosen.length, { qemu, ours }, totals);
  const theirs = qemu(image);
  if (theirs === undefined) {
    if (count === 1) return skip(totals, 'programs that end QEMU');
    const half = count >> 1;
    again(Array.from({ length: half }, (_, i) => i));
    return again(Array.from({ length: count - half }, (_, i) => half + i));
  }
  const suspects = compareImage(architecture, image, count, theirs, ours(image, count), totals);
  if (count > 1) totals.alone += suspects.length;
  for (const index of suspects) again([index]);
}

async function judge(processor, { architecture, tests }) {
  const dir = mkdtempSync(join(tmpdir(), 'hil-oracle-'));
  const started = Date.now();
  const totals = {
    compared: 0,
    instructions: 0,
    different: 0,
    skipped: new Map(),
    deviations: new Map(),
    alone: 0,
  };
  const wanted = values.instructions === undefined ? number('tests', tests) : Number.POSITIVE_INFINITY;
  const instructions = values.instructions === undefined ? Number.POSITIVE_INFINITY : number('instructions', 1);
  try {
    const driver = buildDriver(dir, architecture.driver, architecture.driverCpu);
    const { drivenRun } = await bundle(dir, "export { drivenRun } from './cpu/driven-run.ts';");
    const { flashSize, ramSize, index, isForeign } = architecture;
    const qemu = (image) => runQemu(dir, architecture.machine, image);
    const ours = (image, count) =>
      drivenRun({ processor, image, flashSize, ramSize, index, cycleLimit: 40_000 * count, isForeign });
    const rng = randomSource(seed);
    for (let done = 0; done < wanted && totals.instructions < instructions; ) {
      const count = Math.min(architecture.TESTS_PER_IMAGE, wanted - done);
      const image = architecture.writeImage(driver, count, rng);
      judgeImage(architecture, image, count, { qemu, ours }, totals);
      done += count;
    }
  } finally {
    if (values.keep) console.log(`oracle: files kept in ${dir}`);
    else rmSync(dir, { recursive: true, force: true });
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const skips = [...totals.skipped].map(([reason, n]) => `${n} ${reason}`).join(', ') || 'none';
  console.log(
    `oracle: ${processor} against ${architecture.judge}: ${totals.compared} programs, ${totals.instructions} instructions compared, ${totals.different} programs different; skipped: ${skips}; seed ${seed}, ${seconds} s`,
  );
  if (totals.alone > 0) console.log(`  ${totals.alone} judged alone: they read what other programs had left`);
  for (const [reason, n] of totals.deviations) console.log(`  QEMU deviates in ${n}: ${reason}`);
  return totals.different === 0 && totals.compared > 0;
}

const CORPUS = { tests: 1500, kept: 1000, seed: 71 };

/** An image of the programs of `image` with the numbers in `chosen`. */
function select(architecture, image, chosen) {
  const { TABLE, TEST_SIZE, CODE, COUNT } = architecture;
  const selected = Buffer.alloc(TABLE + TEST_SIZE * chosen.length);
  image.copy(selected, 0, 0, TABLE);
  selected.writeUInt32LE(chosen.length, COUNT);
  chosen.forEach((from, to) => {
    const at = TABLE + TEST_SIZE * to;
    image.copy(selected, at, TABLE + TEST_SIZE * from, TABLE + TEST_SIZE * (from + 1));
    selected.writeUInt32LE(at + CODE, at + 24); // the start address
  });
  return selected;
}

/** Programs about which QEMU and the manual agree, for a test that needs neither QEMU nor a compiler. */
async function writeCorpus() {
  const architecture = ARMV7M;
  const { machine, flashSize, ramSize, index, isForeign, RECORD_SIZE } = architecture;
  const dir = mkdtempSync(join(tmpdir(), 'hil-oracle-'));
  try {
    const driver = buildDriver(dir, architecture.driver, architecture.driverCpu);
    const { drivenRun } = await bundle(dir, "export { drivenRun } from './cpu/driven-run.ts';");
    let count = CORPUS.tests;
    let image = architecture.writeImage(driver, count, randomSource(CORPUS.seed));
    for (;;) {
      const theirs = runQemu(dir, machine, image);
      if (theirs === undefined) throw new Error('QEMU was ended by a program of the corpus; take another seed');
      const cycleLimit = 40_000 * count;
      const ours = drivenRun({ processor: 'cortex-m4', image, flashSize, ramSize, index, cycleLimit, isForeign });
      const same = (i) =>
        theirs.compare(ours.records, RECORD_SIZE * i, RECORD_SIZE * (i + 1), RECORD_SIZE * i, RECORD_SIZE * (i + 1)) ===
        0;
      const chosen = Array.from({ length: count }, (_, i) => i).filter((i) => !ours.foreign.has(i) && same(i));
      if (chosen.length === count && count <= CORPUS.kept) {
        const size = Buffer.alloc(4);
        size.writeUInt32LE(image.length);
        const packed = gzipSync(Buffer.concat([size, image, theirs]), { level: 9 });
        writeFileSync(join(projectRoot, 'fixtures/oracle/armv7m.bin.gz'), packed);
        console.log(`oracle: ${count} programs kept, ${packed.length} bytes`);
        return true;
      }
      image = select(architecture, image, chosen.slice(0, CORPUS.kept));
      count = Math.min(chosen.length, CORPUS.kept);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (values['write-corpus']) process.exit((await writeCorpus()) ? 0 : 1);
let good = true;
for (const [name, core] of Object.entries(CORES))
  if (values.core === undefined || values.core === name) good = (await judge(name, core)) && good;
process.exit(good ? 0 : 1);
