/** What JSON can carry. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

const MAX_DEPTH = 5;
const MAX_ITEMS = 64;
const MAX_BYTES = 64;
const MAX_TEXT = 2000;

/**
 * Reduces a value to what a step stream can hold: bytes become hex text (long ones are cut, with their length), handles and
 * functions become their name, cycles and depth end in `…`.
 */
export function plain(value: unknown, depth = 0): PlainValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string')
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… (${value.length})` : value;
  if (typeof value === 'boolean') return value;
  // JSON has no minus zero.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (typeof value === 'symbol') return value.toString();
  if (value instanceof Uint8Array) return hexText(value);
  if (value instanceof Error) return value.message;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item: unknown) => plain(item, depth + 1));
    return value.length > MAX_ITEMS ? [...items, `… (${value.length} in all)`] : items;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== 'function');
  return Object.fromEntries(entries.slice(0, MAX_ITEMS).map(([key, item]) => [key, plain(item, depth + 1)]));
}

/** `79 01 04` ; long data is cut after 64 bytes and followed by its length. */
export function hexText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, MAX_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > MAX_BYTES ? `${shown} … (${bytes.length} bytes)` : shown;
}
