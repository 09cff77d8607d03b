// Guest instructions per second of the Cortex-M0+ core, against rp2040js on the same binary.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { figure, mega } from './figures.mjs';
import { buildWorkload } from './workload.mjs';

const engine = fileURLToPath(new URL('cpu-engine.mjs', import.meta.url));
const SAMPLES = 3;

function measure(name, binary) {
  return JSON.parse(execFileSync(process.execPath, [engine, name, binary, String(SAMPLES)], { encoding: 'utf8' }));
}

export async function measureCpu({ runs }) {
  const binary = buildWorkload();
  const rates = { ours: [], 'ours-watched': [], rp2040js: [], 'rp2040js-bare': [] };
  const results = new Set();
  for (let run = 0; run < runs; run++) {
    // In turns, so that a busy moment of the machine meets all alike.
    for (const name of Object.keys(rates)) {
      const { result, rates: measured } = measure(name, binary);
      results.add(result);
      rates[name].push(...measured);
    }
  }
  if (results.size !== 1) throw new Error(`the cores computed different results: ${[...results].join(', ')}`);
  const chip = { name: 'rp2040js', values: rates.rp2040js };
  const bare = { name: 'its bare core', values: rates['rp2040js-bare'] };
  const common = { unit: 'M instructions/s', show: mega, better: 'higher' };
  const what = 'core, ticks + debug on + breakpoint';
  return [
    figure({ ...common, what, goal: 4, values: rates.ours, other: chip }),
    // No goal: this core has no SysTick, no bus and no devices to pay for.
    figure({ ...common, what, values: rates.ours, other: bare }),
    figure({ ...common, what: 'the same + data watchpoint', values: rates['ours-watched'], other: chip }),
  ];
}
