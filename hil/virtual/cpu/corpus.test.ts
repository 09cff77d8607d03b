import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { drivenRun } from './driven-run.ts';

// Random programs and QEMU's answers to them, written by `node scripts/oracle.mjs --write-corpus`; the layout of image and records
// is that of firmware/oracle/driver-v7m.S.
const RECORD_WORDS = 64;
const CODE = 0xc00 + 80;
const PROGRAM = 128;

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(new Uint8Array(bytes).buffer);
}

test('random ARMv7E-M and FPv4-SP programs end as another implementation says, register by register', () => {
  const packed = gunzipSync(readFileSync('fixtures/oracle/armv7m.bin.gz'));
  const size = packed.readUInt32LE(0);
  const image = packed.subarray(4, 4 + size);
  const theirs = words(packed.subarray(4 + size));
  const run = drivenRun({
    processor: 'cortex-m4',
    image,
    flashSize: 0x10_0000,
    ramSize: 0x3_0000,
    index: 0x2001_d5a0,
    cycleLimit: 20_000_000,
    isForeign: () => false,
  });
  expect(run.failure).toBeUndefined();
  const ours = words(run.records);
  expect(ours.length).toBe(theirs.length);
  const programs = theirs.length / RECORD_WORDS;
  expect(programs).toBeGreaterThan(950);
  const different: string[] = [];
  for (let i = 0; i < programs; i++) {
    const fields = [];
    for (let k = 0; k < RECORD_WORDS; k++) {
      const [a, b] = [theirs[RECORD_WORDS * i + k]!, ours[RECORD_WORDS * i + k]!];
      if (a !== b) fields.push(`word ${k}: ${a.toString(16)} kept, ${b.toString(16)} ours`);
    }
    if (fields.length > 0) different.push(`program at 0x${(CODE + PROGRAM * i).toString(16)}: ${fields.join('; ')}`);
  }
  expect(different.slice(0, 10)).toEqual([]);
});
