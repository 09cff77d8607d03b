/** @jest-config-loader esbuild-register */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from 'jest';

const VM_MODULES = '--experimental-vm-modules';

// Test files are ES modules, which Jest runs only under this flag; a bare `npx jest` starts again with it.
if (![...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').includes(VM_MODULES)) {
  const flags = [VM_MODULES, '--disable-warning=ExperimentalWarning'];
  const again = spawnSync(process.execPath, [...flags, ...process.argv.slice(1)], { stdio: 'inherit' });
  process.exit(again.status ?? 1);
}

const root = process.cwd();

const common = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, diagnostics: false }] },
} satisfies Config;

/** A built module. By URL, since the loader of this file would turn a required one into CommonJS. */
async function built<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(root, 'dist', path)).href)) as T;
}

/** One project per board of the rig, unless HIL_BOARDS=0 leaves them out; they need the build, since Jest does not transform runner and environment. */
async function boards(): Promise<NonNullable<Config['projects']>> {
  if (process.env.HIL_BOARDS === '0' || !existsSync(join(root, 'dist/jest/board-projects.js'))) return [];
  const { boardProjects } = await built<typeof import('./hil/jest/board-projects.ts')>('jest/board-projects.js');
  const { loadRig } = await built<typeof import('./hil/rig/load-rig.ts')>('rig/load-rig.js');
  const rig = loadRig(process.env.HIL_RIG ?? join(root, 'rigs/virtual.yaml'));
  return boardProjects({ boards: rig.boards.map((board) => board.name) });
}

export default async (): Promise<Config> => {
  const boardProjects = await boards();
  return {
    reporters: ['default', ...(boardProjects.length > 0 ? ['<rootDir>/dist/jest/reporter.js'] : [])],
    projects: [
      {
        ...common,
        displayName: 'unit',
        testMatch: ['<rootDir>/hil/**/*.test.ts'],
        setupFiles: ['<rootDir>/scripts/property-seed.mjs'],
      },
      ...(process.env.HIL_INTEROP === '1'
        ? [
            { ...common, displayName: 'interop', testMatch: ['<rootDir>/hil/**/*.interop.ts'] },
            { ...common, displayName: 'guest', testMatch: ['<rootDir>/hil/**/*.guest.ts'] },
          ]
        : []),
      ...boardProjects,
    ],
  };
};
