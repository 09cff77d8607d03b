import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { createVirtualBoard } from './board.ts';
import type { VirtualBoard } from './board-types.ts';
import { handoverBin } from './handover-line.ts';
import { createRandom } from './random.ts';
import { addressBytes, command, frameLevels, type Rom, romBoard, romImage, startMs, xor } from './rom-line.ts';
import { firstWire, type RomUnderTest } from './rom-parts.ts';

/** The history of a board is a function of its inputs and their times: how its host divides the time between them is no part of it. */

/** A host: brings the board to `untilNs` in pieces of its own choice. */
type Host = (board: VirtualBoard, untilNs: number) => void;

/** Pieces so short that the run loop never looks for a polling loop: each instruction is executed. */
const TINY_NS = 1_500;

function dividing(seed: number, longestNs: number): Host {
  const random = createRandom(seed, 'slices');
  return (board, untilNs) => {
    // Cubed, so that most pieces are far shorter than the longest.
    for (let now = board.schedule.now(); now < untilNs; ) {
      now = board.runUntil(Math.min(untilNs, now + 1 + longestNs * random.between(0, 1) ** 3)).nowNs;
    }
  };
}

/** Sleeps until the time that the board names, or wakes somewhere around it. */
function believing(seed: number, aroundNs: number): Host {
  const random = createRandom(seed, 'around');
  return (board, untilNs) => {
    for (let report = board.runUntil(board.schedule.now()); report.nowNs < untilNs; ) {
      const next = report.nextNs > report.nowNs ? report.nextNs : report.nowNs + 20_000;
      const wake = next + random.between(-aroundNs, aroundNs);
      report = board.runUntil(Math.min(untilNs, Math.max(report.nowNs + 1, wake)));
    }
  };
}

const hosts: readonly (readonly [string, Host])[] = [
  ['in one piece', (board, untilNs) => void board.runUntil(untilNs)],
  ['sleeping as told', believing(1, 0)],
  ['waking around the time told', believing(2, 400)],
  ['in pieces of up to 50 us', dividing(3, 50_000)],
  ['in pieces of up to 3 ms', dividing(4, 3_000_000)],
];

const executingAll: Host = (board, untilNs) => {
  for (let now = board.schedule.now(); now < untilNs; ) now = board.runUntil(Math.min(untilNs, now + TINY_NS)).nowNs;
};

/** At `atMs` of virtual time the host puts these bytes on the line. */
interface Input {
  readonly atMs: number;
  readonly bytes: readonly number[];
}

interface Setting {
  readonly board: () => VirtualBoard;
  readonly wire: string;
  readonly parity: 'even' | 'none';
  readonly inputs: readonly Input[];
  readonly endMs: number;
  /** So many frames are sent at least. */
  readonly frames: number;
}

const BIT_NS = 1e9 / 115_200;
/** The first edge lies ahead of every boundary at which a host may have stopped: an input in the past would be moved to now. */
const AHEAD_NS = 10_000;

/** All that can be seen of a run: frames and notes with their times, and the state at each input and at the end. */
function historyOf(setting: Setting, host: Host): readonly string[] {
  const board = setting.board();
  const seen: string[] = [];
  board.onNote((timeNs, event, data) => seen.push(`${timeNs} ${event} ${JSON.stringify(data)}`));
  for (const { name, onTransmit } of board.uarts) {
    onTransmit(({ startNs, bitNs, levels }) => seen.push(`${name} ${startNs} ${bitNs} ${levels.join('')}`));
  }
  const wire = board.uarts.find(({ name }) => name === setting.wire);
  const runTo = (ms: number): void => {
    host(board, ms * 1e6);
    seen.push(`at ${ms} ms ${board.schedule.now()} ${board.stateHash()}`);
  };
  for (const { atMs, bytes } of setting.inputs) {
    runTo(atMs);
    bytes.forEach((byte, i) => {
      const levels = frameLevels(byte, setting.parity);
      wire?.drive({ startNs: atMs * 1e6 + AHEAD_NS + i * levels.length * BIT_NS, bitNs: BIT_NS, levels });
    });
  }
  runTo(setting.endMs);
  return seen;
}

/** GET ID, erase of the first page where that is quick, 64 bytes into it, and 16 bytes read back. */
function romSetting(rom: RomUnderTest): Setting {
  const start = startMs(rom) + 2;
  const { flash } = chipNamed(rom.part);
  const data = [63, ...Array.from({ length: 64 }, (_, i) => (i * 37) & 0xff)];
  // A sector of an F411 takes hundreds of milliseconds; its flash is blank without.
  const erase: [number, readonly number[]][] = rom.part.startsWith('STM32F4')
    ? []
    : [
        [3.1, command(0x44)],
        [3.2, [0, 0, 0, 0, 0]],
      ];
  const steps: readonly (readonly [number, readonly number[]])[] = [
    [0, [0x7f]],
    [2.3, command(0x02)],
    ...erase,
    [30.7, command(0x31)],
    [2.9, addressBytes(flash.base)],
    [3.3, [...data, xor(data)]],
    [25.1, command(0x11)],
    [2.1, addressBytes(flash.base)],
    [2.4, [15, 0xf0]],
  ];
  let atMs = start;
  const inputs = steps.map(([pause, bytes]) => {
    atMs += pause;
    return { atMs, bytes };
  });
  return {
    board: () => romBoard(rom as Rom),
    wire: firstWire(rom.part),
    parity: 'even',
    inputs,
    endMs: atMs + 5.7,
    // Seven answers and 16 bytes read; an erase, which the F411 is spared, has two answers more.
    frames: 28,
  };
}

/** The application from power-on through its banner and two commands. */
function applicationSetting(part: string): Setting {
  const { board } = chipNamed(part);
  const text = (line: string): number[] => [...Buffer.from(`${line}\r\n`)];
  return {
    board: () =>
      createVirtualBoard({
        name: 'slices',
        model: board.name,
        rom: romImage({ part, romId: chipNamed(part).rom.versions.at(-1)!.id }),
        flash: handoverBin(part),
        seed: 7,
      }),
    wire: 'USART2',
    parity: 'none',
    inputs: [
      { atMs: 140.3, bytes: text('help') },
      { atMs: 170.9, bytes: text('status') },
    ],
    endMs: 200.1,
    frames: 300,
  };
}

const settings: readonly (readonly [string, Setting])[] = [
  ['the ROM of the G070', romSetting({ part: 'STM32G070RB', romId: 0xb4 })],
  ['the ROM of the F411', romSetting({ part: 'STM32F411RE', romId: 0xd0 })],
  ['the ROM of the L031', romSetting({ part: 'STM32L031K6', romId: 0xc0 })],
  ['the application on the G070', applicationSetting('STM32G070RB')],
];

describe.each(settings)('%s has one history, whoever runs it', (_, setting) => {
  const executed = historyOf(setting, executingAll);

  test('and it says much', () => {
    expect(executed.filter((line) => line.startsWith(setting.wire)).length).toBeGreaterThanOrEqual(setting.frames);
  });

  test.each(hosts)('%s', (_name, host) => {
    expect(historyOf(setting, host)).toEqual(executed);
  });
});
