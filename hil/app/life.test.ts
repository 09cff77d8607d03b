import { describe, expect, test } from '@jest/globals';
import { observeLife } from './life.ts';
import { openEar } from './serial-ear.ts';
import type { SignOfLife } from './sign-of-life.ts';
import { inSystemMemory, testBench } from './test-bench.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const WINDOW = { windowMs: 60, looks: 4, mark: 0 };

describe('an observation', () => {
  test('takes its looks, and keeps every byte that came meanwhile', async () => {
    const { bench, board, wire } = testBench();
    board.onLook = (nth) => wire.says(`${nth} `);
    const life = await observeLife(bench, openEar(wire.line, bench.scope), WINDOW);
    expect(life.looks).toHaveLength(4);
    expect(life.heard).toEqual({ bytes: bytes('1 2 3 4 '), goesOn: true });
    expect(life.sign).toBeUndefined();
  });

  test('tells words at the start alone from an application that talks on', async () => {
    const { bench, board, wire } = testBench();
    board.onLook = (nth) => (nth === 1 ? wire.says('hello') : undefined);
    const life = await observeLife(bench, openEar(wire.line, bench.scope), { ...WINDOW, windowMs: 400 });
    expect(life.heard).toEqual({ bytes: bytes('hello'), goesOn: false });
  });

  test('ends at the look that it waits for', async () => {
    const { bench, board, wire } = testBench();
    board.looks = [{}, inSystemMemory, {}];
    const life = await observeLife(bench, openEar(wire.line, bench.scope), {
      ...WINDOW,
      until: ({ where }) => where === 'system memory',
    });
    expect(life.looks.map(({ where }) => where)).toEqual(['flash', 'system memory']);
  });

  test('waits for a board that has lived less than the wall says', async () => {
    const { bench, wire } = testBench();
    let lag = 0;
    let asked = 0;
    const lagging = {
      ...bench.scope,
      lag: () => lag,
      askLag: async () => {
        asked += 1;
        lag = Math.min(lag + 20, 100);
      },
    };
    await observeLife({ ...bench, scope: lagging }, openEar(wire.line, bench.scope), { ...WINDOW, looks: 1 });
    // Without it, one look takes one question.
    expect(asked).toBeGreaterThan(2);
  });
});

describe('a sign of life', () => {
  const seen = async (sign: SignOfLife, prepare: (board: ReturnType<typeof testBench>) => void) => {
    const all = testBench();
    prepare(all);
    return (await observeLife(all.bench, openEar(all.wire.line, all.bench.scope), { ...WINDOW, sign })).sign;
  };
  const prints: SignOfLife = { kind: 'prints', text: bytes('tick') };
  const answers: SignOfLife = { kind: 'answers', question: bytes('ping'), answer: bytes('pong') };

  test('printed at any time in the window is seen', async () => {
    expect(await seen(prints, ({ board, wire }) => (board.onLook = (nth) => wire.says(nth === 2 ? 'ti' : 'ck')))).toBe(
      true,
    );
  });

  test('that is not printed is not seen', async () => {
    expect(await seen(prints, ({ wire }) => wire.says('tock'))).toBe(false);
  });

  test('that is an answer is asked for, and what came before the question does not count', async () => {
    const deaf = await seen(answers, ({ wire }) => wire.says('pong'));
    expect(deaf).toBe(false);
    const well = await seen(answers, ({ wire }) => {
      wire.whenSent = (sent) => wire.says(new TextDecoder().decode(sent) === 'ping' ? 'pong' : '?');
    });
    expect(well).toBe(true);
  });

  test.each([
    ['that changes is seen', [5, 6], true],
    ['that stays is not', [5, 5], false],
  ])('a variable %s', async (_what, values, expected) => {
    const read = [...values];
    const sign: SignOfLife = { kind: 'changes', name: 'uwTick', address: 0x2000_0010 };
    const result = await seen(sign, ({ bench }) => {
      Object.assign(bench.probe, { readMemory: async () => [read.shift()] });
    });
    expect(result).toBe(expected);
  });
});
