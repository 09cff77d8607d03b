import type { BoardWires } from '../board/bench-types.ts';
import { type HilError, isHilError } from '../error/hil-error.ts';
import { judge } from './doctor-judge.ts';
import { type LookOptions, lookAtBoard } from './doctor-look.ts';
import { type Finding, failure } from './finding.ts';
import { type Lease, takeLease } from './lease.ts';
import type { BoardEntry, Rig } from './rig.ts';
import { chooseBoards, wiresOf } from './supervisor.ts';
import { startVirtualBoards, type VirtualProcess } from './virtual-process.ts';

/** The examination of one board: plain data. */
export interface Examination {
  readonly board: string;
  readonly chip: string;
  readonly kind: 'virtual' | 'real';
  readonly findings: readonly Finding[];
}

/** How long to wait for a board that another process uses: a person waits for the answer. */
const LEASE_MS = 1_000;

/**
 * Examines boards of a rig without changing or disturbing them. Virtual boards are started for it and ended after it. What is wrong is
 * a finding, never an exception.
 * @param names boards; all of the rig if undefined
 * @throws HilError 612 (no such board)
 */
export async function examineRig(
  rig: Rig,
  names: readonly string[] | undefined,
  options: LookOptions = {},
): Promise<readonly Examination[]> {
  const entries = chooseBoards(rig, names);
  const virtualNames = entries.filter((entry) => entry.kind === 'virtual').map((entry) => entry.name);
  let virtual: VirtualProcess | undefined;
  let notStarted: HilError | undefined;
  if (virtualNames.length > 0) {
    try {
      virtual = await startVirtualBoards(rig.file, virtualNames);
    } catch (error) {
      if (!isHilError(error)) throw error;
      notStarted = error;
    }
  }
  try {
    return await Promise.all(
      entries.map(async (entry): Promise<Examination> => {
        const about = { board: entry.name, chip: entry.chip, kind: entry.kind };
        if (entry.kind === 'virtual' && notStarted !== undefined) {
          const advice = 'build the tool and its firmware (`npm run set-up`), then start `hil virtual` alone.';
          return { ...about, findings: [failure('virtual board', entry.name, notStarted, advice)] };
        }
        try {
          const wires = wiresOf(entry, virtual?.endpoints.get(entry.name));
          return { ...about, findings: await examineLeased(entry, wires, options) };
        } catch (error) {
          if (!isHilError(error)) throw error;
          return { ...about, findings: [failure('board', entry.name, error, 'run `hil doctor` again.')] };
        }
      }),
    );
  } finally {
    await virtual?.stop();
  }
}

async function examineLeased(entry: BoardEntry, wires: BoardWires, options: LookOptions): Promise<readonly Finding[]> {
  let lease: Lease | undefined;
  // Two programs at one ST-Link would disturb each other; a virtual board that was started for this has no other user.
  if (entry.kind === 'real') lease = await takeLease(`probe ${entry.probeSerial}`, `doctor of ${entry.name}`, LEASE_MS);
  try {
    return await examine(wires, options);
  } finally {
    await lease?.release();
  }
}

/** Examines one board that is reached by `wires`. */
export async function examine(wires: BoardWires, options: LookOptions = {}): Promise<readonly Finding[]> {
  return judge(wires, await lookAtBoard(wires, options));
}

/** The worst verdict of several boards. */
export function worstOf(examinations: readonly Examination[]): Finding['verdict'] {
  const verdicts = new Set(examinations.flatMap(({ findings }) => findings.map(({ verdict }) => verdict)));
  if (verdicts.has('failed')) return 'failed';
  return verdicts.has('attention') ? 'attention' : 'ok';
}

/** For a person: a block per board, a line per finding, below it what to do. */
export function formatExaminations(examinations: readonly Examination[]): string {
  const verdictWidth = 'attention'.length;
  const lines = examinations.flatMap(({ board, chip, kind, findings }) => {
    const width = Math.max(...findings.map(({ what }) => what.length));
    return [
      `${board} (${chip}, ${kind})`,
      ...findings.flatMap(({ what, verdict, saw, oneThingToDo }) => [
        `  ${verdict.padEnd(verdictWidth)}  ${what.padEnd(width)}  ${saw.trim().replace(/\s*\n\s*/g, ' | ')}`,
        ...(oneThingToDo === undefined ? [] : [`${' '.repeat(verdictWidth + width + 6)}do: ${oneThingToDo}`]),
      ]),
      '',
    ];
  });
  const count = (verdict: Finding['verdict']): number =>
    examinations.flatMap(({ findings }) => findings).filter((finding) => finding.verdict === verdict).length;
  const boards = `${examinations.length} board${examinations.length === 1 ? '' : 's'}`;
  return [...lines, `${boards}: ${count('ok')} ok, ${count('attention')} attention, ${count('failed')} failed`].join(
    '\n',
  );
}
