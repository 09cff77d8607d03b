import { join, resolve } from 'node:path';
import type { Bench, BoardWires, Port } from '../board/bench-types.ts';
import { HilError } from '../error/hil-error.ts';
import type { Image } from '../image/image.ts';
import { slug } from '../jest/names.ts';
import { type LaneState, openTestRun } from '../jest/test-run.ts';
import { holdFirstContact } from '../rig/first-contact.ts';
import type { Rig } from '../rig/rig.ts';
import { startRig } from '../rig/supervisor.ts';
import type { Recorder } from '../trace/recorder.ts';

export interface BoardUse {
  readonly rig: Rig;
  /** Name of a board of the rig. */
  readonly board: string;
  /** The verb, as errors name it: `hil case run`. */
  readonly verb: string;
  /** The folder for reports: what a board held at first contact is kept there. */
  readonly reports: string;
  /** Folder in `reports` for what this verb writes: step streams, input logs. Default: the verb's last words, as `case-run`. */
  readonly folder?: string;
  /** What the board is left with; absent: the application under test. */
  readonly leaveWith?: Image;
  /** The person has agreed that the flash of a board met for the first time is lost. */
  readonly agreed?: boolean;
}

/** One piece of work on a board, with a bench of its own. */
export interface Turn<T, P extends Port = 'usart'> {
  /** As errors and the name of the step stream say it: `as posted`. */
  readonly title: string;
  /** Wall-clock limit in ms, stretched by what a virtual board lags; then the bench is revoked. */
  readonly deadlineMs: number;
  /** The wire of the ROM that is spoken on; USART if absent. */
  readonly port?: P;
  readonly work: (bench: Bench<P>, run: { readonly recorder: Recorder; readonly stepsPath: string }) => Promise<T>;
}

/** A board that is held for a verb. */
export interface HeldBoard {
  readonly wires: BoardWires;
  /** Absolute: `reports` and the verb's folder. */
  readonly folder: string;
  /**
   * Runs a piece of work. The bench is revoked when it ends or its deadline passes, and the board is brought back to known-good, as
   * between tests. Turns come one after the other; the probe is kept between them.
   * @throws what the work throws; HilError 503 (deadline), 505 (the board could not be brought back), 506 (SIGINT, SIGTERM), 240
   */
  turn<T, P extends Port = 'usart'>(turn: Turn<T, P>): Promise<T>;
}

/**
 * Holds one board of a rig for a one-shot verb: virtual boards are started, real ones leased (and saved and agreed to at first
 * contact). However the work ends, also by SIGINT or SIGTERM, the board is back at known-good with its probe released, and the rig
 * is stopped, before this settles. A second signal ends the process at once.
 * @throws HilError 612, 613, 614, 615, 502, 240 before the work begins; then what the work throws
 */
export async function withBoard<T>(use: BoardUse, work: (held: HeldBoard) => Promise<T>): Promise<T> {
  const reports = resolve(use.reports);
  const folder = join(reports, use.folder ?? slug(use.verb.replace(/^hil /, '')));
  const running = await startRig(use.rig, {
    boards: [use.board],
    reports: folder,
    beforeRealBoard: (wires, entry) => holdFirstContact(wires, entry, { reports, agreed: use.agreed === true }),
  });
  const wires = running.session.boards[0] as BoardWires;
  const lane: LaneState = {
    baseline: undefined,
    ...(use.leaveWith === undefined ? {} : { leaveWith: use.leaveWith }),
  };
  const interruption = interrupted(use);
  const broken = running.broken.then((how) =>
    Promise.reject(new HilError(240, `${use.board}: ${how}`, { blame: 'rig' })),
  );
  broken.catch(() => {});
  let turns = 0;
  const held: HeldBoard = {
    wires,
    folder,
    async turn({ title, deadlineMs, port, work: piece }) {
      turns += 1;
      const stepsPath = join(folder, 'steps', use.board, `${String(turns).padStart(2, '0')}-${slug(title)}.jsonl`);
      const run = await openTestRun(wires, lane, {
        stepsPath,
        deadlineMs,
        holder: `\`${use.verb}\` (${title})`,
        ...(port === undefined ? {} : { port }),
      });
      let failure: { readonly error: unknown } | undefined;
      let result: unknown;
      try {
        result = await Promise.race([
          run.run(() => piece(run.bench(), { recorder: run.recorder, stepsPath })),
          interruption.signalled,
          broken,
        ]);
      } catch (error) {
        failure = { error };
      }
      const trouble = await run.end();
      if (failure !== undefined) throw failure.error;
      if (trouble !== undefined) {
        throw new HilError(505, `${use.board}: the board could not be brought back to known-good after ${title}`, {
          blame: 'rig',
          cause: trouble,
        });
      }
      return result as Awaited<ReturnType<typeof piece>>;
    },
  };
  try {
    return await work(held);
  } finally {
    await lane.probe?.probe.close().catch(() => {});
    await running.stop();
    interruption.stop();
  }
}

/** `withBoard` for a verb that does one piece of work. */
export function withBench<T, P extends Port = 'usart'>(
  use: BoardUse & { readonly deadlineMs: number; readonly port?: P },
  work: (
    bench: Bench<P>,
    more: {
      readonly wires: BoardWires;
      readonly folder: string;
      readonly recorder: Recorder;
      readonly stepsPath: string;
    },
  ) => Promise<T>,
): Promise<T> {
  return withBoard(use, ({ wires, folder, turn }) =>
    turn<T, P>({
      title: use.verb,
      deadlineMs: use.deadlineMs,
      ...(use.port === undefined ? {} : { port: use.port }),
      work: (bench, run) => work(bench, { wires, folder, ...run }),
    }),
  );
}

/** Rejects at the first signal; at the second the process ends, with whatever state its boards are in. */
function interrupted({ board, verb }: BoardUse): { readonly signalled: Promise<never>; stop(): void } {
  const names = ['SIGINT', 'SIGTERM'] as const;
  let handler: (name: NodeJS.Signals) => void = () => {};
  const signalled = new Promise<never>((_resolve, reject) => {
    let count = 0;
    handler = (name) => {
      count += 1;
      if (count > 1) process.exit(3);
      process.stderr.write(`${name}: bringing ${board} back to known-good; once more ends at once\n`);
      reject(new HilError(506, `${board}: \`${verb}\` was ended by ${name}`, { blame: 'test' }));
    };
    for (const name of names) process.on(name, handler);
  });
  signalled.catch(() => {});
  return {
    signalled,
    stop: () => {
      for (const name of names) process.off(name, handler);
    },
  };
}
