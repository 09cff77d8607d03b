import type { BootPin, WireState } from '../board-types.ts';

/** What a hand would do to the board, or ask it. Parsed and checked; the errors are for the person who typed the line. */
export type ControlRequest =
  | { readonly op: 'power'; readonly on: boolean; readonly scope: 'target' | 'usb-port' }
  | { readonly op: 'nrst'; readonly low: boolean }
  | { readonly op: 'boot0'; readonly level: BootPin }
  | { readonly op: 'button'; readonly pressed: boolean }
  | { readonly op: 'wire'; readonly uart: string; readonly state: WireState | 'auto' }
  | { readonly op: 'usb'; readonly plugged: boolean }
  | { readonly op: 'status' }
  | { readonly op: 'trace'; readonly since: number }
  | { readonly op: 'hash' }
  | { readonly op: 'log' };

interface Field {
  readonly check: (value: unknown) => boolean;
  readonly expected: string;
  readonly otherwise?: unknown;
}

const flag: Field = { check: (value) => typeof value === 'boolean', expected: 'true or false' };
const oneOf = (...allowed: readonly (string | number)[]): Field => ({
  check: (value) => allowed.some((each) => each === value),
  expected: `one of ${allowed.map((each) => JSON.stringify(each)).join(', ')}`,
});

const OPERATIONS: Readonly<Record<ControlRequest['op'], Readonly<Record<string, Field>>>> = {
  power: { on: flag, scope: { ...oneOf('target', 'usb-port'), otherwise: 'target' } },
  nrst: { low: flag },
  boot0: { level: oneOf(0, 1, 'released') },
  button: { pressed: flag },
  wire: {
    uart: { check: (value) => typeof value === 'string', expected: 'the name of a UART' },
    state: oneOf('idle', 'low', 'floating', 'noise', 'auto'),
  },
  usb: { plugged: flag },
  status: {},
  trace: {
    since: {
      check: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
      expected: 'a sequence number from 0 on',
      otherwise: 0,
    },
  },
  hash: {},
  log: {},
};

/** One line of the control endpoint. Throws an Error whose message says what would be right. */
export function parseControl(line: string): ControlRequest {
  const raw = parseObject(line);
  const { op } = raw;
  const fields =
    typeof op === 'string' && Object.hasOwn(OPERATIONS, op) ? OPERATIONS[op as ControlRequest['op']] : undefined;
  if (fields === undefined) {
    throw new Error(`unknown op ${JSON.stringify(op)}; known are ${Object.keys(OPERATIONS).join(', ')}`);
  }
  for (const name of Object.keys(raw)) {
    if (name !== 'op' && !Object.hasOwn(fields, name)) {
      const known = Object.keys(fields).join(', ') || 'none';
      throw new Error(`op "${op}" has no field ${JSON.stringify(name)}; its fields: ${known}`);
    }
  }
  const request: Record<string, unknown> = { op };
  for (const [name, field] of Object.entries(fields)) {
    const value = raw[name] ?? field.otherwise;
    if (!field.check(value)) {
      const got = value === undefined ? 'nothing' : JSON.stringify(value);
      throw new Error(`op "${op}": "${name}" must be ${field.expected}, got ${got}`);
    }
    request[name] = value;
  }
  return request as unknown as ControlRequest;
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`not a JSON line: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('a request is one JSON object per line, such as {"op":"status"}');
  }
  return value as Readonly<Record<string, unknown>>;
}
