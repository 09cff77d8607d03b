// How long the suites take on all boards of the default rig: the whole of `hil run`, as CI has it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { figure, plain } from './figures.mjs';
import { dist, root } from './product.mjs';

const GOAL_SECONDS = 120;

export async function measureRun({ runs }) {
  const seconds = [];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    const child = spawn(process.execPath, [join(dist, 'cli/main.js'), 'run'], { cwd: root, stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    // A run with failures ends early or late for other reasons than speed.
    if (code !== 0) throw new Error(`\`hil run\` ended with exit code ${code}`);
    seconds.push((performance.now() - started) / 1000);
  }
  const what = 'suites on all boards of rigs/virtual.yaml';
  return [figure({ what, unit: 's', show: plain(1), better: 'lower', goal: GOAL_SECONDS, values: seconds })];
}
