import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { textTable } from '../case/text-table.ts';
import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { HilError } from '../error/hil-error.ts';
import { didYouMean } from '../error/yaml-problems.ts';
import { openQuestions } from '../measure/all-questions.ts';
import { type Asked, askQuestion, describeChip, planQuestions } from '../measure/measure-board.ts';
import { fileNameOf, type Measurement, measurementText } from '../measure/measurement.ts';
import type { Cost, Question } from '../measure/question.ts';
import { siliconFolder, siliconLine } from '../report/silicon.ts';
import { loadRig } from '../rig/load-rig.ts';
import { packageVersion } from '../rig/paths.ts';
import { chooseBoards } from '../rig/supervisor.ts';
import { DEFAULT_REPORTS, DEFAULT_RIG } from './defaults.ts';
import { replayFolder } from './measure-replay.ts';
import { type HeldBoard, withBoard } from './with-bench.ts';

interface MeasureOptions {
  readonly rig: string;
  readonly board?: string;
  readonly question?: string[];
  readonly allow: Cost[];
  readonly reports: string;
  readonly list?: boolean;
  readonly replay?: string | true;
  readonly yesFirstContact?: boolean;
}

const COSTS: readonly Cost[] = ['pages', 'mass', 'write_protection'];
/** A question enters the ROM twice at most. */
const QUESTION_MS = 60_000;

/** `hil measure`: what silicon says to the questions that documents leave open. */
export function addMeasure(program: Command): void {
  program
    .command('measure')
    .description('ask a real chip what its documents leave open; the answers can be contributed (docs/silicon.md)')
    .option('--rig <file>', 'rig file', DEFAULT_RIG)
    .option('--board <name>', 'board of the rig file; may be left out if there is one')
    .option('--question <id...>', 'questions by name; all that concern the part if not given')
    .option('--allow <cost...>', `what asking may cost: ${COSTS.join(', ')}; default: nothing, reads only`, costs, [])
    .option('--list', 'print the questions that concern the board, and ask nothing')
    .option(
      '--replay [folder]',
      'compare the virtual boards, or the one named, with the measurements of a folder (default: fixtures/silicon)',
    )
    .option('--reports <folder>', 'where answers are written', DEFAULT_REPORTS)
    .option('--yes-first-contact', 'flash and option bytes of a board met for the first time may be overwritten')
    .action(async (options: MeasureOptions) => {
      process.exitCode = await measure(options);
    });
}

function costs(word: string, before: Cost[]): Cost[] {
  const cost = COSTS.find((one) => one === word);
  if (cost === undefined) throw new InvalidArgumentError(`there are ${COSTS.join(', ')}.`);
  return [...before, cost];
}

async function measure(options: MeasureOptions): Promise<ExitCode> {
  const rig = loadRig(options.rig);
  if (options.replay !== undefined) {
    const folder = options.replay === true ? siliconFolder() : resolve(options.replay);
    chooseBoards(rig, options.board === undefined ? undefined : [options.board]);
    return replayFolder(rig, options.board, folder, { verb: 'hil measure', reports: options.reports });
  }
  const boards = chooseBoards(rig, options.board === undefined ? undefined : [options.board]);
  const [entry, ...others] = boards;
  if (entry === undefined || others.length > 0) {
    throw new HilError(
      612,
      `hil measure asks one board; name it by --board: ${boards.map(({ name }) => name).join(', ')}`,
      { blame: 'test' },
    );
  }
  requireQuestions(entry.chip, options.question);
  if (options.list === true) {
    process.stdout.write(`${listText(entry.chip)}\n`);
    return exitCode.passed;
  }
  const use = {
    rig,
    board: entry.name,
    verb: 'hil measure',
    reports: options.reports,
    ...(options.yesFirstContact === true ? { agreed: true } : {}),
  };
  return withBoard(use, (held) => askAll(held, options));
}

/** @throws HilError 682 */
function requireQuestions(chip: string, names: readonly string[] = []): void {
  const known = openQuestions(chip).map(({ id }) => id);
  for (const name of names) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known) || `; there are ${known.join(', ')}`;
    throw new HilError(682, `no open question of the ${chip} is called '${name}'${hint}`, { blame: 'test' });
  }
}

function listText(chip: string): string {
  const rows = openQuestions(chip).map(({ id, question, behaviours }) => [
    id,
    question?.cost ?? 'by hand',
    question?.asks ?? behaviours.map((row) => row.behaviour).join('; '),
  ]);
  return `${siliconLine([chip])}\n\n${textTable([['question', 'costs', 'asks'], ...rows], 80)}`;
}

async function askAll({ turn, wires, folder }: HeldBoard, options: MeasureOptions): Promise<ExitCode> {
  const { chip, plan } = await turn({
    title: 'who are you',
    deadlineMs: QUESTION_MS,
    work: async (bench) => {
      const described = await describeChip(bench);
      return {
        chip: described,
        plan: planQuestions(bench, described.rom_id, {
          costs: options.allow,
          ...(options.question === undefined ? {} : { only: options.question }),
        }),
      };
    },
  });
  const results: Asked[] = [];
  for (const { id, question, whyNot } of plan) {
    const asked = await (whyNot === undefined
      ? turn({ title: id, deadlineMs: QUESTION_MS, work: (bench) => askQuestion(bench, question as Question) })
      : Promise.resolve<Asked>({ id, how: 'not asked', why: whyNot }));
    results.push(asked);
    process.stdout.write(`${lineOf(asked)}\n`);
  }
  const target = join(folder, wires.kind === 'real' ? 'silicon' : 'model');
  const written = writeAnswers(target, chip, results);
  const counts = (how: Asked['how']): number => results.filter((one) => one.how === how).length;
  process.stdout.write(
    `\n${counts('answered')} answered, ${counts('no answer')} without an answer, ${counts('not asked')} not asked\n${
      wires.kind === 'real'
        ? `${written} files in ${target}: copy them to fixtures/silicon and contribute them (docs/silicon.md)`
        : `${wires.board} is virtual: ${target} holds what is modelled, which is no measurement`
    }\n`,
  );
  return counts('no answer') > 0 ? exitCode.testFailed : exitCode.passed;
}

function lineOf(asked: Asked): string {
  if (asked.how === 'answered') {
    const values = Object.entries(asked.answered.answer).map(([name, value]) => `${name}: ${value}`);
    return `${asked.id}  ${values.join(', ')}`;
  }
  return `${asked.id}  ${asked.how}: ${asked.why.split('\n')[0]}`;
}

function writeAnswers(
  folder: string,
  chip: Awaited<ReturnType<typeof describeChip>>,
  results: readonly Asked[],
): number {
  mkdirSync(folder, { recursive: true });
  const answered = results.flatMap((asked) => (asked.how === 'answered' ? [asked] : []));
  for (const { id, answered: one } of answered) {
    const measurement: Measurement = {
      ...chip,
      question: id,
      answer: { ...one.answer },
      evidence: { ...one.evidence },
      date: new Date().toISOString().slice(0, 10),
      tool: `stm32-hil ${packageVersion()}`,
    };
    writeFileSync(join(folder, fileNameOf(measurement)), measurementText(measurement));
  }
  return answered.length;
}
