// How long whole commands take as a user gives them: the suites with the cases on all boards of the default rig, the cases alone, and a
// pairwise sweep of one board.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, plain } from './figures.mjs';
import { dist, root } from './product.mjs';

const GOAL_SECONDS = 180;
const SWEPT = 'nucleo-g070rb';

async function secondsOf(args, runs) {
  const seconds = [];
  for (let i = 0; i < runs; i++) {
    const reports = mkdtempSync(join(tmpdir(), 'hil-bench-'));
    try {
      const started = performance.now();
      const command = [join(dist, 'cli/main.js'), ...args, '--reports', reports];
      const child = spawn(process.execPath, command, { cwd: root, stdio: 'ignore' });
      const [code] = await once(child, 'exit');
      // A run with failures ends early or late for other reasons than speed.
      if (code !== 0) throw new Error(`\`hil ${args.join(' ')}\` ended with exit code ${code}`);
      seconds.push((performance.now() - started) / 1000);
    } finally {
      rmSync(reports, { recursive: true, force: true });
    }
  }
  return seconds;
}

const common = { unit: 's', show: plain(1), better: 'lower' };

export async function measureRun({ runs }) {
  const values = await secondsOf(['run'], runs);
  return [
    figure({ ...common, what: 'suites and cases on all boards of rigs/virtual.yaml', goal: GOAL_SECONDS, values }),
  ];
}

export async function measureCases({ runs }) {
  const values = await secondsOf(['run', '--suite', 'cases'], runs);
  return [figure({ ...common, what: 'cases on all boards of rigs/virtual.yaml', values })];
}

export async function measureSweep({ runs }) {
  const values = await secondsOf(['sweep', '--board', SWEPT], runs);
  return [figure({ ...common, what: `pairwise sweep of ${SWEPT}, all factors and operations`, values })];
}
