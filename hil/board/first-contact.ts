import { isHilError } from '../error/hil-error.ts';
import { type DeadlineScope, deadline } from '../trace/deadline.ts';
import type { SerialLine } from '../transport/serial-line.ts';

/** What came back to one piece of a conversation: ACK or NACK of AN3155, nothing, or something else. */
export type Answer = 'ACK' | 'NACK' | 'nothing' | 'other';

export interface Exchange {
  readonly sent: Uint8Array;
  readonly got: Uint8Array;
  readonly answer: Answer;
}

/** Observation window after each piece: the ROM answers within a millisecond, and 0x7F within its start-up time (0.1 s on F411). */
const WINDOW_MS = 250;
const WRITE_MS = 1_000;

/**
 * Says pieces of a conversation on a line as they are, in its frame, and collects what comes back in a window after each: first
 * contact with a ROM as others make it. Nothing is judged right or wrong.
 * @throws HilError 205 to 207 (line)
 */
export async function converse(
  line: SerialLine,
  pieces: readonly Uint8Array[],
  scope: DeadlineScope,
): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = [];
  for (const sent of pieces) {
    line.source.take();
    await line.sink.write(sent, deadline('bytes to the board', WRITE_MS, scope));
    const got: number[] = [];
    const window = deadline('observation window for an answer', WINDOW_MS, scope);
    for (let byte = await byteWithin(line, window); byte !== undefined; byte = await byteWithin(line, window)) {
      got.push(byte);
    }
    exchanges.push({ sent, got: Uint8Array.from(got), answer: answerOf(got) });
  }
  return exchanges;
}

async function byteWithin(line: SerialLine, limit: ReturnType<typeof deadline>): Promise<number | undefined> {
  if (limit.remainingMs() <= 0) return undefined;
  try {
    return (await line.source.read(limit, 1, 'a byte', 303))[0];
  } catch (error) {
    if (isHilError(error) && error.code === 303) return undefined;
    throw error;
  }
}

function answerOf(got: readonly number[]): Answer {
  if (got.length === 0) return 'nothing';
  if (got[0] === 0x79) return 'ACK';
  if (got[0] === 0x1f) return 'NACK';
  return 'other';
}

/** `7F`, `00 FF` → bytes. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
}
