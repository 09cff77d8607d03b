import type { AppReport } from './run-app.ts';
import type { StageResult } from './stage.ts';

const MARKS: Readonly<Record<StageResult['verdict'], string>> = {
  passed: 'ok  ',
  failed: 'FAIL',
  'not reached': '-   ',
};
const TITLE_WIDTH = 40;

/** First lines of a report: what was run where, and what was to make it jump. */
export function openingText({
  board,
  chip,
  image,
  trigger,
}: Pick<AppReport, 'board' | 'chip' | 'image' | 'trigger'>): string {
  return `${board} (${chip}): ${image}\njumps by ${trigger.text}\n  ${trigger.why}`;
}

/** A stage and its evidence. */
export function stageText(stage: StageResult): string {
  const time = stage.verdict === 'not reached' ? '' : `${(stage.ms / 1000).toFixed(1)} s`.padStart(8);
  const head = `${MARKS[stage.verdict]}  ${stage.title.padEnd(TITLE_WIDTH)}${time}`.trimEnd();
  const lines = stage.evidence.map((line) => `        ${line}`);
  if (stage.error !== undefined) lines.push(...stage.error.text.split('\n').map((line) => `      ${line}`));
  return [head, ...lines].join('\n');
}

/** What follows the stages: the verdict, and the cause where one was found. */
export function closingText(report: AppReport): string {
  const failed = report.stages.find(({ verdict }) => verdict === 'failed');
  const verdict =
    failed === undefined
      ? 'PASSED: it entered the ROM, could be written, and came back as it was'
      : `FAILED at '${failed.title}' (blame: ${report.blame ?? 'unknown'})`;
  return [verdict, ...(report.explanation ?? [])].join('\n');
}

/** The whole report, as the terminal showed it. */
export function reportText(report: AppReport): string {
  return [openingText(report), '', ...report.stages.map(stageText), '', closingText(report), ''].join('\n');
}
