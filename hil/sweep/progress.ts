import type { LeftOut } from './factors.ts';
import type { SweepHeader } from './journal.ts';
import { expectedCombinations, suspects } from './plan.ts';
import type { SweepProgress } from './run-sweep.ts';
import { words } from './sentences.ts';

/** What a sweep is about to do: how many runs, and what it leaves out. */
export function announcement(header: SweepHeader, leftOut: readonly LeftOut[]): readonly string[] {
  const values = suspects(header.factors).length;
  const combinations = expectedCombinations(header);
  const runs = header.full
    ? `${combinations} combinations`
    : `each alone, then about ${combinations} rows in which every two of them meet, then proofs`;
  const missing = header.ops.includes('erase') ? '' : ' (nothing is erased or written)';
  return [
    `${header.board}: ${values} values of ${header.factors.length} factors: ${runs}; ${header.ops.join(', ')} after each jump${missing}`,
    ...leftOut.map(
      ({ factor, values: some, why }) => `left out: ${factor}${some === undefined ? '' : `=${some.join(',')}`}: ${why}`,
    ),
  ];
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Lines between two reports where nobody watches: a log, not a film. */
const EVERY = 20;

/** Shows how far a sweep is: one line that changes on a terminal, a line now and then in a log; rig faults always. */
export function sweepProgress(terminal: Terminal): { row(progress: SweepProgress): void; end(): void } {
  const live = terminal.isTTY === true;
  let open = false;
  return {
    row({ row, stage, left, leftMs }) {
      if (row.fault !== undefined) {
        terminal.write(
          `${open ? '\r\u001b[K' : ''}row ${row.n} is no result, the rig failed: ${row.fault} (${words(row.set)})\n`,
        );
        open = false;
      }
      const about = stage === 'proof' ? 'at least ' : 'about ';
      const text = `row ${row.n}, ${stage}: ${left} to go, ${about}${durationText(leftMs)}`;
      if (live) {
        terminal.write(`\r\u001b[K${text.slice(0, (terminal.columns ?? 80) - 1)}`);
        open = true;
      } else if (row.n % EVERY === 0) {
        terminal.write(`${text}\n`);
      }
    },
    end() {
      if (open) terminal.write('\r\u001b[K');
      open = false;
    },
  };
}

/** `45 s`, `3 min 20 s`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
