import type { Bench } from '../board/bench-types.ts';
import type { Diagnosis } from '../diagnose/diagnosis.ts';
import { hex } from '../error/format-error.ts';
import type { Blame } from '../error/hil-error.ts';
import { recordNote } from '../trace/recorder.ts';
import { checkStart, inRom, programAndStart } from './before-jump.ts';
import { awaitComeback, type LifeBefore } from './comeback.ts';
import { explainFailure } from './explain.ts';
import { type AskForButton, awaitJump, pullTrigger } from './jump.ts';
import { observeLife } from './life.ts';
import type { AppPlan } from './plan.ts';
import { type Ear, openEar } from './serial-ear.ts';
import type { Signature } from './signature.ts';
import { createStages, type StageResult, StoryOver } from './stage.ts';
import { goBack, readBack, rewrite } from './through-rom.ts';
import { triggerText } from './trigger.ts';

/** What the story needs that is not on the board. */
export interface Surroundings {
  /** The application's line is the ROM's as well. */
  readonly sharedLine: boolean;
  /** Asks a person to press the button of a board that nobody can press from here; absent: there is nobody to ask. */
  readonly askForButton?: AskForButton;
  /** Called when a stage is over. */
  readonly announce?: (result: StageResult) => void;
  /** Called before a failed stage is repeated for its diagnosis. */
  readonly onDiagnosis?: () => void;
  /** True: a failed stage is not repeated for a diagnosis. */
  readonly withoutDiagnosis?: boolean;
}

export interface AppReport {
  readonly board: string;
  readonly chip: string;
  readonly image: string;
  readonly trigger: { readonly text: string; readonly why: string };
  readonly verdict: 'passed' | 'failed';
  readonly blame?: Blame;
  readonly stages: readonly StageResult[];
  /** How the application lived before the jump, and after GO. */
  readonly before?: Signature;
  readonly after?: Signature;
  /** Why the stage failed, as far as the diagnosis can tell. */
  readonly diagnosis?: Diagnosis;
  /** The diagnosis in words. */
  readonly explanation?: readonly string[];
}

const LOOKS = 6;
/** An application that jumps by itself may do so soon: it is looked at more often. */
const LOOKS_UNTIL_JUMP = 12;

/**
 * Takes an application of the user's through the whole story: programmed, started, jumped, in the ROM, read, erased and written, GO,
 * back as it was; and judges each stage by what was seen. The application is written back as it was, by the ROM or by the probe.
 * @throws what is no verdict on the application: HilError 501, 503 (revoked)
 */
export async function runApp(bench: Bench<'usart'>, plan: AppPlan, around: Surroundings): Promise<AppReport> {
  const { chip, scope, board } = bench;
  const { image, chosen } = plan;
  const story = createStages(scope, around.announce);
  let ear: Ear | undefined;
  let before: LifeBefore | undefined;
  let after: Signature | undefined;
  const listen = async (): Promise<Ear> => {
    ear?.stop();
    ear = openEar(await bench.applicationLine(plan.format), scope);
    return ear;
  };
  let explained: Explained = {};
  try {
    let listening = await listen();
    // What the application that was there before had begun to say is none of the new one's words.
    let mark = 0;
    const beforeStart = (): void => {
      mark = listening.length;
    };
    await story.run('programmed', (say) => programAndStart(bench, plan, say, beforeStart));
    await story.run('started', async (say) => {
      const jumpsAlone = chosen.trigger.kind === 'none';
      const life = await observeLife(bench, listening, {
        windowMs: plan.watchMs,
        looks: jumpsAlone ? LOOKS_UNTIL_JUMP : LOOKS,
        sign: plan.sign,
        mark,
        ...(jumpsAlone ? { until: inRom } : {}),
      });
      before = { life, signature: checkStart(bench, plan, life, say), sharedLine: around.sharedLine };
    });
    await story.run('jumped', async (say) => {
      say(`by ${triggerText(chosen.trigger)}`);
      const call = await pullTrigger(bench, plan, listening, around.askForButton, say);
      await awaitJump(bench, plan, call, say);
    });
    listening.stop();
    const rom = await story.run('entered', async (say) => {
      const met = await bench.meetBootloader();
      const { productId, romId, core } = met.proof;
      say(`GET ID answered ${hex(productId)}, the DEV_ID of the ${chip.name}`);
      say(`the PC is at ${hex(core.pc)} in ${core.where}`);
      say(
        `ROM ID ${romId === undefined ? 'not readable' : hex(romId)}${met.session.id.romVersion === undefined ? '' : ` (${met.session.id.romVersion})`}`,
      );
      return met;
    });
    await story.run('read', (say) => readBack(rom.session, image, say));
    await story.run('written', (say) => rewrite(rom.session, bench, image, say));
    await story.run('go', (say) => goBack(rom.session, plan, say));
    listening = await listen();
    await story.run('back', async (say) => {
      after = await awaitComeback(bench, listening, plan, before as LifeBefore, say);
    });
  } catch (error) {
    if (!(error instanceof StoryOver)) throw error;
    ear?.stop();
    if (around.withoutDiagnosis !== true && !failedByRig(story.results())) {
      const { askForButton, onDiagnosis } = around;
      explained = await tryToExplain(error, { bench, plan, before, askForButton, onRepeat: onDiagnosis });
    }
  } finally {
    ear?.stop();
  }
  const results = story.results();
  const failed = results.find(({ verdict }) => verdict === 'failed');
  const report: AppReport = {
    board,
    chip: chip.name,
    image: image.name,
    trigger: { text: triggerText(chosen.trigger), why: chosen.why },
    verdict: failed === undefined ? 'passed' : 'failed',
    ...(failed?.error === undefined ? {} : { blame: blameOf(failed.error.blame, explained.diagnosis) }),
    stages: results,
    ...(before === undefined ? {} : { before: before.signature }),
    ...(after === undefined ? {} : { after }),
    ...explained,
  };
  recordNote(scope.recorder, board, 'application judged', { verdict: report.verdict, blame: report.blame });
  return report;
}

/** A failure of the rig says nothing of the application, and cannot be explained by repeating it. */
function failedByRig(results: readonly StageResult[]): boolean {
  return results.some(({ verdict, error }) => verdict === 'failed' && error?.blame === 'rig');
}

/** What an experiment at the handover cures, the application had left there: then it is no longer unknown who is to blame. */
function blameOf(blame: Blame, diagnosis: Diagnosis | undefined): Blame {
  return blame === 'unknown' && diagnosis?.certainty === 'proved by experiment' ? 'firmware' : blame;
}

type Explained = Pick<AppReport, 'diagnosis' | 'explanation'>;

/** The verdict stands, whatever becomes of its explanation. */
async function tryToExplain(
  { stage, cause }: StoryOver,
  repetition: Parameters<typeof explainFailure>[2],
): Promise<Explained> {
  const { bench } = repetition;
  try {
    const { diagnosis, lines } = await explainFailure(stage, cause, repetition);
    return { ...(diagnosis === undefined ? {} : { diagnosis }), explanation: lines };
  } catch (error) {
    bench.scope.signal.throwIfAborted();
    return { explanation: [`no diagnosis: ${error instanceof Error ? error.message : String(error)}`] };
  }
}
