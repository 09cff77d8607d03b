import type { Bench } from '../board/bench-types.ts';
import { toldFlags } from '../diagnose/bench-provocation.ts';
import type { Answer } from '../diagnose/evidence.ts';
import type { Provocation } from '../diagnose/provocation.ts';
import { hex } from '../error/format-error.ts';
import { isHilError } from '../error/hil-error.ts';
import type { Case, CaseStep, CaseVariant, Expectations, Matcher, Readings } from './case.ts';
import { contradictions, judge } from './judge.ts';
import { address } from './steps/addresses.ts';
import { sentenceOf } from './steps/attempt.ts';
import { countFrom, takeOutcome } from './steps/evidence.ts';
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
  const wanted = expectationsOfCure(kase, variant);
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
        if (stage.app !== undefined) countFrom(stage, stage.app.boot);
        await stage.app?.sendJump();
      },
      answers: () => answerOf(stage, 'rom', after, wanted),
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
    answers: () => answerOf(stage, 'application', after, wanted),
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

/** A step whose partner is gone: whatever was done before has ended it. */
const NOBODY_THERE = [650, 651];

/** What can be seen of an attempt that the probe has not touched: who answers, how often it started, what the ROM could do. */
const OUTCOMES = /^(\w+\.what|app\.starts|op\.\w+|rom\.answers|boot\.tick)$/;

/** Where the case's cure and this variant must differ, what the cure shows. */
function expectationsOfCure({ variants }: Case, variant: CaseVariant): Expectations {
  const cure = variants.find(
    ({ role, expect }) => role === 'fixed' && contradictions(expect, variant.expect).length > 0,
  );
  if (cure === undefined || variant.role === 'fixed') return {};
  const names = contradictions(cure.expect, variant.expect).filter((name) => OUTCOMES.test(name));
  return Object.fromEntries(names.map((name) => [name, cure.expect[name] as Matcher]));
}

async function answerOf(
  stage: Stage,
  who: 'rom' | 'application',
  after: readonly CaseStep[],
  wanted: Expectations,
): Promise<Answer> {
  const outcome = await stage.bench.whoAnswers();
  const { what, application, core } = outcome;
  const place = `the PC is ${hex(core.pc)} in ${core.where}${core.symbol === undefined ? '' : ` (${core.symbol})`}, exception ${core.ipsr}`;
  const told = what === 'silent' ? 'nobody answers' : `the ${what === 'rom' ? 'ROM' : what} answers`;
  if (what !== who) return { what, works: false, saw: `${told}; ${place}`, ...toldFlags({ application }) };
  await takeOutcome(stage, outcome, who === 'rom' ? 'jump.what' : 'go.what');
  const broken = await runSteps(stage, after).catch((error: unknown) => {
    if (!isHilError(error) || !NOBODY_THERE.includes(error.code)) throw error;
    return sentenceOf(error);
  });
  if (broken !== undefined) return { what, works: false, saw: `${told}, and then: ${broken}` };
  const wrong = [...failures(stage.readings), ...unlike(wanted, stage.readings)];
  if (wrong.length === 0) return { what, works: true, saw: `${told}; ${place}` };
  return { what, works: false, saw: `${told}, but ${wrong.join(', ')}`, ...toldFlags({ application: stage.app }) };
}

function unlike(wanted: Expectations, readings: Readings): readonly string[] {
  return judge(wanted, readings)
    .filter(({ ok, seen, name }) => !ok && seen !== undefined && !name.startsWith('op.'))
    .map(({ name, seen }) => `${name} is ${String(seen)}`);
}

/** Operations that did not do what they should, in words. */
function failures(readings: Readings): readonly string[] {
  return Object.entries(readings)
    .filter(([name, value]) => /^op\.\w+$/.test(name) && value !== 'done')
    .map(([name, value]) => `${name.slice(3)}: ${String(value)}`);
}
