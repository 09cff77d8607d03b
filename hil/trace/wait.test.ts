import { stat } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { isHilError } from '../error/hil-error.ts';
import { deadline, within } from './deadline.ts';
import { until, untilEvent, untilSettled } from './wait.ts';

async function errorOf(
  promise: Promise<unknown>,
): Promise<{ code: number; message: string; context: Readonly<Record<string, unknown>> }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHilError(error)) throw new Error(`expected a HilError, got ${String(error)}`);
  return error;
}

describe('until', () => {
  test('returns the first value that is neither undefined nor false', async () => {
    const answers = [undefined, false as const, 7];
    expect(await until(deadline('count', 1000), 'a number', () => answers.shift(), { pollMs: 1 })).toBe(7);
  });

  test('says what was awaited, what was seen instead, the budget and the board', async () => {
    const limit = deadline('ready', 20, { board: 'g070-1' });
    const error = await errorOf(until(limit, 'READY line', (note) => note('"Error: open failed"'), { pollMs: 1 }));
    expect(error.code).toBe(290);
    expect(error.message).toMatch(
      /^g070-1: no READY line within 20 ms; got "Error: open failed" in \d+ ms {2}\[HIL-290\]$/,
    );
    expect(error.context.deadline).toBe('ready');
  });

  test('says that nothing came when nothing was noted', async () => {
    const error = await errorOf(until(deadline('ready', 5), 'answer', () => undefined, { pollMs: 1 }));
    expect(error.message).toContain('no answer within 5 ms; nothing came');
  });

  test('ends at the deadline even if the probe itself never returns', async () => {
    const error = await errorOf(until(deadline('stuck', 10), 'answer', () => new Promise<undefined>(() => {})));
    expect(error.code).toBe(290);
  });

  test('carries the code and context its caller gives', async () => {
    const error = await errorOf(
      until(deadline('erase', 5), 'ACK', () => undefined, { code: 304, context: { command: 0x44 }, pollMs: 1 }),
    );
    expect(error.code).toBe(304);
    expect(error.context.command).toBe(0x44);
  });

  test('passes on what the probe throws', async () => {
    const failing = until(deadline('x', 100), 'x', () => {
      throw new Error('probe broke');
    });
    await expect(failing).rejects.toThrow('probe broke');
  });
});

describe('a deadline', () => {
  test('is stretched by the lag the board gained since it began, and says so', () => {
    let nowMs = 0;
    let lagMs = 500;
    const limit = deadline('erase', 100, { now: () => nowMs, lag: () => lagMs });
    nowMs = 90;
    lagMs = 530;
    expect(limit.remainingMs()).toBe(40);
    nowMs = 130;
    expect(limit.remainingMs()).toBe(0);
  });

  test('counts from what the board has lost for good, for the rest is made up and may be lost anew', () => {
    let nowMs = 0;
    let told = { forGood: 100, all: 900 };
    const limit = deadline('answer', 150, {
      now: () => nowMs,
      lag: () => told.all,
      lagForGood: () => told.forGood,
    });
    // The board made up for the 800 ms, and then lost 700.
    nowMs = 800;
    told = { forGood: 800, all: 800 };
    expect(limit.remainingMs()).toBe(50);
  });

  test('that is waited on grows with the lag while waiting', async () => {
    let lagMs = 0;
    const limit = deadline('late', 20, { lag: () => lagMs });
    const value = untilEvent<string>(limit, 'late event', ({ resolve }) => {
      // After the wait has set its own timer by the lag of that moment.
      const lagging = setTimeout(() => {
        lagMs = 60_000;
      }, 5);
      const timer = setTimeout(() => resolve('came'), 60);
      return () => {
        clearTimeout(lagging);
        clearTimeout(timer);
      };
    });
    expect(await value).toBe('came');
  });

  test.each(['event', 'look'])('is judged only after the board was asked how late it is: %s', async (kind) => {
    let lagMs = 0;
    let here = false;
    const askLag = async (): Promise<void> => {
      lagMs = 60_000;
      setTimeout(() => {
        here = true;
        arrive('came');
      }, 5);
    };
    let arrive: (what: string) => void = () => {};
    const arrival = new Promise<string>((resolve) => {
      arrive = resolve;
    });
    const limit = deadline('answer', 10, { lag: () => lagMs, askLag });
    const waiting =
      kind === 'event'
        ? untilSettled(limit, 'answer', arrival)
        : until(limit, 'answer', () => (here ? 'came' : undefined), { pollMs: 1 });
    expect(await waiting).toBe('came');
  });

  test('tells in its laps where the time went', () => {
    let nowMs = 0;
    const limit = deadline('write', 100, { now: () => nowMs });
    nowMs = 30;
    limit.lap('unlock');
    nowMs = 75;
    limit.lap('erase');
    expect(limit.laps()).toEqual([
      { name: 'unlock', ms: 30 },
      { name: 'erase', ms: 45 },
    ]);
  });

  test('inside another never ends later than that one', () => {
    const nowMs = 0;
    const outer = deadline('outer', 100, { now: () => nowMs, board: 'b' });
    const inner = within(outer, 'inner', 1000);
    expect(inner.remainingMs()).toBe(100);
    expect(inner.board).toBe('b');
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('of %p ms is refused', (ms) => {
    expect(() => deadline('x', ms)).toThrow('[HIL-602]');
  });
});

test('what arrived while this process stalled is taken before the deadline is judged', async () => {
  const arrived = new Promise<string>((resolve) => {
    stat(process.cwd(), () => resolve('in time'));
  });
  const limit = deadline('answer', 5);
  const waiting = untilSettled(limit, 'answer', arrived);
  while (limit.remainingMs() > 0 || limit.elapsedMs() < 60);
  expect(await waiting).toBe('in time');
});

describe('a revoked bench', () => {
  test('rejects a wait under way at once', async () => {
    const bench = new AbortController();
    const limit = deadline('forever', 600_000, { signal: bench.signal, board: 'g070-1' });
    const waits = [
      until(limit, 'a', () => undefined),
      untilEvent(limit, 'b', () => () => {}),
      untilSettled(limit, 'c', new Promise(() => {})),
    ];
    bench.abort();
    for (const wait of waits) expect((await errorOf(wait)).code).toBe(501);
  });

  test('rejects a wait begun afterwards without looking', async () => {
    const bench = new AbortController();
    bench.abort();
    let looked = false;
    const wait = until(deadline('x', 1000, { signal: bench.signal }), 'x', () => {
      looked = true;
      return true;
    });
    expect((await errorOf(wait)).code).toBe(501);
    expect(looked).toBe(false);
  });
});

describe('untilEvent', () => {
  test.each(['resolves', 'rejects', 'misses its deadline'])('takes its listeners off when it %s', async (how) => {
    let listening = true;
    const wait = untilEvent(deadline('e', 10), 'event', ({ resolve, reject }) => {
      if (how === 'resolves') resolve(1);
      if (how === 'rejects') reject(new Error('no'));
      return () => {
        listening = false;
      };
    });
    await wait.catch(() => {});
    expect(listening).toBe(false);
  });
});
