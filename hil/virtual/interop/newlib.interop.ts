import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { judge } from './judges.ts';
import { newlibOutput, programSource } from './newlib-program.ts';

/** What every virtual board must print comes from the same C, run by the CPU and the C library of this machine. */
test.each([
  ['full', ['-DPROGRAM_FULL']],
  ['small', []],
  ['least', ['-DPROGRAM_LEAST']],
] as const)('the program built for the host prints expected/%s.txt', async (size, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'hil-newlib-'));
  try {
    const program = join(folder, 'program');
    const built = await judge('cc', [
      ...['-std=c11', '-O1', '-ffp-contract=off', ...options, programSource, '-lm', '-o', program],
    ]);
    expect(built).toMatchObject({ code: 0 });
    expect(await judge(program, [])).toMatchObject({ code: 0, text: newlibOutput(size).trimEnd() });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
