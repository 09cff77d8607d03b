import { HilError } from '../error/hil-error.ts';
import { type Recorder, recordNote } from '../trace/recorder.ts';

/** Option words by their register's name. */
export type OptionWords = Readonly<Record<string, number>>;

/** How a board reads and writes its option bytes; the write passes the guard like any other. */
export interface OptionByteAccess {
  read(): Promise<OptionWords>;
  write(words: OptionWords): Promise<void>;
}

/**
 * Runs `action` and puts the option bytes back as they were found, whether it returns or throws. What they were before and
 * after is noted in the step stream.
 * @throws what `action` throws; HilError 457 if they could not be put back (with the action's error as cause).
 */
export async function withRestored<T>(
  board: string,
  recorder: Recorder,
  access: OptionByteAccess,
  action: () => Promise<T>,
): Promise<T> {
  const before = await access.read();
  recordNote(recorder, board, 'option bytes before', before);
  let failure: unknown;
  let result: T | undefined;
  let failed = false;
  try {
    result = await action();
  } catch (error) {
    failure = error;
    failed = true;
  }
  await restore(board, recorder, access, before, failure);
  if (failed) throw failure;
  return result as T;
}

async function restore(
  board: string,
  recorder: Recorder,
  access: OptionByteAccess,
  before: OptionWords,
  earlier: unknown,
): Promise<void> {
  let found: OptionWords | undefined;
  let reason: unknown = earlier;
  try {
    found = await access.read();
    recordNote(recorder, board, 'option bytes after', found);
    const changed = differences(before, found);
    if (changed.length === 0) return;
    await access.write(Object.fromEntries(changed.map((name) => [name, before[name] ?? 0])));
    found = await access.read();
    recordNote(recorder, board, 'option bytes restored', found);
    if (differences(before, found).length === 0) return;
  } catch (error) {
    reason = error;
  }
  throw new HilError(457, `${board}: the option bytes could not be put back as they were found`, {
    blame: 'rig',
    cause: reason,
    context: { before, found: found ?? 'unreadable' },
  });
}

function differences(before: OptionWords, after: OptionWords): readonly string[] {
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}
