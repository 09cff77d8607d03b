import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BoardScope, BoardWires, Port } from '../board/bench-types.ts';
import { followLag } from '../board/board-lag.ts';
import { openControls } from '../board/control-channel.ts';
import { createBench, createUsbBench, type OwnedBench } from '../board/create-bench.ts';
import { type Baseline, readBaseline, restoreKnownGood } from '../board/known-good.ts';
import type { LaneProbe } from '../board/lane-probe.ts';
import { HilError, isHilError } from '../error/hil-error.ts';
import type { Image } from '../image/image.ts';
import { createRecorder, jsonlSink, type Recorder, recordNote } from '../trace/recorder.ts';
import { revocable } from './revocable.ts';

/** Calls of a bench that return no promise. */
const SYNCHRONOUS = new Set(['image', 'symbol', 'facts', 'remainingMs']);
/** Bringing a board back: two flash operations, a reset and a start, with room for a board that hangs in each. */
const RECOVERY_MS = 60_000;

/** One test's hold on a board. */
export interface TestRun<P extends Port = Port> {
  readonly recorder: Recorder;
  /** Runs a part of the test: its body, or a hook around it. Rejects when the deadline passes, with the board recovered by then. */
  run(part: () => unknown): Promise<unknown>;
  /** The bench as the test sees it, or the error that kept it from opening. */
  bench(): Bench<P>;
  /** Ends the bench and brings the board back. Returns what went wrong with that. Idempotent. */
  end(): Promise<unknown>;
}

const inTest = new AsyncLocalStorage<TestRun>();

/** The run in whose course the caller is, by the asynchronous chain of calls and not by the clock. */
export function currentRun(): TestRun | undefined {
  return inTest.getStore();
}

/** Kept while a lane goes from test to test: how the board was found. */
export interface LaneState {
  baseline: Baseline | undefined;
  /** The probe that the last test left in a usual state. */
  probe?: LaneProbe | undefined;
  /** What the board is left with after each test; absent: the application under test. */
  leaveWith?: Image;
}

/** Takes the board for one test. */
export async function openTestRun<P extends Port = 'usart'>(
  wires: BoardWires,
  lane: LaneState,
  options: {
    readonly stepsPath: string;
    readonly deadlineMs: number;
    /** What holds the board, as errors name it: `the test 'x'`. */
    readonly holder: string;
    /** The wire of the ROM that is spoken on; USART if absent. */
    readonly port?: P;
  },
): Promise<TestRun<P>> {
  const recorder = createRecorder(jsonlSink(options.stepsPath));
  const revocation = new AbortController();
  // What the board lost before this test is none of its business: only the growth stretches its deadlines.
  const boardLag = await followLag(wires);
  const { lag, askLag } = boardLag;
  const scope: BoardScope = { board: wires.board, signal: revocation.signal, ...boardLag, recorder };
  let opened: OwnedBench<P> | undefined;
  let failure: unknown;
  try {
    const kept = lane.probe;
    lane.probe = undefined;
    const open = options.port === 'usb' ? createUsbBench : createBench;
    opened = (await open(wires, scope, kept)) as OwnedBench<Port> as OwnedBench<P>;
    lane.baseline ??= await readBaseline(opened);
  } catch (error) {
    failure = error;
  }
  const membrane = opened === undefined ? undefined : revocable<Bench<P>>(opened, SYNCHRONOUS);

  let ending: Promise<unknown> | undefined;
  const end = (): Promise<unknown> => {
    ending ??= (async () => {
      const over = new HilError(501, `${wires.board}: ${options.holder} is over, its bench is revoked`, {
        blame: 'test',
      });
      membrane?.revoke(over);
      // The suite is cut off; what it left in a usual state is brought back with the connections that are open already.
      let good = false;
      if (opened !== undefined && lane.baseline !== undefined && !revocation.signal.aborted) {
        good = await restoreKnownGood(opened, lane.baseline, lane.leaveWith).then(
          () => true,
          () => false,
        );
      }
      revocation.abort(over);
      await opened?.close({ keepProbe: good });
      lane.probe = good ? opened?.laneProbe : undefined;
      return good || failure !== undefined ? undefined : recover(wires, lane, recorder);
    })();
    return ending;
  };

  const startedAt = performance.now();
  const deadlinePassed = async (cancel: AbortSignal): Promise<never> => {
    const passed = (): number => performance.now() - startedAt;
    for (let left = options.deadlineMs; left > 0; left = options.deadlineMs + lag() - passed()) {
      await delay(left, undefined, { signal: cancel });
      await askLag();
    }
    const error = new HilError(
      503,
      `${wires.board}: ${options.holder} was not over within ${options.deadlineMs} ms; its bench is revoked after ${Math.round(passed())} ms`,
      { blame: 'test', context: { lagMs: lag() } },
    );
    recordNote(recorder, wires.board, 'deadline passed', { deadlineMs: options.deadlineMs });
    membrane?.revoke(error);
    revocation.abort(error);
    const trouble = await end();
    throw trouble === undefined ? error : new HilError(505, words(error), { blame: 'rig', cause: trouble });
  };

  const self: TestRun<P> = {
    recorder,
    bench() {
      if (membrane === undefined) throw failure;
      return membrane.value;
    },
    async run(part) {
      if (failure !== undefined) throw failure;
      const cancel = new AbortController();
      const limit = deadlinePassed(cancel.signal);
      limit.catch(() => {});
      try {
        return await Promise.race([inTest.run(self, async () => part()), limit]);
      } finally {
        cancel.abort();
      }
    },
    end,
  };
  return self;
}

/** A bench of its own: the test's may be revoked in the middle of anything. */
async function recover(wires: BoardWires, lane: LaneState, recorder: Recorder): Promise<unknown> {
  if (lane.baseline === undefined) return undefined;
  const scope: BoardScope = {
    board: wires.board,
    signal: AbortSignal.timeout(RECOVERY_MS),
    ...(await followLag(wires)),
    recorder,
  };
  let bench: OwnedBench | undefined;
  try {
    // Without power, or held in reset, not even the probe can be opened.
    if (wires.control !== undefined) {
      const controls = openControls(wires, scope);
      await controls.power(true);
      await controls.nrst(false);
    }
    bench = await createBench(wires, scope);
    await restoreKnownGood(bench, lane.baseline, lane.leaveWith);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await bench?.close();
  }
}

function words(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return isHilError(error) ? text.replace(/ {2}\[HIL-\d+\]$/, '') : text;
}
