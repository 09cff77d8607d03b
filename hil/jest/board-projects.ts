import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Config } from 'jest';
import { packageRoot } from '../rig/paths.ts';

export interface ProjectOptions {
  /** Names of the boards; each becomes a project. */
  readonly boards: readonly string[];
  /** Folder with `*.hil.ts` files; the suites that ship if absent. */
  readonly suites?: string;
  /** Names of suites (`go` for `go.hil.ts`); all in the folder if absent. */
  readonly only?: readonly string[];
}

export function shippedSuites(): string {
  return join(packageRoot(), 'hil/suites');
}

/** The Jest projects of a rig: one per board, run in lanes, each test with its bench. */
export function boardProjects(options: ProjectOptions): NonNullable<Config['projects']> {
  const root = packageRoot();
  const require = createRequire(join(root, 'package.json'));
  const suites = options.suites ?? shippedSuites();
  const names = options.only === undefined || options.only.length === 0 ? ['*'] : options.only;
  const built = (file: string): string => join(root, 'dist/jest', file);
  return options.boards.map((board) => ({
    displayName: board,
    id: `board-${board}`,
    rootDir: root,
    roots: [suites],
    testMatch: names.map((name) => join(suites, `${name}.hil.{ts,mjs}`)),
    moduleFileExtensions: ['ts', 'mjs', 'js', 'json'],
    extensionsToTreatAsEsm: ['.ts'],
    // Shipped suites name the framework's source, as their types do; what runs is the build, as in the rest of a board's process.
    ...(suites === shippedSuites() ? { moduleNameMapper: { '^\\.\\./index\\.ts$': join(root, 'dist/index.js') } } : {}),
    transform: { '^.+\\.ts$': [require.resolve('ts-jest'), { useESM: true, diagnostics: false }] },
    runner: built('runner.js'),
    testEnvironment: built('environment.js'),
    testEnvironmentOptions: { board },
    setupFilesAfterEnv: [built('matchers.js')],
    globalSetup: built('global-setup.js'),
    globalTeardown: built('global-teardown.js'),
  }));
}
