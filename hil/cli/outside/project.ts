import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { RunReport } from '../../report/write-reports.ts';
import { hilCommand, packageRoot } from '../../rig/paths.ts';

/** A small project of a user: rig, suites, reports; used to look at `hil` from outside. */
export interface Project {
  readonly folder: string;
  write(file: string, text: string): string;
  /** Runs `hil` and takes what it said and how it ended. */
  hil(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number; readonly text: string }>;
  /** As `hil`, without this project's rig and suites. */
  hilAsIs(args: readonly string[]): ReturnType<Project['hil']>;
  /** Starts `hil run` on this project's suites and leaves it running. */
  start(args?: readonly string[]): { readonly pid: number; readonly ended: Promise<unknown> };
  report(): RunReport;
  remove(): void;
}

const ONE_BOARD = `boards:
  - name: one
    chip: STM32G070RB
    virtual: { rom: 0xB4 }
    permissions: { erase: mass, write_protection: true, option_bytes: true, rdp1: true }
`;

export function makeProject(suites: Readonly<Record<string, string>> = {}, rig = ONE_BOARD): Project {
  // Inside the package, so that suites find 'stm32-hil' as an installed project would.
  mkdirSync(join(packageRoot(), 'build'), { recursive: true });
  const folder = mkdtempSync(join(packageRoot(), 'build/outside-'));
  const write = (file: string, text: string): string => {
    const path = join(folder, file);
    writeFileSync(path, text);
    return path;
  };
  write('rig.yaml', rig);
  for (const [name, text] of Object.entries(suites)) write(`${name}.hil.ts`, text);
  const reports = join(folder, 'reports');
  const runArgs = ['run', '--rig', join(folder, 'rig.yaml'), '--suites', folder, '--reports', reports];
  return {
    folder,
    write,
    hil: (args, env = {}) => hil(args[0] === 'run' ? [...runArgs, ...args.slice(1)] : args, env),
    hilAsIs: (args) => hil(args, {}),
    start(args = []) {
      const child = execa(process.execPath, [hilCommand(), ...runArgs, ...args], {
        cwd: packageRoot(),
        reject: false,
        stdio: 'ignore',
        env: { NODE_OPTIONS: '', HIL_SESSION: undefined, HIL_FORBID_SKIPS: undefined, JEST_WORKER_ID: undefined },
      });
      return { pid: child.pid ?? 0, ended: child };
    },
    report: () => JSON.parse(readFileSync(join(reports, 'run.json'), 'utf8')) as RunReport,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function hil(words: readonly string[], env: Readonly<Record<string, string>>) {
  const result = await execa(process.execPath, [hilCommand(), ...words], {
    cwd: packageRoot(),
    reject: false,
    all: true,
    stdin: 'ignore',
    // The run of which this test is a part must not be taken for the run's own.
    env: {
      ...env,
      NODE_OPTIONS: '',
      HIL_SESSION: undefined,
      HIL_FORBID_SKIPS: undefined,
      JEST_WORKER_ID: undefined,
    },
  });
  return { code: result.exitCode ?? -1, text: result.all ?? '' };
}
