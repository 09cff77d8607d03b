import type { BootRecord } from './bench-types.ts';

/** Fields of a machine line of the application (docs/handover.md): `@boot n=3 csr=0x14000000 tick=on`. */
export type Fields = Readonly<Record<string, number | string>>;

const NUMBER = /^(0x[0-9a-f]+|[0-9]+)$/i;

/** Splits `name=value` words; numbers become numbers, other words stay text. Words without `=` are left out. */
export function parseFields(line: string): Fields {
  const fields: Record<string, number | string> = {};
  for (const word of line.trim().split(/\s+/)) {
    const at = word.indexOf('=');
    if (at <= 0) continue;
    const value = word.slice(at + 1);
    fields[word.slice(0, at)] = NUMBER.test(value) ? Number(value) : value;
  }
  return fields;
}

/**
 * The record of a start from a banner (`@boot …`) or from the answer to `record`; undefined for any other line, and for one whose
 * beginning was lost, so that a line cut by a change of format is never taken for a start.
 */
export function parseBootRecord(line: string): BootRecord | undefined {
  if (!/^(@boot|record) /.test(line)) return undefined;
  const fields = parseFields(line);
  const { n, csr, vtor, ipsr, nvic_ispr: last } = fields;
  // The last field of the line: without it the line was cut short.
  if (typeof n !== 'number' || typeof csr !== 'number' || typeof ipsr !== 'number' || typeof last !== 'number')
    return undefined;
  return { ...fields, n, csr, ...(typeof vtor === 'number' ? { vtor } : {}) } as BootRecord;
}
