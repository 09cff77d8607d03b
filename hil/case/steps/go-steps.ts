import * as z from 'zod';
import { isHilError } from '../../error/hil-error.ts';
import { address } from './addresses.ts';
import { sentenceOf } from './attempt.ts';
import { takeOutcome } from './evidence.ts';
import { requireRom } from './rom-steps.ts';
import { type Stage, type Verb, verb } from './stage.ts';

const place = z.union([z.enum(['vector-table', 'reset-vtable']), address], {
  error: 'GO goes to vector-table, reset-vtable, ram-stub, or an address',
});

/** Refused by the tool after a look at the table, or by the ROM; no RAM for the stub. */
const REFUSED = [304, 308, 312];

function addressOf(stage: Stage, to: z.infer<typeof place>): number {
  if (to === 'vector-table') return stage.bench.chip.flash.base;
  if (to === 'reset-vtable') return stage.bench.symbol('force_reset_vtable', stage.flashed ?? 'handover');
  return to;
}

async function refusal(stage: Stage, work: () => Promise<void>): Promise<void> {
  stage.forget('go.');
  try {
    await work();
  } catch (error) {
    if (!isHilError(error) || !REFUSED.includes(error.code)) throw error;
    stage.read({ 'go.what': 'refused', 'go.detail': sentenceOf(error), 'error.code': error.code });
  }
}

/** Steps that leave the ROM. */
export const goSteps: Readonly<Record<string, Verb>> = {
  go: verb({
    says: 'GO to vector-table, reset-vtable, ram-stub or an address, then a look at who answers; the table is looked at first, unless `{ go: { to, unchecked: true } }`',
    args: z.union([z.literal('ram-stub'), place, z.strictObject({ to: place, unchecked: z.boolean().default(false) })]),
    reads: ['go.what', 'go.detail'],
    async run(stage, args) {
      const rom = requireRom(stage, 'go');
      await refusal(stage, async () => {
        if (args === 'ram-stub') {
          await rom.goRamStub().catch((error: unknown) => {
            // No start in time: what answers instead is the result.
            if (!isHilError(error) || error.code !== 422) throw error;
          });
          return takeOutcome(stage, await stage.bench.whoAnswers(), 'go.what');
        }
        const { to, unchecked } = typeof args === 'object' ? args : { to: args, unchecked: false };
        await takeOutcome(stage, await rom.goAndLook(addressOf(stage, to), { checked: !unchecked }), 'go.what');
      });
    },
  }),
};
