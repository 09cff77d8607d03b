import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { makeProject, type Project } from '../cli/outside/project.ts';
import { packageRoot } from '../rig/paths.ts';
import type { Certainty, Diagnosis } from './diagnosis.ts';

/**
 * Defects that no case contains, in firmware that knows nothing of this project (firmware/apps) and in jumps of the application under
 * test. What is demanded: the cause that was built in is named, or the diagnosis says that it cannot tell; and whatever is named with
 * confidence was built in.
 */
jest.setTimeout(600_000);

const EVERYTHING = '{ erase: mass, write_protection: true, option_bytes: true, rdp1: true }';
const PARTS = {
  'Cortex-M0+': { chip: 'STM32G070RB', rom: 0xb4 },
  'Cortex-M4': { chip: 'STM32L476RG', rom: 0xa3 },
} as const;
type Core = keyof typeof PARTS;

interface Defect {
  readonly name: string;
  readonly cores: readonly Core[];
  /** A program of firmware/apps, or settings of the application under test. */
  readonly app?: string;
  readonly set?: readonly string[];
  /** Rules that describe what was built in. Nothing else may be named with confidence. */
  readonly builtIn: readonly string[];
  /** The least that must be found; `works`: these ROMs live with it, and that must be said. */
  readonly demanded: Certainty | 'works';
}

const both: readonly Core[] = ['Cortex-M0+', 'Cortex-M4'];

const defects: readonly Defect[] = [
  {
    name: 'a stack where there is no memory',
    cores: both,
    app: 'stack-nowhere',
    builtIn: ['stack-pointer'],
    demanded: 'proved by experiment',
  },
  {
    name: 'such a stack, out of the handler of the tick',
    cores: both,
    app: 'two-defects',
    builtIn: ['stack-pointer', 'jump-from-handler'],
    demanded: 'proved by experiment',
  },
  {
    name: 'such a stack, with the tick running and no remap',
    cores: both,
    app: 'three-defects',
    builtIn: ['stack-pointer', 'systick-left-on', 'no-remap'],
    demanded: 'proved by experiment',
  },
  {
    name: 'out of the handler of the tick',
    cores: ['Cortex-M0+'],
    app: 'from-tick',
    builtIn: ['jump-from-handler'],
    demanded: 'works',
  },
  {
    name: 'to the vector behind the reset vector',
    cores: both,
    app: 'wrong-word',
    builtIn: ['wrong-table-address'],
    demanded: 'cannot tell',
  },
  { name: 'to a variable', cores: both, app: 'to-data', builtIn: ['application-fault'], demanded: 'consistent with' },
  {
    name: 'an application that ends before it can jump',
    cores: ['Cortex-M0+'],
    app: 'error',
    builtIn: ['jump-not-made'],
    demanded: 'consistent with',
  },
  {
    name: 'no remap, from a process stack',
    cores: ['Cortex-M4'],
    set: ['jump.mem_mode=main', 'jump.thread=psp', 'jump.control=keep'],
    builtIn: ['no-remap', 'process-stack'],
    demanded: 'proved by experiment',
  },
  {
    name: 'RCC half reset: the PLL as SYSCLK, divided by 4',
    cores: ['Cortex-M0+'],
    set: ['jump.clock=fast', 'jump.rcc=keep', 'jump.clock_leftover=divider'],
    builtIn: ['clock-left'],
    demanded: 'cannot tell',
  },
];

const rows = defects.flatMap((defect) => defect.cores.map((core) => ({ ...defect, core })));
const RANK: readonly Certainty[] = ['cannot tell', 'consistent with', 'decisive evidence', 'proved by experiment'];
const SURE: readonly Certainty[] = ['proved by experiment', 'decisive evidence'];

let project: Project;
afterEach(() => project.remove());

async function diagnosisOf({ core, app, set = [] }: (typeof rows)[number]): Promise<Diagnosis> {
  const { chip, rom } = PARTS[core];
  project = makeProject(
    {},
    `boards:\n  - name: one\n    chip: ${chip}\n    virtual: { rom: ${rom}, seed: 5 }\n    permissions: ${EVERYTHING}\n`,
  );
  const path = (...names: readonly string[]): string => join(project.folder, ...names);
  const what =
    app === undefined
      ? ['--set', ...set]
      : ['--app', join(packageRoot(), 'build/firmware/apps', chip.toLowerCase(), `${app}.elf`), '--command', 'B'];
  const words = [
    'diagnose',
    '--board',
    'one',
    '--rig',
    path('rig.yaml'),
    '--reports',
    path('reports'),
    '--json',
    ...what,
  ];
  const { code, text } = await project.hil(words);
  expect({ code, text: code === 0 || code === 1 ? '' : text }).toEqual({ code, text: '' });
  return JSON.parse(text.slice(text.indexOf('{'))) as Diagnosis;
}

test.each(rows)('$core: $name', async (row) => {
  const { sentence, certainty, findings, evidence, experiments } = await diagnosisOf(row);
  const sure = findings.filter((finding) => SURE.includes(finding.certainty)).map(({ rule }) => rule);
  const seen = JSON.stringify({ sentence, sure, experiments });

  // Never a wrong cause with confidence.
  expect({ wrong: sure.filter((rule) => !row.builtIn.includes(rule)), seen }).toEqual({ wrong: [], seen });

  if (row.demanded === 'works') {
    expect({ works: evidence.answer?.works, seen }).toEqual({ works: true, seen });
    expect(sentence).toMatch(/^Nothing is wrong with it/);
    return;
  }
  if (evidence.answer?.works === true) {
    // Only where nothing is demanded may a ROM live with it.
    expect({ demanded: row.demanded, seen }).toEqual({ demanded: 'cannot tell', seen });
    return;
  }
  expect({ certainty, enough: RANK.indexOf(certainty) >= RANK.indexOf(row.demanded), seen }).toEqual({
    certainty,
    enough: true,
    seen,
  });
  if (certainty === 'cannot tell') expect(sentence).toMatch(/^Cannot tell/);
  else expect(row.builtIn).toContain(findings[0]?.rule);
  if (certainty === 'consistent with') expect(sentence).toMatch(/^Not certain/);
});
