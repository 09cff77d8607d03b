import { join } from 'node:path';
import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment';
import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';
import type { BoardWires, Port } from '../board/bench-types.ts';
import { formatError } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import type { PlannedTest } from '../report/verdict.ts';
import { type Lease, takeLease } from '../rig/lease.ts';
import { currentSession, type Session } from '../rig/session.ts';
import { blameOf } from './blame.ts';
import { endWithParent } from './end-with-parent.ts';
import type { HilGlobal } from './hil-global.ts';
import { describesOf, fullName, slug, suiteName } from './names.ts';
import { PATIENCE, readPatience } from './patience.ts';
import { writePlan, writeResult } from './plan-file.ts';
import { PLAN_ONLY } from './plan-pattern.ts';
import { currentRun, type LaneState, openTestRun, type TestRun } from './test-run.ts';
import { STUCK_MS, startWatchdog } from './watchdog.ts';

const DEFAULT_DEADLINE_MS = 30_000;
/** Jest's own time-out must never fire first: ours revokes the bench and brings the board back, and only then the test ends. */
const JEST_TIMEOUT_MS = 30 * 60_000;
const LANE_LEASE_MS = 20_000;

/** How a board was found, kept for all files that one process runs on it. */
const lanes = new Map<string, LaneState>();

endWithParent();

/** One test file on one board: writes the plan, gives each test its bench, brings the board back after it, writes the verdict. */
export default class HilEnvironment extends TestEnvironment {
  readonly #suite: string;
  readonly #planOnly: boolean;
  readonly #session: Session;
  readonly #wires: BoardWires;
  readonly #patience = readPatience(process.env[PATIENCE]);
  readonly #skips = new Map<string, string>();
  readonly #limits = new Map<string, number>();
  readonly #ports = new Map<string, Port>();
  readonly #originals = new WeakMap<object, unknown>();
  #run: TestRun | undefined;
  #startedAt = 0;
  #stepsPath: string | undefined;
  #count = 0;
  /** Of the running test: why this board cannot show what it is about. */
  #notTestable: string | undefined;
  #lease: Lease | undefined;
  #stopWatchdog: (() => void) | undefined;

  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    super(config, context);
    this.#suite = suiteName(context.testPath);
    this.#planOnly = config.globalConfig.testNamePattern === PLAN_ONLY;
    const name = String(config.projectConfig.testEnvironmentOptions.board);
    const session = currentSession();
    const wires = session?.boards.find((board) => board.board === name);
    if (session === undefined || wires === undefined) {
      throw new HilError(504, `${name}: no rig is up in which this board could be tested`, { blame: 'rig' });
    }
    this.#session = session;
    this.#wires = wires;
  }

  override async setup(): Promise<void> {
    await super.setup();
    const { board, chip, kind, permissions, control, rom, romId, usb } = this.#wires;
    const hil: HilGlobal = {
      facts: {
        board,
        chip,
        kind,
        permissions,
        twin: kind === 'virtual' && this.#session.boards.find((other) => other.chip === chip)?.board !== board,
        romPort: rom !== undefined,
        usbPort: usb !== undefined,
        controls: control !== undefined,
        ...(romId === undefined ? {} : { romId }),
      },
      bench: () => {
        const run = currentRun();
        if (run === undefined)
          throw new HilError(504, `${board}: the bench was used outside of a test`, { blame: 'test' });
        return run.bench();
      },
      skip: (title, reason) => void this.#skips.set(title, reason),
      skipTest: (reason) => {
        this.#notTestable = reason;
      },
      port: (title, port) => void this.#ports.set(title, port),
      limit: (title, ms) => void this.#limits.set(title, ms),
    };
    Object.assign(this.global, { __hil: hil });
    Object.assign(this.global, { [Symbol.for('TEST_TIMEOUT_SYMBOL')]: JEST_TIMEOUT_MS });
    if (this.#planOnly) return;
    this.#lease = await takeLease(`lane ${this.#session.id} ${board}`, `${this.#suite} on ${board}`, LANE_LEASE_MS);
    this.#stopWatchdog = startWatchdog(STUCK_MS * this.#patience);
  }

  override async teardown(): Promise<void> {
    await this.#run?.end();
    const lane = lanes.get(this.#wires.board);
    await lane?.probe?.probe.close();
    if (lane !== undefined) lane.probe = undefined;
    this.#stopWatchdog?.();
    await this.#lease?.release();
    await super.teardown();
  }

  async handleTestEvent(event: Circus.Event, state: Circus.State): Promise<void> {
    switch (event.name) {
      case 'run_start':
        if (this.#planOnly) this.#writePlan(state.rootDescribeBlock);
        return;
      case 'test_started':
        return this.#begin(event.test);
      case 'hook_start':
        if (event.hook.type === 'beforeEach' || event.hook.type === 'afterEach') this.#guardPart(event.hook);
        return;
      case 'test_skip':
        if (!this.#planOnly && this.#skipReason(event.test) !== undefined) this.#record(event.test, 'skipped');
        return;
      case 'test_done':
        return this.#finish(event.test);
      default:
        return;
    }
  }

  #planned(test: Circus.TestEntry): PlannedTest {
    const skip = this.#skipReason(test);
    return {
      board: this.#wires.board,
      suite: this.#suite,
      test: fullName(test),
      ...(skip === undefined ? {} : { skip }),
    };
  }

  #writePlan(root: Circus.DescribeBlock): void {
    const tests = (block: Circus.DescribeBlock): readonly Circus.TestEntry[] =>
      block.children.flatMap((child) => (child.type === 'test' ? [child] : tests(child)));
    writePlan(
      this.#session.reports,
      this.#wires.board,
      this.#suite,
      tests(root).map((test) => this.#planned(test)),
    );
  }

  /** Why a test is known not to run on this board; undefined if it will. */
  #skipReason(test: Circus.TestEntry): string | undefined {
    for (const title of describesOf(test)) {
      const reason = this.#skips.get(title);
      if (reason !== undefined) return reason;
    }
    for (let block: Circus.DescribeBlock | undefined = test.parent; block !== undefined; block = block.parent) {
      if (block.mode === 'skip') return 'skipped in the suite';
    }
    return test.mode === 'skip' || test.mode === 'todo' ? 'skipped in the suite' : undefined;
  }

  async #begin(test: Circus.TestEntry): Promise<void> {
    this.#startedAt = performance.now();
    this.#count += 1;
    this.#notTestable = undefined;
    const { board } = this.#wires;
    const file = `${String(this.#count).padStart(2, '0')}-${slug(fullName(test))}.jsonl`;
    this.#stepsPath = join('steps', board, this.#suite, file);
    const limit = innermost(this.#limits, test);
    const lane = lanes.get(board) ?? { baseline: undefined };
    lanes.set(board, lane);
    this.#run = await openTestRun(this.#wires, lane, {
      stepsPath: join(this.#session.reports, this.#stepsPath),
      deadlineMs: (test.timeout ?? limit ?? DEFAULT_DEADLINE_MS) * this.#patience,
      holder: `the test '${fullName(test)}'`,
      port: innermost(this.#ports, test) ?? 'usart',
    });
    test.timeout = JEST_TIMEOUT_MS;
    this.#guardPart(test);
  }

  /** Lets a test's body, or a hook around it, run as a part of the present test: with its bench and under its deadline. */
  #guardPart(part: { fn?: unknown }): void {
    const original = (this.#originals.get(part) ?? part.fn) as ((this: unknown) => unknown) | undefined;
    const run = this.#run;
    if (original === undefined || run === undefined) return;
    this.#originals.set(part, original);
    part.fn = function guarded(this: unknown): Promise<unknown> {
      return run.run(() => original.call(this));
    };
  }

  async #finish(test: Circus.TestEntry): Promise<void> {
    const trouble = await this.#run?.end();
    if (trouble !== undefined) {
      test.errors.push(
        new HilError(
          505,
          `${this.#wires.board}: the board could not be brought back to known-good after '${fullName(test)}'`,
          { blame: 'rig', cause: trouble },
        ),
      );
    }
    this.#run = undefined;
    const passed = this.#notTestable === undefined ? 'passed' : 'skipped';
    this.#record(test, test.errors.length > 0 ? 'failed' : passed);
    this.#notTestable = undefined;
  }

  #record(test: Circus.TestEntry, verdict: 'passed' | 'failed' | 'skipped'): void {
    const errors = test.errors.map((error: unknown) => (Array.isArray(error) ? (error[0] ?? error[1]) : error));
    writeResult(this.#session.reports, {
      ...this.#planned(test),
      ...(verdict === 'skipped' && this.#notTestable !== undefined ? { skip: this.#notTestable } : {}),
      verdict,
      ...(verdict === 'failed' ? { blame: blameOf(errors) } : {}),
      errors: errors.map((error: unknown) => formatError(error)),
      ms: verdict === 'skipped' ? 0 : Math.round(performance.now() - this.#startedAt),
      ...(verdict === 'skipped' || this.#stepsPath === undefined ? {} : { steps: this.#stepsPath }),
    });
  }
}

/** What is said of the describe around a test; the innermost that says something counts. */
function innermost<T>(said: ReadonlyMap<string, T>, test: Circus.TestEntry): T | undefined {
  return describesOf(test)
    .map((title) => said.get(title))
    .findLast((value) => value !== undefined);
}
