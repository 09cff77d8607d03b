// `npm test`: set-up, then lint, types, unit tests, suites, interop and oracle; prints what each part took.
//   --forbid-skips   a skipped test or part fails the run (CI)
//   --only NAME      one part (repeatable)
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
    env: WITHOUT_BOARDS,
  },
  { name: 'firmware', argv: [node, 'scripts/check-firmware.mjs', '--all'] },
  { name: 'facts', argv: [node, 'scripts/facts.mjs'] },
  { name: 'suites', argv: [node, 'dist/cli/main.js', 'run', ...(forbidSkips ? ['--forbid-skips'] : [])] },
  {
    name: 'interop',
    argv: [...jest, '--selectProjects', 'interop', '--runInBand', ...jestJson('interop')],
    counts: 'interop',
    env: { HIL_INTEROP: '1', ...WITHOUT_BOARDS },
  },
  { name: 'oracle', argv: [node, 'scripts/oracle.mjs'] },
  { name: 'mutations', argv: [node, 'scripts/mutate.mjs'] },
];

function runPart(part) {
  return new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(part.argv[0], part.argv.slice(1), {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...part.env },
    });
    child.on('error', (error) => resolve({ ok: false, seconds: 0, why: error.message }));
    child.on('close', (code, signal) =>
      resolve({
        ok: code === 0,
        seconds: (Date.now() - started) / 1000,
        why: code === 0 ? '' : `exit ${code ?? signal}`,
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
const chosen = only.length ? parts.filter((part) => only.includes(part.name)) : parts;
const unknown = only.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${parts.map((part) => part.name).join(', ')}`);
  process.exit(2);
}
for (const part of chosen) {
  console.log(`\n=== ${part.name}: ${part.argv.map((word) => (word === node ? 'node' : word)).join(' ')}`);
  if (part.counts) rmSync(join(root, `reports/${part.counts}.json`), { force: true });
  rows.push({ name: part.name, ...judge(part, await runPart(part)) });
}
console.log('\npart        verdict   seconds');
for (const row of rows)
  console.log(
    `${row.name.padEnd(12)}${(row.ok ? 'passed' : 'FAILED').padEnd(10)}${row.seconds.toFixed(1).padStart(7)}  ${row.note ?? row.why}`,
  );
const failed = rows.filter((row) => !row.ok).length;
console.log(`total ${((Date.now() - begun) / 1000).toFixed(1)} s`);
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
