import {
  CONFIGURATION_HEADER_BYTES,
  type ConfigurationFacts,
  DEVICE_DESCRIPTOR_BYTES,
  type DeviceFacts,
  parseConfiguration,
  parseDevice,
  parseMaxPacket0,
  parseTotalLength,
} from './descriptors.ts';
import type { UrbResult } from './urb.ts';

/** What enumeration asks of its port, one after the other. */
export type Step =
  | { readonly do: 'reset' }
  | { readonly do: 'wait'; readonly ms: number }
  /** Answered with the result of the transfer. */
  | { readonly do: 'control'; readonly address: number; readonly setup: Uint8Array; readonly maxPacket: number };

export interface Enumerated {
  readonly device: DeviceFacts;
  readonly configuration: ConfigurationFacts;
}

export type Enumeration = Generator<Step, Enumerated | string, UrbResult | undefined>;

/** SET_ADDRESS recovery (USB 2.0 9.2.6.3: TDSETADDR). */
const ADDRESS_RECOVERY_MS = 2;
/** Between two questions to a device that does not answer. */
const PATIENCE_MS = 100;
const TRIES = 3;
/** Of the whole, each with a reset of its own: what hubs of Linux do (drivers/usb/core/hub.c: PORT_INIT_TRIES). */
const ROUNDS = 4;
const FIRST_LENGTH = 64;

const request = (type: number, code: number, value: number, length: number): Uint8Array =>
  Uint8Array.of(type, code, value & 0xff, value >> 8, 0, 0, length & 0xff, length >> 8);
const getDescriptor = (type: number, length: number): Uint8Array => request(0x80, 6, type << 8, length);

/**
 * From a device that has just been connected to one with an address whose descriptors are known. As Linux and Windows do it: the first
 * question reads up to 64 bytes at address 0, for the packet size, and a second reset follows it.
 * @param tell Told why a round failed, in words.
 * @returns what is known, or why nothing is.
 */
export function* enumerate(address: number, tell: (why: string) => void): Enumeration {
  let why = '';
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) yield { do: 'wait', ms: PATIENCE_MS };
    const result = yield* oneRound(address);
    if (typeof result !== 'string') return result;
    why = result;
    tell(why);
  }
  return why;
}

/** After a reset that the client asked for: only the address is given back. */
export function* readdress(
  address: number,
  maxPacket: number,
): Generator<Step, string | undefined, UrbResult | undefined> {
  yield { do: 'reset' };
  return yield* setAddress(address, maxPacket);
}

function* oneRound(address: number): Enumeration {
  yield { do: 'reset' };
  const maxPacket = yield* firstQuestion();
  if (typeof maxPacket === 'string') return maxPacket;
  yield { do: 'reset' };
  const addressed = yield* setAddress(address, maxPacket);
  if (addressed !== undefined) return addressed;
  const read = (setup: Uint8Array): Step => ({ do: 'control', address, setup, maxPacket });

  const first = yield read(getDescriptor(1, DEVICE_DESCRIPTOR_BYTES));
  const device = good(first, 'GET_DESCRIPTOR(device)', parseDevice);
  if (typeof device === 'string') return device;
  const head = yield read(getDescriptor(2, CONFIGURATION_HEADER_BYTES));
  const total = good(head, 'GET_DESCRIPTOR(configuration, 9)', parseTotalLength);
  if (typeof total === 'string') return total;
  const whole = yield read(getDescriptor(2, total));
  const configuration = good(whole, `GET_DESCRIPTOR(configuration, ${total})`, parseConfiguration);
  return typeof configuration === 'string' ? configuration : { device, configuration };
}

function firstQuestion(): Generator<Step, number | string, UrbResult | undefined> {
  const step: Step = { do: 'control', address: 0, setup: getDescriptor(1, FIRST_LENGTH), maxPacket: FIRST_LENGTH };
  return insist(step, 'the first GET_DESCRIPTOR(device)', parseMaxPacket0);
}

function* setAddress(address: number, maxPacket: number): Generator<Step, string | undefined, UrbResult | undefined> {
  const step: Step = { do: 'control', address: 0, setup: request(0x00, 5, address, 0), maxPacket };
  const failed = yield* insist<undefined>(step, `SET_ADDRESS(${address})`, () => undefined);
  if (failed !== undefined) return failed;
  yield { do: 'wait', ms: ADDRESS_RECOVERY_MS };
  return undefined;
}

/** Right after a reset the firmware may not have served it yet. */
function* insist<T>(
  step: Step,
  what: string,
  parse: (bytes: Uint8Array) => T | string,
): Generator<Step, T | string, UrbResult | undefined> {
  let why = '';
  for (let i = 0; i < TRIES; i++) {
    if (i > 0) yield { do: 'wait', ms: PATIENCE_MS };
    const found = good(yield step, what, parse);
    if (typeof found !== 'string') return found;
    why = found;
  }
  return why;
}

function good<T>(result: UrbResult | undefined, what: string, parse: (bytes: Uint8Array) => T | string): T | string {
  if (result === undefined) return `${what} got no end within its time`;
  return result.status === 0 ? parse(result.data) : `${what} failed with ${result.status}`;
}
