import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { ReadyLine } from '../host-types.ts';
import { repository, romPath } from './judges.ts';

/** A process that hosts boards ends when it is told to, and leaves nothing behind. */
// Inside the repository, so that packages resolve.
const folder = join(repository, 'node_modules/.cache/stm32-hil', `process-${process.pid}`);
const children: ChildProcess[] = [];

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  const source = (name: string): string => JSON.stringify(join(repository, 'hil/virtual', name));
  writeFileSync(
    join(folder, 'launch.ts'),
    `import { startBoards, toldToEnd } from ${source('main.ts')};
     const told = toldToEnd({ parentPipe: process.argv[2] === 'pipe' });
     const running = await startBoards(
       [{ name: 'child', model: 'NUCLEO-G070RB', romPath: ${JSON.stringify(romPath(0xb4))}, seed: 1 }],
       { onReady: (line) => console.log(JSON.stringify(line)) });
     console.log('told by ' + await told);
     await running.stop();`,
  );
  // As in a build: main and worker.js side by side.
  const common = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await build({ ...common, entryPoints: [join(folder, 'launch.ts')], outfile: join(folder, 'launch.js') });
  await build({
    ...common,
    entryPoints: [join(repository, 'hil/virtual/worker.ts')],
    outfile: join(folder, 'worker.js'),
  });
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Launched {
  readonly child: ChildProcess;
  readonly ready: ReadyLine;
  readonly lines: string[];
  readonly exit: Promise<number | null>;
}

function launch(...args: string[]): Promise<Launched> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, 'launch.js'), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    const exit = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
    const lines: string[] = [];
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line);
      if (lines.length === 1) resolve({ child, ready: JSON.parse(line) as ReadyLine, lines, exit });
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends it in order, standard input open or not',
  async (signal) => {
    const { child, ready, lines, exit } = await launch('pipe');
    expect(await answers(ready.stlink.port)).toBe(true);
    child.kill(signal);
    expect(await exit).toBe(0);
    expect(lines.at(-1)).toBe(`told by ${signal}`);
    expect(await answers(ready.stlink.port)).toBe(false);
  },
  30_000,
);

test('the end of the parent, seen as the end of standard input, ends it', async () => {
  const { child, ready, lines, exit } = await launch('pipe');
  child.stdin!.destroy();
  expect(await exit).toBe(0);
  expect(lines.at(-1)).toBe('told by parent');
  expect(await answers(ready.control.port)).toBe(false);
}, 30_000);

test('without a parent pipe, closing standard input means nothing', async () => {
  const { child, ready, exit } = await launch();
  child.stdin!.destroy();
  expect(await answers(ready.stlink.port)).toBe(true);
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
}, 30_000);
