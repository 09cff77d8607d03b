import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readElf } from '../image/elf.ts';
import { createVirtualBoard } from './board.ts';
import type { VirtualBoard } from './board-types.ts';
import { frameLevels, romBoard } from './rom-line.ts';

/**
 * A host that believes the board: while it is busy it gets small steps, and when it says that nothing will happen before `nextNs`,
 * it is left alone until exactly then.
 */
function runBelieving(board: VirtualBoard, untilNs: number): void {
  for (let report = board.runUntil(board.schedule.now()); report.nowNs < untilNs; ) {
    const idle = report.nextNs > report.nowNs;
    // A board that promises nothing more is left alone for good.
    if (report.nextNs === Number.POSITIVE_INFINITY) return;
    report = board.runUntil(Math.min(untilNs, idle ? report.nextNs : report.nowNs + 20_000));
  }
}

const BIT_NS = 1e9 / 115_200;

function sentBy(board: VirtualBoard): number[] {
  const starts: number[] = [];
  board.uarts[0]?.onTransmit((frame) => starts.push(frame.startNs));
  return starts;
}

/**
 * `atNs` is where the host stopped. A board stops up to one instruction later, and a frame of the past would be moved to where that is: the
 * bytes begin a bit later.
 */
function drive(board: VirtualBoard, bytes: readonly number[], atNs: number): number {
  const startNs = atNs + BIT_NS;
  bytes.forEach((byte, i) => {
    board.uarts[0]?.drive({ startNs: startNs + i * 11 * BIT_NS, bitNs: BIT_NS, levels: frameLevels(byte, 'even') });
  });
  return startNs + bytes.length * 11 * BIT_NS;
}

describe('a host that sleeps until the time the board names', () => {
  test('loses nothing of a polling ROM: every frame leaves as when the board runs through', () => {
    const runs = [runBelieving, (board: VirtualBoard, untilNs: number) => void board.runUntil(untilNs)].map((run) => {
      const board = romBoard(0xb4);
      const sent = sentBy(board);
      run(board, 2e6);
      // GET ID, erase of a page, then 256 bytes into it: the ROM polls its USART and FLASH in turn.
      let end = drive(board, [0x7f], 3e6);
      run(board, end + 2e6);
      end = drive(board, [0x44, 0xbb], end + 2e6);
      run(board, end + 2e6);
      end = drive(board, [0, 0, 0, 0, 0], end + 2e6);
      run(board, end + 40e6);
      end = drive(board, [0x31, 0xce], end + 40e6);
      run(board, end + 2e6);
      end = drive(board, [8, 0, 0, 0, 8], end + 2e6);
      run(board, end + 2e6);
      end = drive(board, [0xff, ...new Array<number>(256).fill(0x55), 0xff], end + 2e6);
      run(board, end + 20e6);
      return sent;
    });
    expect(runs[0]).toHaveLength(6);
    expect(runs[0]).toEqual(runs[1]);
  });

  test('loses no tick of an application that sleeps in WFI', () => {
    const image = readElf(
      'handover',
      readFileSync(new URL('../../build/firmware/handover/stm32g070rb.elf', import.meta.url)),
    );
    const flash = new Uint8Array(128 * 1024).fill(0xff);
    for (const { address, bytes } of image.segments) flash.set(bytes, address - 0x0800_0000);
    const banners = [runBelieving, (board: VirtualBoard, untilNs: number) => void board.runUntil(untilNs)].map(
      (run) => {
        const rom = readFileSync(new URL('../../build/firmware/rom/stm32g070-0xB4.bin', import.meta.url));
        const board = createVirtualBoard({ name: 'wfi', model: 'NUCLEO-G070RB', rom, flash, seed: 7 });
        const sent = sentBy(board);
        run(board, 200e6);
        return sent;
      },
    );
    expect(banners[0]?.length).toBeGreaterThan(300);
    expect(banners[0]).toEqual(banners[1]);
  });
});
