import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { chipNamed, chips } from '../chip/lookup.ts';
import { availableTargetScript, targetScript } from './openocd-scripts.ts';

const folder = mkdtempSync(join(tmpdir(), 'hil-openocd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program in OpenOCD's place that finds the script, or does not. */
function openOcdThat(name: string, exitCode: number): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\nexit ${exitCode}\n`);
  chmodSync(file, 0o755);
  return file;
}

test.each(chips.filter((chip) => chip.family !== 'C0').map((chip) => [chip.name, chip] as const))(
  '%s takes a script of OpenOCD 0.12.0, which is there',
  async (_name, chip) => {
    const found = await availableTargetScript(chip, '/bin/false');
    expect(found).toEqual(targetScript(chip));
    expect(existsSync(join('/usr/share/openocd/scripts', found.script))).toBe(true);
  },
);

test('C0 takes the script of an OpenOCD that has it, with its flash driver', async () => {
  expect(await availableTargetScript(chipNamed('STM32C071RB'), openOcdThat('new', 0))).toEqual({
    script: 'target/stm32c0x.cfg',
    target: 'stm32c0x.cpu',
    flashDriver: 'stm32l4x',
  });
});

test("C0 takes the package's own script with an OpenOCD that has none, and no flash driver", async () => {
  const found = await availableTargetScript(chipNamed('STM32C071RB'), openOcdThat('old', 1));
  expect(isAbsolute(found.script) && existsSync(found.script)).toBe(true);
  expect(found.script).toMatch(/rigs\/openocd\/stm32c0x\.cfg$/);
  expect(found.flashDriver).toBeUndefined();
});

test('an OpenOCD that is not there is named', async () => {
  await expect(availableTargetScript(chipNamed('STM32C031C6'), join(folder, 'missing'))).rejects.toMatchObject({
    code: 231,
    message: expect.stringContaining('there is no such program'),
  });
});

test('both banks of the L073 are there, and only there', () => {
  const dual = chips.filter((chip) => targetScript(chip).script === 'target/stm32l0_dual_bank.cfg');
  expect(dual.map((chip) => chip.name)).toEqual(['STM32L073RZ']);
});
