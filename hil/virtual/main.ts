import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { chips } from '../chip/lookup.ts';
import { HilError } from '../error/hil-error.ts';
import type { BoardSpec, ReadyLine } from './host-types.ts';
import { workerEntry } from './worker-entry.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './worker-messages.ts';

export interface StartOptions {
  /** Called once per board, in the order in which they become ready. */
  readonly onReady?: (line: ReadyLine) => void;
  /** Called when a board's worker ends by itself; `stop` still works. Default: the error is printed and the process ends with 3. */
  readonly onDeath?: (error: HilError) => void;
  /** Longest time a board may take until it answers on all wires, in ms. */
  readonly readyWithinMs?: number;
}

export interface RunningBoards {
  /** The ready lines in the order of the specs. */
  readonly boards: readonly ReadyLine[];
  /** Close every wire, finish the input logs, end the workers. */
  stop(): Promise<void>;
}

/** A thread and the boards it runs. */
interface BoardThread {
  readonly ready: readonly Promise<ReadyLine>[];
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 20_000;
/** For each further board of a thread: they start one after the other. */
const READY_MORE_MS = 2_000;
const STOP_WITHIN_MS = 3_000;

/**
 * Start virtual boards in this process and wait until all answer on their wires. Boards share threads, a thread for each core of the
 * machine and instruction set: what V8 has compiled for one board serves the others of its thread.
 *
 * @throws HilError 641 when two boards have one name; 441 when a board cannot be built or does not become ready in time.
 */
export async function startBoards(specs: readonly BoardSpec[], options: StartOptions = {}): Promise<RunningBoards> {
  const names = specs.map((spec) => spec.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new HilError(641, `two virtual boards are both named ${twice}`, { blame: 'test', context: { names } });
  }
  const entry = await workerEntry();
  const groups = shareThreads(specs, availableParallelism());
  const threads = groups.map((group) => startThread(entry, group, options));
  const readyOf = new Map(
    groups.flatMap((group, i) => group.map((spec, j) => [spec.name, threads[i]?.ready[j]] as const)),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.stop()));
  };
  try {
    const lines = await Promise.all(specs.map((spec) => readyOf.get(spec.name) as Promise<ReadyLine>));
    return { boards: lines, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Which boards run together: those of one instruction set, over as many threads as there are cores.
 * A board nobody knows gets a thread, too, and there its error.
 */
export function shareThreads(specs: readonly BoardSpec[], cores: number): readonly (readonly BoardSpec[])[] {
  const sets = new Map<string, BoardSpec[]>();
  for (const spec of specs) {
    const set = chips.find((chip) => chip.board.name === spec.model)?.core.architecture ?? 'unknown';
    sets.set(set, [...(sets.get(set) ?? []), spec]);
  }
  return [...sets.values()].flatMap((set) => {
    const threads = Math.min(set.length, Math.max(1, cores));
    return Array.from({ length: threads }, (_, i) => set.filter((_spec, j) => j % threads === i));
  });
}

function startThread(entry: URL, specs: readonly BoardSpec[], options: StartOptions): BoardThread {
  const workerData: WorkerOptions = { specs };
  const names = specs.map((spec) => spec.name).join(', ');
  const worker = new Worker(entry, { workerData, name: names, stdin: false });
  const readyWithinMs = (options.readyWithinMs ?? READY_WITHIN_MS) + (specs.length - 1) * READY_MORE_MS;
  let stopping = false;
  const waiting = new Map<string, { resolve(line: ReadyLine): void; reject(error: HilError): void }>();
  const ready = specs.map(
    (spec) => new Promise<ReadyLine>((resolve, reject) => waiting.set(spec.name, { resolve, reject })),
  );
  // Seen by whoever awaits them; without this a second failure during clean-up would end the process as unhandled.
  for (const each of ready) each.catch(() => {});

  const late = setTimeout(() => {
    fail(died(`virtual board ${[...waiting.keys()].join(', ')} was not ready within ${readyWithinMs} ms`));
    void worker.terminate();
  }, readyWithinMs);
  const settle = (board: string): { resolve(line: ReadyLine): void; reject(error: HilError): void } | undefined => {
    const one = waiting.get(board);
    waiting.delete(board);
    if (waiting.size === 0) clearTimeout(late);
    return one;
  };
  const fail = (error: HilError): void => {
    if (waiting.size === 0 && !stopping) (options.onDeath ?? endProcess)(error);
    for (const board of [...waiting.keys()]) settle(board)?.reject(error);
  };
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'ready') {
      options.onReady?.(message.line);
      settle(message.line.board)?.resolve(message.line);
    } else {
      const { board, cause } = message;
      settle(board)?.reject(died(`virtual board ${board} ended by an error: ${cause.message}`, cause));
    }
  });
  worker.on('error', (cause) => {
    const words = cause instanceof Error ? cause.message : String(cause);
    fail(died(`virtual board ${names} ended by an error: ${words}`, cause));
  });
  worker.on('exit', (exitCode) => {
    fail(died(`the thread of virtual board ${names} ended by itself with code ${exitCode}`));
  });

  const stop = async (): Promise<void> => {
    stopping = true;
    clearTimeout(late);
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    if (worker.threadId === -1) return;
    const message: ToWorker = { kind: 'stop' };
    worker.postMessage(message);
    const tooLong = setTimeout(() => void worker.terminate(), STOP_WITHIN_MS);
    await ended;
    clearTimeout(tooLong);
  };
  return { ready, stop };
}

function died(sentence: string, cause?: unknown): HilError {
  return new HilError(441, sentence, { blame: 'rig', cause });
}

function endProcess(error: HilError): void {
  process.stderr.write(`${error.message}\n${error.cause instanceof Error ? (error.cause.stack ?? '') : ''}\n`);
  process.exit(3);
}

/**
 * Wait until this process is told to end: SIGTERM, SIGINT, or (`parentPipe`) the end of standard input.
 * The pipe is what makes a killed supervisor leave no process behind.
 */
export function toldToEnd(options: { readonly parentPipe?: boolean } = {}): Promise<'SIGTERM' | 'SIGINT' | 'parent'> {
  return new Promise((resolve) => {
    const told = (by: 'SIGTERM' | 'SIGINT' | 'parent'): void => {
      // An open standard input would keep the process alive after everything has stopped.
      if (options.parentPipe === true) process.stdin.destroy();
      resolve(by);
    };
    process.once('SIGTERM', () => told('SIGTERM'));
    process.once('SIGINT', () => told('SIGINT'));
    if (options.parentPipe !== true) return;
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => told('parent'));
    process.stdin.resume();
  });
}
