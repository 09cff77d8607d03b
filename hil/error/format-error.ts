import { isHilError } from './hil-error.ts';
import { adviceFor } from './hints.ts';

/**
 * The text a person reads: the sentence, then what the hints table advises, then bytes and registers from the context.
 * Addresses and registers are shown in hex; nested causes follow, one line each.
 */
export function formatError(error: unknown): string {
  if (!isHilError(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = [error.message];
  for (const advice of adviceFor(error)) lines.push(`Try: ${advice}`);
  for (const [key, value] of Object.entries(error.context)) {
    if (value !== undefined) lines.push(`  ${key}: ${formatContextValue(key, value)}`);
  }
  for (
    let cause: unknown = error.cause;
    cause !== undefined;
    cause = cause instanceof Error ? cause.cause : undefined
  ) {
    lines.push(`Caused by: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return lines.join('\n');
}

const DECIMAL_KEY = /(ms|count|length|size|bytes|pages?|baud|port|pid|line|code|exit)$/i;

/** Numbers are addresses or register values unless their name ends like a count or a duration. */
export function formatContextValue(key: string, value: unknown): string {
  if (typeof value === 'number') {
    if (DECIMAL_KEY.test(key) || !Number.isInteger(value) || value < 0) return String(value);
    return hex(value);
  }
  if (value instanceof Uint8Array) return byteText(value);
  if (Array.isArray(value) && value.length > 0 && value.every(isByte)) return byteText(value);
  if (typeof value === 'string') return value;
  return JSON.stringify(value) ?? String(value);
}

/** 0x0800_0000 style: groups of four, at least two digits. */
export function hex(value: number): string {
  const digits = value.toString(16).toUpperCase();
  if (digits.length <= 2) return `0x${digits.padStart(2, '0')}`;
  if (digits.length <= 4) return `0x${digits.padStart(4, '0')}`;
  const padded = digits.padStart(8, '0');
  return `0x${padded.slice(0, -4)}_${padded.slice(-4)}`;
}

function isByte(item: unknown): item is number {
  return typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= 0xff;
}

function byteText(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
