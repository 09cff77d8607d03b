import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { HilError } from '../../error/hil-error.ts';
import { type LoggedInput, outsideInput } from './outside-input.ts';

/** First line of a log: from what the board was built. A replay must find the same bytes. */
export const logHeader = z.strictObject({
  log: z.literal('stm32-hil input log'),
  version: z.literal(1),
  board: z.string(),
  model: z.string(),
  romId: z.number().int().optional(),
  seed: z.number(),
  romSha256: z.string(),
  /** null: the flash was erased. */
  flashSha256: z.string().nullable(),
});
export type LogHeader = z.infer<typeof logHeader>;

const logLine = z.strictObject({ targetNs: z.number(), nowNs: z.number(), input: outsideInput });

export interface InputLog {
  readonly path: string | null;
  append(entry: LoggedInput): void;
  flush(): void;
  close(): void;
}

/** Written in pieces of this size; a killed process loses at most one piece, and `log` and `hash` flush before they answer. */
const BUFFER_CHARS = 16_384;

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function createInputLog(path: string | undefined, header: LogHeader): InputLog {
  if (path === undefined) return { path: null, append: () => {}, flush: () => {}, close: () => {} };
  const fd = openSync(path, 'w');
  let pending = `${JSON.stringify(header)}\n`;
  const flush = (): void => {
    if (pending !== '') writeSync(fd, pending);
    pending = '';
  };
  return {
    path,
    flush,
    append(entry) {
      pending += `${JSON.stringify(entry)}\n`;
      if (pending.length > BUFFER_CHARS) flush();
    },
    close() {
      flush();
      closeSync(fd);
    },
  };
}

export interface ReadInputLog {
  readonly header: LogHeader;
  readonly entries: readonly LoggedInput[];
}

/** Read a log; a last line cut short by a killed process is left out. Throws HilError 644 naming file and line. */
export function readInputLog(path: string): ReadInputLog {
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n');
  const complete = lines.slice(0, -1);
  const at = <T>(schema: z.ZodType<T>, index: number): T => {
    const parsed = schema.safeParse(json(path, index, complete[index] ?? ''));
    if (parsed.success) return parsed.data;
    throw bad(path, index, z.prettifyError(parsed.error));
  };
  const header = at(logHeader, 0);
  return { header, entries: complete.slice(1).map((_, i) => at(logLine, i + 1)) };
}

function json(path: string, index: number, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw bad(path, index, error instanceof Error ? error.message : String(error));
  }
}

function bad(path: string, index: number, why: string): HilError {
  return new HilError(644, `${path}:${index + 1} is not a line of an input log: ${why}`, {
    blame: 'test',
    context: { path, line: index + 1 },
  });
}
