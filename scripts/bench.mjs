// Measures speed side by side with other programs in one run. Nothing here passes or fails.
//   node scripts/bench.mjs [--only cpu,serial,probe,jump,idle,run,cases,sweep,dfu] [--runs N] [--json FILE]
import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCpu } from './bench/cpu.mjs';
import { measureDfu } from './bench/dfu.mjs';
import { record, table } from './bench/figures.mjs';
import { measureIdle } from './bench/idle.mjs';
import { measureJump } from './bench/jump.mjs';
import { measureProbe } from './bench/probe.mjs';
import { dist, handoverElf, romBinary } from './bench/product.mjs';
import { measureCases, measureRun, measureSweep } from './bench/run.mjs';
import { measureSerial } from './bench/serial.mjs';

const legs = {
  cpu: { measure: measureCpu, runs: 3 },
  serial: { measure: measureSerial, runs: 3 },
  probe: { measure: measureProbe, runs: 3 },
  jump: { measure: measureJump, runs: 3 },
  idle: { measure: measureIdle, runs: 1 },
  run: { measure: measureRun, runs: 1 },
  cases: { measure: measureCases, runs: 1 },
  sweep: { measure: measureSweep, runs: 1 },
  dfu: { measure: measureDfu, runs: 1 },
};

function usage(message) {
  console.error(
    `bench: ${message}\nusage: npm run bench -- [--only ${Object.keys(legs).join(',')}] [--runs N] [--json FILE]`,
  );
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, runs: { type: 'string' }, json: { type: 'string' } },
    });
    return values;
  } catch (error) {
    return usage(error.message);
  }
}

const { only, runs, json } = options();
const names = only === undefined ? Object.keys(legs) : only.split(',');
const unknown = names.filter((name) => legs[name] === undefined);
if (unknown.length > 0) usage(`no measurement is called ${unknown.join(', ')}`);
if (runs !== undefined && !/^[1-9]\d*$/.test(runs)) usage(`--runs takes a whole number of 1 or more, not ${runs}`);
const missing = [join(dist, 'virtual/main.js'), romBinary, handoverElf].filter((path) => !existsSync(path));
if (missing.length > 0) {
  console.error(`bench: ${missing.join(', ')} is not built; run: npm run set-up`);
  process.exit(2);
}

const machine = {
  cores: cpus().length,
  cpu: cpus()[0]?.model,
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
};
console.log(`${machine.cores} x ${machine.cpu}, node ${machine.node}, ${machine.platform}`);
const figures = [];
let failed = false;
for (const name of names) {
  const started = performance.now();
  try {
    figures.push(...(await legs[name].measure({ runs: Number(runs ?? legs[name].runs) })));
    console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  } catch (error) {
    failed = true;
    console.error(`${name} could not be measured: ${error.stack ?? error}`);
  }
}
console.log(`\n${table(figures)}`);
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, figures: figures.map(record) }, null, 2)}\n`);
process.exit(failed ? 1 : 0);
