import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { formatError } from '../error/format-error.ts';
import type { OpenOcdSpec } from './openocd-args.ts';
import { startOpenOcd } from './openocd-process.ts';
import { parseVersion } from './openocd-version.ts';

const folder = mkdtempSync(join(tmpdir(), 'hil-openocd-'));
afterAll(() => rmSync(folder, { recursive: true }));

const spec: OpenOcdSpec = {
  chip: chipNamed('STM32G070RB'),
  address: { kind: 'tcp', port: 1 },
  transport: 'hla',
  attach: 'hot',
};

/** A program in the place of OpenOCD. */
function pretend(name: string, version: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nif [ "$1" = --version ]; then echo '${version}' >&2; exit 0; fi\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const failure = (command: string, readyMs = 5000): Promise<unknown> =>
  startOpenOcd(spec, { board: 'b', command, readyMs }).then(
    () => 'it started',
    (error: unknown) => error,
  );

describe('an OpenOCD that', () => {
  test('is missing', async () => {
    const error = await failure(join(folder, 'nothing'));
    expect(error).toMatchObject({
      code: 231,
      blame: 'rig',
      message: expect.stringContaining('there is no such program'),
    });
    expect(formatError(error)).toContain('apt-get install openocd');
  });

  test('is another program', async () => {
    expect(await failure(pretend('other', 'hello', ''))).toMatchObject({
      code: 231,
      message: expect.stringContaining("it prints 'hello'"),
    });
  });

  test('is too old', async () => {
    expect(await failure(pretend('old', 'Open On-Chip Debugger 0.11.0', ''))).toMatchObject({
      code: 232,
      message: expect.stringContaining('OpenOCD 0.11.0 is too old; 0.12 is the least'),
    });
  });

  test('ends at once', async () => {
    const path = pretend('dies', 'Open On-Chip Debugger 0.12.0', "echo 'Error: open failed' >&2; exit 1");
    expect(await failure(path)).toMatchObject({ code: 234, message: expect.stringContaining('exit code 1') });
  });

  test('hangs is killed at the deadline, and its last words are kept', async () => {
    const pidFile = join(folder, 'pid');
    const path = pretend(
      'hangs',
      'Open On-Chip Debugger 0.12.0',
      `echo $$ > ${pidFile}; echo 'Info : waiting' >&2; exec sleep 60`,
    );
    const error = await failure(path, 400);
    expect(error).toMatchObject({ code: 239, context: { lastLines: ['Info : waiting'] } });
    const { readFileSync } = await import('node:fs');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});

test.each([
  ['Open On-Chip Debugger 0.12.0\nLicensed under GNU GPL v2', { text: '0.12.0', major: 0, minor: 12 }],
  [
    'Open On-Chip Debugger 0.12.0+dev-01004-g9ea7f3d64 (2023-01-30)',
    { text: '0.12.0+dev-01004-g9ea7f3d64', major: 0, minor: 12 },
  ],
  ['xPack Open On-Chip Debugger 0.11.0-00155-ge392e485e', { text: '0.11.0-00155-ge392e485e', major: 0, minor: 11 }],
  ['nothing of the kind', undefined],
])('the version in %s', (output, version) => {
  expect(parseVersion(output)).toEqual(version);
});
