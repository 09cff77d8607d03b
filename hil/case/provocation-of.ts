import type { Bench } from '../board/bench-types.ts';
import type { Answer } from '../diagnose/evidence.ts';
import type { Provocation } from '../diagnose/provocation.ts';
import { hex } from '../error/format-error.ts';
import type { Case, CaseStep, CaseVariant, Readings } from './case.ts';
import { address } from './steps/addresses.ts';
import { steps } from './steps/index-of-steps.ts';
import { newStage, type Stage } from './steps/stage.ts';

const HANDOVERS = ['jump', 'go'];

/**
 * The last jump or GO of a variant as something that the diagnosis can repeat: what stands before it is done anew each time, and what
 * stands behind it is demanded of the ROM. Undefined for a variant without either.
 */
export function provocationOf(bench: Bench, kase: Case, variant: CaseVariant): Provocation | undefined {
  const at = variant.steps.findLastIndex(({ verb }) => HANDOVERS.includes(verb));
  const step = variant.steps[at];
  if (step === undefined) return undefined;
  const before = variant.steps.slice(0, at);
  const after = variant.steps.slice(at + 1);
  let stage: Stage = newStage(bench, { caseId: kase.id, image: variant.image, settings: variant.settings });
  const common = {
    title: `${step.verb} of ${kase.id}, "${variant.name}"`,
    by: 'port' as const,
    image: bench.image(variant.image),
    prepare: async () => {
      stage = newStage(bench, { caseId: kase.id, image: variant.image, settings: variant.settings });
      await runSteps(stage, before);
    },
  };
  if (step.verb === 'jump') {
    return {
      ...common,
      attempt: 'entry',
      trigger: async () => {
        await stage.app?.sendJump();
      },
      answers: () => answerOf(stage, 'rom', after),
    };
  }
  const table = tableOf(bench, variant, step);
  if (table === undefined) return undefined;
  return {
    ...common,
    attempt: 'go',
    table,
    trigger: async () => {
      await stage.rom?.sendGo(table);
    },
    answers: () => answerOf(stage, 'application', after),
  };
}

async function runSteps(stage: Stage, list: readonly CaseStep[]): Promise<void> {
  for (const { verb, args } of list) {
    stage.next();
    const known = steps[verb];
    await known?.run(stage, known.args.parse(args));
  }
}

/** The table that a `go` step names; undefined for the RAM stub, which has none. */
function tableOf(bench: Bench, variant: CaseVariant, { args }: CaseStep): number | undefined {
  const to = typeof args === 'object' && args !== null && 'to' in args ? args.to : args;
  if (to === 'ram-stub') return undefined;
  if (to === 'vector-table') return bench.chip.flash.base;
  if (to === 'reset-vtable') return bench.symbol('force_reset_vtable', variant.image);
  return address.parse(to);
}

async function answerOf(stage: Stage, wanted: 'rom' | 'application', after: readonly CaseStep[]): Promise<Answer> {
  const { what, rom, application, core } = await stage.bench.whoAnswers();
  const place = `the PC is ${hex(core.pc)} in ${core.where}${core.symbol === undefined ? '' : ` (${core.symbol})`}, exception ${core.ipsr}`;
  const who = what === 'silent' ? 'nobody answers' : `the ${what === 'rom' ? 'ROM' : what} answers`;
  if (what !== wanted) return { what, works: false, saw: `${who}; ${place}` };
  stage.rom = rom;
  stage.app = application;
  await runSteps(stage, after);
  const wrong = failures(stage.readings);
  if (wrong.length === 0) return { what, works: true, saw: `${who}; ${place}` };
  return { what, works: false, saw: `${who}, but ${wrong.join(', ')}` };
}

/** Operations that did not do what they should, in words. */
function failures(readings: Readings): readonly string[] {
  return Object.entries(readings)
    .filter(([name, value]) => /^op\.\w+$/.test(name) && value !== 'done')
    .map(([name, value]) => `${name.slice(3)}: ${String(value)}`);
}
