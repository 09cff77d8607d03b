import { describe, expect, test } from '@jest/globals';
import { isHilError } from '../error/hil-error.ts';
import { createRecorder, memorySink } from '../trace/recorder.ts';
import { type OptionWords, withRestored } from './with-restored.ts';

/** Option bytes that live in a variable. `stuck` ignores writes, as a chip whose option bytes are locked. */
function optionBytes(initial: OptionWords, stuck = false) {
  let words = initial;
  const writes: OptionWords[] = [];
  return {
    writes,
    set: (change: OptionWords): void => {
      words = { ...words, ...change };
    },
    access: {
      read: async () => words,
      write: async (change: OptionWords) => {
        writes.push(change);
        if (!stuck) words = { ...words, ...change };
      },
    },
  };
}

const before: OptionWords = { OPTR: 0xdfff_e1aa, WRP1AR: 0x3f };

describe('withRestored', () => {
  test('writes back only what has changed, and notes before, after and restored', async () => {
    const bytes = optionBytes(before);
    const memory = memorySink();
    const result = await withRestored('b', createRecorder(memory.sink), bytes.access, async () => {
      bytes.set({ WRP1AR: 0x0003_0000 });
      return 'done';
    });
    expect(result).toBe('done');
    expect(bytes.writes).toEqual([{ WRP1AR: 0x3f }]);
    expect(await bytes.access.read()).toEqual(before);
    expect(memory.events.map((event) => event.type === 'note' && event.event)).toEqual([
      'option bytes before',
      'option bytes after',
      'option bytes restored',
    ]);
  });

  test('writes nothing if nothing has changed', async () => {
    const bytes = optionBytes(before);
    await withRestored('b', createRecorder(), bytes.access, async () => undefined);
    expect(bytes.writes).toEqual([]);
  });

  test('restores when the action throws, and passes its error on', async () => {
    const bytes = optionBytes(before);
    const failing = withRestored('b', createRecorder(), bytes.access, async () => {
      bytes.set({ OPTR: 0xdeff_e1aa });
      throw new Error('test failed');
    });
    await expect(failing).rejects.toThrow('test failed');
    expect(await bytes.access.read()).toEqual(before);
  });

  test('fails with both sets if the option bytes cannot be put back', async () => {
    const bytes = optionBytes(before, true);
    const error: unknown = await withRestored('b', createRecorder(), bytes.access, async () =>
      bytes.set({ WRP1AR: 0 }),
    ).catch((reason: unknown) => reason);
    if (!isHilError(error)) throw new Error('expected a HilError');
    expect(error.code).toBe(457);
    expect(error.context).toMatchObject({ before, found: { ...before, WRP1AR: 0 } });
  });
});
