// Compares the virtual FPU with QEMU's Cortex-M4 on single instructions with special and random operands.
//   node scripts/oracle-fp.mjs [--count N] [--seed S] [--write]   --write keeps the answers in fixtures/oracle/fpv4-sp.bin
// Exit code: 0 all equal, 1 a difference, 2 a tool is missing or failed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDriver, bundle, projectRoot, runQemu } from './lib/oracle-tools.mjs';

const TABLE = 0x200;
const COUNT = 0x1fc;
const VECTOR_SIZE = 20;
const RECORD_SIZE = 8;
const PER_IMAGE = 50_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});

function imageOf(driver, vectors) {
  const image = Buffer.alloc(TABLE + VECTOR_SIZE * vectors.length);
  driver.copy(image);
  image.writeUInt32LE(vectors.length, COUNT);
  vectors.forEach((vector, i) => {
    const at = TABLE + VECTOR_SIZE * i;
    image.writeUInt16LE(vector.hw1, at);
    image.writeUInt16LE(vector.hw2, at + 2);
    image.writeInt32LE(vector.fpscr, at + 4);
    vector.operands.forEach((operand, k) => {
      image.writeInt32LE(operand, at + 8 + 4 * k);
    });
  });
  return image;
}

const hex = (n) => (n >>> 0).toString(16).padStart(8, '0');
const dir = mkdtempSync(join(tmpdir(), 'hil-oracle-fp-'));
let compared = 0;
let different = 0;
try {
  const driver = buildDriver(dir, 'fp-vectors.S', 'cortex-m4');
  const { fpVectors, KEPT_VECTORS, nameOf, runVector, answerOf } = await bundle(
    dir,
    "export * from './cpu/fpu/vectors.ts'; export { answerOf, runVector } from './cpu/fpu/run-vector.ts';",
  );
  const count = values.write ? KEPT_VECTORS.count : Number(values.count);
  const firstSeed = values.write ? KEPT_VECTORS.seed : Number(values.seed);
  const kept = [];
  for (let done = 0, seed = firstSeed; done < count; done += PER_IMAGE, seed++) {
    const vectors = fpVectors(seed, Math.min(PER_IMAGE, count - done));
    const records = runQemu(dir, 'netduinoplus2', imageOf(driver, vectors));
    if (records === undefined) throw new Error('QEMU ended before it had run all vectors');
    if (records.length !== RECORD_SIZE * vectors.length) {
      console.error(`oracle-fp: ${vectors.length} records wanted, QEMU wrote ${records.length / RECORD_SIZE}`);
      process.exitCode = 1;
      break;
    }
    vectors.forEach((vector, i) => {
      const at = RECORD_SIZE * i;
      const theirs = { result: records.readInt32LE(at), fpscr: records.readInt32LE(at + 4) };
      const ours = runVector(vector);
      kept.push(answerOf(theirs));
      compared++;
      if (theirs.result === ours.result && theirs.fpscr === ours.fpscr) return;
      different++;
      if (different > 40) return;
      const inputs = vector.operands.map(hex).join(' ');
      console.error(
        `${nameOf(vector)} fpscr ${hex(vector.fpscr)} on ${inputs}: QEMU ${hex(theirs.result)} ${hex(theirs.fpscr)}, ours ${hex(ours.result)} ${hex(ours.fpscr)}`,
      );
    });
  }
  if (values.write) writeFileSync(join(projectRoot, 'fixtures/oracle/fpv4-sp.bin'), Buffer.concat(kept));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
console.log(`oracle-fp: ${compared} instructions compared with QEMU's Cortex-M4, ${different} different`);
if (different > 0 || compared === 0) process.exitCode = 1;
