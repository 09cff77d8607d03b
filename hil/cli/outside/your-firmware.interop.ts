import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { AppReport } from '../../app/run-app.ts';
import type { StageId } from '../../app/stage.ts';
import type { RunReport } from '../../report/write-reports.ts';
import { packageRoot } from '../../rig/paths.ts';
import { makeProject, type Project } from './project.ts';

/** Each test runs a whole `hil`, some with a diagnosis of ten jumps. */
jest.setTimeout(300_000);

const parts = {
  g070: { chip: 'STM32G070RB', rom: 0xb4, folder: 'stm32g070rb' },
  l476: { chip: 'STM32L476RG', rom: 0xa3, folder: 'stm32l476rg' },
  f411: { chip: 'STM32F411RE', rom: 0xd0, folder: 'stm32f411re' },
  l031: { chip: 'STM32L031K6', rom: 0xc0, folder: 'stm32l031k6' },
} as const;
type Part = keyof typeof parts;

let project: Project;
afterEach(() => project.remove());

/** Firmware that knows nothing of this project (firmware/apps). */
const appFile = (part: Part, file: string): string =>
  join(packageRoot(), 'build/firmware/apps', parts[part].folder, file);

async function runApp(part: Part, file: string, words: readonly string[]) {
  const { chip, rom } = parts[part];
  project = makeProject(
    {},
    `boards:\n  - name: one\n    chip: ${chip}\n    virtual: { rom: ${rom}, seed: 5 }\n    permissions: { erase: mass }\n`,
  );
  const rig = join(project.folder, 'rig.yaml');
  const reports = join(project.folder, 'reports');
  // `run` of the project would bring its suites along.
  const { code, text } = await project.hilAsIs([
    'run',
    '--app',
    file,
    '--board',
    'one',
    '--rig',
    rig,
    '--reports',
    reports,
    ...words,
  ]);
  const inReports = (name: string): string => readFileSync(join(reports, 'run-app', name), 'utf8');
  return {
    code,
    text,
    report: () => JSON.parse(inReports('one.json')) as AppReport,
    reportText: () => inReports('one.txt'),
    junit: () => inReports('junit.xml'),
    run: () => JSON.parse(inReports('run.json')) as RunReport,
  };
}

const behindLoader = ['--with', appFile('l476', 'loader.elf')];

describe('firmware that is well passes each stage:', () => {
  test.each([
    ['called by the probe', 'g070', 'good.elf', ['--call', 'JumpToBootloader'], /as before the jump/],
    ['its function found by name, silent on all lines', 'f411', 'silent.elf', [], /the image has a function JumpTo/],
    [
      'asked on its console, as a BIN without symbols',
      'l031',
      'good.bin',
      ['--trigger', 'uart:B'],
      /it prints 'alive '/,
    ],
    [
      'behind a loader that goes along',
      'l476',
      'behind-loader.elf',
      ['--trigger', 'uart:B', ...behindLoader],
      /0x0800_4000/,
    ],
    ['at another baud rate', 'f411', 'slow-line.elf', ['--trigger', 'uart:B', '--baud', '9600'], /it prints 'alive '/],
    ['jumping by itself', 'l031', 'alone.elf', ['--trigger', 'none'], /by itself/],
    // The first look comes when it has long jumped, so how it lives before is not known.
    ['jumping before the first look', 'g070', 'alone.elf', ['--trigger', 'none', '--watch', '7'], /entered anew/],
  ] as const)('%s (%s, %s)', async (_what, part, file, words, says) => {
    const alive = file === 'alone.elf' || file === 'silent.elf' ? [] : ['--alive', 'uart:alive '];
    const { code, text, report, junit, run, reportText } = await runApp(part, appFile(part, file), [
      ...words,
      ...alive,
    ]);
    expect({ code, text: code === 0 ? '' : text }).toEqual({ code: 0, text: '' });
    expect(text).toMatch(/PASSED: it entered the ROM, could be written, and came back as it was/);
    expect(reportText()).toMatch(file === 'silent.elf' ? /silent\.elf/ : says);
    expect(text).toMatch(says);
    expect(report().stages.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 8 }, () => 'passed'));
    expect(run().outcome).toMatchObject({ exitCode: 0 });
    expect(junit()).toMatch(/tests="8" failures="0"/);
  });
});

interface Failure {
  readonly part: Part;
  readonly file: string;
  readonly words?: readonly string[];
  readonly stage: StageId;
  readonly code: number;
  readonly blame: AppReport['blame'];
  /** In the diagnosis, or where there is none, in the error with its advice. */
  readonly says: RegExp;
}

const call = ['--call', 'JumpToBootloader'];
const quick = ['--no-diagnosis', '--within', '1'];
const newlib = join(packageRoot(), 'build/firmware/interop/stm32l476rg.elf');

const failures: readonly Failure[] = [
  {
    part: 'g070',
    file: 'to-table.elf',
    stage: 'jumped',
    code: 471,
    blame: 'firmware',
    says: /cause: The jump goes to an even address: 0x1FFF_0000/,
  },
  {
    part: 'l476',
    file: 'ticking.elf',
    stage: 'entered',
    code: 301,
    blame: 'firmware',
    says: /cause: SysTick of the application reached the ROM/,
  },
  {
    part: 'f411',
    file: 'keeps-vtor.elf',
    stage: 'back',
    code: 473,
    blame: 'firmware',
    says: /cause: After GO, VTOR still points to the ROM's table/,
  },
  {
    part: 'l031',
    file: 'masked.elf',
    stage: 'back',
    code: 473,
    blame: 'firmware',
    says: /cause: The application was started with PRIMASK = 1/,
  },
  {
    part: 'g070',
    file: 'keeps-clock.elf',
    words: [...call, ...quick],
    stage: 'back',
    code: 473,
    blame: 'firmware',
    says: /clock tree: HSISYS .* before, PLL/,
  },
  {
    part: 'f411',
    file: 'refuses.elf',
    stage: 'jumped',
    code: 471,
    blame: 'firmware',
    says: /cause: the function returned instead of jumping/,
  },
  {
    part: 'l031',
    file: 'error.elf',
    words: ['--trigger', 'none'],
    stage: 'started',
    code: 470,
    blame: 'firmware',
    says: /endless loop with interrupts disabled[\s\S]*LR is 0x0800_/,
  },
  {
    part: 'l476',
    file: 'faulty.elf',
    stage: 'started',
    code: 470,
    blame: 'firmware',
    says: /it stands in HardFault[\s\S]*the fault's frame: PC 0x0800_/,
  },
  {
    part: 'f411',
    file: 'slow-line.elf',
    words: ['--trigger', 'uart:B', ...quick],
    stage: 'jumped',
    code: 471,
    blame: 'unknown',
    says: /not readable with this `--baud`[\s\S]*Compare `--baud` and `--format`/,
  },
  {
    part: 'f411',
    file: 'slow-line.elf',
    words: ['--alive', 'uart:alive'],
    stage: 'started',
    code: 474,
    blame: 'firmware',
    says: /sign of life[\s\S]*what came is not readable: compare `--baud`/,
  },
  {
    part: 'l476',
    file: newlib,
    words: quick,
    stage: 'jumped',
    code: 471,
    blame: 'unknown',
    says: /no function of the image has a name[\s\S]*if it waits to be asked, say how/,
  },
];

describe('firmware that is not fails where it does, with the reason:', () => {
  test.each(failures)(
    '$part $file: $stage, HIL-$code',
    async ({ part, file, words = call, stage, code, blame, says }) => {
      const outcome = await runApp(part, file === newlib ? file : appFile(part, file), words);
      const { stages, blame: blamed } = outcome.report();
      const at = stages.findIndex(({ id }) => id === stage);
      expect({ text: outcome.text, verdicts: stages.map(({ verdict }) => verdict) }).toEqual({
        text: expect.stringMatching(says),
        verdicts: stages.map((_, i) => (i < at ? 'passed' : i === at ? 'failed' : 'not reached')),
      });
      expect({ code: stages[at]?.error?.code, blame: blamed, exit: outcome.code }).toEqual({ code, blame, exit: 1 });
      expect(outcome.reportText()).toMatch(says);
      expect(outcome.junit()).toMatch(/failures="1"/);
      expect(outcome.run().outcome).toMatchObject({ exitCode: 1 });
    },
  );
});

test.each([
  ['no such file', 'nothing.elf', [], /nothing\.elf: there is no such file {2}\[HIL-620\]/],
  ['no ELF', join(packageRoot(), 'LICENSE'), [], /not an ELF file; it begins with .* {2}\[HIL-621\]/],
  [
    'another core',
    appFile('l476', 'good.elf'),
    [],
    /the STM32G070RB has a Cortex-M0\+ {2}\[HIL-623\]\nTry: build for the core/,
  ],
  [
    'a symbol that is not there',
    'good.elf',
    ['--call', 'JumpTo'],
    /no symbol is called 'JumpTo'; there are JumpToBootloader/,
  ],
  ['a baud rate', 'good.elf', ['--baud', 'fast'], /--baud 'fast' is no number from 300 to 4000000/],
  ['another board', 'good.elf', ['--board', 'two'], /no board is named 'two' in .*; there are one/],
  ['words for suites', 'good.elf', ['--suite', 'go'], /--suite belongs to suites, not to --app/],
] as const)('%s is a mistake of usage, told before a board is touched', async (_what, file, words, says) => {
  const { code, text, run } = await runApp('g070', file === 'good.elf' ? appFile('g070', file) : file, words);
  expect(text).toMatch(says);
  expect(code).toBe(2);
  expect(run).toThrow(/ENOENT/);
});
