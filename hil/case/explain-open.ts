import { hypothesisTable, refutations, standing } from './hypotheses.ts';
import { showReading } from './judge.ts';
import type { CaseRun } from './outcome.ts';
import type { Part } from './part.ts';
import { decisionsOf } from './plan.ts';

/** What a run says of a report that nobody has explained: hypothesis against observation, and what follows. */
export function hypothesesPart(run: CaseRun): readonly Part[] {
  const rows = hypothesisTable(run);
  const left = standing(rows).map(({ hypothesis, variant }) => variant ?? hypothesis.id);
  const untested = new Set(
    rows.flatMap(({ hypothesis }) => (hypothesis.not_testable === undefined ? [] : [hypothesis])),
  );
  return [
    {
      title: 'Hypotheses',
      lines: run.kase.hypotheses.map(
        ({ id, says, prior }) => `${id}: ${says}${prior === undefined ? '' : ` (prior ${prior.toFixed(2)})`}.`,
      ),
    },
    {
      title: 'Hypotheses against what was reported',
      table: [
        ['hypothesis', 'made true by', ...run.kase.observations.map(({ id }) => id)],
        ...rows.map(({ hypothesis, variant, cells }) => [
          hypothesis.id,
          variant ?? '-',
          ...cells.map((cell) => cell.standing),
        ]),
      ],
    },
    {
      title: 'What that says',
      lines: [
        ...refutations(rows),
        left.length === 0
          ? 'Nothing that was tried shows all that was reported, as far as it could be tested here.'
          : `As far as it could be tested here, this shows all that was reported: ${left.join('; ')}. It is a candidate; that it is what happened to the reporter is not shown.`,
        ...(run.board.kind === 'virtual' ? [onlyAModel(run)] : []),
        ...[...untested].map(({ id, not_testable }) => `${id} could not be tested: ${not_testable}.`),
      ],
    },
  ];
}

function onlyAModel({ kase }: CaseRun): string {
  const real =
    kase.plan === undefined ? '' : `; a real board is asked by: hil case run ${kase.id} --plan --rig rigs/lab.yaml`;
  return `A virtual board says what the documented rules of its model come to, not which hypothesis is true${real}.`;
}

/** What the plan of a case adds: the machine as the ROM found it, and what the readings decide. */
export function planPart(run: CaseRun): readonly Part[] {
  const { plan } = run.kase;
  if (plan === undefined) return [];
  const ran = run.results.filter(({ readings }) => Object.keys(readings).length > 0);
  const shown = plan.shows.filter((name) => ran.some(({ readings }) => readings[name] !== undefined));
  if (shown.length === 0) return [];
  return [
    {
      title: "The machine at the ROM's first instruction, and after the last step",
      table: [
        [
          'variant',
          ...shown.map((name) => name.replace(/^handover\./, '').replace(/^evidence\.(.*)/, '$1 at the end')),
        ],
        ...ran.map(({ variant, readings }) => [
          variant.name,
          ...shown.map((name) => showReading(name, readings[name])),
        ]),
      ],
    },
    {
      title: 'What that decides',
      table: [
        ['variant', 'decision'],
        ...decisionsOf(run).map(({ variant, says }) => [variant, says.length === 0 ? 'nothing' : says.join('; ')]),
      ],
    },
  ];
}
