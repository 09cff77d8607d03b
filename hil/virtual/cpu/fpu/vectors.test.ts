import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ANSWER_SIZE, answerOf, runVector } from './run-vector.ts';
import { fpVectors, KEPT_VECTORS, nameOf } from './vectors.ts';

// QEMU's answers (Cortex-M4, softfloat), written by `node scripts/oracle-fp.mjs --write`.
const kept = readFileSync('fixtures/oracle/fpv4-sp.bin');

test('arithmetic and conversions give another implementation’s results and flags, in all modes', () => {
  const vectors = fpVectors(KEPT_VECTORS.seed, KEPT_VECTORS.count);
  expect(kept.length).toBe(ANSWER_SIZE * vectors.length);
  const different: string[] = [];
  vectors.forEach((vector, i) => {
    const theirs = kept.subarray(ANSWER_SIZE * i, ANSWER_SIZE * (i + 1));
    const ours = Buffer.from(answerOf(runVector(vector)));
    if (!ours.equals(theirs)) {
      const inputs = [vector.fpscr, ...vector.operands].map((x) => (x >>> 0).toString(16)).join(' ');
      different.push(`${nameOf(vector)} ${inputs}: ${theirs.toString('hex')} kept, ${ours.toString('hex')} ours`);
    }
  });
  expect(different.slice(0, 10)).toEqual([]);
});

test('the kept answers reach each cumulative flag and both halves of each comparison', () => {
  let flags = 0;
  const comparisons = new Set<number>();
  for (let at = 0; at < kept.length; at += ANSWER_SIZE) {
    flags |= kept[at + 4]!;
    comparisons.add(kept[at + 5]!);
  }
  expect(flags).toBe(0x9f);
  expect([...comparisons].sort((a, b) => a - b)).toEqual([0, 2, 3, 6, 8]);
});
