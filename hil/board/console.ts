import { HilError, isHilError } from '../error/hil-error.ts';
import { type Deadline, deadline, deadlineError, within } from '../trace/deadline.ts';
import { recordNote } from '../trace/recorder.ts';
import { untilEvent } from '../trace/wait.ts';
import type { LineFormat, SerialLine } from '../transport/serial-line.ts';
import type { BoardScope, BootRecord } from './bench-types.ts';
import { parseBootRecord } from './boot-line.ts';

/** The application's console (docs/handover.md). */
export const CONSOLE_FORMAT: LineFormat = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 };

/** One answer line of at most 700 characters takes 61 ms at 115200 baud; the rest is for a busy host. */
const ANSWER_MS = 1_500;
/** Pause between two questions to an application that may still be starting: longer than the longest answer is on the wire. */
const ASK_AGAIN_MS = 150;

/** Lines from and to the application under test. */
export interface Console {
  /** Sends one command and returns its one answer line. @throws HilError 420 when none comes, 421 when the answer is an error */
  command(text: string): Promise<string>;
  /**
   * Waits for the application: for its banner, or for its answer to `record` where the banner was sent before the line listened.
   * @throws HilError 422
   */
  awaitStart(limit: Deadline): Promise<BootRecord>;
  /** Forgets what came so far. */
  clear(): void;
  close(): void;
}

/** A line that an application may have sent: bytes at another baud rate make no such lines. */
function isText(line: string): boolean {
  return /^[\x20-\x7e]{4,}$/.test(line);
}

/** Speaks with the application over a line that is set to `CONSOLE_FORMAT`. The line belongs to the caller. */
export function openConsole(line: SerialLine, scope: BoardScope): Console {
  const decoder = new TextDecoder('latin1');
  /** How many lines belong to what is over: a start may have been announced before somebody waits for it. */
  let past = 0;
  const waiting = new Set<(text: string) => void>();
  let unfinished = '';
  const lines: string[] = [];

  const arrived = (): void => {
    unfinished += decoder.decode(line.source.take());
    for (let end = unfinished.search(/[\r\n]/); end >= 0; end = unfinished.search(/[\r\n]/)) {
      const text = unfinished.slice(0, end);
      unfinished = unfinished.slice(end + 1);
      if (text === '') continue;
      lines.push(text);
      recordNote(scope.recorder, scope.board, 'console', text);
      for (const listener of waiting) listener(text);
    }
  };
  const stop = line.source.onArrival(arrived);

  const send = (text: string, limit: Deadline): Promise<void> =>
    line.sink.write(new TextEncoder().encode(`${text}\r\n`), limit);

  /** What came, for the error of a wait that failed. */
  const seen = (from: number): string | undefined => {
    const got = lines
      .slice(from)
      .slice(-3)
      .map((text) => JSON.stringify(text));
    if (unfinished !== '') got.push(`${JSON.stringify(unfinished.slice(0, 80))} (no line end)`);
    return got.length === 0 ? undefined : got.join(', ');
  };

  /** The first line from index `from` on that `wanted` accepts. */
  const nextLine = <T>(
    limit: Deadline,
    awaited: string,
    from: number,
    code: number,
    wanted: (text: string) => T | undefined,
  ): Promise<T> =>
    untilEvent<T>(
      limit,
      awaited,
      ({ resolve, reject, note }) => {
        const listener = (text: string): void => {
          const found = wanted(text);
          if (found !== undefined) resolve(found);
          else note(seen(from) ?? text);
        };
        for (const text of lines.slice(from)) listener(text);
        if (unfinished !== '') note(seen(from) ?? '');
        waiting.add(listener);
        void line.closed.then((end) =>
          reject(
            end.error ??
              new HilError(205, `${scope.board}: the serial line ended while waiting for ${awaited}`, { blame: 'rig' }),
          ),
        );
        return () => waiting.delete(listener);
      },
      { code, blame: 'unknown', context: { endpoint: line.endpoint } },
    );

  /** Answers come in order, so the one to `ping` shows that all to earlier questions (and to noise) have been passed. */
  const catchUp = async (): Promise<void> => {
    const limit = deadline('answer to ping', ANSWER_MS, scope);
    const from = lines.length;
    await send('ping', limit);
    await nextLine(limit, 'pong', from, 420, (got) => (got === 'pong' ? true : undefined));
    past = lines.length;
  };

  return {
    async command(text) {
      const limit = deadline(`answer to ${text}`, ANSWER_MS, scope);
      const from = lines.length;
      await send(text, limit);
      const answer = await nextLine(limit, `answer to the console command '${text}'`, from, 420, (got) =>
        got.startsWith('@') ? undefined : got,
      );
      if (answer.startsWith('error ')) {
        throw new HilError(421, `${scope.board}: the application answered '${answer}' to '${text}'`, {
          blame: 'test',
          context: { text, answer },
        });
      }
      past = lines.length;
      return answer;
    },
    async awaitStart(limit) {
      const from = past;
      let tries = 0;
      for (;;) {
        const slice = within(limit, 'start of the application', ASK_AGAIN_MS);
        try {
          const record = await nextLine(slice, 'banner or answer to record', from, 422, parseBootRecord);
          await catchUp();
          return record;
        } catch (error) {
          if (!isHilError(error) || error.code !== 422) throw error;
        }
        if (limit.remainingMs() <= 0) {
          throw deadlineError(limit, {
            awaited: 'start of the application (its banner, or an answer to record)',
            seen: seen(from),
            code: 422,
            context: { endpoint: line.endpoint, asked: tries, talks: [...lines.slice(from), unfinished].some(isText) },
          });
        }
        // The empty line first: it ends whatever an earlier byte began (a ROM's 0x7F, noise) without an answer of its own. Every other time
        // without it: an application whose interrupts are masked polls its receiver, and loses what comes while it looks at that line.
        tries += 1;
        await send(tries % 2 === 1 ? '\r\nrecord' : 'record', limit);
      }
    },
    clear() {
      line.source.take();
      unfinished = '';
      lines.length = 0;
      past = 0;
    },
    close: stop,
  };
}
