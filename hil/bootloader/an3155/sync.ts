import { HilError } from '../../error/hil-error.ts';
import { hexText } from '../../trace/plain.ts';
import { formatText } from '../../transport/serial-line.ts';
import { ACK, NACK, SYNC } from './coder.ts';
import { type An3155Link, answerMs } from './link.ts';
import { diagnoseSync } from './sync-diagnosis.ts';

/** How the ROM was met: fresh after reset, or already synchronised by an earlier session. */
export type SyncState = 'fresh' | 'already synchronised';

/** Glitches that may stand before the ACK: a NRST edge or the adapter's opening reads as one 0x00 (stm32flash issue 3). */
const GLITCH = 0x00;

/** A ROM that listens has answered the second 0x7F, whatever state it was in. */
const TRIES = 2;

/** The ROM's start-up time counts from its entry, and what an application does before it jumps, or a slow board, comes on top. */
const START_SLACK_MS = 50;

/**
 * Sends 0x7F and learns from the answer in which state the ROM is. A ROM that is synchronised already takes 0x7F as half a
 * command, so silence is answered by a second 0x7F, which completes it to a NACK (AN3155, section 2; stm32loader relies on it).
 * @param startupMs Longest time from a reset until this ROM listens (AN2606 table 227): so long, bytes may be lost.
 * @throws HilError 301 (silence) or 302 (something that is no answer of the ROM), both with a diagnosis.
 */
export async function synchronise(link: An3155Link, startupMs = 0): Promise<SyncState> {
  link.line.source.take();
  const seen: number[] = [];
  const tries = TRIES + Math.round((startupMs + START_SLACK_MS) / answerMs.sync);
  for (let attempt = 1; attempt <= tries; attempt++) {
    const limit = link.budget('answer to 0x7F', answerMs.sync, 1, 2);
    await link.send(Uint8Array.of(SYNC), limit);
    for (;;) {
      const byte = await link.byteWithin(limit, 'ACK to 0x7F');
      if (byte === undefined) break;
      if (byte === NACK) return 'already synchronised';
      if (byte === ACK) {
        // An ACK to a later 0x7F may be the late one to an earlier: then the ROM holds half a command.
        if (attempt > 1) await resynchronise(link);
        return 'fresh';
      }
      seen.push(byte);
      if (byte !== GLITCH || seen.length > 2) throw await foreignAnswer(link, seen);
    }
    if (seen.length > 0) throw await foreignAnswer(link, seen);
  }
  const { cause, why } = diagnoseSync(link.line.format, new Uint8Array(), link.lineErrors);
  throw new HilError(
    301,
    `${boardOf(link)}no ACK to 0x7F at ${formatText(link.line.format)} within ${tries * answerMs.sync} ms; nothing came to ${tries} tries; ${why}`,
    { context: { ...contextOf(link), cause } },
  );
}

/** The bytes around a wrong answer tell more than its first byte: those of one more moment are taken along. */
const LOOK_AROUND_MS = 50;

async function foreignAnswer(link: An3155Link, seen: number[]): Promise<HilError> {
  const limit = link.budget('bytes that follow a wrong answer', LOOK_AROUND_MS, 0, 16);
  while (seen.length < 16) {
    const byte = await link.byteWithin(limit, 'more bytes');
    if (byte === undefined) break;
    seen.push(byte);
  }
  const bytes = Uint8Array.from(seen);
  const { cause, why } = diagnoseSync(link.line.format, bytes, link.lineErrors);
  return new HilError(
    302,
    `${boardOf(link)}no ACK to 0x7F at ${formatText(link.line.format)} within ${answerMs.sync} ms; got ${hexText(bytes)}; ${why}`,
    { context: { ...contextOf(link), cause, seen: hexText(bytes) } },
  );
}

/**
 * What brings the ROM back in step. Sent twice it is no command; as a length it asks for eleven bytes and an XOR it never is; as
 * pages of an erase it names page 0x0A0A, which no part has (the most are 2048, on L1). FF 00, which other tools send, is "erase
 * everything" to a ROM that waits for the pages of Erase (0x43), and an odd byte such as 0x7F, repeated, is a valid Write Memory.
 */
export const RESYNC_FILLER = 0x0a;

const RESYNC_QUIET_MS = 50;
/** First burst; each further one is twice as long, since only a long list of pages outlasts the first. */
const RESYNC_BURST = 256;
const RESYNC_MS = 35_000;

/**
 * Brings the ROM to where it waits for a command, from anywhere inside one: sends single filler bytes until a NACK shows that
 * the last one was the second half of a command that does not exist.
 * @param quietMs How long a filler byte is waited for. A NACK later than that is taken for the next byte's, and the ROM left with half
 *   a command.
 * @throws HilError 311
 */
export async function resynchronise(link: An3155Link, quietMs = RESYNC_QUIET_MS): Promise<void> {
  const whole = link.budget('getting back in step with the ROM', RESYNC_MS, 0);
  const sent = { bytes: 0 };
  const answeredNack = async (): Promise<boolean> => {
    const limit = link.budget('answer to a filler byte', quietMs, 1, 1);
    await link.send(Uint8Array.of(RESYNC_FILLER), limit);
    sent.bytes++;
    for (;;) {
      const byte = await link.byteWithin(limit, 'NACK to a filler byte');
      if (byte === undefined) return false;
      if (byte === NACK) return true;
    }
  };
  for (let burst = RESYNC_BURST; whole.remainingMs() > 0; burst *= 2) {
    whole.throwIfRevoked();
    link.line.source.take();
    for (let i = 0; i < 3; i++) {
      if (await answeredNack()) {
        link.markInStep();
        return;
      }
    }
    // Silence: the ROM waits for data. Whatever the burst's own end starts is finished by the single bytes of the next round.
    await link.send(new Uint8Array(burst).fill(RESYNC_FILLER), whole);
    sent.bytes += burst;
    await link.line.sink.drain(whole);
    while ((await link.byteWithin(link.budget('end of the burst', RESYNC_QUIET_MS, burst), 'a byte')) !== undefined);
  }
  throw new HilError(
    311,
    `${boardOf(link)}the ROM could not be brought back in step: no NACK to ${sent.bytes} filler bytes within ${RESYNC_MS} ms`,
    { context: contextOf(link) },
  );
}

function boardOf(link: An3155Link): string {
  return link.scope.board === undefined ? '' : `${link.scope.board}: `;
}

function contextOf(link: An3155Link): Record<string, unknown> {
  return {
    endpoint: link.line.endpoint,
    format: formatText(link.line.format),
    ...(link.lineErrors.length === 0 ? {} : { lineErrors: link.lineErrors.slice(-4) }),
  };
}
