import type { Progress } from '../../bootloader/rom-session.ts';
import type { FlashReport } from './flash-over-dfu.ts';
import type { FlashStageResult } from './flash-stage.ts';

const MARKS: Readonly<Record<FlashStageResult['verdict'], string>> = {
  passed: 'ok  ',
  failed: 'FAIL',
  'not reached': '-   ',
  'not asked for': '-   ',
  'not confirmed': '?   ',
};
const TITLE_WIDTH = 34;

/** A stage and its evidence. */
export function flashStageText({ verdict, title, ms, evidence, error }: FlashStageResult): string {
  const time = verdict === 'passed' || verdict === 'failed' ? `${(ms / 1000).toFixed(1)} s`.padStart(8) : '';
  const words = verdict === 'not asked for' || verdict === 'not confirmed' ? `  ${verdict}` : '';
  const head = `${MARKS[verdict]}  ${title.padEnd(TITLE_WIDTH)}${time}${words}`.trimEnd();
  const lines = evidence.map((line) => `        ${line}`);
  if (error !== undefined) lines.push(...error.text.split('\n').map((line) => `      ${line}`));
  return [head, ...lines].join('\n');
}

/** What follows the stages. */
export function flashClosingText({ stages }: Pick<FlashReport, 'stages'>): string {
  const verdictOf = (id: FlashStageResult['id']) => stages.find((stage) => stage.id === id)?.verdict;
  const failed = stages.find(({ verdict }) => verdict === 'failed');
  if (failed !== undefined) {
    const state = WHERE_IT_IS[failed.id];
    return `FAILED: ${failed.title}\n  ${state}`;
  }
  if (verdictOf('back') === 'passed')
    return 'PASSED: the image is in flash, read back, and the application is back on USB';
  if (verdictOf('back') === 'not confirmed') {
    return 'PASSED: the image is in flash and read back, and the ROM has left for it; that it runs nobody has confirmed';
  }
  return verdictOf('written') === 'passed'
    ? 'PASSED: the image is in flash and read back; the board waits in its ROM'
    : 'PASSED: the board waits in its ROM';
}

/** What became of the board, and what to do next, when a stage failed. */
const WHERE_IT_IS: Readonly<Record<FlashStageResult['id'], string>> = {
  found: 'Nothing was sent to the board.',
  detached: 'Nothing was erased. The application may still run, or have detached without coming to the ROM.',
  entered: 'Nothing was erased. A reset starts the application again.',
  written:
    'The flash is erased in part, and nothing starts from it: its first block is written last. The board stays in its ROM as long as it has power:\n' +
    '  run the same command again, it takes over. After a loss of power G0, C0 and F0 come up in their ROM by themselves; others need BOOT0 high\n' +
    '  at a reset, or --board and its probe.',
  left: 'The image is in flash and read back. A reset starts it.',
  back: 'The image is in flash and read back, and the ROM has left for it; it did not show up again on USB.',
};

/** One line of progress, as long as the terminal is kept on it: `write      42 %  (12288 of 29824)`. */
export function progressText({ phase, done, total }: Progress): string {
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  const unit = phase === 'erase' ? 'pages' : 'bytes';
  return `${phase.padEnd(10)} ${String(percent).padStart(3)} %  (${done} of ${total} ${unit})`;
}
