import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { BoardSpec, ReadyLine } from '../host-types.ts';
import { startBoards } from '../main.ts';
import { openocdArgs, type Transport } from './openocd-args.ts';

/** For interop tests: one virtual board in a worker, and programs nobody here wrote that judge it. */
export interface Bench {
  readonly ready: ReadyLine;
  /** Folder for files of this test; removed at the end. */
  readonly folder: string;
  /** Run OpenOCD with `commands` after init; it ends by itself. */
  openocd(transport: Transport, commands: readonly string[], options?: readonly string[]): Promise<Judgement>;
  control(request: unknown): Promise<Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

export interface Judgement {
  readonly code: number | undefined;
  /** Standard output and error in the order in which they came. */
  readonly text: string;
}

const JUDGE_WITHIN_MS = 120_000;

export const repository = fileURLToPath(new URL('../../../', import.meta.url));

export function romPath(romId: number): string {
  const path = join(repository, `build/firmware/rom/stm32g070-0x${romId.toString(16).toUpperCase()}.bin`);
  if (!existsSync(path)) throw new Error(`${path} is missing: run make -C firmware`);
  return path;
}

export async function judge(command: string, args: readonly string[], input?: string): Promise<Judgement> {
  const result = await execa(command, [...args], {
    all: true,
    reject: false,
    timeout: JUDGE_WITHIN_MS,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  if (result.timedOut) throw new Error(`${command} did not end within ${JUDGE_WITHIN_MS} ms; it said:\n${result.all}`);
  if (result.exitCode === undefined) throw new Error(`${command} did not run: ${result.shortMessage}`);
  return { code: result.exitCode, text: result.all ?? '' };
}

/** Where `COUNTDOWN` stores its result. */
export const COUNTDOWN_RESULT = 0x2000_0900;

/** A program that counts from 5 to 0, stores the 0 and stays: something to boot, so that the chip is not empty. */
export const COUNTDOWN = Uint8Array.from([
  ...[0x00, 0x90, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08], // 0x0800_0000: MSP, reset handler
  ...[0x05, 0x20], // 0x0800_0008: movs r0, #5
  ...[0x02, 0x49], // 0x0800_000A: ldr r1, [pc, #8]
  ...[0x01, 0x38], // 0x0800_000C: subs r0, #1
  ...[0xfd, 0xd1], // 0x0800_000E: bne 0x0800_000C
  ...[0x08, 0x60], // 0x0800_0010: str r0, [r1]
  ...[0xfe, 0xe7], // 0x0800_0012: b .
  ...[0x00, 0x09, 0x00, 0x20], // 0x0800_0014
]);

/** @param target OpenOCD's script for the part, without folder and `.cfg` */
export async function startBench(spec: Partial<BoardSpec> = {}, target = 'stm32g0x'): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'hil-interop-'));
  const running = await startBoards([
    {
      name: 'interop',
      model: 'NUCLEO-G070RB',
      romId: 0xb4,
      romPath: romPath(0xb4),
      flash: COUNTDOWN,
      seed: 70,
      ...spec,
    },
  ]);
  const ready = running.boards[0]!;
  return {
    ready,
    folder,
    openocd: (transport, commands, options = []) =>
      judge('openocd', [
        ...openocdArgs(transport, ready.stlink.port, ['gdb_port disabled', ...options], target),
        ...['init', ...commands, 'shutdown'].flatMap((command) => ['-c', command]),
      ]),
    control: (request) => askControl(ready.control.port, request),
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export function askControl(port: number, request: unknown): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${JSON.stringify(request)}\n`));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (!text.endsWith('\n')) return;
      socket.destroy();
      resolve(JSON.parse(text) as Readonly<Record<string, unknown>>);
    });
    socket.on('error', reject);
    socket.on('end', () => reject(new Error(`control closed after: ${text}`)));
  });
}
