import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { makeProject, type Project } from './project.ts';

/** Each test runs a whole `hil`. */
jest.setTimeout(120_000);

const PASSES = `import { expect, test } from '@jest/globals';
import { onBoard } from 'stm32-hil';
onBoard('a board', {}, (bench) => {
  test('has a chip', () => { expect(bench.chip.name).toBe('STM32G070RB'); });
});
onBoard('another part', { chip: ['STM32F411RE'] }, () => {
  test('is not here', () => { throw new Error('must not run'); });
});
`;

let project: Project;
afterEach(() => project.remove());

/** A program called openocd that is not the OpenOCD of this machine. */
function fakeOpenOcd(script: string): Record<string, string> {
  mkdirSync(join(project.folder, 'bin'));
  chmodSync(project.write('bin/openocd', `#!/bin/sh\n${script}\n`), 0o755);
  return { PATH: `${join(project.folder, 'bin')}:${process.env.PATH}` };
}

describe('hil run, seen from outside', () => {
  test('passes, counts a skip with its reason, and writes its reports', async () => {
    project = makeProject({ simple: PASSES });
    const { code, text } = await project.hil(['run']);
    expect(text).toMatch(/^0 of \d+ modelled ROM behaviours confirmed on silicon; \d+ rest on less than a document$/m);
    expect(text).toMatch(/one +simple +passed +\(1 skipped, 1 passed\)/);
    expect(text).toMatch(/2 planned, 1 ran, 1 skipped \(for STM32F411RE only\)$/m);
    expect(code).toBe(0);
    expect(project.report().outcome.lines.map((line) => line.verdict)).toEqual(['passed', 'skipped']);
  });

  test('counts a skip that a test finds out, but for one that fails, and forgets it with the test', async () => {
    project = makeProject({
      simple: `import { test } from '@jest/globals';
import { onBoard, skipTest } from 'stm32-hil';
onBoard('a board', {}, () => {
  test('has another ROM', () => { skipTest('for another ROM'); });
  test('fails all the same', () => { skipTest('for another ROM'); throw new Error('no'); });
  test('is as it should be', () => {});
});
`,
    });
    const { code, text } = await project.hil(['run']);
    expect(project.report().outcome.lines.map((line) => line.verdict)).toEqual(['skipped', 'failed', 'passed']);
    expect(text).toMatch(/3 planned, 2 ran, 1 skipped \(for another ROM\)$/m);
    expect(code).toBe(1);
  });

  test('fails for a skip where skips are forbidden', async () => {
    project = makeProject({ simple: PASSES });
    const { code, text } = await project.hil(['run', '--forbid-skips']);
    expect(text).toMatch(/1 skipped although skips are forbidden/);
    expect(code).toBe(3);
  });

  test('ends with 1 and names the firmware for a failed expectation', async () => {
    project = makeProject({
      simple: PASSES.replace("toBe('STM32G070RB')", "toBe('STM32F411RE')"),
    });
    const { code, text } = await project.hil(['run']);
    expect(text).toMatch(/● one × simple × a board › has a chip {2}\(blame: firmware\)/);
    expect(code).toBe(1);
  });

  test('shows a typo in the rig file at its place, and touches nothing', async () => {
    project = makeProject({ simple: PASSES }, 'boards:\n  - nmae: one\n    chip: STM32G070RB\n');
    const { code, text } = await project.hil(['run']);
    expect(text).toMatch(/rig\.yaml:2:5 {2}boards\.0: unknown key "nmae"; did you mean "name"\?/);
    expect(text).toMatch(/2 \| {3}- nmae: one\n +\| {5}\^/);
    expect(code).toBe(2);
  });

  test.each([
    ['a board that the rig does not have', ['run', '--board', 'two'], /no board is named 'two' in .*; there are one/],
    ['a suite that does not exist', ['run', '--suite', 'nothing'], /there is no suite 'nothing' in /],
    ['a rig file that is not there', ['run', '--rig', '/nowhere.yaml'], /\/nowhere\.yaml cannot be read/],
    ['an option that does not exist', ['run', '--bord', 'one'], /unknown option '--bord'[\s\S]*Did you mean --board/],
  ])('refuses %s with code 2', async (_what, args, expected) => {
    project = makeProject({ simple: PASSES });
    const { code, text } = await project.hil(args);
    expect(text).toMatch(expected);
    expect(code).toBe(2);
  });

  test('gives a suite with a mistake in it a verdict of its own', async () => {
    project = makeProject({ simple: PASSES, broken: 'import { nothing } from "./nowhere.ts"; nothing();' });
    const { code, text } = await project.hil(['run']);
    expect(text).toMatch(/one × broken × the suite can be loaded/);
    expect(text).toMatch(/one +simple +passed/);
    expect(code).toBe(1);
  });

  test('is a rig fault when there is nothing to run', async () => {
    project = makeProject({});
    const { code, text } = await project.hil(['run']);
    expect(text).toMatch(/nothing was planned/);
    expect(code).toBe(3);
  });
});

describe('a machine that is not ready', () => {
  test.each([
    [
      'OpenOCD is too old',
      'echo "Open On-Chip Debugger 0.11.0" >&2',
      /OpenOCD 0\.11\.0 is too old; 0\.12 is the least/,
    ],
    ['something else is called openocd', 'echo hello', /OpenOCD cannot be run as 'openocd': it is not OpenOCD/],
    [
      'OpenOCD dies at once',
      'case "$*" in *version*) echo "Open On-Chip Debugger 0.12.0" >&2;; *) exit 1;; esac',
      /OpenOCD/,
    ],
  ])('when %s, says so and blames the rig', async (_what, script, expected) => {
    project = makeProject({
      simple: PASSES.replace('bench.chip.name', '(bench as never as { chip: { name: string } }).chip.name'),
    });
    const { code, text } = await project.hil(['run'], fakeOpenOcd(script));
    expect(text).toMatch(expected);
    expect(text).toMatch(/\(blame: rig\)/);
    expect(code).toBe(3);
  });

  test('has no OpenOCD at all: the error says what to install', async () => {
    project = makeProject({ simple: PASSES });
    mkdirSync(join(project.folder, 'empty'));
    const { code, text } = await project.hil(['run'], { PATH: join(project.folder, 'empty') });
    expect(text).toMatch(/OpenOCD cannot be run as 'openocd': there is no such program/);
    expect(code).toBe(3);
  });

  test('has no such board: a real one whose probe is not plugged in', async () => {
    project = makeProject(
      { simple: PASSES },
      'boards:\n  - { name: bench, chip: STM32G070RB, probe: { serial: "0123456789ABCDEF01234567" }, ports: { usart: /dev/serial/by-id/none }, permissions: { erase: pages } }\n',
    );
    const { code, text } = await project.hil(['run']);
    expect(text).toMatch(/bench: /);
    expect(text).toMatch(/HIL-23\d/);
    expect(code).toBe(3);
  });
});
