// Brings a fresh machine to the point where the suites run. Idempotent; under two seconds when nothing is missing.
//   node scripts/setup.mjs [--profile hil|test]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareGuest } from './lib/guest.mjs';
import { installTools, PROFILES } from './lib/tools.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const sha = (text) => createHash('sha256').update(text).digest('hex');
const readStamp = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

function writeStamp(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, value);
}

function run(argv, options = {}) {
  console.log(`$ ${argv.join(' ')}`);
  const result = spawnSync(argv[0], argv.slice(1), {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (result.status !== 0) console.error(`${result.error?.message ?? ''}${result.stdout ?? ''}${result.stderr ?? ''}`);
  return result.status === 0;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return true;
  console.error(
    `Node ${process.versions.node} is too old: 20.19 or newer is needed (https://nodejs.org, or your distribution's backports).`,
  );
  return false;
}

function installPackages() {
  const wanted = sha(
    readFileSync(join(root, 'package-lock.json'), 'utf8') + process.versions.modules + process.platform + process.arch,
  );
  const stamp = join(root, 'node_modules', '.hil-stamp');
  if (readStamp(stamp) === wanted && existsSync(join(root, 'node_modules', 'typescript'))) return true;
  if (!run(['npm', 'ci', '--no-audit', '--no-fund'])) {
    console.error(
      'npm ci failed (see above): check the network and the npm registry setting, then run the same command again.',
    );
    return false;
  }
  writeStamp(stamp, wanted);
  return true;
}

/** Every file below `dir` that `wanted` accepts, as "path mtime size" lines: cheap and exact enough to skip a build. */
export function inventory(dir, wanted) {
  const lines = [];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (wanted(path)) {
        const stat = statSync(path);
        lines.push(`${path} ${stat.mtimeMs} ${stat.size}`);
      }
    }
  };
  walk(join(root, dir));
  return lines.sort().join('\n');
}

function build() {
  const isSource = (path) => path.endsWith('.ts') && !/\.(test|interop|guest)\.ts$/.test(path);
  const configs = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((file) =>
    readFileSync(join(root, file), 'utf8'),
  );
  const wanted = sha(inventory('hil', isSource) + configs.join(''));
  const stamp = join(root, 'dist', '.hil-stamp');
  if (readStamp(stamp) === wanted) return true;
  // A file that left the sources must leave dist too; the incremental state would not notice.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  if (!run([process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'])) return false;
  writeStamp(stamp, wanted);
  return true;
}

function firmware() {
  const result = spawnSync('make', ['-C', 'firmware', '-j2', '--no-print-directory', 'all'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status === 0) {
    if (/\bCC\b|\bLD\b|arm-none-eabi-gcc/.test(result.stdout)) console.log('$ make -C firmware');
    return true;
  }
  console.error(`$ make -C firmware\n${result.stdout ?? ''}${result.stderr ?? result.error?.message ?? ''}`);
  return false;
}

/** Returns true when everything is in place; otherwise what to do has been printed. */
export function setUp(profile) {
  return (
    checkNode() &&
    installTools(profile) &&
    installPackages() &&
    build() &&
    firmware() &&
    (profile !== 'test' || prepareGuest())
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--profile');
  const profile = at < 0 ? 'hil' : process.argv[at + 1];
  if (!PROFILES.includes(profile)) {
    console.error(`--profile takes ${PROFILES.join(', ')}, not ${profile}`);
    process.exit(2);
  }
  const started = Date.now();
  const ok = setUp(profile);
  console.log(
    ok ? `set-up complete (${((Date.now() - started) / 1000).toFixed(1)} s)` : 'set-up incomplete: see above',
  );
  process.exit(ok ? 0 : 2);
}
