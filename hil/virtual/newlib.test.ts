import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Chip } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { toBin } from '../image/binary.ts';
import { readElf } from '../image/elf.ts';
import { createVirtualBoard } from './board.ts';
import type { VirtualBoard } from './board-types.ts';
import { boards } from './part/boards.ts';
import { coreRegister, hostLine, peek, romImage } from './rom-line.ts';

/**
 * newlib's start-up code and C library on the virtual board, with the least of a semihosting host (Arm IHI "Semihosting for AArch32
 * and AArch64", section 6), or on the console. What it must print was printed by the same program on a host (newlib.interop.ts).
 */

const DHCSR = 0xe000_edf0;
const DCRSR = 0xe000_edf4;
const DCRDR = 0xe000_edf8;
const SYS_OPEN = 0x01;
const SYS_WRITE = 0x05;
const SYS_ISTTY = 0x09;
const SYS_HEAPINFO = 0x16;
const SYS_EXIT = 0x18;
const SYS_EXIT_EXTENDED = 0x20;

const halted = (board: VirtualBoard): boolean => (peek(board, DHCSR) & (1 << 17)) !== 0;
const setRegister = (board: VirtualBoard, register: number, value: number): void => {
  board.swd.write(DCRDR, value, 4);
  board.swd.write(DCRSR, 0x1_0000 | register, 4);
};
const register = (board: VirtualBoard, number: number): number => {
  board.swd.write(DCRSR, number, 4);
  return peek(board, DCRDR);
};

/** Serve BKPT 0xAB until SYS_EXIT; what was printed. */
function runWithSemihosting(board: VirtualBoard, limitMs: number): string {
  let printed = '';
  let handles = 1;
  const deadline = board.schedule.now() + limitMs * 1e6;
  board.swd.write(DHCSR, 0xa05f_0001, 4);
  while (board.schedule.now() < deadline) {
    board.runUntil(Math.min(deadline, board.schedule.now() + 100_000));
    if (!halted(board)) continue;
    const pc = register(board, 15);
    expect(board.swd.read(pc, 2)).toBe(0xbeab);
    const block = register(board, 1);
    const argument = (index: number): number => peek(board, block + 4 * index);
    let result = 0;
    switch (register(board, 0)) {
      case SYS_OPEN:
        result = handles++;
        break;
      case SYS_WRITE:
        for (let i = 0; i < argument(2); i++) printed += String.fromCharCode(board.swd.read(argument(1) + i, 1));
        break;
      case SYS_ISTTY:
        result = 1;
        break;
      case SYS_HEAPINFO: // all zero: use what the linker script says
        for (let i = 0; i < 4; i++) board.swd.write(argument(0) + 4 * i, 0, 4);
        break;
      case SYS_EXIT:
      case SYS_EXIT_EXTENDED:
        return printed;
      default:
        result = -1;
    }
    setRegister(board, 0, result);
    setRegister(board, 15, pc + 2);
    board.swd.write(DHCSR, 0xa05f_0001, 4);
  }
  throw new Error(`no SYS_EXIT within ${limitMs} ms; PC ${coreRegister(board, 15).toString(16)}, printed:\n${printed}`);
}

const expected = (size: string): string =>
  readFileSync(new URL(`../../firmware/interop/expected/${size}.txt`, import.meta.url), 'utf8');

/** A board of the part that starts a program of `firmware/interop`. */
function boardWith(program: string, part: string): VirtualBoard {
  const elf = readElf(program, readFileSync(new URL(`../../build/firmware/interop/${program}.elf`, import.meta.url)));
  const { board, rom } = chipNamed(part);
  const romId = rom.versions.at(-1)?.id ?? 0;
  return createVirtualBoard({
    name: 'newlib',
    model: board.name,
    romId,
    rom: romImage({ part, romId }),
    flash: toBin(elf).bytes,
    seed: 70,
  });
}

const carried = Object.values(boards).map(({ part }) => part.chip.name);
const program = (part: string, variant: string): string => `${part.toLowerCase()}${variant}`;

test('a newlib program prints through the debugger what it prints on the host', () => {
  const board = boardWith(program('STM32G070RB', '-semihosting'), 'STM32G070RB');
  expect(runWithSemihosting(board, 2_000)).toBe(expected('full'));
});

/** Flash that a part needs for the whole program; the smallest part has room for the least of it. */
const FULL = 64 * 1024;
const SMALL = 32 * 1024;
const sizeFor = ({ flash }: Chip): string => (flash.size >= FULL ? 'full' : flash.size >= SMALL ? 'small' : 'least');

const programs = carried.flatMap((part) =>
  (chipNamed(part).core.hasFpu ? ['', '-fpu'] : ['']).map((variant) => [program(part, variant), part] as const),
);

test.each(programs)(
  '%s prints on the console what it prints on the host, floating point under interrupts too',
  (name, part) => {
    const chip = chipNamed(part);
    const line = hostLine(boardWith(name, part), chip.board.console.usart, { baud: 115_200, parity: 'none' });
    const text = (): string => String.fromCharCode(...line.received);
    for (let waited = 0; waited < 10_000 && !text().endsWith('done\n'); waited += 50) line.runMs(50);
    expect(text()).toBe(expected(sizeFor(chip)));
  },
);
