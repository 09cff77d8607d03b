import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, jest, test } from '@jest/globals';
import { deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { makeProject, type Project } from './project.ts';

/** Each test runs a whole `hil`. */
jest.setTimeout(120_000);

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly startedAt: string;
  readonly command: string;
}

function processes(): readonly Process[] {
  return readdirSync('/proc').flatMap((entry): readonly Process[] => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return [];
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(entry), parent: Number(fields[1]), startedAt: fields[19] ?? '', command }];
    } catch {
      return [];
    }
  });
}

function descendantsOf(pid: number): readonly Process[] {
  const all = processes();
  const found: Process[] = all.filter((one) => one.pid === pid);
  for (const one of found) found.push(...all.filter((child) => child.parent === one.pid));
  return found;
}

const LONG = `import { test } from '@jest/globals';
import { onBoard } from 'stm32-hil';
onBoard('long', { deadlineMs: 120000 }, (bench) => {
  test('waits', async () => {
    await bench.flash('handover');
    await new Promise((resolve) => setTimeout(resolve, 100000));
  });
});
`;

let project: Project;
afterEach(() => project.remove());

/** SIGKILL gives no process a chance to clean up: only pipes and the kernel are left. */
test.each([
  ['the command itself', / run --rig /],
  ['Jest', /jest\.js --config/],
  ['the lane of the board', /jest-worker/],
  ['the process of the virtual boards', / virtual --rig /],
])(
  'SIGKILL of %s leaves no process behind',
  async (_what, which) => {
    project = makeProject({ long: LONG });
    const run = project.start();
    const family = await until(deadline('run under way', 60_000), 'OpenOCD and a lane', () => {
      const now = descendantsOf(run.pid);
      const ready = now.some((one) => /openocd .*adapter serial/.test(one.command));
      return ready && now.some((one) => /jest-worker/.test(one.command)) ? now : undefined;
    });
    const victim = family.findLast((one) => which.test(one.command) && !one.command.includes('setpriv'));
    expect(victim).toBeDefined();
    process.kill((victim as Process).pid, 'SIGKILL');
    // A lane that is lost is replaced by Jest; everything else takes the run with it.
    if (which.source === 'jest-worker') process.kill(run.pid, 'SIGTERM');
    const left = await until(deadline('end of all processes', 30_000), 'end of all processes', (note) => {
      const alive = processes();
      const rest = family.filter((one) => alive.some((now) => now.pid === one.pid && now.startedAt === one.startedAt));
      note(rest.map((one) => `${one.pid} ${one.command.slice(0, 80)}`).join('; '));
      return rest.length === 0 ? 'none' : undefined;
    });
    expect(left).toBe('none');
    await run.ended;
  },
  120_000,
);
