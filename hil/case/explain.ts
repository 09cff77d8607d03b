import type { Case } from './case.ts';
import { type Difference, differenceBetween } from './code-difference.ts';
import { hypothesesPart, planPart } from './explain-open.ts';
import { showMatcher, showReading } from './judge.ts';
import { type CaseRun, outcomeOf } from './outcome.ts';
import type { Part } from './part.ts';
import type { VariantResult } from './run-variant.ts';
import { fittedTable, markdownTable, wrap } from './text-table.ts';

const WIDTH = 118;
/** Variants side by side in a post; more are below each other. */
const MOST_COLUMNS = 6;

/** What a run of a case shows, for a terminal. */
export function explainText(run: CaseRun, programs: string): string {
  const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');
  return explanation(run, programs)
    .map(({ title, lines, table, code }) => {
      const body = [
        ...(lines ?? []).flatMap((line) => wrap(line, WIDTH)),
        ...(table === undefined ? [] : [fittedTable(table, WIDTH)]),
        ...(code ?? []),
      ].join('\n');
      return body === '' ? title : `${title}\n${indent(body)}`;
    })
    .join('\n\n');
}

/** The same as Markdown, ready to be posted. */
export function explainMarkdown(run: CaseRun, programs: string): string {
  const [head, ...parts] = explanation(run, programs);
  return [
    `# ${head?.title ?? run.kase.id}`,
    ...(head?.lines ?? []),
    ...parts.flatMap(({ title, lines, table, code }) => [
      `## ${title}`,
      ...(lines ?? []),
      ...(table === undefined ? [] : [markdownTable(readable(table))]),
      ...(code === undefined || code.length === 0 ? [] : [['```diff', ...code, '```'].join('\n')]),
    ]),
    '',
  ].join('\n\n');
}

function explanation(run: CaseRun, programs: string): readonly Part[] {
  const { kase, board } = run;
  const { outcome, because } = outcomeOf(run);
  const rom = `0x${board.romId.toString(16).toUpperCase().padStart(2, '0')}`;
  return [
    {
      title: `${kase.id} on ${board.name} (${board.chip}, ROM ${rom}, ${board.kind}): ${outcome}`,
      lines: [kase.title, ...(kase.label === undefined ? [] : [`This is a ${kase.label}.`]), `${capital(because)}.`],
    },
    { title: 'What was reported', lines: [kase.symptom, kase.report] },
    { title: 'What was observed', table: evidence(run) },
    ...besides(run),
    ...remarks(run),
    ...(kase.cause === undefined ? hypothesesPart(run) : causePart(kase, run, programs)),
    ...planPart(run),
    ...(kase.note === undefined ? [] : [{ title: 'Note', lines: [kase.note] }]),
    ...(kase.links.length === 0 ? [] : [{ title: 'Reported at', lines: kase.links }]),
  ];
}

/** Observation × variant; the last row is the verdict. What contradicts an expectation says what was expected. */
function evidence({ kase, results }: CaseRun): readonly (readonly string[])[] {
  const shown = kase.observations.filter(({ reads }) => reads !== undefined);
  const cell = ({ readings, judged, verdict }: VariantResult, name: string): string => {
    if (verdict === 'not testable') return '';
    const seen = showReading(name, readings[name]);
    const against = judged.find((one) => one.name === name && !one.ok);
    return against === undefined ? seen : `${seen} (expected: ${showMatcher(name, against.expected)})`;
  };
  const hidden = results.flatMap(({ judged }) =>
    judged.filter(({ name, ok }) => !ok && !shown.some(({ reads }) => reads === name)).map(({ name }) => name),
  );
  return [
    ['', ...results.map(({ variant }) => `${variant.name} [${variant.role}]`)],
    ...shown.map(({ id, title, reads }) => [
      `${id} ${title}`,
      ...results.map((result) => cell(result, reads as string)),
    ]),
    ...[...new Set(hidden)].map((name) => [name, ...results.map((result) => cell(result, name))]),
    [
      'result',
      ...results.map(({ verdict, variant }) =>
        verdict === 'as expected' || verdict === 'contradicted' ? `${verdict} (${variant.confidence})` : verdict,
      ),
    ],
  ];
}

/** Readings that came as expected, and that the case does not observe in every variant: they too are evidence. */
function besides({ kase, results }: CaseRun): readonly Part[] {
  const observed = kase.observations.map(({ reads }) => reads);
  const byReading = new Map<string, string[]>();
  for (const { variant, judged } of results) {
    const seen = judged.filter(({ name, ok }) => ok && !observed.includes(name));
    if (seen.length === 0) continue;
    const text = seen.map(({ name, seen: value }) => `${name} ${showReading(name, value)}`).join(', ');
    byReading.set(text, [...(byReading.get(text) ?? []), `"${variant.name}"`]);
  }
  const lines = [...byReading].map(([text, names]) => `${names.join(', ')}: ${text}.`);
  return lines.length === 0 ? [] : [{ title: 'Beside these, as expected', lines }];
}

/** Rows and columns change places where a post would have too many columns, and fewer then. */
function readable(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const [head = []] = rows;
  return head.length - 1 <= MOST_COLUMNS || rows.length >= head.length
    ? rows
    : head.map((_, column) => rows.map((row) => row[column] ?? ''));
}

/** What a reader must know of single results: what stopped or kept a variant, and what rests on a guess. */
function remarks({ results, kase }: CaseRun): readonly Part[] {
  const lines = results.flatMap((result): readonly string[] => [
    ...(result.why === undefined ? [] : [`"${result.variant.name}" was not tested: ${result.why}.`]),
    ...(result.stopped === undefined
      ? []
      : [`"${result.variant.name}" ended at the step ${result.stopped.step}: ${result.stopped.says}.`]),
    ...(result.variant.role !== 'measured' && (result.variant.confidence === 'C' || result.variant.confidence === 'D')
      ? [
          `What is expected of "${result.variant.name}" is ${result.variant.confidence === 'C' ? 'one report or an inference' : 'a hypothesis'} (${result.variant.confidence}): shown, not demanded.`,
        ]
      : []),
  ]);
  if (kase.cause?.provenance === 'hypothesis') {
    lines.push('The cause itself is a hypothesis: these results show that it would look like this, not that it is so.');
  }
  return lines.length === 0 ? [] : [{ title: 'Remarks', lines }];
}

/** The cause, and what passes: only what this run has seen to pass is called so. */
function causePart(kase: Case, run: CaseRun, programs: string): readonly Part[] {
  const { cause } = kase;
  if (cause === undefined) return [];
  const ran = run.results.filter(({ verdict }) => verdict !== 'not testable');
  const defect = ran.find(({ variant }) => variant.role === 'reported')?.variant;
  const cures = ran.filter(({ variant }) => variant.role === 'fixed');
  const shown = outcomeOf(run).outcome === 'reproduced';
  return [
    {
      title: shown ? 'Cause' : 'Cause, as it is known; this run does not show it',
      lines: [
        cause.says,
        `Confidence ${cause.confidence}, ${cause.provenance}: ${cause.source}.${cause.rule === undefined ? '' : ` Rule of the diagnosis: ${cause.rule}.`}`,
      ],
    },
    ...cures.map(
      ({ variant, verdict }): Part => ({
        title: `${verdict === 'contradicted' ? 'What should pass, and did not' : 'What passes'}: "${variant.name}"`,
        lines: variant.why === undefined ? [] : [`${capital(variant.why)}.`],
        code: defect === undefined ? [] : differenceBetween(defect, variant, programs).flatMap(differenceLines),
      }),
    ),
  ];
}

function differenceLines({ where, removed, added }: Difference): readonly string[] {
  return [where, ...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
