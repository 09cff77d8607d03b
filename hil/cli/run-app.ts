import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makePlan, type PlanWords } from '../app/plan.ts';
import { closingText, openingText, reportText, stageText } from '../app/report-text.ts';
import { type AppReport, runApp } from '../app/run-app.ts';
import { stages } from '../app/stage.ts';
import { triggerText } from '../app/trigger.ts';
import type { BoardWires } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { formatError } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { type Image, imageSize, makeImage } from '../image/image.ts';
import { loadImage } from '../image/load.ts';
import { prepareReports } from '../report/prepare-reports.ts';
import { countLine } from '../report/table.ts';
import type { PlannedTest, TestResult } from '../report/verdict.ts';
import { keepReports } from '../report/write-reports.ts';
import { loadRig } from '../rig/load-rig.ts';
import type { BoardEntry, Rig } from '../rig/rig.ts';
import { chooseBoards } from '../rig/supervisor.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { withBoard } from './with-bench.ts';

export interface RunAppOptions extends PlanWords {
  readonly app: string;
  /** Address of a BIN file. */
  readonly at?: string;
  readonly rig: string;
  readonly board?: readonly string[];
  readonly reports: string;
  readonly yesFirstContact?: boolean;
  /** Another image that goes along, e.g. the loader in front of the application. */
  readonly with?: string;
  /** `--no-diagnosis` */
  readonly diagnosis?: boolean;
}

const VERB = 'hil run --app';
const SUITE = 'your-firmware';
/** Some ten repetitions of the story up to where it failed. */
const DIAGNOSIS_MS = 300_000;
/** A person is told, walks to the board and presses. */
const PERSON_S = '30';

/**
 * `hil run --app`: takes an application of the user's through the whole story on one board after the other, and judges it. Exit codes
 * as of `hil run`. The board keeps the application.
 * @throws HilError 612, 614, 620 to 629, 670 to 672 before a board is touched
 */
export async function runOwnApp(options: RunAppOptions): Promise<ExitCode> {
  const rig = loadRig(options.rig);
  const entries = boardsFor(rig, options);
  const jobs = entries.map((entry) => jobFor(entry, options));
  const folder = join(resolve(options.reports), 'run-app');
  prepareReports(folder);
  const boards: BoardWires[] = [];
  const results: TestResult[] = [];
  const broken: unknown[] = [];
  for (const job of jobs) {
    try {
      const report = await onBoard(rig, job, options, folder, (wires) => boards.push(wires));
      results.push(...resultsOf(report));
      writeFileSync(join(folder, `${report.board}.json`), `${JSON.stringify(report, null, 2)}\n`);
      writeFileSync(join(folder, `${report.board}.txt`), reportText(report));
    } catch (error) {
      process.stderr.write(`${formatError(error)}\n`);
      broken.push(error);
    }
  }
  const planned = entries.flatMap(({ name }) => planOf(name));
  const { outcome, silicon } = keepReports(
    { reports: folder, boards, allowedSkips: [] },
    planned,
    results,
    broken.length === 0 ? undefined : broken.map(messageOf).join('; '),
  );
  process.stdout.write(`${silicon}\n${countLine(outcome)}\nreports: ${folder}\n`);
  if (outcome.exitCode === 0) return exitCode.passed;
  return outcome.exitCode === 1 ? exitCode.testFailed : brokenBy(broken);
}

/** A board that was not free, or that nobody agreed to change, is no fault of the rig, unless something else was. */
function brokenBy(errors: readonly unknown[]): ExitCode {
  const [first, ...others] = new Set(errors.map(exitCodeOf));
  return first === undefined || others.length > 0 ? exitCode.rigFault : first;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Job {
  readonly entry: BoardEntry;
  readonly image: Image;
  readonly words: PlanWords;
}

/** @throws HilError 612 when it is not clear which board is meant */
function boardsFor(rig: Rig, { board }: RunAppOptions): readonly BoardEntry[] {
  if (board !== undefined || rig.boards.length === 1) return chooseBoards(rig, board);
  const known = rig.boards.map(({ name, chip }) => `${name} (${chip})`);
  throw new HilError(
    612,
    `say with --board on which board of ${rig.file} it is to run; there are ${known.join(', ')}`,
    {
      blame: 'test',
    },
  );
}

/** Everything about the image and the words that can be wrong is told before a board is touched. */
function jobFor(entry: BoardEntry, options: RunAppOptions): Job {
  const chip = chipNamed(entry.chip);
  const alone = loadImage(options.app, binAddress(options.at) ?? chip.flash.base);
  const image = options.with === undefined ? alone : together(alone, loadImage(options.with, chip.flash.base));
  if (options.trigger === 'button' && entry.kind === 'virtual' && chip.board.buttonPin === undefined) {
    throw new HilError(672, `${entry.name}: this board has no button`, { blame: 'test' });
  }
  const byPerson = options.trigger === 'button' && entry.kind === 'real';
  if (byPerson && !hasTerminal()) {
    throw new HilError(672, `${entry.name}: nobody can press its button: there is no terminal to ask at`, {
      blame: 'test',
    });
  }
  const words = byPerson && options.within === undefined ? { ...options, within: PERSON_S } : options;
  makePlan(image, chip, words);
  return { entry, image, words };
}

/** Symbols and build attributes are the application's. @throws HilError 626 if they overlap */
function together(application: Image, other: Image): Image {
  const { name, segments, ...more } = application;
  return makeImage(`${name} with ${other.name}`, [...segments, ...other.segments], more);
}

function binAddress(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const address = Number(text.replaceAll('_', ''));
  if (text.trim() !== '' && Number.isInteger(address) && address >= 0) return address;
  throw new HilError(670, `--at '${text}' is no address`, { blame: 'test', context: { text } });
}

async function onBoard(
  rig: Rig,
  { entry, image, words }: Job,
  options: RunAppOptions,
  folder: string,
  meet: (wires: BoardWires) => void,
): Promise<AppReport> {
  const plan = makePlan(image, chipNamed(entry.chip), words);
  const opening = { text: triggerText(plan.chosen.trigger), why: plan.chosen.why };
  process.stdout.write(
    `${openingText({ board: entry.name, chip: entry.chip, image: image.name, trigger: opening })}\n\n`,
  );
  const use = {
    rig,
    board: entry.name,
    verb: VERB,
    reports: options.reports,
    folder: 'run-app',
    agreed: options.yesFirstContact === true,
    leaveWith: image,
  };
  const report = await withBoard(use, ({ wires, turn }) => {
    meet(wires);
    if (wires.rom === undefined) {
      throw new HilError(430, `${entry.name}: no wire of the rig reaches the ROM of the ${entry.chip}`, {
        blame: 'rig',
        context: { folder },
      });
    }
    return turn({
      title: VERB,
      deadlineMs: deadlineFor(image, plan),
      work: (bench) =>
        runApp(bench, plan, {
          sharedLine: wires.rom === wires.console,
          announce: (stage) => process.stdout.write(`${stageText(stage)}\n`),
          onDiagnosis: () => process.stdout.write('\nrepeating it for the diagnosis …\n'),
          withoutDiagnosis: options.diagnosis === false,
          ...(hasTerminal() ? { askForButton } : {}),
        }),
    });
  });
  process.stdout.write(`\n${closingText(report)}\n\n`);
  return report;
}

/** Everything that has a deadline of its own, with room: the image goes over a line of 115200 baud twice, and over SWD twice. */
function deadlineFor(
  image: Image,
  { withinMs, watchMs }: { readonly withinMs: number; readonly watchMs: number },
): number {
  return 120_000 + DIAGNOSIS_MS + imageSize(image) + 3 * withinMs + 4 * watchMs;
}

function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

async function askForButton(board: string): Promise<void> {
  process.stderr.write(`\nPress the button of ${board} now.\n`);
}

function planOf(board: string): readonly PlannedTest[] {
  return stages.map(([, title]) => ({ board, suite: SUITE, test: title }));
}

function resultsOf({ board, stages: results, explanation }: AppReport): readonly TestResult[] {
  const failed = results.find(({ verdict }) => verdict === 'failed');
  return results.map(({ title, verdict, ms, evidence, error }): TestResult => {
    const line = { board, suite: SUITE, test: title, ms };
    if (verdict === 'passed') return { ...line, verdict, errors: [] };
    if (verdict === 'not reached') {
      return { ...line, verdict: 'skipped', skip: `not reached: '${failed?.title}' failed`, errors: [] };
    }
    return {
      ...line,
      verdict,
      blame: error?.blame ?? 'unknown',
      errors: [[error?.text ?? '', ...evidence, ...(explanation ?? [])].join('\n')],
    };
  });
}
