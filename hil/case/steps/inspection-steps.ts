import * as z from 'zod';
import { flashRegister } from '../../chip/chip.ts';
import { readBoot, readMachine } from '../../diagnose/read-machine.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import type { Reading } from '../case.ts';
import { takeOutcome } from './evidence.ts';
import { withProbe } from './probe-steps.ts';
import { type Stage, type Verb, verb } from './stage.ts';

/** From the console's `jump` to the ROM's first instruction: the answer's last bit, oscillators, the sequence itself. */
const HANDOVER_MS = 700;
const NOT_HALTED = 411;

/**
 * Jumps with a breakpoint on the ROM's first instruction and reads the machine there. The core goes on afterwards, but not as it would
 * without a probe: what follows is measured after a new `flash`.
 */
async function watchHandover(stage: Stage): Promise<void> {
  const { bench, app } = stage;
  if (app === undefined)
    throw new HilError(650, `${bench.board}: the step 'watch-handover' needs the application`, { blame: 'unknown' });
  const { probe, chip } = bench;
  await probe.reacquire();
  await probe.halt();
  const boot = await readBoot(probe, chip);
  const entry = (boot.rom[1] & ~1) >>> 0;
  await probe.setBreakpoint(entry);
  try {
    await probe.resume();
    await app.sendJump();
    const reached = await probe.waitUntilHalted(HANDOVER_MS).then(
      () => true,
      (error: unknown) => {
        if (isHilError(error) && error.code === NOT_HALTED) return false;
        throw error;
      },
    );
    if (!reached) await probe.halt();
    stage.read({ 'handover.reached': reached });
    if (!reached) return;
    const machine = await readMachine(probe, chip, boot);
    stage.read({
      'handover.primask': machine.primask,
      'handover.control': machine.control,
      'handover.msp': machine.msp,
      'handover.vtor': machine.vtor,
      'handover.mapped': machine.mapped,
      'handover.pending': machine.interrupts.pending.map(String),
      'handover.enabled': machine.interrupts.enabled.map(String),
      'handover.dma': machine.dma.map(({ name, memory }) => `${name} at 0x${memory.toString(16)}`),
      ...named('handover.', machine.registers),
    });
  } finally {
    await probe.halt().catch(() => {});
    await probe.clearBreakpoint(entry).catch(() => {});
    await probe.resume();
    await probe.release();
    stage.app = undefined;
    stage.rom = undefined;
  }
}

function named(prefix: string, words: Readonly<Record<string, number>>): Readonly<Record<string, Reading>> {
  return Object.fromEntries(Object.entries(words).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** Error flags of FLASH_SR as they stand there, and whether FLASH is locked. */
async function flashState(stage: Stage): Promise<Readonly<Record<string, Reading>>> {
  const { chip } = stage.bench;
  const { control, status } = chip.flash.controller;
  const lock = control.bits.LOCK ?? control.bits.PELOCK;
  return withProbe(stage, async (probe) => {
    const word = async (name: string): Promise<number> =>
      (await probe.readMemory(flashRegister(chip, name), 32, 1))[0] as number;
    const [sr, cr] = [await word('SR'), await word(control.register)];
    return {
      'evidence.flash_errors': (sr & status.errors) >>> 0,
      'evidence.FLASH_SR': sr,
      [`evidence.FLASH_${control.register}`]: cr,
      ...(lock === undefined ? {} : { 'evidence.flash_locked': ((cr >>> lock) & 1) === 1 }),
    };
  });
}

/** Steps that look into the machine by the probe. */
export const inspectionSteps: Readonly<Record<string, Verb>> = {
  'watch-handover': verb({
    says: "jumps with a breakpoint on the ROM's first instruction and reads the machine there into `handover.*`; `flash` again afterwards",
    args: z.undefined(),
    reads: ['handover.*'],
    run: watchHandover,
  }),
  evidence: verb({
    says: 'who answers now, where the core stands, why it started, and FLASH: `evidence.flash_errors`, `evidence.flash_locked`',
    args: z.undefined(),
    reads: ['evidence.*'],
    async run(stage) {
      await takeOutcome(stage, await stage.bench.whoAnswers(), 'evidence.what');
      stage.read(await flashState(stage));
    },
  }),
};
