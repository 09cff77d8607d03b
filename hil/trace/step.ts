import { AsyncLocalStorage } from 'node:async_hooks';
import { isHilError } from '../error/hil-error.ts';
import { plain } from './plain.ts';
import { type Recorder, round, type StepEnd, type StepIdentity } from './recorder.ts';

const currentStep = new AsyncLocalStorage<number>();

export interface StepDescription {
  readonly board: string;
  /** Verb as on the public API: `flash`, `enterBootloader`, `go`. */
  readonly action: string;
  readonly args?: unknown;
  /** Asked before and after, so that a change of identity (a jump, a power cut) shows in the stream. */
  readonly identity?: () => StepIdentity | undefined;
}

/** The id of the step in whose course the caller runs, if any. */
export function enclosingStep(): number | undefined {
  return currentStep.getStore();
}

/**
 * Runs `action` as a step: a start event before, an end event after, whether it returns or throws. Steps nest by call.
 * The error is passed on unchanged.
 */
export async function recordStep<T>(
  recorder: Recorder,
  step: StepDescription,
  action: () => T | Promise<T>,
): Promise<T> {
  const id = recorder.nextId();
  const parent = enclosingStep();
  const start = recorder.stamp();
  recorder.emit({
    type: 'start',
    id,
    ...start,
    board: step.board,
    action: step.action,
    ...(parent === undefined ? {} : { parent }),
    ...(step.args === undefined ? {} : { args: plain(step.args) }),
    ...identityOf(step),
  });
  const end = (outcome: Pick<StepEnd, 'ok' | 'result' | 'error'>): void => {
    const stamp = recorder.stamp();
    recorder.emit({
      type: 'end',
      id,
      ...stamp,
      board: step.board,
      action: step.action,
      tookMs: round(stamp.ms - start.ms),
      ...outcome,
      ...identityOf(step),
    });
  };
  try {
    const result = await currentStep.run(id, async () => action());
    end({ ok: true, ...(result === undefined ? {} : { result: plain(result) }) });
    return result;
  } catch (error) {
    end({ ok: false, error: describeError(error) });
    throw error;
  }
}

function identityOf(step: StepDescription): { identity?: StepIdentity } {
  const identity = step.identity?.();
  return identity === undefined ? {} : { identity };
}

function describeError(error: unknown): NonNullable<StepEnd['error']> {
  if (isHilError(error)) {
    return { code: error.code, blame: error.blame, message: error.message, context: plain(error.context) };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
