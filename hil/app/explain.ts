import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BootloaderHandle } from '../board/bench-types.ts';
import { symbolAt } from '../board/sight.ts';
import { diagnose, explainAsItStands } from '../diagnose/diagnose.ts';
import type { Diagnosis } from '../diagnose/diagnosis.ts';
import type { Answer } from '../diagnose/evidence.ts';
import type { Provocation } from '../diagnose/provocation.ts';
import { hex } from '../error/format-error.ts';
import { type HilError, isHilError } from '../error/hil-error.ts';
import { type Image, wordAt } from '../image/image.ts';
import { isKnown, type LifeBefore, observeReturn } from './comeback.ts';
import { differenceText } from './compare-life.ts';
import { type AskForButton, awaitJump, pullTrigger } from './jump.ts';
import type { AppPlan } from './plan.ts';
import { type Ear, openEar } from './serial-ear.ts';
import type { StageId } from './stage.ts';
import { rewrite } from './through-rom.ts';
import { triggerText } from './trigger.ts';

/** What a repetition of the story needs. */
export interface Repetition {
  readonly bench: Bench<'usart'>;
  readonly plan: AppPlan;
  readonly askForButton?: AskForButton | undefined;
  /** How it lived before the jump; absent if it never did. */
  readonly before?: LifeBefore | undefined;
  /** Called before a stage is repeated. */
  readonly onRepeat?: (() => void) | undefined;
}

/** A start, and what an application does before it listens. */
const SETTLE_MS = 600;
/** The diagnosis waits so long for the first instruction of the ROM, once the trigger was pulled. */
const TRIGGER_MS = 1_500;
const NOT_THE_ROM = [301, 302, 428];

/** Why a stage failed, as far as can be told. */
export interface Explanation {
  /** Of a stage that could be repeated. */
  readonly diagnosis?: Diagnosis;
  readonly lines: readonly string[];
}

/**
 * Asks the diagnosis why a stage failed: it repeats the stage with breakpoints, and with repairs at the handover. No lines where
 * there is nothing that it could repeat. The board is left as the last repetition left it.
 * @param cause What the stage threw.
 * @throws as `diagnose`
 */
export async function explainFailure(stage: StageId, cause: unknown, repetition: Repetition): Promise<Explanation> {
  if (stage === 'started') return explainStart(cause, repetition);
  if (isHilError(cause) && cause.context.came === 'back') {
    return {
      lines: ['cause: the function returned instead of jumping: nothing was handed over, so nothing was repeated'],
    };
  }
  const diagnosis = await diagnosisOf(stage, repetition);
  return diagnosis === undefined ? { lines: [] } : { diagnosis, lines: explanationText(diagnosis) };
}

/** Nothing was handed over yet: what the core shows as it stands is all there is. */
async function explainStart(cause: unknown, repetition: Repetition): Promise<Explanation> {
  const { bench, plan } = repetition;
  const kind = isHilError(cause) ? cause.context.kind : undefined;
  if (kind === 'hung with interrupts off') return { lines: await callerOfLoop(repetition) };
  if (kind !== 'ROM' && kind !== 'fault') return { lines: [] };
  await bench.probe.reacquire();
  const diagnosis = await explainAsItStands(bench, { image: plan.image });
  if (kind === 'ROM') return { diagnosis, lines: explanationText(diagnosis) };
  const { frame, registers } = diagnosis.evidence.now;
  if (frame === undefined) return { lines: [] };
  const names = ['CFSR', 'HFSR'].filter((name) => registers[name] !== undefined);
  return {
    lines: [
      `the fault's frame: PC ${hex(frame.pc)}${place(plan.image, frame.pc)}, LR ${hex(frame.lr)}${place(plan.image, frame.lr - (frame.lr % 2))}, xPSR ${hex(frame.xpsr)}`,
      ...names.map((name) => `${name} ${hex(registers[name] as number)}`),
    ],
  };
}

/** An endless loop with interrupts off is what most error handlers are: LR still points to who called. */
async function callerOfLoop({ bench, plan }: Repetition): Promise<readonly string[]> {
  const { lr } = await bench.look();
  const caller = lr - (lr % 2);
  const inImage = wordAt(plan.image, caller - (caller % 4)) !== undefined;
  return inImage
    ? [
        `LR is ${hex(lr)}${place(plan.image, caller)}: unless it was used for something else since, the loop was called there`,
      ]
    : [];
}

function place(image: Image, address: number): string {
  const symbol = symbolAt(image, address);
  return symbol === undefined ? '' : ` (${symbol})`;
}

/**
 * Repeats a stage for its diagnosis; undefined where there is nothing to repeat.
 * @throws as `diagnose`
 */
export async function diagnosisOf(stage: StageId, repetition: Repetition): Promise<Diagnosis | undefined> {
  const { bench } = repetition;
  const provocation = provocationOf(stage, repetition);
  if (provocation === undefined) return undefined;
  repetition.onRepeat?.();
  return diagnose(bench, provocation, provocation.attempt === 'entry' ? { triggerMs: TRIGGER_MS } : {});
}

function provocationOf(stage: StageId, repetition: Repetition): Provocation | undefined {
  switch (stage) {
    case 'programmed':
    case 'started':
      return undefined;
    case 'jumped':
    case 'entered':
      return entryOf(repetition);
    case 'read':
    case 'written':
      return entryOf(repetition, async (rom) => writes(repetition, rom));
    case 'go':
    case 'back':
      return goOf(repetition);
  }
}

async function listen({ bench, plan }: Repetition): Promise<Ear> {
  return openEar(await bench.applicationLine(plan.format), bench.scope);
}

/** The application started anew and at work. */
async function start(repetition: Repetition): Promise<Ear> {
  const { bench, plan } = repetition;
  const ear = await listen(repetition);
  await bench.startImage(plan.image);
  await delay(SETTLE_MS, undefined, { signal: bench.scope.signal });
  return ear;
}

/** The jump of the application by the plan's trigger. */
function entryOf(
  repetition: Repetition,
  demand?: (rom: BootloaderHandle<'usart'>) => Promise<string | undefined>,
): Provocation {
  const { bench, plan, askForButton } = repetition;
  const { trigger } = plan.chosen;
  let ear: Ear | undefined;
  return {
    title: triggerText(trigger),
    attempt: 'entry',
    by: trigger.kind === 'call' ? 'probe' : 'port',
    image: plan.image,
    prepare: async () => {
      ear?.stop();
      ear = await start(repetition);
    },
    trigger: async () => {
      if (ear !== undefined) await pullTrigger(bench, plan, ear, askForButton, undefined, { keepProbe: true });
      ear?.stop();
    },
    answers: async () => romAnswer(bench, demand),
  };
}

async function romAnswer(
  bench: Bench<'usart'>,
  demand?: (rom: BootloaderHandle<'usart'>) => Promise<string | undefined>,
): Promise<Answer> {
  try {
    const rom = await bench.meetBootloader();
    const wrong = await demand?.(rom);
    rom.session.close();
    const saw = wrong === undefined ? 'the ROM answers' : `the ROM answers, but ${wrong}`;
    return { what: 'rom', works: wrong === undefined, saw };
  } catch (error) {
    if (!isHilError(error) || !NOT_THE_ROM.includes(error.code)) throw error;
    const core = await bench.look();
    return {
      what: 'silent',
      works: false,
      saw: `the ROM does not answer; the PC is ${hex(core.pc)} in ${core.where}${core.symbol === undefined ? '' : ` (${core.symbol})`}, exception ${core.ipsr}`,
    };
  }
}

/** Codes of a ROM that refused, stayed silent or did not do what it said. */
const NOT_WRITTEN = [303, 304, 305, 307, 475];

async function writes(
  { bench, plan }: Repetition,
  { session }: BootloaderHandle<'usart'>,
): Promise<string | undefined> {
  try {
    await rewrite(session, bench, plan.image, () => {});
    return undefined;
  } catch (error) {
    if (!isHilError(error) || !NOT_WRITTEN.includes(error.code)) throw error;
    return sentence(error);
  }
}

function sentence(error: HilError): string {
  return error.message.replace(/ {2}\[HIL-\d+\]$/, '').replace(/^[^:]*: /, '');
}

/** GO to the plan's table, after the application's own jump. */
function goOf(repetition: Repetition): Provocation | undefined {
  const { bench, plan, before, askForButton } = repetition;
  if (plan.go.kind !== 'table' || before === undefined || !isKnown(before)) return undefined;
  const table = plan.go.address;
  let rom: BootloaderHandle<'usart'> | undefined;
  return {
    title: `GO to ${hex(table)}`,
    attempt: 'go',
    by: 'port',
    image: plan.image,
    table,
    prepare: async () => {
      const ear = await start(repetition);
      const call = await pullTrigger(bench, plan, ear, askForButton);
      await awaitJump(bench, plan, call, () => {});
      ear.stop();
      rom = await bench.meetBootloader();
    },
    trigger: async () => {
      await rom?.session.go(table, { unchecked: true });
      rom?.session.close();
    },
    answers: async () => {
      const ear = await listen(repetition);
      const back = await observeReturn(bench, ear, plan, before);
      ear.stop();
      const wrong = back.differences.filter(({ weight }) => weight === 'demanded').map(differenceText);
      if (back.asBefore) return { what: 'application', works: true, saw: 'the application is back as it was' };
      const saw = wrong.length > 0 ? wrong.join('; ') : 'its sign of life is missing';
      return { what: back.signature.trouble === undefined ? 'application' : 'silent', works: false, saw };
    },
  };
}

/** The diagnosis in words: the cause, what it rests on, where the rule comes from, what to try. */
export function explanationText({ sentence: says, findings, ruledOut, experiments }: Diagnosis): readonly string[] {
  const lines = [`cause: ${says}`];
  for (const { certainty, because, fix, provenance, says: finding } of findings) {
    if (finding !== says) lines.push(`${certainty}: ${finding}`);
    lines.push(...because.map((line) => `  because ${line}`));
    lines.push(`  rule: ${provenance.source} (${provenance.confidence})`, `  try: ${fix}`);
  }
  for (const { what, how } of ruledOut) lines.push(`ruled out: ${what} (${how})`);
  if (experiments.length > 0) {
    lines.push(`${experiments.length} repetitions:`);
    for (const { repaired, works, saw } of experiments) {
      lines.push(
        `  ${repaired.length === 0 ? 'nothing repaired' : `${repaired.join(', ')} repaired`}: ${works ? 'works' : 'fails'} (${saw})`,
      );
    }
  }
  return lines;
}
