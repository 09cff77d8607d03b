// The lint step: style (biome), layers (dependency-cruiser), file sizes, and words that do not belong into a product.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

let failures = 0;
function step(name, argv) {
  const result = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const ok = result.status === 0;
  if (!ok) failures += 1;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`);
  if (!ok) console.log(`${result.stdout}${result.stderr}`);
}

step('style: biome', [
  'node_modules/@biomejs/biome/bin/biome',
  'check',
  '--error-on-warnings',
  '--max-diagnostics=50',
  '.',
]);
step('layers: dependency-cruiser', [
  'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  '--config',
  '.dependency-cruiser.cjs',
  'hil',
]);

// Tracked files plus new ones that are not ignored: what a commit would hold.
const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
if (listed.status !== 0) {
  console.log('FAIL file checks: this is not a git checkout');
  failures += 1;
}
const files = listed.stdout.split('\n').filter(Boolean);
const text = (file) => {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return '';
  }
};

/** Files that may pass 450 lines, each with its reason. */
const longFiles = new Map([
  // One switch over all instructions: V8 optimises it as a whole, and its labels must be literals of this file.
  ['hil/virtual/cpu/v6m/execute.ts', 'the instruction switch'],
  ['hil/virtual/cpu/v7m/execute.ts', 'the instruction switch'],
]);

const sources = files.filter((file) => /^hil\/.*\.ts$|^firmware\/.*\.[ch]$/.test(file));
const sizes = sources.map((file) => ({ file, lines: text(file).split('\n').length }));
const over = (limit) => sizes.filter((entry) => entry.lines > limit);
/** A table of cases may be longer than code that has to be followed. */
const limitOf = (file) => (/\.(test|interop|guest)\.ts$/.test(file) ? 600 : 450);
const tooLong = sizes.filter((entry) => entry.lines > limitOf(entry.file) && !longFiles.has(entry.file));
const share = sizes.length ? over(300).length / sizes.length : 0;
const findings = [
  ...tooLong.map((entry) => `${entry.file}: ${entry.lines} lines (limit ${limitOf(entry.file)})`),
  ...(share > 0.1
    ? [
        `${over(300).length} of ${sizes.length} files pass 300 lines; nine in ten must not: ${over(300)
          .map((e) => `${e.file} ${e.lines}`)
          .join(', ')}`,
      ]
    : []),
];
const forbidden = [
  [/(^|[^A-Za-z.])\/(work|root|home)\//, 'a path of one machine'],
  [/\b(TODO|FIXME|XXX)\b/, 'an unfinished word'],
  [/\b(test|it|describe|each)\.(only|skip)\(/, 'a focused or skipped test'],
  [/@ts-ignore|@ts-nocheck|biome-ignore-all/, 'a hole in the types or the lint'],
];
for (const file of files.filter(
  (name) =>
    /\.(ts|mjs|c|h|S|yaml|md|json|mk|ld)$|Makefile$/.test(name) &&
    name !== 'package-lock.json' &&
    name !== 'scripts/lint.mjs',
)) {
  text(file)
    .split('\n')
    .forEach((line, index) => {
      for (const [pattern, what] of forbidden)
        if (pattern.test(line)) findings.push(`${file}:${index + 1}: ${what}: ${line.trim().slice(0, 100)}`);
    });
}
console.log(`${findings.length ? 'FAIL' : 'ok  '} files: ${sizes.length} sources, ${over(300).length} over 300 lines`);
for (const finding of findings) console.log(`     ${finding}`);
process.exit(failures || findings.length ? 1 : 0);
