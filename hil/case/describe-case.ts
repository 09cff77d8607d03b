import type { Case } from './case.ts';
import { showMatcher } from './judge.ts';
import { fittedTable, wrap } from './text-table.ts';

const WIDTH = 118;

/** What a case is, without a run: for `hil case show`. */
export function describeCase(kase: Case): string {
  const lines: string[] = [kase.id, `  ${kase.title}`, ''];
  const add = (title: string, ...texts: readonly string[]): void => {
    if (texts.length === 0) return;
    lines.push(title, ...texts.flatMap((text) => wrap(text, WIDTH)).map((line) => `  ${line}`), '');
  };
  const table = (title: string, rows: readonly (readonly string[])[]): void => {
    lines.push(title, fittedTable(rows, WIDTH).replace(/^(?=.)/gm, '  '), '');
  };
  add('Catalogue', kase.catalogue.join(', '));
  const { not_testable: elsewhere } = kase;
  if (elsewhere === undefined) {
    add(
      'Runs on',
      `${kase.chips.join(', ')}${kase.rom === undefined ? '' : `, ROM ${kase.rom.map(idText).join(', ')}`}`,
    );
  } else {
    add('Not testable here', `It is about ${elsewhere.parts}: ${elsewhere.why}`);
  }
  add('Needs', ...needsOf(kase));
  if (kase.label !== undefined) add('Called', kase.label);
  add('Symptom', kase.symptom);
  add('Report', kase.report);
  if (kase.cause !== undefined) {
    add('Cause', kase.cause.says);
    add('Known from', `${kase.cause.source} (confidence ${kase.cause.confidence}, ${kase.cause.provenance})`);
  } else {
    add(
      'Hypotheses (no cause is known)',
      ...kase.hypotheses.map(
        ({ id, says, prior }) => `${id}${prior === undefined ? '' : ` (prior ${prior.toFixed(2)})`}: ${says}`,
      ),
    );
  }
  if (kase.note !== undefined) add('Note', kase.note);
  if (elsewhere !== undefined) {
    add('What there is', ...elsewhere.look);
    add('Reported at', ...kase.links);
    return lines.join('\n').trimEnd();
  }
  const told = kase.observations.some(({ reported }) => reported !== undefined);
  table('Observations', [
    ['', 'what', ...(told ? ['reported'] : [])],
    ...kase.observations.map(({ id, title, reads, reported }) => [
      id,
      title,
      ...(!told ? [] : [reads === undefined || reported === undefined ? '' : showMatcher(reads, reported)]),
    ]),
  ]);
  table('Variants', [
    ['name', 'role', 'expected', 'because'],
    ...kase.variants.map((variant) => [
      variant.name,
      variant.role,
      Object.entries(variant.expect)
        .map(([name, matcher]) => `${name}: ${showMatcher(name, matcher)}`)
        .join('\n'),
      because(variant),
    ]),
  ]);
  if (kase.plan !== undefined)
    add('Bench plan', `hil case run ${kase.id} --plan reads more of each variant and says what it decides.`);
  add('Reported at', ...kase.links);
  return lines.join('\n').trimEnd();
}

/** The letter is that of the expectation: without one there is none. */
function because({ why = '', confidence, expect }: Case['variants'][number]): string {
  return Object.keys(expect).length === 0 ? why : `${why} (${confidence})`.trim();
}

function needsOf({ needs }: Case): readonly string[] {
  const words = [
    ...(needs.port === 'usb' ? ["a cable on the part's USB"] : []),
    ...(needs.controls === true ? ['power, NRST and BOOT0 that can be worked from here'] : []),
    ...(needs.erase === 'mass' ? ['permission to erase all of the flash'] : []),
    ...(needs.option_bytes === true ? ['permission to change option bytes'] : []),
    ...(needs.write_protection === true ? ['permission to change write protection'] : []),
    ...(needs.rdp1 === true ? ['permission to set RDP level 1'] : []),
    ...(needs.kind === undefined ? [] : [`a ${needs.kind} board`]),
  ];
  return words.length === 0 ? [] : [words.join('; ')];
}

function idText(id: number): string {
  return `0x${id.toString(16).toUpperCase().padStart(2, '0')}`;
}
