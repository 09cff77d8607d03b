import type { Bench, BootloaderHandle, CoreSight } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { type Image, makeImage } from '../image/image.ts';
import type { SerialLine } from '../transport/serial-line.ts';
import { look, testScope } from './test-looks.ts';

/** An application of 1 KiB with a vector table and a function, for an STM32G070RB. */
export function testImage(): Image {
  const bytes = new Uint8Array(1024);
  const words = new DataView(bytes.buffer);
  words.setUint32(0, 0x2000_8000, true);
  words.setUint32(4, 0x0800_0101, true);
  // Where a called function returns to: an endless loop.
  bytes.set([0xfe, 0xe7], 0x1f0);
  const JumpToBootloader = { name: 'JumpToBootloader', address: 0x0800_0151, size: 16, kind: 'function' as const };
  return makeImage('app.elf', [{ address: 0x0800_0000, bytes }], {
    symbols: new Map([[JumpToBootloader.name, JumpToBootloader]]),
  });
}

/** A line of which a test is the other end. */
export function testLine() {
  let waiting: number[] = [];
  const listeners = new Set<() => void>();
  const sent: number[] = [];
  let onSent: (bytes: Uint8Array) => void = () => {};
  const line = {
    endpoint: 'test',
    source: {
      get available() {
        return waiting.length;
      },
      take: (max = Infinity) => Uint8Array.from(waiting.splice(0, max)),
      onArrival(listener: () => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    sink: {
      async write(bytes: Uint8Array) {
        sent.push(...bytes);
        onSent(bytes);
      },
      async drain() {},
    },
  } as unknown as SerialLine;
  return {
    line,
    sent,
    /** Bytes that arrive. */
    says(text: string): void {
      waiting = [...waiting, ...new TextEncoder().encode(text)];
      for (const listener of listeners) listener();
    },
    set whenSent(then: (bytes: Uint8Array) => void) {
      onSent = then;
    },
  };
}

export const inSystemMemory: Partial<CoreSight> = { pc: 0x1fff_06b2, where: 'system memory', vtor: 0x1fff_0000 };

export interface TestBoard {
  /** What each look shows, the last one again and again. */
  looks: Partial<CoreSight>[];
  /** Called while the image is programmed. */
  onProgram: () => void;
  /** Called at each look, with its number. */
  onLook: (nth: number) => void;
  /** What the ROM does when it is looked for. */
  meet: () => Promise<BootloaderHandle>;
  /** What was asked of board, probe and ROM, in order. */
  readonly done: string[];
}

/** A bench on which a test decides what is seen. */
export function testBench(signal?: AbortSignal) {
  const wire = testLine();
  const done: string[] = [];
  let looked = 0;
  const board: TestBoard = {
    looks: [{}],
    onProgram: () => {},
    onLook: () => {},
    meet: async () => romHandle(done),
    done,
  };
  const note = (what: string) => async (): Promise<void> => void done.push(what);
  const bench = {
    board: 'g070',
    chip: chipNamed('STM32G070RB'),
    scope: testScope(signal === undefined ? {} : { signal }),
    workable: true,
    controls: { button: async (pressed: boolean) => void done.push(pressed ? 'press' : 'let go') },
    applicationLine: async () => wire.line,
    async startImage(_image: Image, beforeStart: () => void = () => {}) {
      board.onProgram();
      beforeStart();
      done.push('start');
      return 'programmed';
    },
    async look() {
      board.onLook(++looked);
      return look(board.looks.length > 1 ? board.looks.shift() : board.looks[0]);
    },
    async meetBootloader() {
      done.push('meet');
      return board.meet();
    },
    probe: {
      reacquire: note('acquire'),
      release: note('release'),
      halt: async () => {},
      resume: async () => {},
      readRegisters: async () => ({ pc: 0x0800_0200, sp: 0x2000_7ff0, xPSR: 0x0100_0000, primask: 0 }),
      releaseAt: async ({ pc }: { readonly pc: number }) => void done.push(`call 0x${pc.toString(16)}`),
    },
  } as unknown as Bench<'usart'>;
  return { bench, board, wire };
}

/** A ROM that has done everything it was asked for. */
export function romHandle(
  done: string[] = [],
  { sync = 'fresh', blank = 0xff }: { readonly sync?: 'fresh' | 'already'; readonly blank?: number } = {},
): BootloaderHandle {
  const session = {
    id: { sync, romVersion: 'V11.4' },
    verify: async () => void done.push('read'),
    erasePages: async (pages: readonly number[]) => void done.push(`erase ${pages.join(',')}`),
    readMemory: async (_address: number, length: number) => new Uint8Array(length).fill(blank),
    writeMemory: async () => void done.push('write'),
    go: async (address: number) => void done.push(`go 0x${address.toString(16)}`),
    goRamStub: async () => void done.push('go by RAM'),
    close: () => void done.push('close'),
  };
  const proof = { productId: 0x460, romId: 0xb4, core: look(inSystemMemory) };
  return { session, proof } as unknown as BootloaderHandle;
}
