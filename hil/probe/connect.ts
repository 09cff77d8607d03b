import { HilError, isHilError } from '../error/hil-error.ts';
import { type Recorder, recordNote } from '../trace/recorder.ts';
import type { Attach, OpenOcdSpec } from './openocd-args.ts';
import { type OpenOcd, type StartOptions, startOpenOcd } from './openocd-process.ts';

export interface Connected {
  readonly openocd: OpenOcd;
  /** The rung that held. */
  readonly attach: Attach;
}

/** Failures that another way to connect may cure: the core is asleep, has SWD pins in other use, or is stuck. */
const CURABLE = new Set([233, 236, 239]);

/**
 * Connects by a ladder: hot first, which disturbs nothing; then under reset, which reaches a core that sleeps or uses the SWD pins
 * otherwise. Above that is only power, which the probe does not have: the error says so.
 * @throws HilError of the last rung; those that no ladder cures (231, 232, 234, 235, 237) at once.
 */
export async function connectByLadder(
  spec: Omit<OpenOcdSpec, 'attach'>,
  options: StartOptions & { readonly recorder?: Recorder },
  rungs: readonly Attach[] = ['hot', 'under-reset'],
): Promise<Connected> {
  const tried: { readonly attach: Attach; readonly error: string }[] = [];
  for (const attach of rungs) {
    try {
      return { openocd: await startOpenOcd({ ...spec, attach }, options), attach };
    } catch (error) {
      if (!isHilError(error) || !CURABLE.has(error.code)) throw error;
      tried.push({ attach, error: error.message });
      if (options.recorder !== undefined)
        recordNote(options.recorder, options.board, 'probe rung failed', { attach, error: error.message });
      if (attach === rungs.at(-1)) {
        throw new HilError(
          error.code,
          `${error.message.replace(/ {2}\[HIL-\d+\]$/, '')}; tried ${rungs.join(', then ')}`,
          {
            blame: error.blame,
            cause: error.cause,
            context: { ...error.context, tried },
          },
        );
      }
    }
  }
  throw new HilError(604, 'a connection ladder needs a rung', { blame: 'test' });
}
