import type { Analysis, OpFindings, TurningSet } from '../diagnose/sweep-analysis.ts';
import { isDone } from '../diagnose/sweep-answers.ts';
import { type Deviation, type FactorValue, type Observation, type SweepRow, valuesOf } from '../diagnose/sweep-row.ts';
import { sourceOf } from './factors.ts';

/** What a sweep found, the most important first: a block of sentences for each operation. */
export function sentencesOf({ findings }: Analysis, rows: readonly SweepRow[]): readonly string[] {
  return [...findings.flatMap((one) => [headline(one, findings[0]), ...details(one)]), ...faults(rows)];
}

/** One sentence per operation, without the sets. */
export function headline(findings: OpFindings, enter: OpFindings | undefined): string {
  const { op, base, sets, counts, turns } = findings;
  const of = `${counts.done + counts.failed} runs`;
  if (base === undefined) {
    const why =
      enter?.base !== undefined && !isDone(enter.base.verdict)
        ? `the good handover does not enter the ROM (${ending(enter.base)})`
        : 'the good handover came out now this way, now that, or never got so far';
    return `${op}: nothing can be compared, ${why}; done in ${counts.done} of ${of}.`;
  }
  if (turns === 'cures') {
    const first = `${op}: fails after the good handover (${ending(base)})`;
    return sets.length === 0
      ? `${first}, and in all ${of}: nothing that was changed in the handover decides it.`
      : `${first}; it works with ${listed(sets.map(({ set }) => words(set)))}.`;
  }
  if (sets.length === 0) return `${op}: nothing breaks it; done in ${counts.done} of ${of}.`;
  return `${op}: ${sets.length === 1 ? 'one thing breaks it' : `${sets.length} things break it`}: ${listed(sets.map(({ set }) => words(set)))}.`;
}

function details(findings: OpFindings): readonly string[] {
  const { op, sets, hidden, flaky, unexplained, otherwise } = findings;
  return [
    ...sets.map((set) => `  ${detail(findings, set)}`),
    ...[...new Set(otherwise.map(({ seen }) => ending(seen)))].map((how) => {
      const values = otherwise.filter(({ seen }) => ending(seen) === how).map(({ value }) => value);
      return `  ${op} fails in another way (${how}) with ${grouped(values)}`;
    }),
    ...(findings.base === undefined || hidden.length === 0
      ? []
      : [
          `  not seen on ${op}, as the ROM was never reached with ${hidden.length === 1 ? 'it' : 'them'}: ${grouped(hidden)}`,
        ]),
    ...flaky.map((set) => `  flaky: ${words(set)} came out now this way, now that`),
    ...(unexplained.length === 0
      ? []
      : [
          `  unexplained: ${rowList(unexplained)} came out otherwise than these say: time may decide, or more than was looked for`,
        ]),
  ];
}

function detail({ op, turns }: OpFindings, { set, seen, times, rows, unless }: TurningSet): string {
  const factors = valuesOf(set);
  const alone = factors.length === 1 ? 'alone' : 'together, and not with any one of them put back';
  const s = factors.length === 1 ? 's' : '';
  const does = turns === 'breaks' ? `break${s} ${op} (${ending(seen)})` : `make${s} ${op} work`;
  const away = unless.map((cure) => `; not with ${words(cure)}`).join('');
  const source = factors.map(sourceOf).find((one) => one !== undefined);
  const proof = times > 1 ? `run ${times} times` : 'run once';
  return `${words(set)} ${alone} ${does}${away} [${proof}; at work in ${rowList(rows)}]${source === undefined ? '' : ` – ${source}`}`;
}

function faults(rows: readonly SweepRow[]): readonly string[] {
  const failed = rows.filter(({ fault }) => fault !== undefined);
  return failed.length === 0
    ? []
    : [
        `rig: ${failed.length} of ${rows.length} runs are no result, since the rig failed: ${rowList(failed.map(({ n }) => n))}`,
      ];
}

/** `silent: exception 3, in system memory` */
export function ending({ verdict, signature }: Observation): string {
  return signature === '' ? verdict : `${verdict}: ${signature}`;
}

export function words(set: Deviation): string {
  const values = valuesOf(set);
  return values.length === 0
    ? 'the good handover'
    : values.map(({ factor, value }) => `${factor}=${value}`).join(' and ');
}

/** `a, b and c` would be read as one set where a set has an `and`: semicolons. */
function listed(texts: readonly string[]): string {
  return texts.join('; ');
}

function grouped(values: readonly FactorValue[]): string {
  const byFactor = new Map<string, string[]>();
  for (const { factor, value } of values) byFactor.set(factor, [...(byFactor.get(factor) ?? []), value]);
  return [...byFactor].map(([factor, all]) => `${factor}=${all.join(',')}`).join('; ');
}

const SHOWN_ROWS = 8;

function rowList(rows: readonly number[]): string {
  const shown = rows.slice(0, SHOWN_ROWS).join(', ');
  return `row${rows.length === 1 ? '' : 's'} ${shown}${rows.length > SHOWN_ROWS ? ` and ${rows.length - SHOWN_ROWS} more` : ''}`;
}
