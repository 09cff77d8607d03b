// Compares the facts in hil/chip/part/ with sources nobody here wrote (fixtures/third-party/): which value has a second source,
// which has none, which contradicts. Ends with 1 on a contradiction, or if a source speaks of a value that does not exist.
//   npm run facts [-- --gaps]      --gaps lists only what rests on one source
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'fixtures/third-party');

/** The parts as the product sees them: lookup.ts bundled in memory. */
async function loadChips() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'hil/chip/lookup.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  const { chips } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return chips;
}

/** A bit field counts as one value. */
const isField = (value) => typeof value?.lsb === 'number' && typeof value?.width === 'number';

/** Leaf paths and values of a chip; lists of plain values are one leaf. Regions also get an `end`. */
export function leaves(value, path = '') {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  if (isField(value)) return [[path, value]];
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, path === '' ? key : `${path}.${key}`));
}

function valueAt(chip, path) {
  const keys = path.split('.');
  const last = keys.pop();
  const parent = keys.reduce((node, key) => node?.[key], chip);
  if (last === 'end' && typeof parent?.base === 'number') return parent.base + parent.size;
  return parent?.[last];
}

/** Hex text and numbers compare as numbers, everything else as text. */
function normal(value) {
  if (Array.isArray(value)) return value.map(normal).join(' ');
  if (typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value)) return String(Number(value));
  return String(value);
}

const shown = (value) =>
  value === undefined
    ? 'none'
    : isField(value)
      ? value.width === 1
        ? `bit ${value.lsb}`
        : `bits ${value.lsb + value.width - 1}:${value.lsb}`
      : Array.isArray(value)
        ? value.map(shown).join(' ')
        : typeof value === 'number' && value > 255
          ? `0x${value.toString(16)}`
          : String(value);

function provenanceOf(chip, path) {
  const keys = Object.keys(chip.provenance).filter((key) => path === key || path.startsWith(`${key}.`));
  return chip.provenance[keys.sort((a, b) => b.length - a.length)[0]];
}

/** A source does not confirm a value that was taken from it alone. */
function isOnlyOrigin(chip, path, sourceName) {
  const project = sourceName.split(/[\s,]/)[0].toLowerCase();
  const origins = provenanceOf(chip, path)?.source.split(/[;,]/) ?? [];
  return origins.length > 0 && origins.every((origin) => origin.toLowerCase().includes(project));
}

/** Compares one chip with its third-party file; returns lines to print and what was found. */
export function compare(chip, thirdParty) {
  const contradictions = [];
  const seconded = new Map();
  const differences = [];
  for (const source of thirdParty.sources) {
    for (const [path, theirs] of Object.entries(source.facts)) {
      const ours = valueAt(chip, path);
      if (ours === undefined) contradictions.push(`${source.name} speaks of ${path}, which the part does not have`);
      else if (normal(ours) !== normal(theirs))
        contradictions.push(`${path}: ours ${shown(ours)}, ${source.name} has ${shown(theirs)}`);
      else {
        const key = path.endsWith('.end') ? path.replace(/end$/, 'size') : path;
        if (isOnlyOrigin(chip, key, source.name)) continue;
        seconded.set(key, [...(seconded.get(key) ?? []), source.name]);
      }
    }
  }
  for (const source of thirdParty.sources) {
    for (const { path, value, why } of source.differs ?? []) {
      const ours = valueAt(chip, path);
      if (ours !== undefined && normal(ours) === normal(value))
        contradictions.push(`${source.name} is said to differ in ${path}, and does not`);
      else differences.push(`${path}: ours ${shown(ours)}, ${source.name} has ${value}: ${why}`);
    }
  }
  const facts = leaves({ ...chip, provenance: undefined }).filter(
    ([path, value]) => path !== 'name' && value !== undefined,
  );
  const gaps = facts.filter(([path]) => !seconded.has(path));
  return { contradictions, differences, seconded, gaps, facts };
}

async function main() {
  let failed = false;
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  for (const chip of await loadChips()) {
    const file = join(folder, `${chip.name.toLowerCase()}.json`);
    if (!existsSync(file)) {
      console.log(`${chip.name}: no file in fixtures/third-party`);
      failed = true;
      continue;
    }
    files.splice(files.indexOf(`${chip.name.toLowerCase()}.json`), 1);
    const { contradictions, differences, seconded, gaps, facts } = compare(
      chip,
      JSON.parse(readFileSync(file, 'utf8')),
    );
    if (!process.argv.includes('--gaps')) {
      console.log(`${chip.name}: values with a second source`);
      for (const [path, names] of seconded)
        console.log(`  ${path.padEnd(34)} ${shown(valueAt(chip, path)).padEnd(14)} ${names.join('; ')}`);
    }
    console.log(`${chip.name}: values that rest on one source`);
    for (const [path, value] of gaps) {
      const from = provenanceOf(chip, path);
      console.log(`  ${path.padEnd(34)} ${shown(value).slice(0, 40).padEnd(14)} ${from.confidence}: ${from.source}`);
    }
    for (const line of differences) console.log(`DIFFERS        ${chip.name} ${line}`);
    for (const line of contradictions) console.log(`CONTRADICTION  ${chip.name} ${line}`);
    console.log(
      `${chip.name}: ${facts.length} values, ${facts.length - gaps.length} with a second source, ${gaps.length} without, ${differences.length} known differences, ${contradictions.length} contradictions`,
    );
    failed ||= contradictions.length > 0;
  }
  for (const file of files) {
    console.log(`fixtures/third-party/${file}: no part of that name`);
    failed = true;
  }
  process.exitCode = failed ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
