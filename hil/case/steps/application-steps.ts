import * as z from 'zod';
import type { Application } from '../../board/bench-types.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import { coreReadings, countFrom, startReadings, takeOutcome } from './evidence.ts';
import { type Stage, type Verb, verb } from './stage.ts';

/** HilError 422: nothing started in time. */
const NO_START = 422;

/** A program by its name in the case, or `handover`, or `<case>/<program>`. */
export function imageNamed(stage: Pick<Stage, 'caseId'>, program: string): string {
  return program === 'handover' || program.includes('/') ? program : `${stage.caseId}/${program}`;
}

/** @throws HilError 650 when nothing that speaks the console runs */
export function requireApp(stage: Stage, what: string): Application {
  if (stage.app !== undefined) return stage.app;
  throw new HilError(650, `${stage.bench.board}: the step '${what}' needs the application, and ${whoIsThere(stage)}`, {
    blame: 'unknown',
  });
}

export function whoIsThere(stage: Stage): string {
  return stage.rom === undefined ? 'nothing answers' : 'the ROM answers';
}

const optionalProgram = z.string().optional();

/** Steps in which the application takes part. */
export const applicationSteps: Readonly<Record<string, Verb>> = {
  flash: verb({
    says: "flashes the variant's program (or the one named) with its settings and starts it released; counting begins",
    args: optionalProgram,
    reads: ['flash.what', 'boot.*'],
    async run(stage, program) {
      const image = program === undefined ? stage.image : imageNamed(stage, program);
      stage.forget('core.', 'register.', 'fault.', 'reset.flags', 'app.', 'boot.');
      stage.rom = undefined;
      stage.app = undefined;
      stage.flashed = image;
      try {
        stage.app = await stage.bench.flash(image, stage.settings);
      } catch (error) {
        if (!isHilError(error) || error.code !== NO_START) throw error;
        stage.counted = { starts: 0, faults: 0 };
        return takeOutcome(stage, await stage.bench.whoAnswers(), 'flash.what');
      }
      countFrom(stage, stage.app.boot);
      stage.read({ 'flash.what': 'application', answers: 'application', ...startReadings(stage, stage.app.boot) });
    },
  }),
  jump: verb({
    says: "the application's `jump`, then a look at who answers; counting begins anew",
    args: z.undefined(),
    reads: ['jump.what'],
    async run(stage) {
      const app = requireApp(stage, 'jump');
      countFrom(stage, app.boot);
      await takeOutcome(stage, await app.jump(), 'jump.what');
    },
  }),
  set: verb({
    says: 'changes settings of the application that runs: `{ set: { jump.via: reset } }`',
    args: z.record(z.string(), z.string()),
    async run(stage, settings) {
      await requireApp(stage, 'set').set(settings);
    },
  }),
  'wait-application': verb({
    says: 'waits for the application: its banner, or its answer',
    args: z.undefined(),
    async run(stage) {
      stage.rom = undefined;
      try {
        stage.app = await stage.bench.awaitApplication();
        stage.read({ answers: 'application', ...startReadings(stage, stage.app.boot) });
      } catch (error) {
        if (!isHilError(error) || error.code !== NO_START) throw error;
        stage.app = undefined;
        stage.read({ answers: 'silent' });
      }
    },
  }),
  look: verb({
    says: 'looks where the core stands, by hot attach',
    args: z.undefined(),
    async run(stage) {
      stage.read(coreReadings(await stage.bench.look()));
    },
  }),
  'who-answers': verb({
    says: 'looks who answers now: the ROM, an application, or nobody',
    args: z.undefined(),
    async run(stage) {
      await takeOutcome(stage, await stage.bench.whoAnswers(), 'answers');
    },
  }),
  reset: verb({
    says: 'a software reset by the application, then a look at who answers',
    args: z.undefined(),
    reads: ['reset.what'],
    async run(stage) {
      await requireApp(stage, 'reset').sendReset();
      await takeOutcome(stage, await stage.bench.whoAnswers(), 'reset.what');
    },
  }),
};
