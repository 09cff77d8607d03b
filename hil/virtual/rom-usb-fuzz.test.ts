import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Chip, contains, pageAt } from '../chip/chip.ts';
import { chipNamed, chips } from '../chip/lookup.ts';
import type { VirtualBoard } from './board-types.ts';
import { coreRegister, peek, romBoard } from './rom-line.ts';
import { little, pass, type RomUnderTest, romsUnderTest } from './rom-parts.ts';
import { type DfuHost, dfuIn, dfuState, done, runWhile, SET_CONFIGURATION_1, usbOf } from './rom-usb-host.ts';

/**
 * Whatever a host does on endpoint 0: the ROM neither faults nor stops answering, and flash changes only where a write or an erase that is
 * right was asked for. Requests with any direction, length and index; data stages cut, too long or in the wrong order; a SETUP in the middle.
 */

const onUsb = chips.filter((chip) => chip.rom.usb !== undefined).map((chip) => chip.name);
const roms = romsUnderTest.filter(
  ([, { part }], i, all) => onUsb.includes(part) && all.findIndex(([, other]) => other.part === part) === i,
);

type Act =
  | { readonly do: 'control'; readonly setup: readonly number[]; readonly data: readonly number[]; readonly us: number }
  | { readonly do: 'setup'; readonly bytes: readonly number[] }
  | { readonly do: 'out'; readonly toggle: 0 | 1; readonly bytes: readonly number[] }
  | { readonly do: 'in'; readonly acknowledged: boolean }
  | { readonly do: 'reset' | 'replug' };

const IPSR_XPSR = 16;
/** Longest work of any part: an erase of one page or sector. */
const WORK_MS = 3_000;
/** Far from the playground not every word is looked at. */
const SPARSE = 4 * 61;
/** Of transfers; those of `control` count from 1. */
const FIRST_ID = 10_000;
const DNLOAD = 1;
const COMMANDS = { pointer: 0x21, erase: 0x41, unprotect: 0x92 } as const;
const low = (half: number): number => half & 0xff;
const high = (half: number): number => half >> 8;

/** Where writes and erases of the test may go: whole pages, no more than three blocks. */
function playground(chip: Chip): { readonly base: number; readonly end: number } {
  const { wTransferSize } = usbOf(chip);
  let index = 1;
  const base = pageAt(chip, index)!.base;
  const least = base + 3 * wTransferSize;
  while (pageAt(chip, index)!.base + pageAt(chip, index)!.size < least) index++;
  const last = pageAt(chip, index)!;
  return { base, end: last.base + last.size };
}

/** Flash that is not empty, but for its first words: some parts start their ROM for them. */
function filled(chip: Chip): Uint8Array {
  const bytes = Uint8Array.from({ length: chip.flash.size }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
  return bytes.fill(chip.flash.erasedByte, 0, 8);
}

/** Addresses that change nothing outside of the playground, wherever they are written to or erased. */
function addressOf(chip: Chip): fc.Arbitrary<number> {
  const { wTransferSize } = usbOf(chip);
  const { base } = playground(chip);
  const inside = fc.nat(wTransferSize - 1).map((offset) => base + offset);
  const corners = [
    0,
    0xffff_ffff,
    chip.systemMemory.base,
    chip.flash.base + chip.flash.size,
    0x2000_4800,
    0xe000_ed00,
    0x4000_0000,
  ];
  const elsewhere = fc
    .oneof(fc.constantFrom(...corners), fc.nat(0xffff_ffff))
    .filter((address) => !contains(chip.flash, address) && !contains(chip.optionBytes, address));
  return fc.oneof({ weight: 3, arbitrary: inside }, elsewhere);
}

/** Bytes that are no command: what the mass erase and the way out of protection do to flash is right, and not asked for here. */
const noCommand = (maxLength: number): fc.Arbitrary<number[]> =>
  fc
    .uint8Array({ maxLength })
    .map((bytes) => [...bytes])
    .filter(([first]) => !Object.values<unknown>(COMMANDS).includes(first));

/** Leaving is right, too, and ends the test. */
const leaves = ([type = 0, request, , , , , low = 0, high = 0]: readonly number[]): boolean =>
  (type & 0x60) === 0x20 && request === DNLOAD && low === 0 && high === 0;

function acts(chip: Chip): fc.Arbitrary<Act> {
  const { wTransferSize } = usbOf(chip);
  const beyond = Math.ceil(chip.flash.size / wTransferSize) + 4;
  const block = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
    fc.integer({ min: beyond, max: 0xffff }),
  );
  const length = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 1, 5, 6, 8, 63, 64, 65, 128) },
    fc.constantFrom(wTransferSize - 1, wTransferSize, wTransferSize + 1, 0xffff),
    fc.nat(300),
  );
  const index = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(0xffff));
  const setupOf = (type: number, request: number, value: number, at: number, size: number): number[] => [
    type,
    request,
    low(value),
    high(value),
    low(at),
    high(at),
    low(size),
    high(size),
  ];
  const patience = fc.oneof({ weight: 2, arbitrary: fc.constant(200_000) }, fc.integer({ min: 20, max: 400 }));
  const control = (setup: fc.Arbitrary<number[]>, data: fc.Arbitrary<number[]>): fc.Arbitrary<Act> =>
    fc.record({ do: fc.constant('control' as const), setup, data, us: patience });
  /** With as much data as the request says, as a rule. */
  const fitting = (setup: fc.Arbitrary<number[]>): fc.Arbitrary<Act> =>
    setup
      .filter((bytes) => !leaves(bytes))
      .chain((bytes) => {
        const size = Math.min(4096, bytes[6]! | (bytes[7]! << 8));
        const whole = fc
          .uint8Array({ minLength: size, maxLength: size })
          .map((data) => [0, ...data.slice(1)].slice(0, size));
        return control(fc.constant(bytes), fc.oneof({ weight: 3, arbitrary: whole }, noCommand(200)));
      });

  const dfu = fc
    .tuple(fc.constantFrom(0xa1, 0x21), fc.integer({ min: 0, max: 7 }), block, index, length)
    .map((all) => setupOf(...all));
  const standard = fc
    .tuple(
      fc.constantFrom(0x80, 0x81, 0x82, 0x00, 0x01, 0x02),
      fc.integer({ min: 0, max: 12 }),
      fc.oneof(fc.nat(0x700), fc.nat(4)),
      index,
      length,
    )
    .map((all) => setupOf(...all))
    // Under another address the host would no longer find it.
    .filter(([type, request]) => !(type === 0 && request === 5));
  const anything = fc
    .uint8Array({ minLength: 8, maxLength: 8 })
    .map((bytes) => [...bytes])
    .filter(([type, request]) => !(type === 0 && request === 5));
  const command = fc
    .tuple(fc.constantFrom(COMMANDS.pointer, COMMANDS.erase), addressOf(chip), fc.constantFrom(4, 5, 5, 5, 5, 6, 64))
    .chain(([code, address, size]) =>
      control(fc.constant(setupOf(0x21, DNLOAD, 0, 0, size)), fc.constant([code, ...little(address)])),
    );
  const write = fc
    .tuple(block, noCommand(wTransferSize), fc.constantFrom(0, 0, 0, 1, -1))
    .chain(([number, data, off]) =>
      control(fc.constant(setupOf(0x21, DNLOAD, number, 0, Math.max(1, data.length + off))), fc.constant(data)),
    );
  const asks = fc.constantFrom<number[]>(
    setupOf(0xa1, 3, 0, 0, 6),
    setupOf(0x21, 4, 0, 0, 0),
    setupOf(0x21, 6, 0, 0, 0),
    [...SET_CONFIGURATION_1],
  );
  const packet = fc.record({
    do: fc.constant('out' as const),
    toggle: fc.constantFrom(0 as const, 1 as const),
    bytes: fc.oneof(fc.constant([]), noCommand(80)),
  });
  const setupPacket = fc.record({
    do: fc.constant('setup' as const),
    bytes: fc
      .oneof(dfu, standard, noCommand(12))
      .filter((bytes) => !leaves(bytes) && !(bytes[0] === 0 && bytes[1] === 5)),
  });
  return fc.oneof(
    { weight: 6, arbitrary: control(asks, fc.constant([])) },
    { weight: 3, arbitrary: command },
    { weight: 3, arbitrary: write },
    { weight: 4, arbitrary: fitting(dfu) },
    { weight: 2, arbitrary: fitting(standard) },
    { weight: 1, arbitrary: fitting(anything) },
    { weight: 2, arbitrary: setupPacket },
    { weight: 3, arbitrary: packet },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('in' as const), acknowledged: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reset' as const, 'replug' as const) }) },
  );
}

function perform(board: VirtualBoard, { controller }: DfuHost, act: Act, id: number): void {
  const port = board.usb!;
  const address = controller.device?.address ?? 0;
  switch (act.do) {
    case 'control': {
      const isIn = (act.setup[0]! & 0x80) !== 0;
      const length = act.setup[6]! | (act.setup[7]! << 8);
      const what = isIn ? { length } : { data: Uint8Array.from(act.data) };
      const urb = {
        id,
        endpoint: 0,
        direction: isIn ? 'in' : 'out',
        setup: Uint8Array.from(act.setup),
        ...what,
      } as const;
      controller.submit(urb);
      const endNs = board.schedule.now() + act.us * 1000;
      while (controller.isPending(id) && board.schedule.now() < endNs) {
        board.runUntil(Math.min(endNs, board.schedule.now() + 50_000));
      }
      controller.unlink(id);
      return;
    }
    case 'setup':
      port.setup(address, 0, Uint8Array.from(act.bytes));
      break;
    case 'out':
      port.out(address, 0, { toggle: act.toggle, bytes: Uint8Array.from(act.bytes) });
      break;
    case 'in':
      if (typeof port.in(address, 0) === 'object' && act.acknowledged) port.acknowledge(address, 0);
      break;
    case 'reset':
      controller.reset();
      pass(board, 100);
      break;
    default:
      controller.plug(false);
      pass(board, 5);
      controller.plug(true);
      runWhile(board, () => controller.device === undefined, 2000);
  }
  pass(board, 0.02);
}

describe.each(roms)('%s', (_, rom: RomUnderTest) => {
  const chip = chipNamed(rom.part);
  const before = filled(chip);
  const ground = playground(chip);

  test('answers on, without a fault, and keeps its flash', () => {
    fc.assert(
      fc.property(fc.array(acts(chip), { minLength: 10, maxLength: 60, size: 'max' }), (all) => {
        const board = romBoard(rom, before);
        const dfu = dfuIn(board, rom.part);
        // Until it is told otherwise the pointer stands at the first page.
        expect(dfu.setPointer(ground.base).at(-1)).toEqual(done);
        for (const [i, act] of all.entries()) perform(board, dfu, act, FIRST_ID + i);

        // FSDEV gives no handshake to a SETUP while another one waits to be served (RM0091 30.5.2): the work goes first.
        const working = (): boolean => typeof dfu.descriptor(1, 0, 4) === 'string';
        for (let waited = 0; working() && waited < WORK_MS; waited += 10) pass(board, 10);
        expect(dfu.descriptor(1, 0, 4)).toEqual([18, 1, low(usbOf(chip).bcdUSB), high(usbOf(chip).bcdUSB)]);
        expect(dfu.control(SET_CONFIGURATION_1)).toEqual([]);
        expect(dfu.getStatus(WORK_MS)).toMatchObject({ state: expect.any(Number) });
        expect(dfu.getStatus(WORK_MS)).toMatchObject({ state: expect.any(Number) });
        expect(dfu.clearStatus()).toEqual([]);
        expect(dfu.getState()).toEqual([dfuState.idle]);
        const exception = coreRegister(board, IPSR_XPSR) & 0x1ff;
        expect(exception === 0 || exception >= 16).toBe(true);
        expect(changed(board)).toEqual([]);
      }),
      // Each takes a second on the fast cores: the first counterexample has to do, as it is.
      { numRuns: chip.core.name === 'Cortex-M4' ? 4 : 50, endOnFailure: true },
    );
  });

  /** Words outside of the playground that differ from what was there. */
  function changed(board: VirtualBoard): string[] {
    const view = new DataView(before.buffer);
    const found: string[] = [];
    for (let offset = 0; offset < before.length; offset += 4) {
      const address = chip.flash.base + offset;
      if (address >= ground.base && address < ground.end) continue;
      const near = address >= ground.base - 4096 && address < ground.end + 4096;
      if (!near && offset % SPARSE !== 0) continue;
      if (peek(board, address) !== view.getUint32(offset, true)) found.push(address.toString(16));
    }
    return found.slice(0, 8);
  }
});
