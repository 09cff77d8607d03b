import type { Bench } from '../board/bench-types.ts';
import { HilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { inRom, lifeText, noSign } from './before-jump.ts';
import { compareHeard, compareSignatures, type Difference, differenceText } from './compare-life.ts';
import { type Life, observeLife } from './life.ts';
import type { AppPlan } from './plan.ts';
import type { Ear } from './serial-ear.ts';
import { signText } from './sign-of-life.ts';
import { type Signature, signatureOf } from './signature.ts';
import type { Say } from './stage.ts';

export interface LifeBefore {
  readonly life: Life;
  readonly signature: Signature;
  /** The application's line is the ROM's too. */
  readonly sharedLine: boolean;
}

/** One observation after GO, held against the life before the jump. */
export interface Return {
  readonly life: Life;
  readonly signature: Signature;
  /** Every difference, the noted ones too. */
  readonly differences: readonly Difference[];
  /** It is back as it was, sign of life included. */
  readonly asBefore: boolean;
  /** It was seen outside of system memory. */
  readonly seen: boolean;
}

/** An application that jumps by itself may do so soon. */
const LEAST_LOOKS = 6;

/** Observes the application for one window. @throws as Probe */
export async function observeReturn(bench: Bench, ear: Ear, plan: AppPlan, before: LifeBefore): Promise<Return> {
  const { image, sign } = plan;
  const jumpsAlone = plan.chosen.trigger.kind === 'none';
  const life = await observeLife(bench, ear, {
    windowMs: plan.watchMs,
    looks: Math.max(LEAST_LOOKS, before.life.looks.length),
    sign,
    mark: 0,
    ...(jumpsAlone ? { until: inRom } : {}),
  });
  const outside = life.looks.filter((look) => !inRom(look));
  const counted = jumpsAlone && outside.length > 0 ? { looks: outside } : life;
  const signature = signatureOf(counted, bench.chip, image);
  const differences = [
    ...compareSignatures(before.signature, signature),
    ...(signature.trouble === undefined ? compareHeard(before.life.heard, life.heard, before.sharedLine) : []),
  ];
  const asBefore = differences.every(({ weight }) => weight === 'noted') && life.sign !== false;
  return { life, signature, differences, asBefore, seen: outside.length > 0 };
}

/**
 * Observes the application after GO, for windows as long as the one before the jump, until it lives as it did then.
 * @throws HilError 473 when it does not within the plan's time, 474 when its sign of life alone is missing
 */
export async function awaitComeback(
  bench: Bench,
  ear: Ear,
  plan: AppPlan,
  before: LifeBefore,
  say: Say,
): Promise<Signature> {
  const limit = deadline('return of the application', plan.withinMs, bench.scope);
  const jumpsAlone = plan.chosen.trigger.kind === 'none';
  for (;;) {
    const back = await observeReturn(bench, ear, plan, before);
    const ms = Math.round(limit.elapsedMs());
    if (back.asBefore) {
      say(`as before the jump, ${ms} ms after GO`);
      for (const line of lifeText(back.life, back.signature)) say(line);
      for (const one of back.differences) say(`noted: ${differenceText(one)}`);
      if (plan.sign !== undefined) say(`it ${signText(plan.sign)}`);
      return back.signature;
    }
    if (jumpsAlone && back.life.looks.some(inRom) && (await jumpedAgain(bench, say))) {
      for (const one of back.seen ? back.differences : []) say(`noted: ${differenceText(one)}`);
      return back.signature;
    }
    await bench.scope.askLag();
    if (limit.remainingMs() > 0 && !jumpsAlone) continue;
    for (const line of lifeText(back.life, back.signature)) say(line);
    const demanded = back.differences.filter(({ weight }) => weight === 'demanded');
    if (demanded.length === 0) throw noSign(bench.board, plan, back.life);
    throw notAsBefore(bench.board, demanded, back.life, ms);
  }
}

/**
 * An application that jumps soon after each start is in the ROM before it can be looked at. A ROM that was entered anew has yet to
 * learn the baud rate, and answers 0x7F with ACK; one that never left answers NACK, because it is synchronised.
 */
async function jumpedAgain(bench: Bench, say: Say): Promise<boolean> {
  const { session } = await bench.meetBootloader();
  session.close();
  if (session.id.sync !== 'fresh') return false;
  say('it is in the ROM again, which was entered anew (ACK to 0x7F): so it ran, and jumped');
  return true;
}

function notAsBefore(board: string, demanded: readonly Difference[], { looks }: Life, ms: number): HilError {
  const [first, ...others] = demanded.map(differenceText);
  const last = looks.at(-1);
  return new HilError(
    473,
    `${board}: the application is not back as it was before the jump, ${ms} ms after GO: ${first}${others.length === 0 ? '' : `; ${others.join('; ')}`}`,
    {
      blame: 'firmware',
      context: {
        pc: last?.pc,
        ipsr: last?.ipsr,
        vtor: last?.vtor,
        primask: last?.primask,
        memoryRemap: last?.memoryRemap,
      },
    },
  );
}
