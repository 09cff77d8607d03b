import * as z from 'zod';
import { bytesOf, converse, type Exchange } from '../../board/first-contact.ts';
import { openBootloader } from '../../bootloader/an3155/session.ts';
import { isHilError } from '../../error/hil-error.ts';
import { deadline } from '../../trace/deadline.ts';
import { hexText } from '../../trace/plain.ts';
import { until } from '../../trace/wait.ts';
import type { LineFormat } from '../../transport/serial-line.ts';
import { sentenceOf } from './attempt.ts';
import { type Verb, verb } from './stage.ts';

const format = z.enum(['8E1', '8N1', '8O1'], { error: 'a frame: 8E1 (as the ROM speaks), 8N1 or 8O1' });
const baud = z.int().min(300).max(2_000_000).default(115_200);
const bytes = z.string().regex(/^\s*[0-9a-f]{2}(\s+[0-9a-f]{2})*\s*$/i, { error: 'bytes in hex, as "7F" or "00 FF"' });

/** The jump itself, and what an application does before it: no tool can know how long that takes, 50 ms is plenty. */
const SLACK_MS = 50;

/** A deadline has passed: here what is waited for, by the clock of the board. */
const PASSED = 290;

const PARITY = { E: 'even', N: 'none', O: 'odd' } as const;

export function lineFormat(name: z.infer<typeof format>, baudRate: number): LineFormat {
  return { baudRate, dataBits: 8, parity: PARITY[name.charAt(1) as keyof typeof PARITY], stopBits: 1 };
}

/** `79 | - | 1F`: what came to each piece, at most eight bytes of it. */
function answersText(exchanges: readonly Exchange[]): string {
  return exchanges
    .map(({ got }) => (got.length === 0 ? '-' : `${hexText(got.subarray(0, 8))}${got.length > 8 ? ' …' : ''}`))
    .join(' | ');
}

/** First contact with the ROM as other tools make it, and a console at another baud rate. */
export const contactSteps: Readonly<Record<string, Verb>> = {
  'jump-blind': verb({
    says: "the application's `jump`, and nothing but the ROM's start-up time after it: the ROM has not been spoken to yet",
    args: z.undefined(),
    async run(stage) {
      const { chip, scope } = stage.bench;
      await stage.app?.sendJump();
      stage.app = undefined;
      stage.rom = undefined;
      const ms = (chip.rom.startupWithoutLseMs ?? chip.rom.startupMs) + SLACK_MS;
      const startUp = deadline('start-up time of the ROM (AN2606 r70 T227)', ms, scope);
      await until(startUp, 'end of the start-up time', () => false).catch((error: unknown) => {
        if (!isHilError(error) || error.code !== PASSED) throw error;
      });
    },
  }),
  'first-contact': verb({
    says: "says bytes to the ROM piece by piece in a frame of one's own: `{ first-contact: { format: 8N1, baud: 57600, send: ['7F', '00 FF'] } }`",
    args: z.strictObject({ format, baud, send: z.array(bytes).min(1) }),
    reads: ['contact.answers', 'contact.first', 'contact.last'],
    async run(stage, { format: name, baud: baudRate, send }) {
      const line = await stage.bench.romLine(lineFormat(name, baudRate));
      const exchanges = await converse(line, send.map(bytesOf), stage.bench.scope);
      stage.read({
        'contact.answers': answersText(exchanges),
        'contact.first': exchanges[0]?.answer,
        'contact.last': exchanges.at(-1)?.answer,
      });
    },
  }),
  'tool-contact': verb({
    says: 'first contact by this tool on a line with another frame: how it met the ROM, or the cause that it names (`parity`, `silence` …)',
    args: z.strictObject({ format, baud }),
    reads: ['contact.says', 'contact.detail'],
    async run(stage, { format: name, baud: baudRate }) {
      const { board, chip, permissions, scope } = stage.bench;
      const line = await stage.bench.romLine(lineFormat(name, baudRate));
      try {
        const session = await openBootloader(line, { board, chip, permissions, scope, recorder: scope.recorder });
        stage.read({ 'contact.says': session.id.sync, 'contact.detail': undefined });
        session.close();
      } catch (error) {
        if (!isHilError(error) || typeof error.context.cause !== 'string') throw error;
        stage.read({
          'contact.says': error.context.cause,
          'contact.detail': sentenceOf(error),
          'error.code': error.code,
        });
      }
    },
  }),
  console: verb({
    says: "asks the application's console at another baud rate: `{ console: { baud: 43200, say: ping } }`",
    args: z.strictObject({ baud: z.int().min(300).max(2_000_000), say: z.string() }),
    reads: ['console.answer'],
    async run(stage, { baud: baudRate, say }) {
      const line = await stage.bench.applicationLine(lineFormat('8N1', baudRate));
      const encoder = new TextEncoder();
      // The empty line first: it ends what bytes at another baud rate have left there.
      const said = await converse(line, [encoder.encode('\r\n'), encoder.encode(`${say}\r\n`)], stage.bench.scope);
      const answer = new TextDecoder('latin1').decode(said.at(-1)?.got).trim();
      stage.read({ 'console.answer': answer === '' ? 'nothing' : answer });
    },
  }),
};
