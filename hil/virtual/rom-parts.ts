import type { Chip } from '../chip/chip.ts';
import { chipNamed, chips } from '../chip/lookup.ts';
import { createVirtualBoard } from './board.ts';
import type { VirtualBoard } from './board-types.ts';
import { boards } from './part/boards.ts';
import { coreRegister, type HostLine, hostLine, isBuilt, peek, romImage, startMs } from './rom-line.ts';

/** For tests: the ROMs of all parts, and a jump into one. The STM32G070RB has tests of its own. */

export interface RomUnderTest {
  readonly part: string;
  readonly romId: number;
}

/** One board of each ROM: two boards may carry the same part (F411). */
const withRomOfItsOwn = chips.filter(
  (chip, i) =>
    chip.name !== 'STM32G070RB' && chips.findIndex(({ name }) => name.slice(0, 9) === chip.name.slice(0, 9)) === i,
);

/** Those of the published versions that have been written; `rom-images.test.ts` knows how many there must be. */
function builtRomsOf({ name: part, rom }: Chip): readonly RomUnderTest[] {
  const built = rom.versions.map(({ id: romId }) => ({ part, romId })).filter(isBuilt);
  if (built.length === 0) throw new Error(`no ROM of the ${part} has been built`);
  return built;
}

/** Rows for `describe.each`: a name, and the ROM. */
export const romsUnderTest: readonly (readonly [string, RomUnderTest])[] = withRomOfItsOwn
  .flatMap(builtRomsOf)
  .map((rom) => [`${rom.part} ROM 0x${rom.romId.toString(16)}`, rom] as const);

/** Only the rows of these parts. */
export const romsOf = (...parts: readonly string[]): readonly (readonly [string, RomUnderTest])[] =>
  romsUnderTest.filter(([, { part }]) => parts.includes(part));

/** Wires of the board that reach the ROM. */
export const romWires = (board: VirtualBoard): string[] =>
  board.uarts.filter((wire) => wire.role !== 'vcp').map((wire) => wire.name);

/** The first of them. */
export function firstWire(part: string): string {
  const board = Object.values(boards).find(({ part: built }) => built.chip.name === part);
  const wire = board?.wires.find(({ role }) => role !== 'vcp');
  if (wire === undefined) throw new Error(`no wire reaches the ROM of ${part}`);
  return wire.name;
}

export const getId = (chip: Chip): number[] => [0x79, 1, chip.identity.devId >> 8, chip.identity.devId & 0xff, 0x79];

export const little = (...words: readonly number[]): number[] =>
  words.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff));

/** A vector table and behind it `b .`, to lie at `at`. */
export const spinningProgram = (at: number, stack = 0x2000_0700): number[] => [
  ...little(stack, (at + 8) | 1),
  ...[0xfe, 0xe7, 0xfe, 0xe7, 0xfe, 0xe7, 0xfe, 0xe7],
];

export const poke = (board: VirtualBoard, address: number, value: number): void =>
  board.swd.write(address, value >>> 0, 4);

export const pass = (board: VirtualBoard, ms: number): void => {
  board.runUntil(board.schedule.now() + ms * 1e6);
};

export interface Jump {
  /** Content of flash; a program at its begin unless given. */
  readonly flash?: Uint8Array;
  readonly primask?: boolean;
  /** Done on the halted core, before the jump. */
  readonly before?: (board: VirtualBoard) => void;
}

const DHCSR = 0xe000_edf0;

function setRegister(board: VirtualBoard, register: number, value: number): void {
  poke(board, 0xe000_edf8, value);
  poke(board, 0xe000_edf4, (1 << 16) | register);
}

/** A board whose program jumps to the entry that the ROM's vector table names. */
export function jump({ part, romId }: RomUnderTest, options: Jump = {}): VirtualBoard {
  const chip = chipNamed(part);
  const board = createVirtualBoard({
    name: 'jump-test',
    model: chip.board.name,
    romId,
    rom: romImage({ part, romId }),
    seed: 70,
    flash: options.flash ?? new Uint8Array(spinningProgram(chip.flash.base)),
  });
  pass(board, 3);
  poke(board, DHCSR, 0xa05f_0003);
  pass(board, 0.01);
  options.before?.(board);
  setRegister(board, 17, peek(board, chip.systemMemory.base));
  setRegister(board, 15, peek(board, chip.systemMemory.base + 4) & ~1);
  setRegister(board, 20, options.primask ? 1 : 0);
  poke(board, DHCSR, 0xa05f_0000);
  return board;
}

/** Where the core is, once the ROM has had its time. */
export function whereAfterStart(board: VirtualBoard, rom: RomUnderTest): 'ROM' | 'flash' | string {
  pass(board, startMs(rom));
  const at = coreRegister(board, 15);
  const { systemMemory, flash } = chipNamed(rom.part);
  if (at >= systemMemory.base && at < systemMemory.base + systemMemory.size) return 'ROM';
  return at >= flash.base && at < flash.base + flash.size ? 'flash' : `0x${at.toString(16)}`;
}

/** The line to a ROM that has just been entered, after its start. */
export function lineTo(board: VirtualBoard, rom: RomUnderTest, usart = firstWire(rom.part)): HostLine {
  const line = hostLine(board, usart);
  line.runMs(startMs(rom));
  return line;
}
