import type { InPipe } from '../usb/in-pipe.ts';
import { ended, type UrbResult, urbStatus } from '../usb/urb.ts';
import { MAX_DATA_BYTES } from './stlink-frames.ts';
import { probeStatus } from './stlink-probe.ts';
import { phaseOf } from './stlink-usb-phases.ts';

/** The debug interface of the ST-LINK on USB: commands and data come through one bulk endpoint, answers go through another. */
export interface BulkProbe {
  /** One transfer of the host on OUT 01. */
  out(data: Uint8Array): UrbResult;
  /** Forget a command whose data has not come. */
  reset(): void;
}

export interface BulkProbeOptions {
  readonly answers: InPipe;
  /** Run one command; undefined when somebody else has the probe open. */
  readonly execute: (command: Uint8Array, data: Uint8Array | undefined, size: number) => Uint8Array | undefined;
}

const COMMAND_BYTES = 16;

// V2J37M27, 0483:374B, as OpenOCD prints it: v << 12 | j << 6 | m, big endian, then VID and PID.
const VERSION = [0x29, 0x5b, 0x83, 0x04, 0x4b, 0x37];
const GET_VERSION = 0xf1;
const GET_VERSION_EX = 0xfb;
const DEBUG = 0xf2;
/** SET_COM_FREQ, GET_COM_FREQ: a V3 has them. */
const V3_DEBUG: ReadonlySet<number> = new Set([0x61, 0x62]);

/** What a V2-1 answers otherwise than the V3 behind the TCP server. */
function ownAnswer(command: Uint8Array): Uint8Array | undefined {
  if (command[0] === GET_VERSION) return Uint8Array.from(VERSION);
  const unknown = command[0] === GET_VERSION_EX || (command[0] === DEBUG && V3_DEBUG.has(command[1] ?? 0));
  return unknown ? Uint8Array.of(probeStatus.fault, 0) : undefined;
}

interface Unfinished {
  readonly command: Uint8Array;
  readonly bytes: number;
  readonly data: Uint8Array[];
  count: number;
}

/**
 * One packet is one command; the data of a write follows in transfers of any size. Hypotheses, since no document describes what the probe does
 * then: a command of less than 16 bytes counts as one that ends in zeros; an answer that nobody took is forgotten at the next command.
 */
export function createBulkProbe({ answers, execute }: BulkProbeOptions): BulkProbe {
  let unfinished: Unfinished | undefined;

  function run(command: Uint8Array, data: Uint8Array | undefined, size: number | 'answer' | undefined): boolean {
    const answer = ownAnswer(command) ?? execute(command, data, size === 'answer' ? MAX_DATA_BYTES : (size ?? 0));
    if (answer === undefined) return false;
    if (size === undefined) return true;
    const bytes = new Uint8Array(size === 'answer' ? answer.length : size);
    bytes.set(answer.subarray(0, bytes.length));
    answers.push(bytes);
    return true;
  }

  function begin(packet: Uint8Array): boolean {
    const command = new Uint8Array(COMMAND_BYTES);
    command.set(packet.subarray(0, COMMAND_BYTES));
    answers.clear();
    const phase = phaseOf(command);
    if (phase.kind !== 'out') return run(command, undefined, phase.kind === 'in' ? phase.bytes : undefined);
    if (phase.bytes > MAX_DATA_BYTES) return false;
    unfinished = { command, bytes: phase.bytes, data: [], count: 0 };
    return true;
  }

  function goOn(one: Unfinished, data: Uint8Array): boolean {
    one.data.push(data);
    one.count += data.length;
    if (one.count < one.bytes) return true;
    unfinished = undefined;
    return run(one.command, Buffer.concat(one.data).subarray(0, one.bytes), undefined);
  }

  return {
    out(data) {
      const taken = unfinished === undefined ? begin(data) : goOn(unfinished, data);
      return taken ? ended(urbStatus.ok, data.length) : ended(urbStatus.stall);
    },
    reset() {
      unfinished = undefined;
      answers.clear();
    },
  };
}
