import type { Bench, CoreSight } from '../board/bench-types.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { vectorTableAt } from '../image/fit.ts';
import { imageSize, makeImage } from '../image/image.ts';
import { formatText } from '../transport/serial-line.ts';
import { clockText } from './clock-facts.ts';
import type { Life } from './life.ts';
import { READABLE_ENOUGH, readableShare, textOfBytes } from './line-text.ts';
import type { AppPlan } from './plan.ts';
import { signText } from './sign-of-life.ts';
import { type Signature, settledLooks, signatureOf, troubleOf } from './signature.ts';
import type { Say } from './stage.ts';

/**
 * Programs, verifies and starts the application.
 * @param beforeStart As of `Bench.startImage`
 * @throws HilError 307, 412, 414, 451; 671 (nothing in flash would start it)
 */
export async function programAndStart(
  bench: Bench<'usart'>,
  plan: AppPlan,
  say: Say,
  beforeStart: () => void,
): Promise<void> {
  const { image, start } = plan;
  if (!start.atFlashBase) await requireLoader(bench, plan);
  const how = await bench.startImage(image, beforeStart);
  say(
    `${imageSize(image)} bytes at ${image.segments.map(({ address }) => hex(address)).join(', ')}: ${how === 'programmed' ? 'programmed, read back equal' : 'read, and equal already'}`,
  );
  say(`vector table at ${hex(start.table)}${start.atFlashBase ? '' : '; what is at the base of flash starts it'}`);
}

/** An application that does not begin at the base of flash needs something there that starts it after a reset. */
async function requireLoader({ probe, board, chip }: Bench<'usart'>, { image, start }: AppPlan): Promise<void> {
  await probe.reacquire();
  const words = await probe.readBytes(chip.flash.base, 8);
  const there = vectorTableAt(makeImage('flash', [{ address: chip.flash.base, bytes: words }]), chip, chip.flash.base);
  // The reset vector points out of those two words: that alone is no fault of the loader's.
  if (typeof there !== 'string' || there.includes('points out of the image')) return;
  throw new HilError(
    671,
    `${board}: ${image.name} begins at ${hex(start.table)}, and nothing at the base of flash would start it: ${there}`,
    { blame: 'test', context: { file: image.name, table: start.table } },
  );
}

/**
 * Judges the first life of an application, and makes of it what later ones are held against.
 * @throws HilError 470 (it faulted, hangs, or is in the ROM already), 474 (its sign of life did not come)
 */
export function checkStart(bench: Bench<'usart'>, plan: AppPlan, life: Life, say: Say): Signature {
  const { board, chip } = bench;
  const { image, sign, chosen } = plan;
  // An application that jumps by itself may be in the ROM at the last look: what it was before is what counts.
  const own = { looks: chosen.trigger.kind === 'none' ? life.looks.filter((look) => !inRom(look)) : life.looks };
  if (own.looks.length === 0) {
    say('it was in the ROM at the first look already: how it lives before is not known');
    return signatureOf(life, chip, image);
  }
  const signature = signatureOf(own, chip, image);
  for (const line of lifeText(life, signature)) say(line);
  const trouble = troubleOf(settledLooks(own), image);
  if (trouble !== undefined) {
    const then = trouble.kind === 'ROM' ? ', before anything asked it to jump' : '';
    throw new HilError(470, `${board}: the application does not run as it should: ${trouble.says}${then}`, {
      blame: 'firmware',
      context: { kind: trouble.kind, pc: own.looks.at(-1)?.pc, ipsr: own.looks.at(-1)?.ipsr },
    });
  }
  if (sign !== undefined && life.sign === false) throw noSign(board, plan, life);
  if (sign !== undefined) say(`it ${signText(sign)}`);
  return signature;
}

export function inRom({ where }: CoreSight): boolean {
  return where === 'system memory';
}

/** @returns HilError 474 */
export function noSign(board: string, { sign, format }: AppPlan, { heard, windowMs }: Life): HilError {
  const came =
    heard.bytes.length === 0
      ? 'nothing came on the console'
      : `${heard.bytes.length} bytes came on the console: '${textOfBytes(heard.bytes)}'`;
  return new HilError(
    474,
    `${board}: the application did not show its sign of life within ${windowMs} ms (it ${sign === undefined ? '' : signText(sign)}); ${came}`,
    {
      blame: 'firmware',
      context: {
        format: formatText(format),
        ...(readableShare(heard.bytes) < READABLE_ENOUGH ? { unreadable: true } : {}),
      },
    },
  );
}

/** How an application lives, one line each. */
export function lifeText({ heard, looks, windowMs }: Life, signature: Signature): readonly string[] {
  const { memories, vectors, primask, control, clock, sysTick, mode } = signature;
  const constant = (value: number | undefined): string => (value === undefined ? 'changing' : hex(value));
  const last = looks.at(-1);
  return [
    `${looks.length} looks in ${windowMs} ms: code in ${memories.join(' and ')}${last === undefined ? '' : `, PC last at ${hex(last.pc)}${last.symbol === undefined ? '' : ` (${last.symbol})`}`}`,
    `vector table ${constant(vectors)}, PRIMASK ${constant(primask)}, CONTROL ${mode === 'thread' ? constant(control) : 'of no thread'}, SysTick ${sysTick ?? 'changing'}`,
    `SYSCLK from ${clock === undefined ? 'changing sources' : clockText(clock)}`,
    heard.bytes.length === 0
      ? 'the console is silent'
      : `the console${readableShare(heard.bytes) < READABLE_ENOUGH ? ', not readable with this `--baud` and `--format`' : ''}: ${heard.bytes.length} bytes${heard.goesOn ? '' : ', at the start only'}: '${textOfBytes(heard.bytes)}'`,
  ];
}
