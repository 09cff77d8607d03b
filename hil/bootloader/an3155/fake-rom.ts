import { HilError } from '../../error/hil-error.ts';
import { createByteInbox } from '../../transport/byte-inbox.ts';
import type { LineEnd, LineError, LineFormat, SerialLine } from '../../transport/serial-line.ts';

/**
 * A ROM for unit tests, small enough to be seen through: byte-wise, written from AN3155 without the coder, with memory and with faults to
 * order. What a ROM really does is asked of the virtual board; this one serves failures that no board offers on demand.
 */
export interface FakeRom {
  readonly line: SerialLine;
  /** Every byte received, in order. */
  readonly received: number[];
  readonly memory: Map<number, number>;
  readonly erasedPages: number[][];
  /** Address and length of every Write Memory whose checksum was right. */
  readonly writes: (readonly [number, number])[];
  massErases: number;
  wentTo: number | undefined;
  /** Called for each byte the ROM would send; returns what arrives instead. Default: that byte. */
  corrupt: (byte: number) => readonly number[];
  /** Words of flash that silently do not take writes. */
  protectedFrom: number;
  /** Answers Write Memory's data with NACK. */
  refuseWrites: boolean;
  /** True while the ROM waits for the first byte of a command. */
  idle(): boolean;
  reportLineError(error: LineError): void;
}

export interface FakeRomOptions {
  readonly productId?: number;
  readonly romId?: number;
  readonly format?: Partial<LineFormat>;
  /** Already synchronised, with these bytes received since the last command. */
  readonly pending?: readonly number[];
  /** Readout protected: Read Memory is answered with NACK. */
  readonly protectedRead?: boolean;
  /** Product id, ROM ID address, pages and erased value; default the G070. */
  readonly part?: FakePart;
  /** Most bytes that Write Memory takes; more are refused. */
  readonly maxWrite?: number;
  /** Mass erase is refused, as on L0. */
  readonly noMassErase?: boolean;
  /** Lists of pages are refused that reach beyond this page (G0B1 V9.2). */
  readonly singleFrom?: number;
}

/** What of a part a ROM shows. */
export interface FakePart {
  readonly productId: number;
  readonly romIdAddress: number;
  readonly erasedByte: number;
  /** First address and size of a page. */
  page(index: number): { readonly base: number; readonly size: number };
}

const G070: FakePart = {
  productId: 0x460,
  romIdAddress: 0x1fff_6ffe,
  erasedByte: 0xff,
  page: (index) => ({ base: FLASH + index * 2048, size: 2048 }),
};
const FLASH = 0x0800_0000;

export function createFakeRom(options: FakeRomOptions = {}): FakeRom {
  const inbox = createByteInbox();
  const lineErrorListeners = new Set<(error: LineError) => void>();
  let end: (end: LineEnd) => void = () => {};
  const closed = new Promise<LineEnd>((resolve) => {
    end = resolve;
  });
  const part = options.part ?? G070;
  const memory = new Map<number, number>([[part.romIdAddress, options.romId ?? 0xb4]]);

  const rom: FakeRom = {
    received: [],
    memory,
    erasedPages: [],
    writes: [],
    massErases: 0,
    wentTo: undefined,
    corrupt: (byte) => [byte],
    protectedFrom: Number.POSITIVE_INFINITY,
    refuseWrites: false,
    idle: () => idle,
    reportLineError: (error) => {
      for (const listener of lineErrorListeners) listener(error);
    },
    line: {
      endpoint: '/dev/fake',
      format: { baudRate: 115200, dataBits: 8, parity: 'even', stopBits: 1, ...options.format },
      source: inbox,
      sink: {
        async write(bytes) {
          for (const byte of bytes) receive(byte);
        },
        async drain() {},
      },
      async setFormat() {
        throw new Error('not part of these tests');
      },
      async setLines() {},
      onLineError(listener) {
        lineErrorListeners.add(listener);
        return () => lineErrorListeners.delete(listener);
      },
      closed,
      async close() {
        end({ how: 'asked' });
        inbox.end(new HilError(207, 'closed'));
      },
    },
  };

  const say = (...bytes: readonly number[]): void => {
    const arriving = bytes.flatMap(rom.corrupt);
    if (arriving.length > 0) queueMicrotask(() => inbox.push(Uint8Array.from(arriving)));
  };
  const ack = (): void => say(0x79);
  const nack = (): void => say(0x1f);
  const at = (address: number): number => memory.get(address) ?? part.erasedByte;
  const xorOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum ^ byte, 0);

  let idle = true;
  function* take(count: number): Generator<undefined, number[], number> {
    const bytes: number[] = [];
    while (bytes.length < count) bytes.push(yield);
    return bytes;
  }
  function* addressPhase(): Generator<undefined, number | undefined, number> {
    ack();
    const bytes = yield* take(5);
    if (xorOf(bytes) !== 0) {
      nack();
      return undefined;
    }
    ack();
    return Buffer.from(bytes).readUInt32BE(0);
  }
  function* serve(code: number): Generator<undefined, void, number> {
    if (code === 0x00) {
      say(0x79, 0x0b, 0x31, 0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x44, 0x63, 0x73, 0x82, 0x92, 0x79);
    } else if (code === 0x01) {
      say(0x79, 0x31, 0x00, 0x00, 0x79);
    } else if (code === 0x02) {
      const id = options.productId ?? part.productId;
      say(0x79, 0x01, id >> 8, id & 0xff, 0x79);
    } else if (code === 0x11) {
      if (options.protectedRead) return nack();
      const address = yield* addressPhase();
      if (address === undefined) return;
      const [count, complement] = (yield* take(2)) as [number, number];
      if ((count ^ complement) !== 0xff) return nack();
      say(0x79, ...Array.from({ length: count + 1 }, (_, i) => at(address + i)));
    } else if (code === 0x31) {
      const address = yield* addressPhase();
      if (address === undefined) return;
      const [count] = (yield* take(1)) as [number];
      const data = yield* take(count + 2);
      if (xorOf([count, ...data]) !== 0 || rom.refuseWrites) return nack();
      rom.writes.push([address, count + 1]);
      if (count + 1 > (options.maxWrite ?? 256)) return nack();
      for (const [i, byte] of data.slice(0, -1).entries()) {
        if (address + i < rom.protectedFrom) memory.set(address + i, byte);
      }
      ack();
    } else if (code === 0x21) {
      const address = yield* addressPhase();
      rom.wentTo = address;
    } else if (code === 0x44) {
      ack();
      const head = yield* take(2);
      const count = Buffer.from(head).readUInt16BE(0);
      const rest = yield* take(count >= 0xfff0 ? 1 : 2 * (count + 1) + 1);
      if (xorOf([...head, ...rest]) !== 0) return nack();
      if (count === 0xffff) {
        if (options.noMassErase) return nack();
        rom.massErases++;
        for (const address of memory.keys()) if (address >= FLASH && address < 0x1000_0000) memory.delete(address);
      } else {
        const pages = Array.from({ length: count + 1 }, (_, i) => Buffer.from(rest).readUInt16BE(2 * i));
        if (pages.length > 1 && pages.some((page) => page >= (options.singleFrom ?? Number.POSITIVE_INFINITY)))
          return nack();
        rom.erasedPages.push(pages);
        for (const { base, size } of pages.map(part.page)) for (let i = 0; i < size; i++) memory.delete(base + i);
      }
      ack();
    } else if (code === 0x63) {
      ack();
      const [count] = (yield* take(1)) as [number];
      const rest = yield* take(count + 2);
      if (xorOf([count, ...rest]) !== 0) return nack();
      ack();
    } else if (code === 0x73 || code === 0x82 || code === 0x92) {
      say(0x79, 0x79);
    } else {
      nack();
    }
  }
  function* listen(): Generator<undefined, void, number> {
    if (options.pending === undefined) {
      while ((yield) !== 0x7f);
      ack();
    }
    for (;;) {
      idle = true;
      const code = yield;
      idle = false;
      const complement = yield;
      if ((code ^ complement) !== 0xff) nack();
      else yield* serve(code);
    }
  }
  const machine = listen();
  machine.next();
  for (const byte of options.pending ?? []) machine.next(byte);
  inbox.clear();
  function receive(byte: number): void {
    rom.received.push(byte);
    machine.next(byte);
  }
  return rom;
}
