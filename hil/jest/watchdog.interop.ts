import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import { execa } from 'execa';
import { packageRoot } from '../rig/paths.ts';

jest.setTimeout(30_000);

const watchdog = pathToFileURL(join(packageRoot(), 'dist/jest/watchdog.js')).href;

function run(
  body: string,
): Promise<{ readonly signal?: string | undefined; readonly exitCode?: number | undefined; readonly stderr: string }> {
  return execa(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startWatchdog } from '${watchdog}'; const stop = startWatchdog(300); ${body}`,
    ],
    { reject: false, env: { NODE_OPTIONS: '' } },
  );
}

test.each([
  ['never awaits', 'for (;;) {}'],
  ['awaits what is settled already', 'for (;;) await undefined;'],
])('a loop that %s is ended, with a reason', async (_what, loop) => {
  const { signal, stderr } = await run(loop);
  expect(signal).toBe('SIGKILL');
  expect(stderr).toContain('kept its process busy for 300 ms without awaiting anything');
});

test('a process that waits is left alone, and may end', async () => {
  const { exitCode } = await run('await new Promise((resolve) => setTimeout(resolve, 1500)); stop();');
  expect(exitCode).toBe(0);
});
