// `npm test`: set-up, then lint, types, unit tests, suites, interop, guest, oracle and mutations; prints what each part took
// and repeats what failed.
//   --forbid-skips   a skipped test or part fails the run (CI)
//   --only NAME      one part (repeatable)
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { noGuestHere } from './lib/guest.mjs';
import { whatFailed } from './lib/what-failed.mjs';
import { root, setUp } from './setup.mjs';

const argv = process.argv.slice(2);
const forbidSkips = argv.includes('--forbid-skips') || process.env.HIL_FORBID_SKIPS === '1';
const only = argv.flatMap((word, i) => (word === '--only' ? [argv[i + 1]] : []));

const node = process.execPath;
const jest = [
  node,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
const jestJson = (name) => ['--json', `--outputFile=reports/${name}.json`, '--silent=false'];

/** Unit and interop tests start their own boards: a mistake in a rig file is not theirs. */
const WITHOUT_BOARDS = { HIL_BOARDS: '0' };

const parts = [
  { name: 'lint', argv: [node, 'scripts/lint.mjs'] },
  { name: 'types', argv: [node, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  {
    name: 'unit',
    argv: [...jest, '--selectProjects', 'unit', ...jestJson('unit')],
    counts: 'unit',
    report: { kind: 'jest', path: 'reports/unit.json' },
    env: WITHOUT_BOARDS,
  },
  { name: 'firmware', argv: [node, 'scripts/check-firmware.mjs', '--all'] },
  { name: 'facts', argv: [node, 'scripts/facts.mjs'] },
  {
    name: 'suites',
    argv: [node, 'dist/cli/main.js', 'run', ...(forbidSkips ? ['--forbid-skips'] : [])],
    report: { kind: 'run', path: 'reports/run.json' },
  },
  {
    name: 'interop',
    argv: [...jest, '--selectProjects', 'interop', '--runInBand', ...jestJson('interop')],
    counts: 'interop',
    report: { kind: 'jest', path: 'reports/interop.json' },
    env: { HIL_INTEROP: '1', ...WITHOUT_BOARDS },
  },
  {
    // A Linux in QEMU, in which stock USB tools meet the boards.
    name: 'guest',
    impossible: noGuestHere(),
    argv: [...jest, '--selectProjects', 'guest', '--runInBand', ...jestJson('guest')],
    counts: 'guest',
    report: { kind: 'jest', path: 'reports/guest.json' },
    env: { HIL_INTEROP: '1', ...WITHOUT_BOARDS },
  },
  { name: 'oracle', argv: [node, 'scripts/oracle.mjs'] },
  { name: 'mutations', argv: [node, 'scripts/mutate.mjs', '--third'] },
];

/** More than any part needs to tell its end. */
const KEPT_LINES = 400;

/** A child below a pipe does not see the terminal. */
const COLOUR = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};

function runPart(part) {
  return new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(part.argv[0], part.argv.slice(1), {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...COLOUR, ...part.env },
    });
    let log = [''];
    const keep = (stream) => (bytes) => {
      stream.write(bytes);
      const [first, ...rest] = bytes.toString().split('\n');
      log = [...log.slice(0, -1), `${log.at(-1)}${first}`, ...rest].slice(-KEPT_LINES);
    };
    child.stdout.on('data', keep(process.stdout));
    child.stderr.on('data', keep(process.stderr));
    child.on('error', (error) => resolve({ ok: false, seconds: 0, why: error.message, log }));
    child.on('close', (code, signal) =>
      resolve({
        ok: code === 0,
        seconds: (Date.now() - started) / 1000,
        why: code === 0 ? '' : `exit ${code ?? signal}`,
        log,
      }),
    );
  });
}

/** Jest's own counts; a run that executed nothing or skipped something must not look green. */
function judge(part, result) {
  if (!part.counts || !result.ok) return result;
  const path = join(root, `reports/${part.counts}.json`);
  if (!existsSync(path)) return { ...result, ok: false, why: 'Jest wrote no result file' };
  const counts = JSON.parse(readFileSync(path, 'utf8'));
  if (counts.numPassedTests === 0) return { ...result, ok: false, why: 'no test ran' };
  const skipped = counts.numPendingTests + counts.numTodoTests;
  if (forbidSkips && skipped > 0) return { ...result, ok: false, why: `${skipped} skipped` };
  return { ...result, note: `${counts.numPassedTests} tests${skipped ? `, ${skipped} skipped` : ''}` };
}

const begun = Date.now();
if (!setUp('test')) process.exit(2);
const rows = [{ name: 'set-up', ok: true, seconds: (Date.now() - begun) / 1000, why: '' }];
const chosen = parts.filter((part) => only.length === 0 || only.includes(part.name));
const unknown = only.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${parts.map((part) => part.name).join(', ')}`);
  process.exit(2);
}
for (const part of chosen) {
  if (part.impossible !== undefined) {
    rows.push({ name: part.name, ok: !forbidSkips, skipped: true, seconds: 0, why: part.impossible });
    continue;
  }
  console.log(`\n=== ${part.name}: ${part.argv.map((word) => (word === node ? 'node' : word)).join(' ')}`);
  const report = part.report && { ...part.report, path: join(root, part.report.path) };
  if (report) rmSync(report.path, { force: true });
  const result = judge(part, await runPart(part));
  rows.push({ name: part.name, ...result, failures: result.ok ? [] : whatFailed(report ?? {}, result.log) });
}
for (const { name, failures } of rows.filter((row) => row.failures?.length)) {
  console.log(`\n=== what failed in ${name}`);
  for (const line of failures) console.log(line);
}
console.log('\npart        verdict   seconds');
for (const row of rows)
  console.log(
    `${row.name.padEnd(12)}${(row.skipped ? 'SKIPPED' : row.ok ? 'passed' : 'FAILED').padEnd(10)}${row.seconds.toFixed(1).padStart(7)}  ${row.note ?? row.why}`,
  );
const failed = rows.filter((row) => !row.ok).length;
console.log(`total ${((Date.now() - begun) / 1000).toFixed(1)} s`);
const skipped = rows.filter((row) => row.skipped).length;
console.log(`${rows.filter((row) => row.ok && !row.skipped).length} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed ? 1 : 0);
