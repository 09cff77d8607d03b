import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../rig/paths.ts';
import { deadline } from '../trace/deadline.ts';
import { untilSettled } from '../trace/wait.ts';

export interface JestProcess {
  /** Settles with how it ended, in words; never rejects. */
  readonly ended: Promise<string>;
  kill(): Promise<void>;
}

/** The kernel ends Jest with us, also when we are killed; its lanes end when they lose it. */
const SETPRIV = '/usr/bin/setpriv';
const STOP_MS = 5_000;

/** Starts Jest with a config file, its output on ours. */
export function startJest(configPath: string): JestProcess {
  const require = createRequire(join(packageRoot(), 'package.json'));
  const jest = join(require.resolve('jest/package.json'), '../bin/jest.js');
  const args = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    '--config',
    configPath,
    '--passWithNoTests',
  ];
  const [program, programArgs] = existsSync(SETPRIV)
    ? [SETPRIV, ['--pdeathsig', 'KILL', process.execPath, ...args]]
    : [process.execPath, args];
  const child = execa(program, programArgs, {
    cwd: packageRoot(),
    reject: false,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    cleanup: true,
  });
  const ended = child.then((result) =>
    result.signal === undefined ? `ended with exit code ${result.exitCode ?? '?'}` : `was ended by ${result.signal}`,
  );
  return {
    ended,
    async kill() {
      child.kill('SIGTERM');
      await untilSettled(deadline('end of Jest', STOP_MS), 'end of Jest', ended).catch(() => child.kill('SIGKILL'));
      await ended;
    },
  };
}
