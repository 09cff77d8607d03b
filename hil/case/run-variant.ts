import type { Bench } from '../board/bench-types.ts';
import { type HilError, isHilError } from '../error/hil-error.ts';
import { recordNote } from '../trace/recorder.ts';
import type { Case, CaseVariant, Readings } from './case.ts';
import { type Judged, judge } from './judge.ts';
import { sentenceOf } from './steps/attempt.ts';
import { steps } from './steps/index-of-steps.ts';
import { newStage } from './steps/stage.ts';

/** What became of a variant. `measured`: nothing is demanded of it. */
export type VariantVerdict = 'as expected' | 'contradicted' | 'not testable' | 'measured';

export interface VariantResult {
  readonly variant: CaseVariant;
  readonly verdict: VariantVerdict;
  readonly readings: Readings;
  readonly judged: readonly Judged[];
  /** Why it could not be tested here. */
  readonly why?: string;
  /** The step that could not be done, and what it said; what follows it was not done. */
  readonly stopped?: { readonly step: string; readonly says: string };
  readonly ms: number;
}

/** The board lacks what a step needs: a control, a wire to the ROM, a permission. */
const NOT_TESTABLE = [425, 430, 451, 452, 453, 454, 455, 652];

/**
 * Runs the steps of one variant on a bench and judges what was read. A step that cannot be done, because who it speaks to is not
 * there, ends the steps: that is a result too. The board is the caller's to bring back.
 * @throws HilError whatever the rig or the case itself is to blame for (revoked bench, lost wire, missing image)
 */
export async function runVariant(bench: Bench, kase: Case, variant: CaseVariant): Promise<VariantResult> {
  const startedAt = performance.now();
  const result = (
    more: Pick<VariantResult, 'verdict' | 'readings' | 'judged'> & Partial<VariantResult>,
  ): VariantResult => ({
    variant,
    ms: Math.round(performance.now() - startedAt),
    ...more,
  });
  const notHere = async (): Promise<string | undefined> => {
    if (kase.rom === undefined && variant.rom === undefined) return undefined;
    const romId = await bench.romId();
    await bench.probe.release();
    const fits = [kase.rom, variant.rom].every((ids) => ids === undefined || ids.includes(romId));
    return fits ? undefined : `for another ROM than this board's 0x${romId.toString(16).toUpperCase()}`;
  };
  const why = await notHere();
  if (why !== undefined) return result({ verdict: 'not testable', readings: {}, judged: [], why });

  const stage = newStage(bench, { caseId: kase.id, image: variant.image, settings: variant.settings });
  let stopped: VariantResult['stopped'];
  for (const { verb, args } of variant.steps) {
    stage.next();
    recordNote(bench.scope.recorder, bench.board, 'case step', { verb, args });
    try {
      const known = steps[verb];
      await known?.run(stage, known.args.parse(args));
    } catch (error) {
      if (!isResult(error)) throw error;
      if (NOT_TESTABLE.includes(error.code)) {
        return result({
          verdict: 'not testable',
          readings: { ...stage.history, ...stage.readings },
          judged: [],
          why: sentenceOf(error),
        });
      }
      stopped = { step: verb, says: sentenceOf(error) };
      stage.read({ 'error.code': error.code, 'error.says': stopped.says, 'error.step': verb });
      break;
    }
  }
  const readings = { ...stage.history, ...stage.readings };
  const judged = judge(variant.expect, readings);
  const verdict: VariantVerdict =
    judged.length === 0 ? 'measured' : judged.every(({ ok }) => ok) ? 'as expected' : 'contradicted';
  bench.measured(`case ${kase.id}`, { variant: variant.name, verdict, judged, readings: stage.readings });
  return result({ verdict, readings, judged, ...(stopped === undefined ? {} : { stopped }) });
}

/** Failures that say something of the board; those of rig and test end the run. */
function isResult(error: unknown): error is HilError {
  if (!isHilError(error)) return false;
  if (NOT_TESTABLE.includes(error.code)) return true;
  const beneath = (error.code >= 200 && error.code < 300) || (error.code >= 500 && error.code < 600);
  return error.blame !== 'rig' && error.blame !== 'test' && !beneath;
}
