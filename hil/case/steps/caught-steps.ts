import * as z from 'zod';
import { isHilError } from '../../error/hil-error.ts';
import type { Probe } from '../../probe/probe.ts';
import { requireApp } from './application-steps.ts';
import { stackedFault } from './evidence.ts';
import { withProbe } from './probe-steps.ts';
import { type Stage, type Verb, verb } from './stage.ts';

/** Observation window: a reset, the start of the application and the first instructions of the ROM lie well within it. */
const WINDOW_MS = 1_000;
/** The core did not halt in time. */
const STILL_RUNS = 411;
/** Exception number of HardFault, and where its vector stands in a table (Armv6-M B1.5.2, Armv7-M B1.5.2). */
const HARD_FAULT = 3;
const VECTOR = 4 * HARD_FAULT;
const IPSR = 0x1ff;

/**
 * First instructions of the HardFault handlers of application and ROM: a fault is taken by one of them, as VTOR and the remap say.
 * Breakpoints, not vector catch: OpenOCD puts them back after a reset by the program, and takes the catch away.
 */
async function handlers(stage: Stage, probe: Probe): Promise<readonly number[]> {
  const { flash, systemMemory } = stage.bench.chip;
  const vectors = await Promise.all(
    [flash.base, systemMemory.base].map(async (table) => (await probe.readMemory(table + VECTOR, 32, 1))[0] as number),
  );
  return [...new Set(vectors.filter((vector) => vector % 2 === 1).map((vector) => vector - 1))];
}

async function caught(stage: Stage, probe: Probe): Promise<void> {
  const { lr, msp, psp, xPSR } = await probe.readRegisters(['lr', 'msp', 'psp', 'xPSR']);
  if ((xPSR & IPSR) !== HARD_FAULT) return stage.read({ 'caught.pc': 'none' });
  for (const [name, value] of Object.entries(await stackedFault(stage.bench, { lr, msp, psp })))
    stage.read({ [name.replace(/^fault\./, 'caught.')]: value });
}

/** Faults halted at their very handler: what the handler does afterwards, a reset say, plays no part and takes nothing away. */
export const caughtSteps: Readonly<Record<string, Verb>> = {
  'jump-caught': verb({
    says: "the application's `jump` with the probe attached and HardFaults halted at their handler: `caught.pc` and its like are the stacked frame and the fault registers, `none` if no fault came within a second",
    args: z.undefined(),
    reads: ['caught.*'],
    async run(stage) {
      const app = requireApp(stage, 'jump-caught');
      stage.forget('caught.');
      await withProbe(stage, async (probe) => {
        const places = await handlers(stage, probe);
        for (const place of places) await probe.setBreakpoint(place);
        try {
          await app.sendJump();
          stage.app = undefined;
          stage.rom = undefined;
          await probe.waitUntilHalted(WINDOW_MS);
          await caught(stage, probe);
        } catch (error) {
          if (!isHilError(error) || error.code !== STILL_RUNS) throw error;
          stage.read({ 'caught.pc': 'none' });
        } finally {
          for (const place of places) await probe.clearBreakpoint(place);
        }
        if (await probe.isHalted()) await probe.resume();
      });
    },
  }),
};
