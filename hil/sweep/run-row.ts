import type { Application, Bench, BootloaderHandle, JumpOutcome } from '../board/bench-types.ts';
import type { Deviation, Observation, SweepOp, SweepVerdict } from '../diagnose/sweep-row.ts';
import { isHilError } from '../error/hil-error.ts';
import { type SweepPages, TRIAL_BYTES } from './sweep-pages.ts';

/** What each of these errors says of an operation; any other is a failure of the rig, or a mistake of the sweep. */
const verdicts: Readonly<Record<number, { readonly verdict: SweepVerdict; readonly signature: string }>> = {
  303: { verdict: 'silent', signature: 'no answer' },
  304: { verdict: 'refused', signature: 'NACK' },
  305: { verdict: 'wrong', signature: 'neither ACK nor NACK' },
  306: { verdict: 'wrong', signature: 'malformed reply' },
  307: { verdict: 'wrong', signature: 'read back differs' },
  428: { verdict: 'wrong', signature: 'answers as the ROM, but the core is elsewhere' },
  311: { verdict: 'silent', signature: 'no longer in step' },
};

const STARTED_THEN_DEAF: Observation = { verdict: 'wrong', signature: 'started, then no answer' };
const NOT_REACHED: Observation = { verdict: 'not reached', signature: '' };

/** RCC_CSR (CSR2 on C0) from bit 25 on: what reset the chip. Names where they are the same in all families; RMVF lies below. */
const RESET_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [25, 'option bytes or brown-out'],
  [27, 'power'],
  [28, 'software'],
  [29, 'independent watchdog'],
  [30, 'window watchdog'],
  [31, 'low power'],
  [26, 'NRST'],
];

/**
 * One jump and the operations after it, from a reset by the probe, which is released before the application starts.
 * `start.*` settings are given just before the jump, so that they act at the start after GO.
 * @throws what is no answer of the board: HilErrors of probe, line and bench
 */
export async function runRow(
  bench: Bench,
  pages: SweepPages,
  set: Deviation,
  ops: readonly SweepOp[],
): Promise<Readonly<Partial<Record<SweepOp, Observation>>>> {
  const part = (prefix: string): Deviation =>
    Object.fromEntries(Object.entries(set).filter(([name]) => name.startsWith(prefix)));
  if (ops.includes('erase') || ops.includes('write')) await pages.prepare(bench);
  const app = await bench.flash('handover', part('jump.'));
  let outcome: JumpOutcome | undefined;
  const enter = await attempt(async () => {
    outcome = await app.jump(part('start.'));
    return entry(outcome);
  });
  const rom = outcome?.rom;
  const seen: Partial<Record<SweepOp, Observation>> = { enter };
  let reached = enter.verdict === 'done';
  for (const op of ops) {
    if (op === 'enter') continue;
    if (!reached || rom === undefined) {
      seen[op] = NOT_REACHED;
      continue;
    }
    const observation = await attempt(() => doOp(bench, rom, pages, op, app));
    seen[op] = observation;
    reached = observation.verdict !== 'silent';
  }
  return seen;
}

function entry(outcome: JumpOutcome): Observation {
  if (outcome.what === 'rom') return { verdict: 'done', signature: '' };
  if (outcome.application === undefined) return { verdict: 'silent', signature: standing(outcome) };
  const reset = resetOf(outcome.application);
  return { verdict: 'returned', signature: reset === undefined ? 'without a reset' : `after a reset: ${reset}` };
}

async function attempt(work: () => Promise<Observation>): Promise<Observation> {
  try {
    return await work();
  } catch (error) {
    if (!isHilError(error)) throw error;
    // Its banner had come.
    if (error.code === 420 && error.context.deadline === 'answer to ping') return STARTED_THEN_DEAF;
    const known = verdicts[error.code];
    if (known === undefined) throw error;
    return known;
  }
}

async function doOp(
  bench: Bench,
  rom: BootloaderHandle,
  pages: SweepPages,
  op: SweepOp,
  before: Application,
): Promise<Observation> {
  const { chip } = bench;
  const done: Observation = { verdict: 'done', signature: '' };
  switch (op) {
    case 'enter':
      return done;
    case 'read': {
      const segment = bench.image('handover').segments[0];
      const expected = segment?.bytes.subarray(0, TRIAL_BYTES) ?? new Uint8Array();
      const found = await rom.session.readMemory(segment?.address ?? chip.flash.base, expected.length);
      return same(found, expected) ? done : { verdict: 'wrong', signature: 'other bytes' };
    }
    case 'erase': {
      const { page, holds } = pages.toErase;
      pages.trying(op);
      const there = await rom.session.readMemory(page.base, TRIAL_BYTES);
      if (!same(there, holds)) return { verdict: 'wrong', signature: 'other bytes before the erase' };
      await rom.session.erasePages([page.index]);
      const left = await rom.session.readMemory(page.base, TRIAL_BYTES);
      if (!left.every((byte) => byte === chip.flash.erasedByte)) return { verdict: 'wrong', signature: 'not erased' };
      pages.succeeded(op);
      return done;
    }
    case 'write': {
      const { page, bytes } = pages.toWrite;
      pages.trying(op);
      await rom.session.writeMemory(page.base, bytes);
      pages.succeeded(op);
      return done;
    }
    case 'go':
      return cameBack(await heardOut(bench, await rom.goAndLook(chip.flash.base)), before);
  }
}

/** An application that is found sending had not enough time to say that it started: it is listened to for longer. */
async function heardOut(bench: Bench, outcome: JumpOutcome): Promise<JumpOutcome> {
  if (outcome.what !== 'silent' || outcome.core.symbol?.startsWith('usart_') !== true) return outcome;
  try {
    return { ...outcome, what: 'application', application: await bench.awaitApplication() };
  } catch (error) {
    if (isHilError(error) && error.code === 422) return outcome;
    throw error;
  }
}

/** A start by GO sets no reset flag; one that does is the work of a watchdog, or of an error handler that resets. */
function cameBack(outcome: JumpOutcome, before: Application): Observation {
  if (outcome.application === undefined) return { verdict: 'silent', signature: standing(outcome) };
  const { boot } = outcome.application;
  const reset = resetOf(outcome.application);
  if (reset !== undefined) return { verdict: 'wrong', signature: `started after a reset: ${reset}` };
  if (boot.tick === 'dead') return { verdict: 'wrong', signature: 'started, but no interrupt comes' };
  // Where the ROM uses all of the RAM the counter lives in backup registers, so that it must have gone on everywhere.
  if (boot.n !== before.boot.n + 1) return { verdict: 'wrong', signature: `start ${boot.n} after ${before.boot.n}` };
  return { verdict: 'done', signature: '' };
}

function resetOf({ boot }: Application): string | undefined {
  const names = RESET_FLAGS.filter(([bit]) => Math.floor(boot.csr / 2 ** bit) % 2 === 1).map(([, name]) => name);
  // Every reset of the chip pulls NRST too, so that PINRSTF alone tells something.
  return names.length > 1 ? names.filter((name) => name !== 'NRST').join(', ') : names[0];
}

/** Where the core was found. Not the address: two looks into one loop find two. */
function standing({ core }: JumpOutcome): string {
  const place = core.symbol ?? core.where;
  if (core.ipsr !== 0) return `exception ${core.ipsr}, in ${place}`;
  // Where in a loop two looks find the core is chance; that it is deaf is not.
  return core.primask === 1 && core.symbol !== 'Error_Handler' ? `in ${core.where}, interrupts masked` : `in ${place}`;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
