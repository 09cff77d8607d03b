import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, CoreSight } from '../board/bench-types.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { inRom } from './before-jump.ts';
import { type Call, callFunction } from './call-function.ts';
import type { AppPlan } from './plan.ts';
import type { Ear } from './serial-ear.ts';
import { troubleOf } from './signature.ts';
import type { Say } from './stage.ts';

/** How long a finger rests on a button: longer than what firmware debounces with. */
const PRESS_MS = 100;
/** Pause between two looks: a jump takes some ms, a look halts the core for some. */
const BETWEEN_LOOKS_MS = 40;
/** So many looks in a row must show the same trouble: a start or a reset on the way passes through odd places. */
const SURE_LOOKS = 3;

export type AskForButton = (board: string) => Promise<void>;

/** Makes the application jump. @throws HilError 472, 672 (nobody can press the button), 425 to 427 */
export async function pullTrigger(
  bench: Bench<'usart'>,
  plan: AppPlan,
  ear: Ear,
  askForButton: AskForButton | undefined,
  say: Say = () => {},
  options: { readonly keepProbe?: boolean } = {},
): Promise<Call | undefined> {
  const { trigger } = plan.chosen;
  switch (trigger.kind) {
    case 'none':
      return undefined;
    case 'uart':
      await ear.send(trigger.bytes);
      return undefined;
    case 'button':
      await press(bench, askForButton);
      return undefined;
    case 'call': {
      const call = await callFunction(bench, plan.image, trigger.address, options);
      const { pc, symbol, primask } = call.from;
      say(
        `called at ${hex(pc)}${symbol === undefined ? '' : ` (${symbol})`} in thread mode, PRIMASK = ${primask}, after ${call.looks} ${call.looks === 1 ? 'look' : 'looks'}`,
      );
      return call;
    }
  }
}

async function press(bench: Bench<'usart'>, askForButton: AskForButton | undefined): Promise<void> {
  const { controls, scope, board } = bench;
  if (bench.workable) {
    await controls.button(true);
    await delay(PRESS_MS, undefined, { signal: scope.signal });
    await controls.button(false);
    return;
  }
  if (askForButton === undefined) {
    throw new HilError(
      672,
      `${board}: nobody can press its button: the rig has no control for it, and there is no terminal to ask at`,
      {
        blame: 'rig',
      },
    );
  }
  await askForButton(board);
}

/**
 * Waits until the core is in system memory.
 * @throws HilError 471: it is not in time, it faulted or hangs, or the function that was called came back; `context.came` says which
 */
export async function awaitJump(bench: Bench<'usart'>, plan: AppPlan, call: Call | undefined, say: Say): Promise<void> {
  const { board, scope } = bench;
  const limit = deadline('jump into the ROM', plan.withinMs, scope);
  const looks: CoreSight[] = [];
  const failed = (came: 'back' | 'late' | 'trouble', says: string, look: CoreSight): HilError =>
    new HilError(471, `${board}: the application did not get into the ROM: ${says}`, {
      // Whether what was to make it jump reached it at all is not known, unless the probe called.
      blame: came === 'late' && call === undefined ? 'unknown' : 'firmware',
      context: {
        came,
        trigger: plan.chosen.trigger.kind,
        pc: look.pc,
        ipsr: look.ipsr,
        msp: look.msp,
        vtor: look.vtor,
        primask: look.primask,
      },
    });
  for (;;) {
    const look = await bench.look();
    looks.push(look);
    if (inRom(look)) {
      say(`the core is in system memory, at ${hex(look.pc)}, ${Math.round(limit.elapsedMs())} ms later`);
      return;
    }
    if (call !== undefined && returned(call, look)) {
      throw failed(
        'back',
        `the function that was called came back, after at most ${Math.round(limit.elapsedMs())} ms`,
        look,
      );
    }
    const trouble = looks.length < SURE_LOOKS ? undefined : troubleOf(looks.slice(-SURE_LOOKS), plan.image);
    if (trouble !== undefined) throw failed('trouble', trouble.says, look);
    await scope.askLag();
    if (limit.remainingMs() <= 0) {
      const at = `${hex(look.pc)}${look.symbol === undefined ? '' : ` (${look.symbol})`}`;
      throw failed('late', `after ${Math.round(limit.elapsedMs())} ms the core is in ${look.where}, at ${at}`, look);
    }
    await delay(BETWEEN_LOOKS_MS, undefined, { signal: scope.signal });
  }
}

/** True if the core stands where the called function returns to, with the stack that the call began with. */
function returned({ returnsTo, sp }: Call, look: CoreSight): boolean {
  const SPSEL = 0b10;
  const stack = (look.control & SPSEL) === 0 ? look.msp : look.psp;
  return returnsTo !== undefined && look.pc === returnsTo && look.ipsr === 0 && stack === sp;
}
