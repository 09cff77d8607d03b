import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Bench, judge, startBench } from './judges.ts';
import { newlibProgram } from './newlib-program.ts';
import { openocdArgs } from './openocd-args.ts';

/** gdb-multiarch through OpenOCD (its pipe), on a program with newlib's start-up. */
let bench: Bench;

beforeAll(async () => {
  bench = await startBench({ name: 'gdb' });
});
afterAll(() => bench.stop());

const LIMIT_MS = 180_000;

test(
  'gdb loads, breaks, steps, watches, changes a variable, and continues to the end',
  async () => {
    const elf = newlibProgram();
    const log = join(bench.folder, 'openocd.log');
    const pipe = [
      'openocd',
      ...openocdArgs('dapdirect', bench.ready.stlink.port, ['gdb_port pipe', `log_output ${log}`]),
    ]
      .map((word) => (/[\s]/.test(word) ? `'${word}'` : word))
      .join(' ');
    const { text } = await judge('gdb-multiarch', [
      ...['-nx', '-batch', elf],
      ...[
        'set confirm off',
        'set remotetimeout 30',
        `target extended-remote | ${pipe}`,
        'monitor reset halt',
        'load',
        'compare-sections .text',
        'monitor reset halt',
        'monitor arm semihosting enable',
        'break compare',
        'continue',
        'backtrace 2',
        'delete',
        'break add',
        'continue',
        'print value',
        'watch total',
        'continue',
        'print total',
        'delete',
        'next',
        'info registers pc sp',
        'set variable total = 5',
        'tbreak print_total',
        'continue',
        'print total',
        'kill',
      ].flatMap((command) => ['-ex', command]),
    ]);
    expect(text).toContain('Section .text, range');
    expect(text).toMatch(/Section \.text.*: matched/);
    expect(text).toMatch(/Breakpoint 1, compare \(/);
    expect(text).toMatch(/#1 .*qsort\.c/);
    expect(text).toMatch(/Breakpoint 2, add \(value=(value@entry=)?-100000\)/);
    expect(text).toMatch(/Old value = 0\s+New value = -100000/);
    expect(text).toMatch(/\$\d+ = -100000/);
    // Nine more numbers are added to the 5 that gdb put there.
    const rest = -7 + 0 + 1 + 2 + 3 + 42 + 77 + 1000 + 65_536;
    expect(text).toContain(` = ${5 + rest}`);
  },
  LIMIT_MS,
);
