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
}

/** As many as before the jump. */
const LOOKS = 6;

/**
 * Observes the application after GO, for windows as long as the one before the jump, until it lives as it did then.
 * @throws HilError 473 when it does not within the plan's time, 474 when its sign of life alone is missing
 */
export async function observeComeback(
  bench: Bench,
  ear: Ear,
  plan: AppPlan,
  before: LifeBefore,
  sharedLine: boolean,
  say: Say,
): Promise<Signature> {
  const { board, chip, scope } = bench;
  const { image, sign } = plan;
  const limit = deadline('return of the application', plan.withinMs, scope);
  const jumpsAlone = plan.chosen.trigger.kind === 'none';
  for (;;) {
    const life = await observeLife(bench, ear, {
      windowMs: plan.watchMs,
      looks: before.life.looks.length < LOOKS ? LOOKS : before.life.looks.length,
      sign,
      mark: 0,
      ...(jumpsAlone ? { until: inRom } : {}),
    });
    // It jumps by itself, so it may be in the ROM again: then it did come back.
    const own = { looks: jumpsAlone ? life.looks.filter((look) => !inRom(look)) : life.looks };
    if (jumpsAlone && own.looks.length === 0) {
      if (before.life.looks.every(inRom)) {
        say('it is in the ROM again at the first look, as after its start');
        return signatureOf(life, chip, image);
      }
    }
    const signature = signatureOf(own.looks.length === 0 ? life : own, chip, image);
    const differences = [
      ...compareSignatures(before.signature, signature),
      ...(signature.trouble === undefined ? compareHeard(before.life.heard, life.heard, sharedLine) : []),
    ];
    const demanded = differences.filter(({ weight }) => weight === 'demanded');
    const signMissing = sign !== undefined && life.sign === false;
    if (demanded.length === 0 && !signMissing) {
      say(`as before the jump, ${Math.round(limit.elapsedMs())} ms after GO`);
      for (const line of lifeText(life, signature)) say(line);
      for (const one of differences) say(`noted: ${differenceText(one)}`);
      if (sign !== undefined) say(`it ${signText(sign)}`);
      return signature;
    }
    if (limit.remainingMs() > 0) continue;
    for (const line of lifeText(life, signature)) say(line);
    if (demanded.length === 0) throw noSign(board, plan, life);
    throw notAsBefore(board, demanded, life, Math.round(limit.elapsedMs()));
  }
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
