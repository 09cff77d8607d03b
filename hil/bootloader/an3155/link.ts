import { HilError, isHilError } from '../../error/hil-error.ts';
import { type Deadline, type DeadlineScope, deadline } from '../../trace/deadline.ts';
import { hexText } from '../../trace/plain.ts';
import type { LineError, LineFormat, SerialLine } from '../../transport/serial-line.ts';
import { formatText } from '../../transport/serial-line.ts';
import { ACK, type Command, commandFrame, commandText, NACK } from './coder.ts';

/**
 * How long the ROM may take for an answer, beyond the time that the bytes need on the wire. AN3155 gives no figures for USART;
 * these are the ones stm32flash waits, and erasing a 128 KiB sector of an F4 (4 s at most) fits in.
 */
export const answerMs = {
  sync: 150,
  command: 1000,
  writeBlock: 1000,
  erasePage: 5000,
  eraseAll: 35_000,
  protection: 35_000,
} as const;

/** The line as AN3155 sees it: frames out, ACK or NACK in. It keeps what a diagnosis needs, and knows no command's meaning. */
export interface An3155Link {
  readonly scope: DeadlineScope;
  readonly line: SerialLine;
  /** True after a failure that may have left the ROM in the middle of a command. */
  readonly outOfStep: boolean;
  markInStep(): void;
  /** Line errors the far end reported since the link was made (framed lines only). */
  readonly lineErrors: readonly LineError[];
  /** Budget for an answer of `replyBytes` to `sentBytes`: the ROM's time plus the time on the wire. */
  budget(name: string, ms: number, sentBytes: number, replyBytes?: number): Deadline;
  /**
   * Sends a frame and waits for its ACK.
   * @throws HilError 303 (nothing in time), 304 (NACK), 305 (another byte)
   */
  acknowledged(frame: Uint8Array, what: string, ms: number): Promise<void>;
  /** Waits for an ACK without sending. */
  acknowledge(what: string, ms: number): Promise<void>;
  /** Sends code and complement of a command and waits for the ACK. Bytes that came unasked before are dropped. */
  command(command: Command): Promise<void>;
  /** Reads bytes of a reply. */
  reply(count: number, what: string): Promise<Uint8Array>;
  /** Sends bytes without waiting for an answer. */
  send(bytes: Uint8Array, limit: Deadline): Promise<void>;
  /** One byte, or undefined if none came in time. */
  byteWithin(limit: Deadline, awaited: string): Promise<number | undefined>;
  dispose(): void;
}

export function createLink(line: SerialLine, scope: DeadlineScope): An3155Link {
  const lineErrors: LineError[] = [];
  const stopErrors = line.onLineError((error) => lineErrors.push(error));
  const board = scope.board === undefined ? '' : `${scope.board}: `;
  let outOfStep = false;

  const budget = (name: string, ms: number, sentBytes: number, replyBytes = 1): Deadline =>
    deadline(name, ms + wireMs(line.format, sentBytes + replyBytes), scope);

  /** A failure in mid-command leaves the ROM waiting for bytes, unless it said NACK: then it waits for a command. */
  const inCommand = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      outOfStep = !(isHilError(error) && error.code === 304);
      throw error;
    }
  };

  const context = (sent?: Uint8Array): Record<string, unknown> => ({
    endpoint: line.endpoint,
    format: formatText(line.format),
    ...(sent === undefined ? {} : { sent: hexText(sent) }),
    ...(lineErrors.length === 0 ? {} : { lineErrors: lineErrors.slice(-4) }),
  });

  const judge = (byte: number, what: string, limit: Deadline, sent?: Uint8Array): void => {
    if (byte === ACK) return;
    const took = Math.round(limit.elapsedMs());
    if (byte === NACK) {
      throw new HilError(
        304,
        `${board}no ACK to ${what} within ${Math.round(limit.ms)} ms; got NACK (0x1F) after ${took} ms`,
        { context: { ...context(sent), awaited: what } },
      );
    }
    const rest = line.source.take();
    const seen = hexText(Uint8Array.of(byte, ...rest));
    throw new HilError(
      305,
      `${board}no ACK to ${what} within ${Math.round(limit.ms)} ms; got ${seen} after ${took} ms, which is neither ACK nor NACK`,
      { context: { ...context(sent), awaited: what, seen } },
    );
  };

  const link: An3155Link = {
    scope,
    line,
    get outOfStep() {
      return outOfStep;
    },
    markInStep() {
      outOfStep = false;
    },
    lineErrors,
    budget,
    acknowledged: (frame, what, ms) =>
      inCommand(async () => {
        const limit = budget(what, ms, frame.length);
        // The wait begins before the write has ended: on a fast line the answer can be there first.
        const answer = readAck(line, limit, what, context(frame));
        await Promise.all([line.sink.write(frame, limit), answer]);
        judge(await answer, what, limit, frame);
      }),
    acknowledge: (what, ms) =>
      inCommand(async () => {
        const limit = budget(what, ms, 0);
        judge(await readAck(line, limit, what, context()), what, limit);
      }),
    async command(command) {
      // A late answer to a command that was given up, or the second NACK of a read-protected ROM (AN2606, F05x V2.1).
      line.source.take();
      await link.acknowledged(commandFrame(command), commandText(command), answerMs.command);
    },
    reply: (count, what) =>
      inCommand(() => line.source.read(budget(what, answerMs.command, 0, count), count, what, 303)),
    send: (bytes, limit) => line.sink.write(bytes, limit),
    async byteWithin(limit, awaited) {
      try {
        return (await line.source.read(limit, 1, awaited, 303))[0];
      } catch (error) {
        if (isHilError(error) && error.code === 303) return undefined;
        throw error;
      }
    },
    dispose: stopErrors,
  };
  return link;
}

async function readAck(
  line: SerialLine,
  limit: Deadline,
  what: string,
  context: Record<string, unknown>,
): Promise<number> {
  try {
    const [byte] = await line.source.read(limit, 1, `ACK to ${what}`, 303);
    return byte as number;
  } catch (error) {
    if (!isHilError(error) || error.code !== 303) throw error;
    const sentence = error.message.replace(/ {2}\[HIL-303\]$/, '');
    throw new HilError(303, sentence, {
      blame: error.blame,
      context: { ...context, ...error.context },
      cause: error.cause,
    });
  }
}

/** Time of so many bytes on the wire, in ms. */
export function wireMs(format: LineFormat, bytes: number): number {
  const bits = 1 + format.dataBits + (format.parity === 'none' ? 0 : 1) + format.stopBits;
  return Math.ceil((bytes * bits * 1000) / format.baudRate);
}
