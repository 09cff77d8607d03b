import type { Experiment } from './diagnosis.ts';
import type { Answer, BootSight, MachineSight } from './evidence.ts';
import type { Factor } from './factor.ts';
import { factorNamed, factors } from './factors.ts';
import { findMinimal } from './minimal-set.ts';
import { answersOf, type Provocation, type Subject } from './provocation.ts';
import { watch } from './watch.ts';

/** What the experiments at the handover showed. */
export interface Proof {
  /**
   * `cured`: `singles` or `together` say by what. `not cured`: not even everything repaired helped. `not reproduced`: watched by the
   * probe, with nothing repaired, the attempt succeeds.
   */
  readonly outcome: 'cured' | 'not cured' | 'not reproduced';
  readonly singles: readonly string[];
  readonly together: readonly string[];
  /** What differs from a clean handover, by factor, in words. */
  readonly suspects: Readonly<Record<string, string>>;
  readonly experiments: readonly Experiment[];
}

/** Factors that differ from a clean handover, in words. */
export function suspectsAt(
  subject: Pick<Subject, 'chip'>,
  attempt: Provocation['attempt'],
  boot: BootSight,
  machine: MachineSight,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const factor of factors) {
    const words = factor.suspicious({ chip: subject.chip, boot, machine, attempt });
    if (words !== undefined) found[factor.id] = words;
  }
  return found;
}

/**
 * Repeats the attempt with the probe halting at the handover, puts right there what differs from a clean one, and looks who answers:
 * what has to be repaired for the attempt to succeed is the proved cause. Each experiment starts from `prepare`.
 */
export async function prove(
  subject: Subject,
  provocation: Provocation,
  boot: BootSight,
  handover: MachineSight,
  triggerMs?: number,
): Promise<Proof> {
  const { attempt } = provocation;
  const suspects = suspectsAt(subject, attempt, boot, handover);
  const experiments: Experiment[] = [];
  const run = async (repaired: readonly string[]): Promise<boolean> => {
    const known = experiments.find((made) => made.repaired.join() === repaired.join());
    if (known !== undefined) return known.works;
    const answer = await experiment(subject, provocation, boot, repaired.map(factorNamed), triggerMs);
    experiments.push({ repaired, works: answer.works, saw: answer.saw });
    return answer.works;
  };
  const done = (
    outcome: Proof['outcome'],
    singles: readonly string[] = [],
    together: readonly string[] = [],
  ): Proof => ({
    outcome,
    singles,
    together,
    suspects,
    experiments,
  });

  if (await run([])) return done('not reproduced');
  const { singles, together } = await findMinimal(Object.keys(suspects), run);
  if (singles.length + together.length > 0) return done('cured', singles, together);
  // A peripheral that was left on shows in none of the suspects.
  const last = await findMinimal([...Object.keys(suspects), 'peripherals'], run);
  if (last.singles.length + last.together.length > 0) return done('cured', last.singles, last.together);
  return done('not cured');
}

async function experiment(
  subject: Subject,
  provocation: Provocation,
  boot: BootSight,
  repaired: readonly Factor[],
  triggerMs: number | undefined,
): Promise<Answer> {
  const { probe, chip } = subject;
  const ordered = factors.filter((factor) => repaired.includes(factor));
  const { handover } = await watch(subject, provocation, boot, {
    ...(triggerMs === undefined ? {} : { triggerMs }),
    atHandover: async (machine) => {
      for (const factor of ordered) {
        await factor.repair({ probe, chip, boot, machine, attempt: provocation.attempt });
      }
    },
  });
  await probe.release();
  const answer = await answersOf(provocation);
  // The repairs were not made: whatever answers says nothing about them.
  if (handover === undefined && repaired.length > 0)
    return { ...answer, works: false, saw: `the handover was not reached; ${answer.saw}` };
  return answer;
}
