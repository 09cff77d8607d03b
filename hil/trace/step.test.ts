import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HilError } from '../error/hil-error.ts';
import { plain } from './plain.ts';
import { createRecorder, jsonlSink, memorySink, recordNote } from './recorder.ts';
import { enclosingStep, recordStep } from './step.ts';

describe('a recorded step', () => {
  test('has a start and an end with arguments, result and the identity before and after', async () => {
    const memory = memorySink();
    const recorder = createRecorder(memory.sink);
    let uniqueId = 'before';
    await recordStep(
      recorder,
      { board: 'g070-1', action: 'enterBootloader', args: { via: 'usart' }, identity: () => ({ uniqueId }) },
      () => {
        uniqueId = 'after';
        return { romId: 0xb4 };
      },
    );
    expect(memory.events).toMatchObject([
      {
        type: 'start',
        id: 1,
        board: 'g070-1',
        action: 'enterBootloader',
        args: { via: 'usart' },
        identity: { uniqueId: 'before' },
      },
      { type: 'end', id: 1, ok: true, result: { romId: 0xb4 }, identity: { uniqueId: 'after' } },
    ]);
  });

  test('that fails ends with the code, blame and context of the error, and passes the error on', async () => {
    const memory = memorySink();
    const failure = new HilError(304, 'no ACK', { blame: 'firmware', context: { command: 0x44 } });
    const step = recordStep(createRecorder(memory.sink), { board: 'b', action: 'erase' }, () => {
      throw failure;
    });
    await expect(step).rejects.toBe(failure);
    expect(memory.events[1]).toMatchObject({
      type: 'end',
      ok: false,
      error: { code: 304, blame: 'firmware', message: 'no ACK  [HIL-304]', context: { command: 0x44 } },
    });
  });

  test('names the step in whose course it was taken, across awaits', async () => {
    const memory = memorySink();
    const recorder = createRecorder(memory.sink);
    await recordStep(recorder, { board: 'b', action: 'outer' }, async () => {
      await Promise.resolve();
      recordNote(recorder, 'b', 'console', 'HELLO', enclosingStep());
      await recordStep(recorder, { board: 'b', action: 'inner' }, () => undefined);
    });
    const inner = memory.events.find((event) => event.type === 'start' && event.action === 'inner');
    expect(inner).toMatchObject({ parent: 1 });
    expect(memory.events.find((event) => event.type === 'note')).toMatchObject({ parent: 1, event: 'console' });
    expect(enclosingStep()).toBeUndefined();
  });
});

test('the JSONL sink writes one parsable line per event, in order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'steps-'));
  try {
    const path = join(folder, 'deep', 'steps.jsonl');
    await recordStep(
      createRecorder(jsonlSink(path)),
      { board: 'b', action: 'read', args: new Uint8Array([0x79, 1]) },
      () => 1n,
    );
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { type: 'start', args: '79 01' },
      { type: 'end', result: '1' },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('plain', () => {
  test('whatever it is given, JSON carries the result unchanged', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withTypedArray: true, withDate: true }), (value) => {
        const reduced = plain(value);
        expect(JSON.parse(JSON.stringify(reduced))).toEqual(reduced);
      }),
    );
  });

  test('ends in a cycle instead of looping', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(JSON.stringify(plain(loop))).toContain('…');
  });

  test('long bytes are cut and say how many they were', () => {
    expect(plain(new Uint8Array(300))).toMatch(/… \(300 bytes\)$/);
  });
});
