import { hex } from '../error/format-error.ts';
import type { Expectations, Matcher, Reading, Readings } from './case.ts';

/** One expectation that was held against a reading. */
export interface Judged {
  readonly name: string;
  readonly expected: Matcher;
  /** Undefined: nothing of that name was observed. */
  readonly seen: Reading | undefined;
  readonly ok: boolean;
}

/** True if the reading is as expected. One that was not observed is never as expected. */
export function matches(expected: Matcher, seen: Reading | undefined): boolean {
  if (seen === undefined) return false;
  if (typeof expected !== 'object') return seen === expected;
  if ('not' in expected) return !matches(expected.not, seen);
  if ('has' in expected) return Array.isArray(seen) && seen.includes(expected.has);
  if ('hasNot' in expected) return Array.isArray(seen) && !seen.includes(expected.hasNot);
  if ('oneOf' in expected) return expected.oneOf.some((one) => one === seen);
  if (typeof seen !== 'number') return false;
  if ('min' in expected && seen < expected.min) return false;
  return expected.max === undefined || seen <= expected.max;
}

/** Holds expectations against readings, in the order of the file. */
export function judge(expect: Expectations, readings: Readings): readonly Judged[] {
  return Object.entries(expect).map(([name, expected]) => {
    const seen = readings[name];
    return { name, expected, seen, ok: matches(expected, seen) };
  });
}

/**
 * True if no reading can be as both expect. What cannot be decided from the forms counts as compatible, so that a pair which is said
 * to contradict itself does.
 */
export function contradict(a: Matcher, b: Matcher): boolean {
  if (typeof a !== 'object') return typeof b !== 'object' ? a !== b : !matches(b, a);
  if (typeof b !== 'object') return contradict(b, a);
  if ('oneOf' in a) return a.oneOf.every((one) => !matches(b, one));
  if ('oneOf' in b) return contradict(b, a);
  if ('has' in a) return 'hasNot' in b && a.has === b.hasNot;
  if ('hasNot' in a) return 'has' in b && contradict(b, a);
  if ('not' in a || 'not' in b || 'has' in b || 'hasNot' in b) return false;
  const [aMin, aMax] = bounds(a);
  const [bMin, bMax] = bounds(b);
  return aMin > bMax || bMin > aMax;
}

function bounds(range: { readonly min?: number; readonly max?: number }): readonly [number, number] {
  return [range.min ?? Number.NEGATIVE_INFINITY, range.max ?? Number.POSITIVE_INFINITY];
}

/** Names of the readings in which two sets of expectations cannot both hold. */
export function contradictions(a: Expectations, b: Expectations): readonly string[] {
  return Object.keys(a).filter((name) => b[name] !== undefined && contradict(a[name] as Matcher, b[name]));
}

/** As a person reads it: addresses and registers in hex, counts in decimal. */
export function showReading(name: string, value: Reading | undefined): string {
  if (value === undefined) return 'not observed';
  if (typeof value === 'number') {
    if (isDecimal(name) || !Number.isInteger(value) || value < 0) return String(value);
    return BYTE.test(name) ? hex(value) : word(value);
  }
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  return value === true ? 'yes' : value === false ? 'no' : value;
}

export function showMatcher(name: string, matcher: Matcher): string {
  if (typeof matcher !== 'object') return showReading(name, matcher);
  if ('not' in matcher) return `not ${showMatcher(name, matcher.not)}`;
  if ('has' in matcher) return `with ${matcher.has}`;
  if ('hasNot' in matcher) return `without ${matcher.hasNot}`;
  if ('oneOf' in matcher) return matcher.oneOf.map((one) => showReading(name, one)).join(' or ');
  const [min, max] = bounds(matcher);
  if (max === Number.POSITIVE_INFINITY) return `at least ${showReading(name, min)}`;
  if (min === Number.NEGATIVE_INFINITY) return `at most ${showReading(name, max)}`;
  return `${showReading(name, min)} to ${showReading(name, max)}`;
}

/** Counts, exception numbers, single bits and error codes; what is not one of them is an address, a register or an identifier. */
const DECIMAL =
  /^(app\..+|options\..+|op\..+|error\.code|flash\.empty|(core|boot|handover)\.(ipsr|primask|control|basepri|faultmask)|boot\.(n|diverted|fresh|faults|hclk)|download\.(blocks|transfer_size)|detach\.time_out|.*\.(starts|count|ms|bytes|pages?|length))(\.\d+)?$/;
/** Eight bits wide; everything else that is no count has 32. */
const BYTE = /^rom\.id(\.\d+)?$/;

/** 0x0000_0012: all of a word, as reference manuals show one. */
function word(value: number): string {
  const digits = value.toString(16).toUpperCase().padStart(8, '0');
  return `0x${digits.slice(0, -4)}_${digits.slice(-4)}`;
}

function isDecimal(name: string): boolean {
  return DECIMAL.test(name);
}
