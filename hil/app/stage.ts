import type { BoardScope } from '../board/bench-types.ts';
import { formatError } from '../error/format-error.ts';
import { type Blame, isHilError } from '../error/hil-error.ts';
import { recordStep } from '../trace/step.ts';

/** The stages of the one story, in order. */
export const stages = [
  ['programmed', 'programmed and verified by the probe'],
  ['started', 'started'],
  ['jumped', 'jumped'],
  ['entered', 'entered the ROM'],
  ['read', 'read through the ROM'],
  ['written', 'erased and wrote through the ROM'],
  ['go', 'GO'],
  ['back', 'came back as it was'],
] as const;
export type StageId = (typeof stages)[number][0];

export interface StageResult {
  readonly id: StageId;
  readonly title: string;
  /** `not reached`: an earlier stage failed. */
  readonly verdict: 'passed' | 'failed' | 'not reached';
  readonly ms: number;
  /** What was seen, one line each. */
  readonly evidence: readonly string[];
  readonly error?: {
    readonly code: number | undefined;
    readonly blame: Blame;
    /** One sentence. */
    readonly sentence: string;
    /** As a person reads it, with advice and values. */
    readonly text: string;
  };
}

/** A bench refuses to be used any more. */
const REVOKED = 501;

/** Adds a line to the evidence of the stage under way. */
export type Say = (line: string) => void;

export interface Stages {
  /** Runs a stage; a failure ends the story: it is kept and thrown on as `StoryOver`. */
  run<T>(id: StageId, work: (say: Say) => Promise<T>): Promise<T>;
  /** All stages, those that were not reached too. */
  results(): readonly StageResult[];
}

/** Thrown when a stage failed; what happened is in its result. */
export class StoryOver extends Error {
  readonly stage: StageId;
  constructor(stage: StageId, cause: unknown) {
    super(`the stage '${stage}' failed`, { cause });
    this.name = 'StoryOver';
    this.stage = stage;
  }
}

export function createStages(scope: BoardScope, announce: (result: StageResult) => void = () => {}): Stages {
  const done: StageResult[] = [];
  return {
    async run(id, work) {
      const evidence: string[] = [];
      const startedAt = performance.now();
      const finish = (more: Pick<StageResult, 'verdict' | 'error'>): void => {
        const result = { id, title: titleOf(id), ms: Math.round(performance.now() - startedAt), evidence, ...more };
        done.push(result);
        announce(result);
      };
      try {
        const result = await recordStep(scope.recorder, { board: scope.board, action: `stage ${id}` }, () =>
          work((line) => void evidence.push(line)),
        );
        finish({ verdict: 'passed' });
        return result;
      } catch (error) {
        // A bench that was revoked says nothing about the application.
        scope.signal.throwIfAborted();
        if (isHilError(error) && error.code === REVOKED) throw error;
        finish({ verdict: 'failed', error: errorOf(error) });
        throw new StoryOver(id, error);
      }
    },
    results: () =>
      stages.map(
        ([id, title]) =>
          done.find((result) => result.id === id) ?? { id, title, verdict: 'not reached', ms: 0, evidence: [] },
      ),
  };
}

function titleOf(id: StageId): string {
  return stages.find(([known]) => known === id)?.[1] ?? id;
}

function errorOf(error: unknown): NonNullable<StageResult['error']> {
  const known = isHilError(error) ? error : undefined;
  const sentence = error instanceof Error ? error.message : String(error);
  return {
    code: known?.code,
    blame: known?.blame ?? 'test',
    sentence: sentence.replace(/ {2}\[HIL-\d+\]$/, ''),
    text: formatError(error),
  };
}
