import * as z from 'zod';
import { isHilError } from '../../error/hil-error.ts';
import { deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { startReadings, takeOutcome } from './evidence.ts';
import { type Verb, verb } from './stage.ts';

const LOOK_MS = 50;

/** An observation window: something must, or must not, happen while nothing is done. */
export const listenSteps: Readonly<Record<string, Verb>> = {
  listen: verb({
    says: 'does nothing for so many ms, then looks who answers: `{ listen: { for: 3000 } }`; `listen.starts` are the starts in the meantime',
    args: z.strictObject({ for: z.int().min(1).max(60_000) }),
    reads: ['listen.what', 'listen.starts'],
    async run(stage, { for: ms }) {
      const { scope } = stage.bench;
      const before = Number(stage.readings['app.starts'] ?? 0);
      const window = deadline('observation window', ms, scope);
      await until(
        deadline('end of the observation window', ms + 10_000, scope),
        'end of the observation window',
        () => window.remainingMs() <= 0,
        { pollMs: LOOK_MS },
      );
      // A handle of the ROM may be stale by now, and its line may be the console's.
      await takeOutcome(stage, await stage.bench.whoAnswers(), 'listen.what').catch((error: unknown) => {
        if (!isHilError(error) || error.code !== 422) throw error;
      });
      if (stage.app !== undefined) stage.read(startReadings(stage, stage.app.boot));
      const after = stage.readings['app.starts'];
      stage.read({ 'listen.starts': typeof after === 'number' ? after - before : undefined });
    },
  }),
};
