import { describe, expect, test } from '@jest/globals';
import { awaitComeback, type LifeBefore } from './comeback.ts';
import { makePlan, type PlanWords } from './plan.ts';
import { openEar } from './serial-ear.ts';
import { signatureOf } from './signature.ts';
import { inSystemMemory, romHandle, testBench, testImage } from './test-bench.ts';
import { look } from './test-looks.ts';

const silence = { bytes: new Uint8Array(), goesOn: false };

/** An application after GO, before which it was seen so. */
function afterGo(words: PlanWords, seenBefore: Parameters<typeof look>[0] = {}) {
  const { bench, board, wire } = testBench();
  const image = testImage();
  const plan = makePlan(image, bench.chip, { watch: '0.2', within: '0.1', trigger: 'button', ...words });
  const looks = [look(seenBefore), look(seenBefore)];
  const before: LifeBefore = {
    life: { windowMs: 200, looks, heard: silence },
    signature: signatureOf({ looks }, bench.chip, image),
    sharedLine: true,
  };
  const evidence: string[] = [];
  const run = () =>
    awaitComeback(bench, openEar(wire.line, bench.scope), plan, before, (line) => void evidence.push(line));
  return { run, board, wire, evidence };
}

describe('after GO, an application', () => {
  test('that lives as before is back', async () => {
    const { run, evidence } = afterGo({});
    await expect(run()).resolves.toMatchObject({ primask: 0, vectors: 0x0800_0000 });
    expect(evidence[0]).toMatch(/^as before the jump, \d+ ms after GO$/);
  });

  test('has the time of the plan until it lives as before', async () => {
    const { run, board } = afterGo({ within: '30' });
    // Two windows of six looks each with interrupts masked: a clock setup can take so long.
    board.looks = [...Array.from({ length: 12 }, () => ({ primask: 1 })), {}];
    await expect(run()).resolves.toMatchObject({ primask: 0 });
  });

  test('that differs for all of that time is not, and each difference is told', async () => {
    const { run, board } = afterGo({});
    board.looks = [{ primask: 1, vtor: 0x1fff_0000 }];
    await expect(run()).rejects.toMatchObject({
      code: 473,
      blame: 'firmware',
      message: expect.stringMatching(
        /after GO: vector table in use: 0x0800_0000 before, 0x1FFF_0000 now; PRIMASK: 0x00 before, 0x01 now/,
      ),
    });
  });

  test('that lacks its sign of life alone is told so', async () => {
    const { run, wire } = afterGo({ alive: 'uart:tick' });
    wire.says('tock');
    await expect(run()).rejects.toMatchObject({
      code: 474,
      message: expect.stringContaining("(it prints 'tick'); 4 bytes came on the console: 'tock'"),
    });
  });

  test('that works more than before differs in nothing that is demanded', async () => {
    const { run, board, wire, evidence } = afterGo({});
    board.onLook = () => wire.says('new ');
    await run();
    expect(evidence.at(-1)).toMatch(/^noted: the console: nothing before, \d+ bytes/);
  });
});

describe('after GO, an application that jumps by itself', () => {
  const alone = { trigger: 'none' };

  test('and is in the ROM again, which was entered anew, has run', async () => {
    const { run, board, evidence } = afterGo(alone);
    board.looks = [inSystemMemory];
    await run();
    expect(evidence[0]).toBe('it is in the ROM again, which was entered anew (ACK to 0x7F): so it ran, and jumped');
  });

  test('leaves the answers of the ROM to who asks it', async () => {
    const { run, board, wire } = afterGo(alone);
    board.looks = [inSystemMemory];
    let left = 0;
    board.meet = async () => {
      wire.says('\x79');
      left = wire.line.source.available;
      return romHandle();
    };
    await run();
    expect(left).toBe(1);
  });

  test('but is in a ROM that never left, has not', async () => {
    const { run, board } = afterGo(alone);
    board.looks = [inSystemMemory];
    board.meet = async () => romHandle([], { sync: 'already' });
    await expect(run()).rejects.toMatchObject({
      code: 473,
      message: expect.stringContaining('the core is in system memory, at 0x1FFF_06B2'),
    });
  });

  test('and was never seen before the jump need only be at work', async () => {
    const { run, evidence } = afterGo(alone, inSystemMemory);
    await run();
    expect(evidence[0]).toMatch(/^it runs, \d+ ms after GO; how it lived before is not known$/);
  });

  test('and was never seen before the jump is not back when it stands', async () => {
    const { run, board } = afterGo(alone, inSystemMemory);
    board.looks = [{ ipsr: 3 }];
    await expect(run()).rejects.toMatchObject({
      code: 473,
      message: expect.stringContaining('it stands in HardFault at 0x0800_0200'),
    });
  });
});
