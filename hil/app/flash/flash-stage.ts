import { formatError } from '../../error/format-error.ts';
import { type Blame, isHilError } from '../../error/hil-error.ts';

/** The stages of flashing over DFU, in order. */
export const flashStages = [
  ['found', 'found the board on USB'],
  ['detached', 'left the application'],
  ['entered', 'the ROM came up on USB'],
  ['written', 'erased, wrote and read back'],
  ['left', 'left the ROM'],
  ['back', 'the application is back'],
] as const;
export type FlashStageId = (typeof flashStages)[number][0];

export interface FlashStageResult {
  readonly id: FlashStageId;
  readonly title: string;
  /** `not asked for`: an option or the state of the board made it needless; `not confirmed`: done, and nothing can show it. */
  readonly verdict: 'passed' | 'failed' | 'not reached' | 'not asked for' | 'not confirmed';
  readonly ms: number;
  /** What was seen, one line each. */
  readonly evidence: readonly string[];
  readonly error?: { readonly code: number | undefined; readonly blame: Blame; readonly text: string };
}

export type Say = (line: string) => void;

/** Thrown when a stage failed; what happened is in its result. */
export class FlashingOver extends Error {
  constructor(cause: unknown) {
    super('flashing failed', { cause });
    this.name = 'FlashingOver';
  }
}

export interface FlashStages {
  /** @throws FlashingOver; the reason of a revoked scope, with which the stage has then failed */
  run<T>(id: FlashStageId, work: (say: Say) => Promise<T>): Promise<T>;
  /** A stage that is not gone through, and why. */
  skip(id: FlashStageId, verdict: 'not asked for' | 'not confirmed', why: string): void;
  results(): readonly FlashStageResult[];
}

export function createFlashStages(
  signal: AbortSignal | undefined,
  announce: (result: FlashStageResult) => void,
): FlashStages {
  const done: FlashStageResult[] = [];
  const finish = (result: FlashStageResult): void => {
    done.push(result);
    announce(result);
  };
  return {
    async run(id, work) {
      const evidence: string[] = [];
      const startedAt = performance.now();
      const result = (verdict: 'passed' | 'failed') =>
        ({ id, title: titleOf(id), verdict, ms: Math.round(performance.now() - startedAt), evidence }) as const;
      try {
        const value = await work((line) => void evidence.push(line));
        finish(result('passed'));
        return value;
      } catch (thrown) {
        // What was revoked fails in many ways; the reason is one.
        const error: unknown = signal?.aborted === true ? signal.reason : thrown;
        const known = isHilError(error) ? error : undefined;
        finish({
          ...result('failed'),
          error: { code: known?.code, blame: known?.blame ?? 'test', text: formatError(error) },
        });
        signal?.throwIfAborted();
        throw new FlashingOver(error);
      }
    },
    skip: (id, verdict, why) => finish({ id, title: titleOf(id), verdict, ms: 0, evidence: [why] }),
    results: () =>
      flashStages.map(
        ([id, title]) =>
          done.find((result) => result.id === id) ?? { id, title, verdict: 'not reached', ms: 0, evidence: [] },
      ),
  };
}

function titleOf(id: FlashStageId): string {
  return flashStages.find(([known]) => known === id)?.[1] ?? id;
}
