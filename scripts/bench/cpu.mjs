// Guest instructions per second of the Cortex-M0+ and Cortex-M4 cores, against rp2040js and QEMU on the same program.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { figure, mega } from './figures.mjs';
import { machines, roundsUnderQemu } from './qemu.mjs';
import { buildWorkload } from './workload.mjs';

const engine = fileURLToPath(new URL('cpu-engine.mjs', import.meta.url));
const SAMPLES = 3;

function measure(name, binary) {
  return JSON.parse(execFileSync(process.execPath, [engine, name, binary, String(SAMPLES)], { encoding: 'utf8' }));
}

export async function measureCpu({ runs }) {
  const { binary } = buildWorkload();
  const m4 = buildWorkload('cortex-m4').binary;
  const rates = { ours: [], 'ours-watched': [], 'ours-m4': [], rp2040js: [], 'rp2040js-bare': [] };
  const perRound = {};
  const results = new Set();
  for (let run = 0; run < runs; run++) {
    // In turns, so that a busy moment of the machine meets all alike.
    for (const name of Object.keys(rates)) {
      const { result, rates: measured, perRound: count } = measure(name, name === 'ours-m4' ? m4 : binary);
      results.add(result);
      perRound[name] = count;
      rates[name].push(...measured);
    }
  }
  if (results.size !== 1) throw new Error(`the cores computed different results: ${[...results].join(', ')}`);
  const qemu = async (core, count) => {
    const { elf } = buildWorkload(core, machines[core].base);
    return (await roundsUnderQemu(core, elf, SAMPLES)).map((rate) => rate * count);
  };
  const qemuM0 = { name: 'QEMU (translator)', values: await qemu('cortex-m0plus', perRound.ours) };
  const qemuM4 = { name: 'QEMU (translator)', values: await qemu('cortex-m4', perRound['ours-m4']) };
  const chip = { name: 'rp2040js', values: rates.rp2040js };
  const bare = { name: 'its bare core', values: rates['rp2040js-bare'] };
  const common = { unit: 'M instructions/s', show: mega, better: 'higher' };
  const what = 'core, ticks + debug on + breakpoint';
  return [
    figure({ ...common, what, goal: 4, values: rates.ours, other: chip }),
    // No goal: this core has no SysTick, no bus and no devices to pay for.
    figure({ ...common, what, values: rates.ours, other: bare }),
    figure({ ...common, what, values: rates.ours, other: qemuM0 }),
    figure({ ...common, what: 'Cortex-M4 core, the same', values: rates['ours-m4'], other: qemuM4 }),
    figure({ ...common, what: 'the same + data watchpoint', values: rates['ours-watched'], other: chip }),
  ];
}
