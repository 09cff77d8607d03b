import type { Chip, RomUsb } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import type { VirtualBoard } from './board-types.ts';
import { createHostController, type HostController } from './usb/host-controller.ts';
import { type UrbResult, urbStatus } from './usb/urb.ts';

/** For tests: the host's end of a virtual board's USB cable, without sockets, and a DFU device on it. */

const STEP_NS = 100_000;

/** What came of a control transfer. */
export type Answer = readonly number[] | 'stall' | 'gone' | 'nothing';

export interface UsbHost {
  readonly controller: HostController;
  /** A control transfer with the eight bytes of its SETUP, and data for the device. `nothing`: no end within the limit. */
  control(setup: readonly number[], data?: readonly number[], limitMs?: number): Answer;
}

export function usbHost(board: VirtualBoard): UsbHost {
  if (board.usb === undefined) throw new Error('the part has no USB');
  const controller = createHostController(board.usb, board.schedule);
  let last = 0;
  const ends = new Map<number, UrbResult>();
  controller.onComplete((id, result) => ends.set(id, result));

  return {
    controller,
    control(setup, data = [], limitMs = 1000) {
      const id = ++last;
      const toHost = ((setup[0] ?? 0) & 0x80) !== 0;
      controller.submit({
        id,
        endpoint: 0,
        direction: toHost ? 'in' : 'out',
        setup: Uint8Array.from(setup),
        ...(toHost ? { length: (setup[6] ?? 0) | ((setup[7] ?? 0) << 8) } : { data: Uint8Array.from(data) }),
      });
      runWhile(board, () => !ends.has(id), limitMs);
      const result = ends.get(id);
      if (result === undefined) {
        controller.unlink(id);
        return 'nothing';
      }
      if (result.status === urbStatus.ok) return [...result.data];
      return result.status === urbStatus.stall ? 'stall' : 'gone';
    },
  };
}

/** Let time pass until `pending` is false, at most `limitMs`; true if it became so. */
export function runWhile(board: VirtualBoard, pending: () => boolean, limitMs: number): boolean {
  const deadline = board.schedule.now() + limitMs * 1e6;
  while (pending() && board.schedule.now() < deadline)
    board.runUntil(Math.min(deadline, board.schedule.now() + STEP_NS));
  return !pending();
}

const halfWord = (value: number): number[] => [value & 0xff, value >> 8];
const word = (value: number): number[] => [...halfWord(value & 0xffff), ...halfWord(value >>> 16)];

/** GETSTATUS as names. */
export interface DfuStatus {
  readonly status: number;
  readonly pollMs: number;
  readonly state: number;
}

export const dfuState = {
  idle: 2,
  dnloadSync: 3,
  dnbusy: 4,
  dnloadIdle: 5,
  manifestSync: 6,
  manifest: 7,
  uploadIdle: 9,
  error: 10,
} as const;

/** The requests of DFU 1.1 and the commands of AN3156. */
export interface DfuHost extends UsbHost {
  descriptor(type: number, index: number, length?: number): Answer;
  /** A string descriptor as text. */
  text(index: number): string;
  dnload(block: number, data: readonly number[]): Answer;
  upload(block: number, length: number): Answer;
  getStatus(limitMs?: number): DfuStatus | 'stall' | 'gone' | 'nothing';
  getState(): Answer;
  clearStatus(): Answer;
  abort(): Answer;
  /** A download with its two GETSTATUS: what each told. */
  work(block: number, data: readonly number[], limitMs?: number): readonly ReturnType<DfuHost['getStatus']>[];
  setPointer(address: number): ReturnType<DfuHost['work']>;
  erasePage(address: number, limitMs?: number): ReturnType<DfuHost['work']>;
}

export const done: DfuStatus = { status: 0, pollMs: 0, state: dfuState.dnloadIdle };
export const failed = (status: number): DfuStatus => ({ status, pollMs: 0, state: dfuState.error });

export function dfuHost(board: VirtualBoard, host: UsbHost = usbHost(board)): DfuHost {
  const dfu: DfuHost = {
    ...host,
    descriptor: (type, index, length = 255) => host.control([0x80, 6, index, type, 0, 0, ...halfWord(length)]),
    text(index) {
      const bytes = dfu.descriptor(3, index);
      if (typeof bytes === 'string') return bytes;
      return Buffer.from(bytes.slice(2)).toString('utf16le');
    },
    dnload: (block, data) => host.control([0x21, 1, ...halfWord(block), 0, 0, ...halfWord(data.length)], data),
    upload: (block, length) => host.control([0xa1, 2, ...halfWord(block), 0, 0, ...halfWord(length)]),
    getStatus(limitMs) {
      const answer = host.control([0xa1, 3, 0, 0, 0, 0, 6, 0], [], limitMs);
      if (typeof answer === 'string') return answer;
      const [status = -1, low = 0, middle = 0, high = 0, state = -1] = answer;
      return { status, pollMs: low | (middle << 8) | (high << 16), state };
    },
    getState: () => host.control([0xa1, 5, 0, 0, 0, 0, 1, 0]),
    clearStatus: () => host.control([0x21, 4, 0, 0, 0, 0, 0, 0]),
    abort: () => host.control([0x21, 6, 0, 0, 0, 0, 0, 0]),
    work(block, data, limitMs) {
      const sent = dfu.dnload(block, data);
      return typeof sent === 'string' ? [sent] : [dfu.getStatus(), dfu.getStatus(limitMs)];
    },
    setPointer: (address) => dfu.work(0, [0x21, ...word(address)]),
    erasePage: (address, limitMs) => dfu.work(0, [0x41, ...word(address)], limitMs),
  };
  return dfu;
}

/** The DFU facts of a part whose ROM is on USB. */
export function usbOf(chip: Chip): RomUsb {
  if (chip.rom.usb === undefined) throw new Error(`the ROM of the ${chip.name} is not on USB`);
  return chip.rom.usb;
}

/** Wait until the host has given the device its address; false if none came. */
export function enumerated(board: VirtualBoard, host: UsbHost, limitMs: number): boolean {
  return runWhile(board, () => host.controller.device === undefined, limitMs);
}

export const SET_CONFIGURATION_1: readonly number[] = [0x00, 9, 1, 0, 0, 0, 0, 0];

/** Longest time from the start of a ROM until a host has its descriptors, in ms: its start, then the host's (USB 2.0 7.1.7.3). */
export function enumerationMs(part: string): number {
  const { startupMs, startupWithoutLseMs = startupMs } = chipNamed(part).rom;
  return startupWithoutLseMs + 400;
}

/** The host of a board that is in its ROM, or starts it: enumerated, configured, and in dfuIDLE. */
export function dfuIn(board: VirtualBoard, part: string): DfuHost {
  const dfu = dfuHost(board);
  if (!enumerated(board, dfu, enumerationMs(part))) throw new Error(`the ROM of the ${part} did not enumerate`);
  if (typeof dfu.control(SET_CONFIGURATION_1) === 'string') throw new Error('SET_CONFIGURATION was refused');
  const status = dfu.getStatus();
  if (typeof status === 'string') throw new Error(`GETSTATUS: ${status}`);
  if (status.state === dfuState.error) dfu.clearStatus();
  return dfu;
}
