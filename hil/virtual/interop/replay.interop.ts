import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createVirtualBoard } from '../board.ts';
import { replay } from '../replay.ts';
import { type Bench, judge, romPath, startBench } from './judges.ts';

/** A run under the hands of stm32flash, OpenOCD and the control channel, then once more from its log alone. */
let bench: Bench;
let folder: string;
let log: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hil-replay-'));
  log = join(folder, 'input.jsonl');
  bench = await startBench({ name: 'replay', blank: true, inputLog: log });
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the input log of a live run gives the identical run', async () => {
  const image = join(folder, 'image.bin');
  writeFileSync(image, Buffer.alloc(3_000, 'the same again '));
  const pty = bench.ready.uart[0]!.pty!;

  const written = await judge('stm32flash', ['-m', '8n1', '-b', '115200', '-w', image, '-v', pty]);
  expect(written).toMatchObject({ code: 0, text: expect.stringContaining('Done.') });
  const first = await bench.control({ op: 'hash' });
  const probed = await bench.openocd('hla', ['halt', 'step', 'mdw 0x08000000 16', 'reset run']);
  expect(probed.code).toBe(0);
  await bench.control({ op: 'power', on: false });
  await bench.control({ op: 'boot0', level: 1 });
  await bench.control({ op: 'power', on: true });
  await bench.control({ op: 'button', pressed: true });
  await bench.control({ op: 'wire', uart: 'USART1', state: 'noise' });
  const last = await bench.control({ op: 'hash' });
  await bench.stop();

  const result = replay(log, { rom: readFileSync(romPath(0xb4)) }, createVirtualBoard);
  // Both hashes of above and the one of the orderly end.
  expect(result.checked).toBe(3);
  expect(first.hash).not.toEqual(last.hash);
  expect(result.nowNs).toBeGreaterThanOrEqual(last.virtualNs as number);
}, 180_000);
