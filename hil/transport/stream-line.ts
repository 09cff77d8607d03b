import type { SerialPortStream } from '@serialport/stream';
import { HilError } from '../error/hil-error.ts';
import { type Deadline, monotonicMs } from '../trace/deadline.ts';
import { untilEvent } from '../trace/wait.ts';
import { createByteInbox } from './byte-inbox.ts';
import type { ControlLines, LineEnd, LineError, LineFormat, SerialLine } from './serial-line.ts';

/** What differs between the kinds of line that a SerialPortStream can carry. */
export interface LineDriver {
  readonly endpoint: string;
  /** Makes an unopened stream; called again when `reopenFor` says so. */
  createStream(format: LineFormat): SerialPortStream;
  /** Turns what opening failed with into an error that names the reason. */
  openError(error: Error, format: LineFormat): Promise<HilError>;
  /** True if this change needs a new stream; false if `adjust` can make it on the open one. */
  needsReopen(from: LineFormat, to: LineFormat): boolean;
  adjust(stream: SerialPortStream, to: LineFormat): Promise<void>;
  /** Watches for a loss that the stream does not notice by itself; returns the function that ends the watch. */
  watchLoss?(lost: (error: Error) => void): () => void;
  /** Hooks up line-error notifications; absent where there are none. */
  onLineError?(listener: (error: LineError) => void): () => void;
}

/** A SerialLine on top of serialport's stream. */
export async function openStreamLine(driver: LineDriver, initial: LineFormat): Promise<SerialLine> {
  const { endpoint } = driver;
  const inbox = createByteInbox();
  const openedAt = monotonicMs();
  let format = initial;
  let lines: ControlLines = {};
  let ended: LineEnd | undefined;
  let announceEnd: (end: LineEnd) => void = () => {};
  const closed = new Promise<LineEnd>((resolve) => {
    announceEnd = resolve;
  });

  let stopWatch: () => void = () => {};

  const finish = (end: LineEnd): void => {
    if (ended !== undefined) return;
    ended = end;
    stopWatch();
    inbox.end(endError(end));
    announceEnd(end);
  };

  const endError = (end: LineEnd): HilError =>
    end.how === 'asked'
      ? new HilError(207, `${endpoint}: the line was closed`, { blame: 'test', context: { endpoint } })
      : new HilError(
          205,
          `${endpoint}: the line was lost after ${Math.round(monotonicMs() - openedAt)} ms: ${end.error?.message ?? 'closed by the other side'}`,
          {
            blame: 'rig',
            cause: end.error,
            context: { endpoint },
          },
        );

  const throwIfEnded = (): void => {
    if (ended !== undefined) throw endError(ended);
  };

  const open = async (wanted: LineFormat): Promise<SerialPortStream> => {
    const stream = driver.createStream(wanted);
    try {
      // No deadline here: a tty opens without blocking, and a framed line keeps the deadline below, where it knows what is missing.
      await new Promise<void>((resolve, reject) => stream.open((error) => (error ? reject(error) : resolve())));
    } catch (error) {
      throw error instanceof HilError ? error : await driver.openError(error as Error, wanted);
    }
    stream.on('data', (bytes: Uint8Array) => inbox.push(bytes));
    stream.on('error', (error: Error) => finish({ how: 'lost', error }));
    // The stream reads end-of-file as `end` and a vanished device as `close` with an error; both mean that the line is gone.
    const lost = (error?: Error | null): void => {
      if (stream === current) finish({ how: 'lost', ...(error ? { error } : {}) });
    };
    stream.on('end', () => lost());
    stream.on('close', lost);
    return stream;
  };

  let current: SerialPortStream | undefined;
  current = await open(initial);

  const closeCurrent = async (): Promise<void> => {
    const stream = current;
    current = undefined;
    if (stream?.isOpen) await new Promise<void>((resolve) => stream.close(() => resolve()));
  };

  const watch = (): void => {
    stopWatch =
      driver.watchLoss?.((error) => {
        finish({ how: 'lost', error });
        void closeCurrent();
      }) ?? (() => {});
  };
  watch();

  const use = (): SerialPortStream => {
    throwIfEnded();
    if (current === undefined) throw endError({ how: 'asked' });
    return current;
  };

  return {
    endpoint,
    source: inbox,
    get format() {
      return format;
    },
    closed,
    sink: {
      async write(bytes, within) {
        const stream = use();
        await failing(206, endpoint, 'write', () =>
          callback(within, `room for ${bytes.length} bytes on ${endpoint}`, (done) =>
            stream.write(Buffer.from(bytes), done),
          ),
        );
      },
      async drain(within) {
        const stream = use();
        await failing(206, endpoint, 'drain', () =>
          callback(within, `drain of ${endpoint}`, (done) => stream.drain(done)),
        );
      },
    },
    async setFormat(change, within) {
      const wanted = { ...format, ...change };
      if (driver.needsReopen(format, wanted)) {
        use();
        await closeCurrent();
        current = await open(wanted).catch((error: unknown) => {
          finish({ how: 'lost', error: error as Error });
          throw error;
        });
        if (Object.keys(lines).length > 0) await setLines(current, lines, endpoint, within);
      } else {
        const stream = use();
        await failing(213, endpoint, 'change of the line format', () => driver.adjust(stream, wanted));
      }
      format = wanted;
      inbox.clear();
    },
    async setLines(change, within) {
      const wanted = { ...lines, ...change };
      await setLines(use(), wanted, endpoint, within);
      lines = wanted;
    },
    onLineError: (listener) => driver.onLineError?.(listener) ?? (() => {}),
    async close() {
      finish({ how: 'asked' });
      await closeCurrent();
    },
  };
}

async function setLines(
  stream: SerialPortStream,
  lines: ControlLines,
  endpoint: string,
  within: Deadline,
): Promise<void> {
  // serialport sets every flag on each call, the unnamed ones to its own defaults; so all are named here.
  const flags = { dtr: lines.dtr ?? true, rts: lines.rts ?? true, brk: lines.break ?? false };
  await failing(213, endpoint, 'change of DTR, RTS or break', () =>
    callback(within, `change of the control lines of ${endpoint}`, (done) => stream.set(flags, done)),
  );
}

type Done = (error?: Error | null) => void;

function callback(limit: Deadline, awaited: string, start: (done: Done) => void): Promise<void> {
  return untilEvent<void>(limit, awaited, ({ resolve, reject }) => {
    start((error) => (error ? reject(error) : resolve()));
    return () => {};
  });
}

async function failing(code: 206 | 213, endpoint: string, what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof HilError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new HilError(code, `${endpoint}: ${what} failed: ${reason}`, {
      blame: 'rig',
      cause: error,
      context: { endpoint },
    });
  }
}
