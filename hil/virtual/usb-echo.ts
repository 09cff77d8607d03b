import { readFileSync } from 'node:fs';
import { chipNamed } from '../chip/lookup.ts';
import { toBin } from '../image/binary.ts';
import { readElf } from '../image/elf.ts';
import { createVirtualBoard } from './board.ts';
import type { VirtualBoard, VirtualBoardOptions } from './board-types.ts';
import { romImage } from './rom-line.ts';
import { createHostController, type HostController } from './usb/host-controller.ts';
import type { UrbResult } from './usb/urb.ts';

/** For tests: a virtual board that runs the test device of `firmware/usb-echo`, and a host at its USB socket. */
export interface EchoBoard {
  readonly board: VirtualBoard;
  readonly host: HostController;
  readonly notes: readonly string[];
  runMs(ms: number): void;
  /** Run until `done`, in steps of 1 ms; throws after `limitMs`. */
  until(done: () => boolean, limitMs: number): void;
  /** Run until the host has enumerated the device, and configure it. */
  enumerate(): void;
  configure(): void;
  /** A control transfer to its end. */
  read(request: number, value: number, length: number): UrbResult;
  write(request: number, value: number, data: Uint8Array): UrbResult;
}

/** Requests of the test device. */
export const COUNT = 1;
export const STORE = 2;
export const FETCH = 3;
export const LEAVE = 4;

/** The LSE of a Nucleo-L476RG, which its USB waits for, takes up to 2 s. */
const ENUMERATION_MS = 2_600;
const TRANSFER_MS = 100;

/**
 * A board of this part with the test device in its flash.
 * @param program name of a program of `firmware/usb-echo`, without `.elf`; `make -C firmware usb-echo` builds it
 */
export function echoOptions(part: string, program = part.toLowerCase()): VirtualBoardOptions {
  const elf = readElf(program, readFileSync(new URL(`../../build/firmware/usb-echo/${program}.elf`, import.meta.url)));
  const chip = chipNamed(part);
  const romId = chip.rom.versions.at(-1)!.id;
  return {
    name: 'usb-echo',
    model: chip.board.name,
    romId,
    rom: romImage({ part, romId }),
    flash: toBin(elf).bytes,
    seed: 70,
  };
}

/** Such a board with a host at its socket. */
export function echoBoard(part: string, program?: string): EchoBoard {
  const board = createVirtualBoard(echoOptions(part, program));
  const { usb } = board;
  if (usb === undefined) throw new Error(`${part} has no USB`);
  const notes: string[] = [];
  board.onNote((_timeNs, event) => notes.push(event));
  const host = createHostController(usb, board.schedule);
  const ends = new Map<number, UrbResult>();
  host.onComplete((id, result) => void ends.set(id, result));
  let lastId = 0;

  function until(done: () => boolean, limitMs: number): void {
    for (let waited = 0; !done(); waited++) {
      if (waited >= limitMs) throw new Error(`not done after ${limitMs} ms; notes: ${notes.join(', ')}`);
      board.runUntil(board.schedule.now() + 1e6);
    }
  }
  const setup = (type: number, request: number, value: number, length: number): Uint8Array =>
    Uint8Array.of(type, request, value & 0xff, value >> 8, 0, 0, length & 0xff, length >> 8);
  function ended(id: number): UrbResult {
    until(() => ends.has(id), TRANSFER_MS);
    return ends.get(id)!;
  }

  function configure(): void {
    const id = ++lastId;
    host.submit({ id, endpoint: 0, direction: 'out', setup: Uint8Array.of(0, 9, 1, 0, 0, 0, 0, 0) });
    ended(id);
  }

  return {
    board,
    host,
    notes,
    runMs: (ms) => board.runUntil(board.schedule.now() + ms * 1e6),
    until,
    enumerate() {
      until(() => host.device !== undefined, ENUMERATION_MS);
      configure();
    },
    configure,
    read(request, value, length) {
      const id = ++lastId;
      host.submit({ id, endpoint: 0, direction: 'in', setup: setup(0xa1, request, value, length), length });
      return ended(id);
    },
    write(request, value, data) {
      const id = ++lastId;
      host.submit({ id, endpoint: 0, direction: 'out', setup: setup(0x21, request, value, data.length), data });
      return ended(id);
    },
  };
}
