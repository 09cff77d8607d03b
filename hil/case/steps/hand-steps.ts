import * as z from 'zod';
import type { Controls } from '../../board/bench-types.ts';
import { takeOutcome } from './evidence.ts';
import { type Stage, type Verb, verb } from './stage.ts';

/** After a reset by hand: whoever answers, and why it started. */
async function lookAfter(stage: Stage, work: (controls: Controls) => Promise<void>): Promise<void> {
  await work(stage.bench.controls);
  await takeOutcome(stage, await stage.bench.whoAnswers(), 'reset.what');
}

/** Steps that a hand would do: they need a board whose power, NRST, BOOT0 and button can be worked from here. */
export const handSteps: Readonly<Record<string, Verb>> = {
  nrst: verb({
    says: 'NRST low and high again, then a look at who answers',
    args: z.undefined(),
    reads: ['reset.what'],
    run: (stage) =>
      lookAfter(stage, async (controls) => {
        await controls.nrst(true);
        await controls.nrst(false);
      }),
  }),
  'power-cycle': verb({
    says: 'power off and on, then a look at who answers',
    args: z.undefined(),
    reads: ['reset.what'],
    run: (stage) =>
      lookAfter(stage, async (controls) => {
        await controls.power(false);
        await controls.power(true);
      }),
  }),
  boot0: verb({
    says: 'BOOT0 to 0 or 1, or `released`; let go at the end of the variant',
    args: z.union([z.literal(0), z.literal(1), z.literal('released')]),
    run: (stage, level) => stage.bench.controls.boot0(level),
  }),
  button: verb({
    says: "presses and releases the board's button",
    args: z.undefined(),
    async run({ bench }) {
      await bench.controls.button(true);
      await bench.controls.button(false);
    },
  }),
  wire: verb({
    says: 'what the outside does to an RX pin of the board: `{ wire: { uart: USART3, state: low } }`; idle again at the end',
    args: z.strictObject({ uart: z.string(), state: z.enum(['idle', 'low', 'floating', 'noise', 'auto']) }),
    run: ({ bench }, { uart, state }) => bench.controls.wire(uart, state),
  }),
};
