// The kept list of one-line mutations (scripts/mutations/*.json): each must turn the test it names red.
//   node scripts/mutate.mjs [--area cpu] [--name text] [--third]
//   --third   every third one, from a place that the commit decides: what `npm test` has the time for
import { fork, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './setup.mjs';

const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const HANG_MS = 120_000;
const BASELINE_HANG_MS = 900_000;

/** 0 to 2 by the commit, so that the same commit gives the same answer and the next ones try the others. */
function placeOfThird() {
  const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout ?? '';
  return Number.parseInt(commit.slice(0, 8), 16) % THIRDS || 0;
}
const THIRDS = 3;
const third = process.argv.includes('--third') ? placeOfThird() : undefined;

const folder = join(root, 'scripts/mutations');
const kept = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && (!option('--area') || file === `${option('--area')}.json`))
  .flatMap((file) =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')).map((entry) => ({ area: file.slice(0, -5), ...entry })),
  )
  .filter((entry) => !option('--name') || entry.name.includes(option('--name')));
const mutations = kept.filter((_entry, i) => third === undefined || i % THIRDS === third);
if (third !== undefined)
  console.log(
    `${mutations.length} of ${kept.length} mutations, number ${third + 1} and each third from there; all: npm run mutations`,
  );

/** A copy of what a commit would hold, with the built firmware and the installed packages beside it. */
function copyTree() {
  const copy = mkdtempSync(join(tmpdir(), 'hil-mutate-'));
  const files = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
  for (const file of files) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { preserveTimestamps: true });
  }
  for (const built of ['build', 'dist'])
    if (existsSync(join(root, built)))
      cpSync(join(root, built), join(copy, built), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Well before a server's heap is full. */
const RUNS_PER_SERVER = 50;

/** A process that runs tests in a copy; a new one after a hang or a crash. */
function createRunner(copy) {
  let server;
  let runs = 0;
  const start = () => {
    const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    server = fork(join(root, 'scripts/lib/test-server.mjs'), [], {
      cwd: copy,
      execArgv: flags,
      env: { ...process.env, HIL_BOARDS: '0' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      detached: true,
    });
  };
  const stop = () => {
    try {
      if (server !== undefined) process.kill(-server.pid, 'SIGKILL');
    } catch {}
    server = undefined;
    runs = 0;
  };
  const run = (files, name, hangMs = HANG_MS) =>
    new Promise((resolve) => {
      // Each run leaves something in the server's heap, and one that died between two runs told nobody.
      if (server !== undefined && (runs >= RUNS_PER_SERVER || !server.connected || server.exitCode !== null)) stop();
      if (server === undefined) start();
      runs += 1;
      const mine = server;
      const finish = (result) => {
        clearTimeout(timer);
        mine.removeAllListeners();
        resolve(result);
      };
      const timer = setTimeout(() => {
        stop();
        finish({ hung: true, tests: [] });
      }, hangMs);
      mine.once('exit', () => {
        server = undefined;
        finish({ hung: true, tests: [] });
      });
      mine.once('message', ({ error, tests = [], message = '' }) =>
        finish({ hung: false, tests, message: error ?? message }),
      );
      mine.once('error', () => {
        stop();
        finish({ hung: true, tests: [] });
      });
      mine.send({ files: files.map((file) => join(copy, file)), name });
    });
  return { run, stop };
}

const make = (copy) =>
  spawnSync('make', ['-C', 'firmware', '--no-print-directory', 'all'], { cwd: copy, encoding: 'utf8' });

/** undefined when the mutation is caught by its named test; otherwise why not. */
async function judge(copy, runner, entry) {
  const path = join(copy, entry.file);
  if (!existsSync(path)) return `no such file: ${entry.file}`;
  const original = readFileSync(path, 'utf8');
  const places = original.split(entry.find).length - 1;
  if (places !== 1) return `"${entry.find}" occurs ${places} times in ${entry.file}; it must occur once`;
  try {
    writeFileSync(
      path,
      original.replace(entry.find, () => entry.replace),
    );
    if (entry.make) {
      const built = make(copy);
      if (built.status !== 0) return `the mutated firmware does not build:\n${built.stderr}`;
    }
    const run = await runner.run([entry.test.file], entry.test.name);
    if (run.hung) return `the test run ended without a result (hung past ${HANG_MS} ms, or crashed)`;
    const named = run.tests.filter((test) => test.fullName.includes(entry.test.name) && test.status !== 'pending');
    if (named.length === 0)
      return `${entry.test.file} has no test named "${entry.test.name}"${run.message ? ` (${run.message.slice(0, 300)})` : ''}`;
    return named.some((test) => test.status === 'failed') ? undefined : 'SURVIVED: the named test is still green';
  } finally {
    writeFileSync(path, original);
    if (entry.make) make(copy);
  }
}

/** The named tests must be green before anything is mutated, or their red would prove nothing. */
async function baseline({ copy, runner }, files) {
  const problems = files.filter((file) => !existsSync(join(copy, file))).map((file) => `no such test file: ${file}`);
  const run = await runner.run(
    files.filter((file) => existsSync(join(copy, file))),
    undefined,
    BASELINE_HANG_MS,
  );
  if (run.hung || run.tests.length === 0) problems.push('no result before any mutation');
  for (const test of run.tests) if (test.status === 'failed') problems.push(`already red: ${test.fullName}`);
  return problems;
}

if (mutations.length === 0) {
  console.error('no mutation matches');
  process.exit(2);
}
const lanes = Array.from({ length: Math.min(4, availableParallelism()) }, copyTree).map((copy) => ({
  copy,
  runner: createRunner(copy),
}));
const failures = [];
function fail(line) {
  failures.push(line);
  console.log(line);
}
try {
  const files = [...new Set(mutations.map((entry) => entry.test.file))];
  const shares = lanes.map((lane, i) => ({ lane, files: files.filter((_file, j) => j % lanes.length === i) }));
  const problems = (
    await Promise.all(
      shares.filter((share) => share.files.length > 0).map((share) => baseline(share.lane, share.files)),
    )
  ).flat();
  for (const problem of problems) fail(`BASELINE ${problem}`);
  const queue = [...mutations];
  await Promise.all(
    lanes.map(async ({ copy, runner }) => {
      for (let entry = queue.shift(); entry; entry = queue.shift()) {
        const why = await judge(copy, runner, entry);
        if (why) fail(`FAIL ${entry.area}: ${entry.name}\n     ${why}`);
        else console.log(`red  ${entry.area}: ${entry.name}`);
      }
    }),
  );
} finally {
  for (const { copy, runner } of lanes) {
    runner.stop();
    rmSync(copy, { recursive: true, force: true });
  }
}
for (const line of failures) console.log(line);
console.log(`${mutations.length} mutations, ${failures.length} problem${failures.length === 1 ? '' : 's'}`);
process.exit(failures.length ? 1 : 0);
