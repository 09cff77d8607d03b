import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Case, type CaseVariant, concerns } from '../case/case.ts';
import { boardFor } from '../case/choose-board.ts';
import { describeCase } from '../case/describe-case.ts';
import { explainMarkdown, explainText } from '../case/explain.ts';
import { loadCaseNamed, loadCases } from '../case/load-case.ts';
import { type CaseRun, outcomeOf } from '../case/outcome.ts';
import { planned } from '../case/plan.ts';
import { runVariant, type VariantResult } from '../case/run-variant.ts';
import { fittedTable } from '../case/text-table.ts';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { HilError } from '../error/hil-error.ts';
import { didYouMean } from '../error/yaml-problems.ts';
import { slug } from '../jest/names.ts';
import { siliconLine } from '../report/silicon.ts';
import { loadRig } from '../rig/load-rig.ts';
import { caseProgramsFolder, casesFolder } from '../rig/paths.ts';
import type { BoardEntry, Rig } from '../rig/rig.ts';
import { DEFAULT_REPORTS, DEFAULT_RIG } from './defaults.ts';
import { withBoard } from './with-bench.ts';

const WIDTH = 118;

interface CaseOptions {
  readonly rig: string;
  readonly board?: string;
  readonly variant?: string[];
  readonly reports: string;
  readonly cases: string;
  readonly json?: boolean;
  readonly plan?: boolean;
  readonly yesFirstContact?: boolean;
}

/** `hil case`: bugs that were reported in public, made runnable. */
export function addCase(program: Command): void {
  const verb = program.command('case').description('bugs reported in public, made runnable (docs/cases.md)');
  const folder = ['--cases <folder>', 'folder with case files', casesFolder()] as const;
  verb
    .command('list')
    .description('the cases there are')
    .option(...folder)
    .option('--json', 'print one JSON document, for programs')
    .action((options: CaseOptions) => {
      const cases = loadCases(options.cases);
      process.stdout.write(`${options.json === true ? JSON.stringify(cases, null, 2) : listText(cases)}\n`);
    });
  verb
    .command('show <id>')
    .description('symptom, report, cause and variants of a case')
    .option(...folder)
    .option('--json', 'print one JSON document, for programs')
    .action((id: string, options: CaseOptions) => {
      const kase = loadCaseNamed(options.cases, id);
      process.stdout.write(`${options.json === true ? JSON.stringify(kase, null, 2) : describeCase(kase)}\n`);
    });
  verb
    .command('run <id...>')
    .description('run all variants of a case on a board and explain what is seen')
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option('--board <name>', 'board of the rig file; the first that the case concerns if not given')
    .option('--variant <name...>', 'variants by name; all if not given')
    .option('--reports <folder>', 'where reports go', DEFAULT_REPORTS)
    .option(...folder)
    .option('--json', 'print one JSON document, for programs')
    .option(
      '--plan',
      'the bench plan of a case that has one: more is read of each variant, and what it decides is said',
    )
    .option('--yes-first-contact', 'flash and option bytes of a board met for the first time may be overwritten')
    .action(async (ids: string[], options: CaseOptions) => {
      process.exitCode = await runCases(ids, options);
    });
}

function listText(cases: readonly Case[]): string {
  const rows = cases.map((kase) => [kase.id, kase.catalogue.join(' '), kase.title, partsText(kase)]);
  return fittedTable([['case', 'of', 'title', 'parts'], ...rows], WIDTH);
}

/** One that cannot be run is told from the others at a glance. */
function partsText({ chips, rom, not_testable: elsewhere }: Case): string {
  if (elsewhere !== undefined) return `not testable here (${elsewhere.parts})`;
  const ids = rom?.map((id) => `0x${id.toString(16).toUpperCase()}`).join(' ');
  return `${chips.join(' ')}${ids === undefined ? '' : ` (${ids})`}`;
}

/** Runs cases one after the other; the worst exit code wins: a failure over a rig fault. */
async function runCases(ids: readonly string[], options: CaseOptions): Promise<ExitCode> {
  const rig = loadRig(options.rig);
  const wanted = (kase: Case): Case => (options.plan === true ? planned(kase) : withoutPlan(kase));
  const plans = ids.map((id) => planOf(wanted(loadCaseNamed(options.cases, id)), rig, options));
  let worst: ExitCode = exitCode.passed;
  for (const { kase, entry, variants } of plans) {
    const run = await runCase(kase, entry, variants, rig, options);
    const { failures } = outcomeOf(run);
    writeReport(run, options);
    process.stdout.write(
      `${options.json === true ? JSON.stringify(reportOf(run), null, 2) : `${siliconLine([run.board.chip])}\n\n${explainText(run, caseProgramsFolder())}`}\n\n`,
    );
    for (const { variant, why } of failures)
      process.stderr.write(`${kase.id}: "${variant}" is not as it must be: ${why}\n`);
    if (failures.length > 0) worst = exitCode.testFailed;
  }
  return worst;
}

/** Without `--plan` nothing of it is shown. */
function withoutPlan({ plan: _, ...kase }: Case): Case {
  return kase;
}

interface Plan {
  readonly kase: Case;
  readonly entry: BoardEntry;
  readonly variants: readonly CaseVariant[];
}

/** @throws HilError 612 for a board or variant that is not there, 633 when the case concerns no board */
function planOf(kase: Case, rig: Rig, options: CaseOptions): Plan {
  const known = rig.boards.map((board) => board.name);
  if (options.board !== undefined && !known.includes(options.board)) {
    throw new HilError(
      612,
      `no board is named '${options.board}' in ${rig.file}${didYouMean(options.board, known) || `; there are ${known.join(', ')}`}`,
      { blame: 'test' },
    );
  }
  const candidates = rig.boards.map((entry) => ({ entry, ...entry, romId: romIdOf(entry) }));
  const { entry } = boardFor(kase, candidates, options.board);
  const mine = kase.variants.filter((variant) => concerns(variant, { chip: entry.chip, romId: romIdOf(entry) }));
  const names = mine.map(({ name }) => name);
  for (const name of options.variant ?? []) {
    if (!names.includes(name)) {
      throw new HilError(
        612,
        `${kase.id} has no variant '${name}'${didYouMean(name, names) || `; it has ${names.join(', ')}`}`,
        {
          blame: 'test',
        },
      );
    }
  }
  return { kase, entry, variants: mine.filter(({ name }) => options.variant?.includes(name) ?? true) };
}

function romIdOf(entry: BoardEntry): number | undefined {
  return entry.kind === 'virtual' ? entry.romId : undefined;
}

async function runCase(
  kase: Case,
  entry: BoardEntry,
  variants: readonly CaseVariant[],
  rig: Rig,
  options: CaseOptions,
): Promise<CaseRun> {
  const at = new Date().toISOString();
  const results: VariantResult[] = [];
  let romId: number | undefined;
  await withBoard(
    {
      rig,
      board: entry.name,
      verb: `hil case run ${kase.id}`,
      reports: options.reports,
      folder: 'cases',
      agreed: options.yesFirstContact === true,
    },
    async ({ turn }) => {
      for (const [i, variant] of variants.entries()) {
        if (process.stderr.isTTY) process.stderr.write(`${kase.id} ${i + 1}/${variants.length} ${variant.name}\n`);
        const result = await turn({
          title: variant.name,
          deadlineMs: kase.deadlineMs,
          ...(kase.needs.port === undefined ? {} : { port: kase.needs.port }),
          work: async (bench) => {
            romId ??= await bench.romId();
            await bench.probe.release();
            return runVariant(bench, kase, variant);
          },
        });
        results.push(result);
      }
    },
  );
  return {
    kase,
    board: { name: entry.name, chip: entry.chip, kind: entry.kind, romId: romId ?? 0 },
    results,
    at,
  };
}

function reportOf(run: CaseRun): object {
  const { kase, board, results, at } = run;
  return {
    silicon: siliconLine([board.chip]),
    at,
    case: kase.id,
    title: kase.title,
    catalogue: kase.catalogue,
    board,
    ...outcomeOf(run),
    cause: kase.cause,
    variants: results.map(({ variant, ...result }) => ({ name: variant.name, role: variant.role, ...result })),
  };
}

/** `reports/cases/<id>-<board>.json` and `.md` */
function writeReport(run: CaseRun, { reports }: CaseOptions): void {
  const folder = join(reports, 'cases');
  mkdirSync(folder, { recursive: true });
  const base = join(folder, slug(`${run.kase.id}-${run.board.name}`));
  writeFileSync(`${base}.json`, `${JSON.stringify(reportOf(run), null, 2)}\n`);
  writeFileSync(
    `${base}.md`,
    `${explainMarkdown(run, caseProgramsFolder())}\n${siliconLine([run.board.chip])}, ${run.at}\n`,
  );
}
