import { Worker } from 'node:worker_threads';
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

interface BoardWorker {
  readonly ready: Promise<ReadyLine>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 3_000;

/**
 * Start virtual boards in this process, one worker thread each, and wait until all answer on their wires.
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
  const workers = specs.map((spec) => startWorker(entry, spec, options));
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
  try {
    return { boards: await Promise.all(workers.map((worker) => worker.ready)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startWorker(entry: URL, spec: BoardSpec, options: StartOptions): BoardWorker {
  const workerData: WorkerOptions = { spec };
  const worker = new Worker(entry, { workerData, name: spec.name, stdin: false });
  const readyWithinMs = options.readyWithinMs ?? READY_WITHIN_MS;
  let stopping = false;
  let settled = false;

  const ready = new Promise<ReadyLine>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(died(`virtual board ${spec.name} was not ready within ${readyWithinMs} ms`));
      void worker.terminate();
    }, readyWithinMs);
    const fail = (error: HilError): void => {
      clearTimeout(late);
      if (settled && !stopping) (options.onDeath ?? endProcess)(error);
      settled = true;
      reject(error);
    };
    worker.on('message', (message: FromWorker) => {
      if (message.kind !== 'ready') return;
      clearTimeout(late);
      settled = true;
      options.onReady?.(message.line);
      resolve(message.line);
    });
    worker.on('error', (cause) => {
      fail(
        died(
          `virtual board ${spec.name} ended by an error: ${cause instanceof Error ? cause.message : String(cause)}`,
          cause,
        ),
      );
    });
    worker.on('exit', (exitCode) => {
      fail(died(`the worker of virtual board ${spec.name} ended by itself with code ${exitCode}`));
    });
  });
  // Seen by whoever awaits `ready`; without this a second failure during clean-up would end the process as unhandled.
  ready.catch(() => {});

  const stop = async (): Promise<void> => {
    stopping = true;
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
