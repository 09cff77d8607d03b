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
export async function observeReturn(
  bench: Bench<'usart'>,
  ear: Ear,
  plan: AppPlan,
  before: LifeBefore,
): Promise<Return> {
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
  const differences = isKnown(before) ? differencesOf(before, { life, signature }) : [];
  const works = isKnown(before) || signature.trouble === undefined;
  const asBefore = works && differences.every(({ weight }) => weight === 'noted') && life.sign !== false;
  return { life, signature, differences, asBefore, seen: outside.length > 0 };
}

/** False of an application that was in the ROM at the first look: then it need only be seen at work after GO. */
export function isKnown({ signature }: Pick<LifeBefore, 'signature'>): boolean {
  return signature.trouble?.kind !== 'ROM';
}

function differencesOf(
  { life, signature, sharedLine }: LifeBefore,
  after: Pick<Return, 'life' | 'signature'>,
): readonly Difference[] {
  const heard = after.signature.trouble === undefined ? compareHeard(life.heard, after.life.heard, sharedLine) : [];
  return [...compareSignatures(signature, after.signature), ...heard];
}

/**
 * Observes the application after GO, for windows as long as the one before the jump, until it lives as it did then.
 * @throws HilError 473 when it does not within the plan's time, 474 when its sign of life alone is missing
 */
export async function awaitComeback(
  bench: Bench<'usart'>,
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
      say(
        isKnown(before)
          ? `as before the jump, ${ms} ms after GO`
          : `it runs, ${ms} ms after GO; how it lived before is not known`,
      );
      for (const line of lifeText(back.life, back.signature)) say(line);
      for (const one of back.differences) say(`noted: ${differenceText(one)}`);
      if (plan.sign !== undefined) say(`it ${signText(plan.sign)}`);
      return back.signature;
    }
    if (jumpsAlone && back.life.looks.some(inRom) && (await jumpedAgain(bench, ear, say))) {
      for (const one of back.seen ? back.differences : []) say(`noted: ${differenceText(one)}`);
      return back.signature;
    }
    await bench.scope.askLag();
    if (limit.remainingMs() > 0 && !jumpsAlone) continue;
    for (const line of lifeText(back.life, back.signature)) say(line);
    const demanded = back.differences.filter(({ weight }) => weight === 'demanded');
    if (demanded.length > 0) throw notAsBefore(bench.board, demanded.map(differenceText), back.life, ms);
    if (back.signature.trouble !== undefined)
      throw notAsBefore(bench.board, [back.signature.trouble.says], back.life, ms);
    throw noSign(bench.board, plan, back.life);
  }
}

/**
 * An application that jumps soon after each start is in the ROM before it can be looked at. A ROM that was entered anew has yet to
 * learn the baud rate, and answers 0x7F with ACK; one that never left answers NACK, because it is synchronised.
 */
async function jumpedAgain(bench: Bench<'usart'>, ear: Ear, say: Say): Promise<boolean> {
  // It would take the answers of the ROM.
  ear.stop();
  const { session } = await bench.meetBootloader();
  session.close();
  if (session.id.sync !== 'fresh') return false;
  say('it is in the ROM again, which was entered anew (ACK to 0x7F): so it ran, and jumped');
  return true;
}

function notAsBefore(board: string, what: readonly string[], { looks }: Life, ms: number): HilError {
  const last = looks.at(-1);
  return new HilError(
    473,
    `${board}: the application is not back as it was before the jump, ${ms} ms after GO: ${what.join('; ')}`,
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
