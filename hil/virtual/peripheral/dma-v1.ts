import { type Bus, isBusFault } from '../bus.ts';
import type { EventHandle } from '../schedule.ts';
import type { Peripheral, PeripheralHost, Width } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** Request lines of peripherals, by name (`USART2_RX`). */
export interface DmaRequestLines {
  asserted(line: string): boolean;
  /** A transfer was made for this line. */
  served(line: string): void;
  /** Called when a line goes up. */
  listen(listener: (line: string) => void): void;
}

export interface DmaV1Options {
  readonly name: string;
  readonly host: PeripheralHost;
  readonly bus: Bus;
  readonly channels: number;
  /** Drives the interrupt request of a channel, counted from 0. */
  readonly setIrq: (channel: number, asserted: boolean) => void;
  readonly requests: DmaRequestLines;
  /** Lines that serve a channel, counted from 0; `select` is its field of CSELR. */
  readonly linesOf: (channel: number, select: number) => readonly string[];
  /** CSELR exists (F09x, L0, L4). */
  readonly hasCselr: boolean;
  readonly hclkHz: () => number;
  /** The controller has its clock. */
  readonly clocked: () => boolean;
}

/** DMA controller with channels (F0, G0, L0, L4, C0). */
export interface DmaV1 extends Peripheral {
  /** What serves the channels has changed (DMAMUX). */
  requestsChanged(): void;
}

const ISR = 0x00;
const IFCR = 0x04;
const FIRST_CHANNEL = 0x08;
const CHANNEL_STEP = 0x14;
const CSELR = 0xa8;
const CCR = {
  EN: 1 << 0,
  TCIE: 1 << 1,
  HTIE: 1 << 2,
  TEIE: 1 << 3,
  DIR: 1 << 4,
  CIRC: 1 << 5,
  PINC: 1 << 6,
  MINC: 1 << 7,
  MEM2MEM: 1 << 14,
} as const;
const CCR_MASK = 0x7fff;
const FLAG = { GIF: 1, TCIF: 2, HTIF: 4, TEIF: 8 } as const;
/** HCLK cycles from request to data: arbitration, read, write. Hypothesis: RM0454 10.4.2 gives a minimum without contention. */
const CYCLES_PER_TRANSFER = 5;

interface Channel {
  ccr: number;
  cndtr: number;
  cpar: number;
  cmar: number;
  /** CNDTR as it was when the channel was enabled or wrapped. */
  total: number;
  /** Where the next transfer goes; the registers keep what software wrote. */
  peripheralAddress: number;
  memoryAddress: number;
  event: EventHandle | undefined;
}

/**
 * Transfers go through the bus one by one, each at its own time, so that a transfer that nobody stopped overwrites whatever uses the
 * memory next. Source: RM0454 chapter 10, RM0091 chapter 10, RM0351 chapter 11 (documented, except where a line says otherwise).
 */
export function createDmaV1(options: DmaV1Options): DmaV1 {
  const { host, bus, requests } = options;
  const { schedule } = host;
  const channels = Array.from(
    { length: options.channels },
    (): Channel => ({
      ccr: 0,
      cndtr: 0,
      cpar: 0,
      cmar: 0,
      total: 0,
      peripheralAddress: 0,
      memoryAddress: 0,
      event: undefined,
    }),
  );
  let isr = 0;
  let cselr = 0;

  function updateIrq(index: number): void {
    const flags = (isr >>> (4 * index)) & 15;
    options.setIrq(index, (flags & channels[index]!.ccr & (CCR.TCIE | CCR.HTIE | CCR.TEIE)) !== 0);
  }
  function raise(index: number, flag: number): void {
    isr |= (flag | FLAG.GIF) << (4 * index);
    updateIrq(index);
  }

  function wanted(index: number): boolean {
    const { ccr, cndtr } = channels[index]!;
    if ((ccr & CCR.EN) === 0 || cndtr === 0 || !options.clocked()) return false;
    return (ccr & CCR.MEM2MEM) !== 0 || linesOf(index).some(requests.asserted);
  }
  const linesOf = (index: number): readonly string[] => options.linesOf(index, (cselr >>> (4 * index)) & 15);

  function serve(index: number): void {
    const channel = channels[index]!;
    if (channel.event !== undefined || !wanted(index)) return;
    channel.event = schedule.after((CYCLES_PER_TRANSFER * 1e9) / options.hclkHz(), () => {
      channel.event = undefined;
      if (!wanted(index)) return;
      const lines = linesOf(index).filter(requests.asserted);
      transfer(index);
      for (const line of lines) requests.served(line);
      serve(index);
    });
  }

  function transfer(index: number): void {
    const channel = channels[index]!;
    const { ccr } = channel;
    const peripheral = { address: channel.peripheralAddress, width: (1 << ((ccr >>> 8) & 3)) as Width };
    const memory = { address: channel.memoryAddress, width: (1 << ((ccr >>> 10) & 3)) as Width };
    const [from, to] = ccr & CCR.DIR ? [memory, peripheral] : [peripheral, memory];
    try {
      // Address bits below the width do not count; a wider target gets zeros above (RM0454 10.4.6).
      bus.write(to.address & -to.width, bus.read(from.address & -from.width, from.width), to.width);
    } catch (fault) {
      if (!isBusFault(fault)) throw fault;
      host.note('DMA transfer error', { dma: options.name, channel: index + 1, from: from.address, to: to.address });
      channel.ccr &= ~CCR.EN; // hardware disables the channel (10.4.7)
      raise(index, FLAG.TEIF);
      return;
    }
    if (ccr & CCR.PINC) channel.peripheralAddress += peripheral.width;
    if (ccr & CCR.MINC) channel.memoryAddress += memory.width;
    channel.cndtr--;
    if (channel.cndtr === channel.total >> 1) raise(index, FLAG.HTIF);
    if (channel.cndtr > 0) return;
    raise(index, FLAG.TCIF);
    if (ccr & CCR.CIRC) {
      channel.cndtr = channel.total;
      restart(channel);
    }
  }

  function restart(channel: Channel): void {
    channel.peripheralAddress = channel.cpar;
    channel.memoryAddress = channel.cmar;
  }

  function writeCcr(index: number, value: number): void {
    const channel = channels[index]!;
    const before = channel.ccr;
    // While the channel is enabled only EN and the interrupt enables take writes (RM0454 10.6.3: the others are read-only then).
    const open = before & CCR.EN ? CCR.EN | CCR.TCIE | CCR.HTIE | CCR.TEIE : CCR_MASK;
    channel.ccr = (before & ~open) | (value & open);
    if ((before & CCR.EN) === 0 && channel.ccr & CCR.EN) {
      // Addresses start again, the count goes on from where it was.
      restart(channel);
      channel.total = channel.cndtr;
    }
    if ((channel.ccr & CCR.EN) === 0) {
      schedule.cancel(channel.event);
      channel.event = undefined;
    }
    updateIrq(index);
    serve(index);
  }

  function clearFlags(value: number): void {
    for (let index = 0; index < channels.length; index++) {
      const asked = (value >>> (4 * index)) & 15;
      const cleared = asked & FLAG.GIF ? 15 : asked; // CGIF clears all four
      isr &= ~(cleared << (4 * index));
      if (((isr >>> (4 * index)) & 14) === 0) isr &= ~(FLAG.GIF << (4 * index));
      updateIrq(index);
    }
  }

  function place(offset: number): { readonly index: number; readonly register: number } | undefined {
    const index = Math.floor((offset - FIRST_CHANNEL) / CHANNEL_STEP);
    if (offset < FIRST_CHANNEL || index >= channels.length) return undefined;
    return { index, register: (offset - FIRST_CHANNEL) % CHANNEL_STEP };
  }

  function serveAll(): void {
    for (let index = 0; index < channels.length; index++) serve(index);
  }

  function write(offset: number, value: number): void {
    if (offset === IFCR) clearFlags(value);
    else if (offset === CSELR && options.hasCselr) {
      cselr = value & (2 ** (4 * channels.length) - 1);
      serveAll();
    }
    const at = place(offset);
    if (at === undefined) return;
    const channel = channels[at.index]!;
    if (at.register === 0) writeCcr(at.index, value);
    else if ((channel.ccr & CCR.EN) === 0) {
      if (at.register === 4) channel.cndtr = value & 0xffff;
      if (at.register === 8) channel.cpar = value;
      if (at.register === 12) channel.cmar = value;
    }
  }

  function read(offset: number): number {
    if (offset === ISR) return isr;
    if (offset === CSELR) return cselr;
    const at = place(offset);
    if (at === undefined) return 0;
    const { ccr, cndtr, cpar, cmar } = channels[at.index]!;
    return [ccr, cndtr, cpar, cmar][at.register >> 2] ?? 0;
  }

  requests.listen((line) => {
    for (let index = 0; index < channels.length; index++) {
      if (options.linesOf(index, (cselr >>> (4 * index)) & 15).includes(line)) serve(index);
    }
  });

  return {
    name: options.name,
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'ahb'),
    reset() {
      isr = cselr = 0;
      channels.forEach((channel, index) => {
        schedule.cancel(channel.event);
        Object.assign(channel, { ccr: 0, cndtr: 0, cpar: 0, cmar: 0, total: 0, event: undefined });
        updateIrq(index);
      });
    },
    requestsChanged: serveAll,
  };
}
