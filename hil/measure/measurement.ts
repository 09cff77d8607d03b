import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import * as z from 'zod';
import { chips } from '../chip/lookup.ts';
import { romBehaviours } from '../chip/rom-behaviours.ts';
import { HilError } from '../error/hil-error.ts';
import { readYaml } from '../error/yaml-file.ts';

const ENDING = '.yaml';

const byte = z.int().min(0).max(255);
const schema = z.strictObject({
  part: z.string(),
  rom_id: byte,
  die_revision: z.string().regex(/^0x[0-9A-F]{4}$/, { error: 'REV_ID of DBGMCU_IDCODE, as "0x2000"' }),
  uid_hash: z.string().regex(/^[0-9a-f]{16}$/, { error: 'the first 16 hex digits of the SHA-256 of the unique id' }),
  board: z.string().min(1),
  question: z.string(),
  answer: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  evidence: z.record(z.string(), z.unknown()),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'a date as 2026-01-31' }),
  tool: z.string().min(1),
});

/** One observed answer of one real chip: a file of `fixtures/silicon`. The unique id itself stays with its owner. */
export type Measurement = Readonly<z.infer<typeof schema>>;

/** @throws HilError 680 with every mistake as file:line:column */
export function parseMeasurement(text: string, file: string): Measurement {
  return readYaml(text, file, {
    what: 'measurement',
    code: 680,
    schema,
    words: Object.keys(schema.shape),
    check: ({ part, question }) => [
      ...(chips.some(({ name }) => name === part) ? [] : [{ path: ['part'], message: `no part is called ${part}` }]),
      ...(romBehaviours.some((row) => row.question === question)
        ? []
        : [{ path: ['question'], message: `no modelled behaviour has the question ${question}` }]),
    ],
  });
}

/** Every measurement of a folder, with its file's name. @throws HilError 680, 681 (the folder cannot be read) */
export function loadMeasurements(
  folder: string,
): readonly { readonly file: string; readonly measurement: Measurement }[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  } catch (cause) {
    throw new HilError(681, `folder of measurements ${folder} cannot be read`, { blame: 'test', cause });
  }
  return names.sort().map((name) => {
    const path = join(folder, name);
    return { file: basename(path), measurement: parseMeasurement(readFileSync(path, 'utf8'), path) };
  });
}

/** `stm32g070rb-0xB4-vtor-in-rom-1a2b3c4d.yaml`: part, ROM, question, chip. */
export function fileNameOf({ part, rom_id, question, uid_hash }: Measurement): string {
  const rom = `0x${rom_id.toString(16).toUpperCase().padStart(2, '0')}`;
  return `${part.toLowerCase()}-${rom}-${question}-${uid_hash.slice(0, 8)}${ENDING}`;
}

export function measurementText(measurement: Measurement): string {
  return stringify(measurement, { lineWidth: 120 });
}
