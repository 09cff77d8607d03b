import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { loadMeasurements, type Measurement, measurementText } from '../../measure/measurement.ts';
import { packageRoot } from '../../rig/paths.ts';
import { makeProject, type Project } from './project.ts';

/** Each test runs a whole `hil`, some of them on several boards. */
jest.setTimeout(600_000);

let project: Project;
afterEach(() => project.remove());

const silicon = join(packageRoot(), 'fixtures/silicon');
const rig = (): string => join(project.folder, 'rig.yaml');

/** No chip ever said this: it is made up to see what is said of it. */
const madeUp = (change: Partial<Measurement>): Measurement => ({
  part: 'STM32G070RB',
  rom_id: 0xb4,
  die_revision: '0x2000',
  uid_hash: '0000000000000000',
  board: 'made up by a test',
  question: 'vtor-in-rom',
  answer: { vtor: '0x1FFF0000' },
  evidence: {},
  date: '2026-01-31',
  tool: 'made up by a test',
  ...change,
});

describe('measurements of real chips', () => {
  test('that ship agree with the models of the virtual boards', async () => {
    project = makeProject();
    const { code, text } = await project.hil(['measure', '--replay', '--reports', join(project.folder, 'reports')]);
    expect(text).toMatch(/: \d+ measurements agree with the model, 0 contradict it, \d+ not compared$/m);
    for (const { file } of loadMeasurements(silicon)) expect(text).toContain(file);
    expect(code).toBe(0);
  });

  test('fail the build where one contradicts its model, and are silent of what agrees', async () => {
    project = makeProject();
    const folder = join(project.folder, 'silicon');
    mkdirSync(folder);
    project.write('silicon/agrees.yaml', measurementText(madeUp({})));
    project.write('silicon/contradicts.yaml', measurementText(madeUp({ answer: { vtor: '0x00000000' } })));
    project.write('silicon/person.yaml', measurementText(madeUp({ question: 'rdp-byte', answer: { byte: '0x55' } })));
    project.write('silicon/version.yaml', measurementText(madeUp({ rom_id: 0xb1 })));
    const words = ['measure', '--replay', folder, '--rig', rig(), '--reports', join(project.folder, 'reports')];
    const { code, text } = await project.hil(words);
    expect(code).toBe(1);
    expect(text).toMatch(/^agrees\.yaml {2}agrees$/m);
    const at = text.split('\n').indexOf('contradicts.yaml  CONTRADICTS the model');
    expect(text.split('\n').slice(at + 1, at + 5)).toEqual([
      '  question   vtor-in-rom',
      '  measured   {"vtor":"0x00000000"}',
      '  modelled   {"vtor":"0x1FFF0000"}',
      expect.stringMatching(/^ {2}source {5}rom-sets-vtor: .* \[reported: .+\]$/),
    ]);
    expect(text).toMatch(/^person\.yaml {2}not compared: .*person/m);
    expect(text).toMatch(/^version\.yaml {2}not compared: no virtual board .* ROM 0xB1$/m);
    expect(text).toMatch(/: 1 measurements agree with the model, 1 contradict it, 2 not compared$/m);
  });
});

describe('hil measure', () => {
  test('asks every open question of a board, or says why not, writes what agrees with itself, and leaves the board as it was', async () => {
    project = makeProject();
    const reports = join(project.folder, 'reports');
    const costs = ['--allow', 'pages', 'mass', 'write_protection'];
    const asked = await project.hil(['measure', '--rig', rig(), '--board', 'one', '--reports', reports, ...costs]);
    expect(asked.text).toMatch(/^\d+ answered, 0 without an answer, \d+ not asked$/m);
    expect(asked.text).toMatch(/^rdp-byte {2}not asked: by hand: /m);
    expect(asked.text).toMatch(/which is no measurement$/m);
    expect(asked.code).toBe(0);

    // What a question about write protection changed is found as it was by the same question once more.
    const folder = join(project.folder, 'silicon');
    mkdirSync(folder);
    const model = join(reports, 'measure/model');
    for (const file of readdirSync(model)) {
      copyFileSync(join(model, file), join(folder, file));
      copyFileSync(join(model, file), join(folder, file.replace('.yaml', '-again.yaml')));
    }
    expect(readFileSync(join(model, readdirSync(model)[0] as string), 'utf8')).toMatch(/^part: STM32G070RB$/m);
    const replayed = await project.hil(['measure', '--replay', folder, '--rig', rig(), '--reports', reports]);
    expect(replayed.text).toMatch(/: [1-9]\d* measurements agree with the model, 0 contradict it, 0 not compared$/m);
    expect(replayed.code).toBe(0);
  });
});
