import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { HilError } from '../error/hil-error.ts';
import { boardProjects, shippedSuites } from '../jest/board-projects.ts';
import { PATIENCE, readPatience } from '../jest/patience.ts';
import { readPlan, readResults } from '../jest/plan-file.ts';
import { prepareReports } from '../report/prepare-reports.ts';
import { type RunReport, writeReports } from '../report/write-reports.ts';
import { holdFirstContact } from '../rig/first-contact.ts';
import { loadRig } from '../rig/load-rig.ts';
import { packageRoot } from '../rig/paths.ts';
import type { Rig } from '../rig/rig.ts';
import { chooseBoards, type RunningRig, startRig } from '../rig/supervisor.ts';
import { DEFAULT_REPORTS, DEFAULT_RIG } from './defaults.ts';
import { type JestProcess, startJest } from './jest-process.ts';
import { runOwnApp } from './run-app.ts';

interface RunOptions {
  readonly rig: string;
  readonly board?: string[];
  readonly suite?: string[];
  readonly suites: string;
  readonly reports: string;
  readonly allowSkip?: string;
  readonly forbidSkips?: boolean;
  readonly patience?: string;
  readonly yesFirstContact?: boolean;
  readonly app?: string;
}

/** `hil run`: every suite on every board of a rig. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('run suites on the boards of a rig')
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option('--board <name...>', 'boards of the rig file; all if not given')
    .option('--suite <name...>', 'suites, as `go` for go.hil.ts; all if not given')
    .option('--suites <folder>', 'folder with *.hil.ts files', shippedSuites())
    .option('--reports <folder>', 'where reports go', DEFAULT_REPORTS)
    .option('--allow-skip <reason>', 'planned tests without a verdict are no rig fault, for this reason')
    .option('--forbid-skips', 'a skipped test fails the run')
    .option('--patience <factor>', 'tests may take so many times as long, 1 to 20: for a slow machine')
    .option(
      '--yes-first-contact',
      'flash and option bytes of a board met for the first time may be overwritten (they are saved first)',
    )
    .option(
      '--app <file>',
      'instead of suites: take this ELF, HEX or BIN through jump, ROM and back (docs/your-firmware.md)',
    )
    .option('--call <symbol>', 'with --app: the function that jumps, called by the probe')
    .option('--trigger <what>', "with --app: what makes it jump: 'uart:TEXT', button, or none")
    .option('--alive <sign>', "with --app: what shows that it works: 'uart:TEXT', 'uart:QUESTION=>ANSWER', symbol:NAME")
    .option('--go <target>', 'with --app: vector-table (default), ram-stub, a symbol or an address')
    .option('--baud <rate>', 'with --app: baud rate of its console (default: 115200)')
    .option('--format <frame>', 'with --app: frame of its console (default: 8N1)')
    .option('--within <seconds>', 'with --app: time for the jump, and for the way back (default: 5)')
    .option('--watch <seconds>', 'with --app: how long its life is observed before and after (default: 1.2)')
    .option('--with <file>', 'with --app: another image that goes along, e.g. the loader in front of it')
    .option('--no-diagnosis', 'with --app: do not repeat a failed stage to find its cause')
    .option('--at <address>', 'with --app: where a BIN file goes (default: the base of flash)')
    .action(async (options: RunOptions, command: Command) => {
      requireOneKind(command);
      process.exitCode = await (options.app === undefined ? run(options) : runOwnApp({ ...options, app: options.app }));
    });
}

const OF_SUITES = ['suite', 'suites', 'allowSkip', 'forbidSkips', 'patience'];
const OF_AN_APP = ['call', 'trigger', 'alive', 'go', 'baud', 'format', 'within', 'watch', 'with', 'diagnosis', 'at'];

/** An option that would be ignored is a misunderstanding. @throws HilError 612 */
function requireOneKind(command: Command): void {
  const given = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  const withApp = given('app');
  const ignored = command.options.filter(
    (option) => given(option.attributeName()) && (withApp ? OF_SUITES : OF_AN_APP).includes(option.attributeName()),
  );
  if (ignored.length === 0) return;
  const names = ignored.map(({ long }) => long).join(', ');
  throw new HilError(
    612,
    withApp ? `${names} belongs to suites, not to --app` : `${names} belongs to --app, which is not given`,
    {
      blame: 'test',
      context: { ignored: names },
    },
  );
}

async function run(options: RunOptions): Promise<ExitCode> {
  const rig = withAllowance(loadRig(options.rig), options.allowSkip);
  const boards = chooseBoards(rig, options.board);
  requireSuites(resolve(options.suites), options.suite);
  const reports = resolve(options.reports);
  prepareReports(reports);
  if (options.patience !== undefined) process.env[PATIENCE] = String(readPatience(options.patience));
  if (options.forbidSkips === true) process.env.HIL_FORBID_SKIPS = '1';
  process.stdout.write(`${boards.map((board) => board.name).join(', ')} from ${options.rig}\n`);
  const running = await startRig(rig, {
    boards: boards.map((board) => board.name),
    reports,
    beforeRealBoard: (wires, entry) =>
      holdFirstContact(wires, entry, { reports, agreed: options.yesFirstContact === true }),
  });
  try {
    const configPath = join(reports, '.run/jest.config.json');
    const config = {
      rootDir: packageRoot(),
      projects: boardProjects({
        boards: boards.map((board) => board.name),
        suites: resolve(options.suites),
        ...(options.suite === undefined ? {} : { only: options.suite }),
      }),
      reporters: [join(packageRoot(), 'dist/jest/reporter.js')],
      maxWorkers: boards.length + 1,
    };
    writeFileSync(configPath, JSON.stringify(config, null, 2));
    return await supervise(running, startJest(configPath), reports);
  } finally {
    await running.stop();
  }
}

/** Waits for Jest, for something below it that breaks, or for a signal, and makes an exit code of what came first. */
async function supervise(running: RunningRig, jest: JestProcess, reports: string): Promise<ExitCode> {
  const signalled = new Promise<string>((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(`ended by ${signal}`));
  });
  const broken = await Promise.race([jest.ended.then(() => undefined), running.broken, signalled]);
  if (broken !== undefined) {
    await jest.kill();
    return settle(writeReports(running.session, readPlan(reports), readResults(reports), broken).exitCode);
  }
  const written = join(reports, 'run.json');
  if (existsSync(written)) return settle((JSON.parse(readFileSync(written, 'utf8')) as RunReport).outcome.exitCode);
  const how = await jest.ended;
  return settle(
    writeReports(running.session, readPlan(reports), readResults(reports), `Jest wrote no report; it ${how}`).exitCode,
  );
}

function settle(code: 0 | 1 | 3): ExitCode {
  return code === 0 ? exitCode.passed : code === 1 ? exitCode.testFailed : exitCode.rigFault;
}

function withAllowance(rig: Rig, reason: string | undefined): Rig {
  return reason === undefined ? rig : { ...rig, allowedSkips: [...rig.allowedSkips, { reason }] };
}

function requireSuites(folder: string, names: readonly string[] | undefined): void {
  for (const name of names ?? []) {
    if (['ts', 'mjs'].some((ending) => existsSync(join(folder, `${name}.hil.${ending}`)))) continue;
    throw new HilError(612, `there is no suite '${name}' in ${folder}`, { blame: 'test', context: { name, folder } });
  }
}
