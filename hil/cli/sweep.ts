import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Bench } from '../board/bench-types.ts';
import { type SweepOp, sweepOps } from '../diagnose/sweep-row.ts';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { HilError, isHilError } from '../error/hil-error.ts';
import { siliconLine } from '../report/silicon.ts';
import { loadRig } from '../rig/load-rig.ts';
import { chooseBoards } from '../rig/supervisor.ts';
import { type Factor, factorsFor, type LeftOut } from '../sweep/factors.ts';
import { beginJournal, resumeJournal, type SweepHeader } from '../sweep/journal.ts';
import { matrixOf } from '../sweep/matrix.ts';
import { matrixText } from '../sweep/matrix-text.ts';
import { createPlan, expectedCombinations, type SweepSpec } from '../sweep/plan.ts';
import { announcement, sweepProgress } from '../sweep/progress.ts';
import { runRow } from '../sweep/run-row.ts';
import { runSweep } from '../sweep/run-sweep.ts';
import { sentencesOf } from '../sweep/sentences.ts';
import { sweepPages } from '../sweep/sweep-pages.ts';
import { VIRTUAL, writeSweep } from '../sweep/write-sweep.ts';
import { DEFAULT_REPORTS, DEFAULT_RIG } from './defaults.ts';
import { withBoard } from './with-bench.ts';

interface SweepOptions {
  readonly rig: string;
  readonly board: string;
  readonly factors?: string[];
  readonly ops?: string;
  readonly full?: boolean;
  readonly seed: string;
  readonly resume?: boolean;
  readonly maxRows: string;
  readonly reports: string;
  readonly yesFirstContact?: boolean;
}

/** `hil sweep`: which of the things one can do otherwise in a handover break what the host does after it. */
export function addSweep(program: Command): void {
  program
    .command('sweep')
    .description('find what in the handover breaks entering, reading, erasing, writing and GO on a board')
    .requiredOption('--board <name>', 'board of the rig file')
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option(
      '--factors <factor...>',
      'settings of the application under test, as `name` or `name=value,value`; all if not given',
    )
    .option('--ops <list>', `of ${sweepOps.join(',')}; all if not given`)
    .option('--full', 'every combination instead of every pair')
    .option('--seed <number>', 'of the combinations', '1')
    .option('--max-rows <number>', 'refuse a sweep with more rows', '2000')
    .option('--resume', 'go on with the journal of a sweep that was broken off')
    .option('--reports <folder>', 'where reports go', DEFAULT_REPORTS)
    .option('--yes-first-contact', 'flash of a board met for the first time may be overwritten (it is saved first)')
    .action(async (options: SweepOptions) => {
      process.exitCode = await sweep(options);
    });
}

const TURN_MS = 60 * 60_000;
const LOOK_MS = 60_000;
/** A signal, the end of the virtual boards' process: there is no going on. */
const FATAL = [506, 240];

async function sweep(options: SweepOptions): Promise<ExitCode> {
  const rig = loadRig(options.rig);
  chooseBoards(rig, [options.board]);
  const asked = opsOf(options.ops);
  const seed = wholeNumber('--seed', options.seed);
  const maxRows = wholeNumber('--max-rows', options.maxRows);
  const use = {
    rig,
    board: options.board,
    verb: 'hil sweep',
    reports: options.reports,
    agreed: options.yesFirstContact === true,
  };
  return withBoard(use, async ({ wires, folder, turn }) => {
    const { header, leftOut, pages } = await turn({
      title: 'what there is',
      deadlineMs: LOOK_MS,
      work: async (bench) => {
        const { factors, leftOut } = await available(bench, factorsFor(bench.chip, options.factors));
        const ops = asked.filter((op) => bench.permissions.erase !== 'none' || (op !== 'erase' && op !== 'write'));
        const application = bench.image('handover');
        const hash = createHash('sha256');
        for (const { bytes } of application.segments) hash.update(bytes);
        const header: SweepHeader = {
          board: wires.board,
          kind: wires.kind,
          chip: wires.chip,
          romId: await bench.romId(),
          application: hash.digest('hex'),
          factors: factors.map(({ factor, values }) => ({ factor, values })),
          ops,
          seed,
          full: options.full === true,
        };
        return { header, leftOut, pages: sweepPages(bench.chip, application) };
      },
    });
    const spec: SweepSpec = header;
    const plan = createPlan(spec);
    for (const text of announcement(header, leftOut)) say(text);
    const combinations = expectedCombinations(spec);
    if (combinations > maxRows) {
      throw new HilError(663, `the sweep has ${combinations} combinations, more than the ${maxRows} of --max-rows`, {
        blame: 'test',
        context: { combinations, maxRows },
      });
    }
    const path = join(folder, `${wires.board}.jsonl`);
    const journal = options.resume === true ? resumeJournal(path, header) : beginJournal(path, header);
    if (journal.rows.length > 0) say(`going on after row ${journal.rows.length} of ${path}`);
    const progress = sweepProgress(process.stderr);
    const rows = await runSweep({
      plan,
      journal,
      turn: (work) =>
        turn({
          title: 'rows',
          deadlineMs: TURN_MS,
          work: (bench) => {
            pages.doubt();
            return work(({ set, ops }) => runRow(bench, pages, set, ops));
          },
        }),
      isFatal: (error) => isHilError(error) && FATAL.includes(error.code),
      onRow: progress.row,
    })
      .catch((error: unknown) => {
        say(`${path} holds the rows so far; the same command with --resume goes on with them`);
        throw error;
      })
      .finally(progress.end);
    const analysis = plan.analyse(rows);
    const { isTTY, columns } = process.stdout;
    say('');
    say(matrixText(matrixOf(header, analysis), { width: columns ?? 100, colour: isTTY === true }));
    say('');
    for (const text of sentencesOf(analysis, rows)) say(text);
    if (header.kind === 'virtual') say(VIRTUAL);
    const silicon = siliconLine([header.chip]);
    say(silicon);
    for (const file of writeSweep(folder, { silicon, header, rows, analysis })) say(file);
    return exitCode.passed;
  });
}

/** The firmware of a small part may not have a setting or value: it is asked. */
async function available(
  bench: Bench,
  catalogue: { readonly factors: readonly Factor[]; readonly leftOut: readonly LeftOut[] },
): Promise<typeof catalogue> {
  const app = await bench.flash('handover');
  const leftOut = [...catalogue.leftOut];
  const factors: Factor[] = [];
  for (const factor of catalogue.factors) {
    const values: string[] = [];
    for (const value of factor.values) {
      try {
        await app.set({ [factor.factor]: value });
        values.push(value);
      } catch (error) {
        if (!isHilError(error) || error.code !== 421) throw error;
      }
    }
    const missing = factor.values.filter((value) => !values.includes(value));
    if (missing.length > 0) {
      const some = values.length === 0 ? {} : { values: missing };
      leftOut.push({ factor: factor.factor, ...some, why: 'the application of this part does not have it' });
    }
    if (values.length > 1) factors.push({ ...factor, values });
  }
  await app.defaults();
  return { factors, leftOut };
}

function opsOf(list: string | undefined): readonly SweepOp[] {
  if (list === undefined) return sweepOps;
  const named = list.split(',');
  const unknown = named.find((name) => !(sweepOps as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new HilError(612, `no operation is called '${unknown}'; there are ${sweepOps.join(', ')}`, { blame: 'test' });
  }
  return sweepOps.filter((op) => op === 'enter' || named.includes(op));
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new HilError(612, `${option} takes a whole number, not '${text}'`, { blame: 'test' });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
