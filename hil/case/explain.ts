import type { Case, CaseVariant } from './case.ts';
import { type Difference, differenceBetween } from './code-difference.ts';
import { hypothesesPart, planPart } from './explain-open.ts';
import { showMatcher, showReading } from './judge.ts';
import { type CaseRun, outcomeOf } from './outcome.ts';
import type { VariantResult } from './run-variant.ts';
import { markdownTable, textTable, wrap } from './text-table.ts';

/** A text in parts, so that a terminal and a forum post can show the same. */
interface Part {
  readonly title: string;
  readonly lines?: readonly string[];
  readonly table?: readonly (readonly string[])[];
  readonly code?: readonly string[];
}

const WIDTH = 118;
/** Variants side by side. */
const MOST_COLUMNS = 6;

/** What a run of a case shows, for a terminal. */
export function explainText(run: CaseRun, programs: string): string {
  const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');
  return explanation(run, programs)
    .map(({ title, lines, table, code }) => {
      const body = [
        ...(lines ?? []).flatMap((line) => wrap(line, WIDTH)),
        ...(table === undefined ? [] : [textTable(table)]),
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
      ...(table === undefined ? [] : [markdownTable(table)]),
      ...(code === undefined ? [] : [['```diff', ...code, '```'].join('\n')]),
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
  return readable([
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
  ]);
}

/** Rows and columns change places where there would be more columns than a line holds. */
function readable(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const [head = []] = rows;
  return head.length - 1 <= MOST_COLUMNS ? rows : head.map((_, column) => rows.map((row) => row[column] ?? ''));
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

function causePart(kase: Case, { results }: CaseRun, programs: string): readonly Part[] {
  const { cause } = kase;
  if (cause === undefined) return [];
  const ran = (role: CaseVariant['role']) =>
    results.find(({ variant, verdict }) => variant.role === role && verdict !== 'not testable')?.variant ??
    kase.variants.find((variant) => variant.role === role);
  const [defect, cure] = [ran('reported'), ran('fixed')];
  const differences = defect === undefined || cure === undefined ? [] : differenceBetween(defect, cure, programs);
  return [
    {
      title: 'Cause',
      lines: [
        cause.says,
        `Confidence ${cause.confidence}, ${cause.provenance}: ${cause.source}.${cause.rule === undefined ? '' : ` Rule of the diagnosis: ${cause.rule}.`}`,
      ],
    },
    ...(cure === undefined
      ? []
      : [
          {
            title: `What passes: "${cure.name}"`,
            lines: cure.why === undefined ? [] : [`${capital(cure.why)}.`],
            code: differences.flatMap(differenceLines),
          },
        ]),
  ];
}

function differenceLines({ where, removed, added }: Difference): readonly string[] {
  return [where, ...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a case is, without a run: for `hil case show`. */
export function describeCase(kase: Case): string {
  const lines: string[] = [kase.id, `  ${kase.title}`, ''];
  const add = (title: string, text: string): void => {
    lines.push(title, ...wrap(text, WIDTH).map((line) => `  ${line}`), '');
  };
  add('Catalogue', kase.catalogue.join(', '));
  add(
    'Runs on',
    `${kase.chips.join(', ')}${kase.rom === undefined ? '' : `, ROM ${kase.rom.map(romText).join(', ')}`}`,
  );
  add('Symptom', kase.symptom);
  add('Report', kase.report);
  if (kase.cause !== undefined) {
    add('Cause', kase.cause.says);
    add('Known from', `${kase.cause.source} (confidence ${kase.cause.confidence}, ${kase.cause.provenance})`);
  }
  for (const { id, says, prior } of kase.hypotheses)
    add(`Hypothesis ${id}`, `${says}${prior === undefined ? '' : ` (held likely: ${prior})`}`);
  if (kase.note !== undefined) add('Note', kase.note);
  lines.push('Variants');
  lines.push(
    textTable(
      [
        ['name', 'role', 'expected', 'because'],
        ...kase.variants.map((variant) => [
          variant.name,
          variant.role,
          Object.entries(variant.expect)
            .map(([name, matcher]) => `${name}: ${showMatcher(name, matcher)}`)
            .join('\n'),
          `${variant.why ?? ''} (${variant.confidence})`.trim(),
        ]),
      ],
      44,
    ).replace(/^/gm, '  '),
  );
  if (kase.links.length > 0) lines.push('', 'Reported at', ...kase.links.map((link) => `  ${link}`));
  return lines.join('\n');
}

function romText(id: number): string {
  return `0x${id.toString(16).toUpperCase().padStart(2, '0')}`;
}
