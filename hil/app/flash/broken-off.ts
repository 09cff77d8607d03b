import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Progress } from '../../bootloader/rom-session.ts';
import type { UsbIdentity } from '../../transport/usb/usb-port.ts';
import { type FlashStageId, type FlashStageResult, flashStages } from './flash-stage.ts';

/** Kept up to date while a flashing goes on, so that what kills it cannot kill what is known of it: the report, as far as it is. */
export interface FlashRecord {
  readonly board: string;
  readonly chip: string;
  readonly verdict: 'under way' | 'passed' | 'failed';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly pid: number;
  readonly stages: readonly FlashStageResult[];
  readonly progress?: Progress;
  /** The application before, or as a run that broke off had seen it. */
  readonly before?: UsbIdentity;
  readonly rom?: UsbIdentity;
  readonly after?: UsbIdentity;
  /** What the run before this one had left: counts on until a ROM is seen. */
  readonly earlier?: BrokenOff;
}

/** A run that did not come to its end. */
export interface BrokenOff {
  readonly startedAt: string;
  readonly how: 'it failed' | 'it was killed';
  /** Where it was. */
  readonly stage: FlashStageId;
  readonly progress: Progress | undefined;
  readonly before: UsbIdentity | undefined;
  readonly rom: UsbIdentity | undefined;
}

const device = z.object({
  id: z.string(),
  vendorId: z.number(),
  productId: z.number(),
  bcdDevice: z.number(),
  serialNumber: z.string().optional(),
  path: z.string(),
});
const progressSchema = z.object({
  phase: z.enum(['erase', 'write', 'read-back']),
  done: z.number(),
  total: z.number(),
});
const brokenOffSchema = z.object({
  startedAt: z.string(),
  how: z.enum(['it failed', 'it was killed']),
  stage: z.enum(flashStages.map(([id]) => id)),
  progress: progressSchema.optional(),
  before: device.optional(),
  rom: device.optional(),
});
const recordSchema = z.object({
  verdict: z.enum(['under way', 'passed', 'failed']),
  startedAt: z.string(),
  pid: z.number(),
  stages: z.array(z.object({ id: z.string(), verdict: z.string() })),
  progress: progressSchema.optional(),
  before: device.optional(),
  rom: device.optional(),
  earlier: z.custom<BrokenOff>((value) => brokenOffSchema.safeParse(value).success).optional(),
});

/**
 * What the last run on a board left behind, if it broke off; one that saw no ROM changed nothing, and what was before it counts. Undefined where there is none, where it came to its end, where it is still
 * under way, and where the file says nothing that can be used.
 * @param isAlive Whether a process of that number runs
 */
export function readBrokenOff(file: string, isAlive: (pid: number) => boolean = processRuns): BrokenOff | undefined {
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  const parsed = recordSchema.safeParse(text);
  if (!parsed.success) return undefined;
  const { verdict, startedAt, pid, stages, progress, before, rom, earlier } = parsed.data;
  if (verdict === 'passed' || (verdict === 'under way' && isAlive(pid))) return undefined;
  if (rom === undefined && earlier !== undefined) return earlier;
  const isThrough = (id: FlashStageId): boolean =>
    stages.some((stage) => stage.id === id && stage.verdict !== 'failed' && stage.verdict !== 'not reached');
  const stage = flashStages.find(([id]) => !isThrough(id))?.[0];
  if (stage === undefined) return undefined;
  return {
    startedAt,
    how: verdict === 'failed' ? 'it failed' : 'it was killed',
    stage,
    progress,
    before: before as UsbIdentity | undefined,
    rom: rom as UsbIdentity | undefined,
  };
}

/** To be read after `the last run`: `of 2026-11-21 22:01:13 broke off in 'erased, wrote and read back' (it was killed): write, 8192 of 61112`. */
export function brokenOffText({ startedAt, how, stage, progress }: BrokenOff): string {
  const title = flashStages.find(([id]) => id === stage)?.[1] ?? stage;
  const far = stage === 'written' && progress !== undefined ? `: ${progressWords(progress)}` : '';
  return `of ${startedAt.slice(0, 19).replace('T', ' ')} broke off in '${title}' (${how})${far}`;
}

/** `write was at 8192 of 61112 bytes`. */
export function progressWords({ phase, done, total }: Progress): string {
  return `${phase} was at ${done} of ${total} ${phase === 'erase' ? 'pages' : 'bytes'}`;
}

/** True if it is the same device by all that outlives a new plugging: ids, serial number, path. */
export function isSameDevice(one: UsbIdentity, other: UsbIdentity): boolean {
  return (
    one.vendorId === other.vendorId &&
    one.productId === other.productId &&
    one.serialNumber === other.serialNumber &&
    one.path === other.path
  );
}

/**
 * Keeps the record of a run at what is known, from now on: a process that is killed leaves it to the next.
 * @returns takes news, and a stage that is over; gives the record as it then is
 */
export function keepFlashRecord(
  file: string,
  about: Pick<FlashRecord, 'board' | 'chip' | 'earlier'>,
): (news: Partial<FlashRecord>, stage?: FlashStageResult) => FlashRecord {
  const startedAt = new Date().toISOString();
  let now: FlashRecord = { ...about, verdict: 'under way', startedAt, pid: process.pid, stages: [] };
  writeFlashRecord(file, now);
  return ({ before, rom, after, ...news }, stage) => {
    now = {
      ...now,
      ...news,
      ...(before === undefined ? {} : { before: plainIdentity(before) }),
      ...(rom === undefined ? {} : { rom: plainIdentity(rom) }),
      ...(after === undefined ? {} : { after: plainIdentity(after) }),
      ...(stage === undefined ? {} : { stages: [...now.stages, stage] }),
    };
    writeFlashRecord(file, now);
    return now;
  };
}

/** Without what a port is beside its identity. */
function plainIdentity({ id, vendorId, productId, bcdDevice, serialNumber, path }: UsbIdentity): UsbIdentity {
  return { id, vendorId, productId, bcdDevice, serialNumber, path };
}

/** Replaced as a whole: a process that is killed in the middle of a write leaves the file as it was. */
export function writeFlashRecord(file: string, record: FlashRecord): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
