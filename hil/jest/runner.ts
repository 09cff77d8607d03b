import { availableParallelism } from 'node:os';
import type { Test, TestCaseResult, TestEvents } from '@jest/test-result';
import type { Config } from '@jest/types';
import jestRunner, { EmittingTestRunner, type TestRunnerOptions, type UnsubscribeFn } from 'jest-runner';
import type { TestWatcher } from 'jest-watcher';
import { currentSession } from '../rig/session.ts';
import { suiteName } from './names.ts';
import { PLAN_ONLY } from './plan-pattern.ts';
import { announcePlan, showProgress } from './progress.ts';

// The package's types describe its CommonJS entry; from ESM the default export may be the class itself.
const TestRunner = ((jestRunner as { default?: unknown }).default ?? jestRunner) as typeof jestRunner.default;
type RunnerContext = ConstructorParameters<typeof TestRunner>[1];
/** A lane waits for its board most of the time. */
const LANES_PER_CORE = 2;

type AnyListener = (data: TestEvents[keyof TestEvents]) => void | Promise<void>;

/**
 * Runs board projects in lanes: one child process per board, its files one after the other, boards side by side. Before the
 * first test every file is collected on every board, so that the plan is fixed before anything can fail.
 */
export default class HilRunner extends EmittingTestRunner {
  readonly #listeners: { readonly name: keyof TestEvents; readonly listener: AnyListener }[] = [];
  readonly #config: Config.GlobalConfig;
  readonly #context: RunnerContext;

  constructor(globalConfig: Config.GlobalConfig, context: RunnerContext) {
    super(globalConfig, context);
    this.#config = globalConfig;
    this.#context = context;
  }

  override async runTests(tests: Test[], watcher: TestWatcher, options: TestRunnerOptions): Promise<void> {
    const lanes = new Map<string, Test[]>();
    for (const test of tests) {
      const board = boardOf(test);
      lanes.set(board, [...(lanes.get(board) ?? []), test]);
    }
    // Jest orders files by size or by how long they took; a person reads them by name, and so does the step stream.
    for (const lane of lanes.values()) lane.sort((a, b) => a.path.localeCompare(b.path));
    // In this process: collecting is quick, and a process per board for it would cost more than it saves.
    for (const lane of lanes.values()) {
      await this.#lane({ testNamePattern: PLAN_ONLY }).runTests(lane, watcher, { ...options, serial: true });
    }
    announcePlan();
    const real = new Set(currentSession()?.boards.flatMap(({ board, kind }) => (kind === 'real' ? [board] : [])));
    const run = async ([board, lane]: [string, Test[]]): Promise<void> => {
      const runner = this.#lane({});
      for (const { name, listener } of this.#listeners) runner.on(name, listener);
      runner.on('test-case-result', ([path, result]: [string, TestCaseResult]) => {
        showProgress(board, suiteName(path), result);
      });
      await runner.runTests(lane, watcher, { ...options, serial: false });
    };
    const virtual = [...lanes].filter(([board]) => !real.has(board));
    await Promise.all([
      ...[...lanes].filter(([board]) => real.has(board)).map(run),
      // Virtual boards live on this machine's cores: more of them at a time would only make each other late.
      ...Array.from({ length: LANES_PER_CORE * availableParallelism() }, async () => {
        for (let lane = virtual.shift(); lane !== undefined; lane = virtual.shift()) await run(lane);
      }),
    ]);
  }

  #lane(change: Partial<Config.GlobalConfig>): InstanceType<typeof TestRunner> {
    return new TestRunner({ ...this.#config, ...change, maxWorkers: 1 }, this.#context);
  }

  override on<Name extends keyof TestEvents>(
    name: Name,
    listener: (data: TestEvents[Name]) => void | Promise<void>,
  ): UnsubscribeFn {
    const entry = { name, listener: listener as AnyListener };
    this.#listeners.push(entry);
    return () => {
      this.#listeners.splice(this.#listeners.indexOf(entry), 1);
    };
  }
}

function boardOf(test: Test): string {
  return String(test.context.config.testEnvironmentOptions.board);
}
