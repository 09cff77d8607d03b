import type { Command } from 'commander';
import { diagnosisOf } from '../app/explain.ts';
import { makePlan } from '../app/plan.ts';
import type { Bench } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { goOf, jumpOf } from '../diagnose/bench-provocation.ts';
import { diagnose, explainAsItStands } from '../diagnose/diagnose.ts';
import type { Diagnosis } from '../diagnose/diagnosis.ts';
import { diagnosisText } from '../diagnose/diagnosis-text.ts';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { HilError } from '../error/hil-error.ts';
import { loadImage } from '../image/load.ts';
import { siliconLine } from '../report/silicon.ts';
import { lookHot } from '../rig/hot-look.ts';
import { loadRig } from '../rig/load-rig.ts';
import { casesFolder } from '../rig/paths.ts';
import type { Rig } from '../rig/rig.ts';
import { chooseBoards, startRig } from '../rig/supervisor.ts';
import { DEFAULT_REPORTS, DEFAULT_RIG } from './defaults.ts';
import { repeatCase } from './diagnose-case.ts';
import { withBench } from './with-bench.ts';

interface DiagnoseCommand {
  readonly rig: string;
  readonly board: string;
  readonly reports: string;
  readonly jump?: boolean;
  readonly go?: string | boolean;
  readonly set?: string[];
  readonly app?: string;
  readonly call?: string;
  readonly command?: string;
  readonly case?: string;
  readonly cases: string;
  readonly variant?: string;
  readonly json?: boolean;
  readonly yesFirstContact?: boolean;
}

/** Some ten repetitions of an attempt, each with its waits. */
const DEADLINE_MS = 300_000;

/** `hil diagnose`: why does it not work? Ends with 1 when there is something that does not. */
export function addDiagnose(program: Command): void {
  program
    .command('diagnose')
    .description(
      'why a board does not enter its ROM or does not come back: explains it as it stands, or repeats a jump or GO with repairs until the cause is known',
    )
    .requiredOption('--board <name>', 'board of the rig file')
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option('--jump', 'repeat the jump of the application under test')
    .option('--go [address]', 'repeat GO, to the vector table in flash if no address is given')
    .option('--set <name=value...>', 'settings of the application under test (docs/handover.md)')
    .option('--case <id>', 'repeat what a case does (`hil case list`)')
    .option('--variant <name>', 'variant of the case; the first that is reported if not given')
    .option('--cases <folder>', 'folder with case files', casesFolder())
    .option('--app <file>', 'repeat the jump of an application of yours')
    .option('--call <symbol>', 'function of your application that jumps')
    .option('--command <text>', 'what to send to your application so that it jumps, as `uart:` of `hil run --app`')
    .option('--reports <folder>', 'where reports go', DEFAULT_REPORTS)
    .option('--json', 'print one JSON document, for programs')
    .option('--yes-first-contact', 'flash and option bytes of a board met for the first time may be overwritten')
    .action(async (options: DiagnoseCommand) => {
      process.exitCode = await run(options);
    });
}

async function run(options: DiagnoseCommand): Promise<ExitCode> {
  const rig = loadRig(options.rig);
  const attempt = attemptOf(rig, options);
  const diagnosis =
    attempt === undefined
      ? await asItStands(rig, options)
      : await attempt({
          rig,
          board: options.board,
          verb: 'hil diagnose',
          reports: options.reports,
          agreed: options.yesFirstContact === true,
          deadlineMs: DEADLINE_MS,
        });
  const silicon = siliconLine(chooseBoards(rig, [options.board]).map(({ chip }) => chip));
  process.stdout.write(
    `${options.json === true ? JSON.stringify({ silicon, ...diagnosis }, null, 2) : `${silicon}\n\n${diagnosisText(diagnosis)}`}\n`,
  );
  const fails = diagnosis.evidence.answer?.works === false;
  return fails ? exitCode.testFailed : exitCode.passed;
}

type Use = Parameters<typeof withBench>[0];

/** On the port of the case, if it is a case that is to be repeated; all else is told over USART. */
function attemptOf(rig: Rig, options: DiagnoseCommand): ((use: Use) => Promise<Diagnosis>) | undefined {
  const work = workOf(rig, options);
  if (work !== undefined) return (use) => withBench({ ...use, port: 'usart' }, work);
  if (options.case === undefined) return undefined;
  const repeat = repeatCase(options.cases, options.case, options.variant);
  return (use) => withBench({ ...use, port: repeat.port }, repeat.work);
}

/** What is to be repeated beside cases; undefined: nothing, the board is looked at. Everything wrong with the words is told here. */
function workOf(rig: Rig, options: DiagnoseCommand): ((bench: Bench<'usart'>) => Promise<Diagnosis>) | undefined {
  const [entry] = chooseBoards(rig, [options.board]);
  const settings = settingsOf(options.set ?? []);
  const asked = [
    options.jump === true,
    options.go !== undefined,
    options.case !== undefined,
    options.app !== undefined,
  ];
  if (asked.filter(Boolean).length > 1) {
    throw new HilError(612, 'only one of --jump, --go, --case and --app can be repeated at a time', { blame: 'test' });
  }
  if (options.app !== undefined) {
    const chip = chipNamed(entry?.chip ?? '');
    const plan = makePlan(loadImage(options.app, chip.flash.base), chip, appTrigger(options));
    return async (bench) => {
      const diagnosis = await diagnosisOf('entered', { bench, plan });
      return diagnosis ?? explainAsItStands(bench, { image: plan.image });
    };
  }
  if (options.go !== undefined) {
    const table = typeof options.go === 'string' ? addressOf(options.go) : undefined;
    return (bench) => diagnose(bench, goOf(bench, table ?? bench.chip.flash.base, settings));
  }
  if (options.jump === true || options.set !== undefined)
    return (bench) => diagnose(bench, jumpOf(bench, { settings }));
  return undefined;
}

function appTrigger({ call, command }: DiagnoseCommand): { readonly call?: string; readonly trigger?: string } {
  if (call !== undefined && command !== undefined) {
    throw new HilError(612, '--call and --command are two ways to make the application jump: give one', {
      blame: 'test',
    });
  }
  if (call !== undefined) return { call };
  return command === undefined ? {} : { trigger: `uart:${command}` };
}

function settingsOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value] = pair.split('=');
      if (value === undefined)
        throw new HilError(612, `--set '${pair}' is not of the form NAME=VALUE`, { blame: 'test' });
      return [name, value];
    }),
  );
}

function addressOf(text: string): number {
  const address = Number(text.replaceAll('_', ''));
  if (text.trim() !== '' && Number.isInteger(address) && address >= 0) return address;
  throw new HilError(612, `--go '${text}' is no address`, { blame: 'test' });
}

/** Hot attach: nothing is set off, and the board is left as it was found. */
async function asItStands(rig: Rig, { board, reports }: DiagnoseCommand): Promise<Diagnosis> {
  const running = await startRig(rig, { boards: [board], reports });
  try {
    const wires = running.session.boards[0];
    if (wires === undefined) throw new HilError(612, `no board is named '${board}'`, { blame: 'test' });
    const { result } = await lookHot(wires, async (probe) =>
      explainAsItStands({
        board,
        kind: wires.kind,
        chip: chipNamed(wires.chip),
        probe,
        romId: async () => (await probe.identity()).romId,
      }),
    );
    return result;
  } finally {
    await running.stop();
  }
}
