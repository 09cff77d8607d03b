import { type Bus, isBusFault } from '../bus.ts';
import { FIFO_BYTES } from './dma-fifo.ts';
import {
  createStream,
  goesOut,
  holdsWholeBursts,
  isCopy,
  isDirect,
  memoryWidth,
  peripheralWidth,
  resetState,
  type Stream,
  settle,
  threshold,
} from './dma-stream.ts';
import type { DmaRequestLines } from './dma-v1.ts';
import { DMA, FLAG, flagShift, SCR, SCR_INTERRUPTS, SFCR, STREAM } from './dma-v2-registers.ts';
import type { Peripheral, PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

export interface DmaV2Options {
  readonly name: string;
  readonly host: PeripheralHost;
  readonly bus: Bus;
  readonly setIrq: (stream: number, asserted: boolean) => void;
  readonly requests: DmaRequestLines;
  /** Line of a channel (CHSEL) of a stream. */
  readonly lineOf: (stream: number, channel: number) => string | undefined;
  /** What the peripheral port reaches: of DMA1 it is wired to APB1 alone, which rules out memory to memory. */
  readonly peripheralPort: 'APB1' | 'bus matrix';
  readonly hclkHz: () => number;
  /** The controller has its clock. */
  readonly clocked: () => boolean;
}

const STREAMS = 8;
const APB1 = { from: 0x4000_0000, to: 0x4000_8000 } as const;
/** HCLK cycles of one transfer. Hypothesis: RM0383 gives none. */
const CYCLES_PER_TRANSFER = 5;

/**
 * DMA controller with streams (F4). Transfers go through the bus one by one, each at its own time.
 * Source: RM0383 chapter 9 (documented, except where a line says otherwise). Priorities, bursts at the peripheral port and what
 * follows from a busy bus (FIFO overrun, direct mode error) are not modelled.
 */
export function createDmaV2(options: DmaV2Options): Peripheral {
  const { host, bus, requests } = options;
  const { schedule } = host;
  const streams = Array.from({ length: STREAMS }, createStream);

  function updateIrq(index: number): void {
    const { cr, fcr, flags } = streams[index]!;
    const enabled = ((cr & SCR_INTERRUPTS) << 1) | (fcr & SFCR.FEIE ? FLAG.FEIF : 0);
    options.setIrq(index, (flags & enabled) !== 0);
  }
  function raise(index: number, flag: number): void {
    streams[index]!.flags |= flag;
    updateIrq(index);
  }
  const lineOf = (index: number): string | undefined => options.lineOf(index, (streams[index]!.cr >>> 25) & 7);

  function requested(index: number): boolean {
    if (isCopy(streams[index]!)) return true;
    const line = lineOf(index);
    return line !== undefined && requests.asserted(line);
  }
  /** Data for the first request is fetched before it comes. */
  const wantsPreload = (stream: Stream): boolean =>
    goesOut(stream) && stream.toLoad > 0 && stream.fifo.level < peripheralWidth(stream);

  function wanted(index: number): boolean {
    const stream = streams[index]!;
    if ((stream.cr & SCR.EN) === 0 || stream.ndtr === 0 || !options.clocked()) return false;
    return wantsPreload(stream) || requested(index);
  }

  function serve(index: number): void {
    const stream = streams[index]!;
    if (stream.event !== undefined || !wanted(index)) return;
    stream.event = schedule.after((CYCLES_PER_TRANSFER * 1e9) / options.hclkHz(), () => {
      stream.event = undefined;
      if (!wanted(index)) return;
      const line = lineOf(index);
      const serves = !wantsPreload(stream) && line !== undefined && requests.asserted(line);
      attempt(index, () => step(index));
      if (serves) requests.served(line);
      serve(index);
    });
  }

  /** A bus error ends the stream (9.3.18). */
  function attempt(index: number, accesses: () => void): void {
    try {
      accesses();
    } catch (fault) {
      if (!isBusFault(fault)) throw fault;
      transferError(index);
    }
  }
  function transferError(index: number): void {
    const stream = streams[index]!;
    const { peripheralAddress, memoryAddress } = stream;
    host.note('DMA transfer error', { dma: options.name, stream: index, peripheralAddress, memoryAddress });
    stop(stream);
    stream.fifo.clear();
    raise(index, FLAG.TEIF);
  }
  function stop(stream: Stream): void {
    stream.cr &= ~SCR.EN;
    schedule.cancel(stream.event);
    stream.event = undefined;
  }

  function step(index: number): void {
    const stream = streams[index]!;
    if (wantsPreload(stream)) {
      load(stream);
      return;
    }
    if (options.peripheralPort === 'APB1' && (isCopy(stream) || !onApb1(stream.peripheralAddress))) {
      transferError(index);
      return;
    }
    const width = peripheralWidth(stream);
    const address = stream.peripheralAddress & -width;
    if (goesOut(stream)) {
      bus.write(address, stream.fifo.pop(width), width);
      load(stream);
    } else stream.fifo.push(bus.read(address, width), width);
    if (stream.cr & SCR.PINC) stream.peripheralAddress += stream.cr & SCR.PINCOS ? 4 : width;
    stream.ndtr--;
    if (!goesOut(stream)) drain(stream, stream.ndtr === 0);
    if (stream.ndtr === stream.total >> 1) raise(index, FLAG.HTIF);
    if (stream.ndtr === 0) endRound(index);
  }
  const onApb1 = (address: number): boolean => address >= APB1.from && address < APB1.to;

  /** Fill from memory: one item in direct mode, else all that fits once the level is down to the threshold (9.3.12). */
  function load(stream: Stream): void {
    const width = memoryWidth(stream);
    const direct = isDirect(stream);
    if (!direct && stream.fifo.level > threshold(stream)) return;
    const limit = direct ? width : FIFO_BYTES;
    while (stream.toLoad > 0 && stream.fifo.level + width <= limit) {
      stream.fifo.push(bus.read(stream.memoryAddress & -width, width), width);
      if (stream.cr & SCR.MINC) stream.memoryAddress += width;
      stream.toLoad -= width;
    }
  }
  /** Empty to memory: at once in direct mode, else once the threshold is reached; `flush` leaves nothing behind. */
  function drain(stream: Stream, flush: boolean): void {
    const width = memoryWidth(stream);
    if (!flush && !isDirect(stream) && stream.fifo.level < threshold(stream)) return;
    while (stream.fifo.level >= (flush ? 1 : width)) {
      bus.write(stream.memoryAddress & -width, stream.fifo.pop(width), width);
      if (stream.cr & SCR.MINC) stream.memoryAddress += width;
    }
  }

  function beginRound(stream: Stream): void {
    stream.peripheralAddress = stream.par;
    stream.memoryAddress = stream.cr & SCR.DBM && stream.cr & SCR.CT ? stream.m1ar : stream.m0ar;
    stream.toLoad = goesOut(stream) ? stream.ndtr * peripheralWidth(stream) : 0;
    stream.fifo.clear();
  }
  function endRound(index: number): void {
    const stream = streams[index]!;
    // Memory to memory has neither circular nor double-buffer mode (9.3.6): it ends whatever these bits say.
    if (stream.cr & SCR.CIRC && !isCopy(stream)) {
      if (stream.cr & SCR.DBM) stream.cr ^= SCR.CT;
      stream.ndtr = stream.total;
      beginRound(stream);
    } else stop(stream);
    raise(index, FLAG.TCIF);
  }

  function start(index: number): void {
    const stream = streams[index]!;
    settle(stream);
    if (!holdsWholeBursts(stream)) {
      stop(stream);
      raise(index, FLAG.FEIF);
    } else beginRound(stream);
  }
  /** EN cleared by software: what the FIFO has goes to memory, and TCIF says that this is over (9.3.12, 9.3.14). */
  function abort(index: number): void {
    const stream = streams[index]!;
    stop(stream);
    if (!goesOut(stream)) attempt(index, () => drain(stream, true));
    raise(index, FLAG.TCIF);
  }

  function writeCr(index: number, value: number): void {
    const stream = streams[index]!;
    const before = stream.cr;
    const open = before & SCR.EN ? SCR.EN | SCR_INTERRUPTS : SCR.MASK;
    stream.cr = (before & ~open) | (value & open);
    if (before & ~stream.cr & SCR.EN) abort(index);
    if (stream.cr & ~before & SCR.EN) start(index);
    updateIrq(index);
    serve(index);
  }
  function writeMemoryAddress(index: number, which: 0 | 1, value: number): void {
    const stream = streams[index]!;
    if (stream.cr & SCR.EN) {
      if ((stream.cr & SCR.DBM) === 0) return;
      // In double-buffer mode the target in use must be left alone (9.3.9).
      if (which === (stream.cr & SCR.CT ? 1 : 0)) {
        transferError(index);
        return;
      }
    }
    if (which === 0) stream.m0ar = value;
    else stream.m1ar = value;
  }
  function writeStream(index: number, register: number, value: number): void {
    const stream = streams[index]!;
    const idle = (stream.cr & SCR.EN) === 0;
    if (register === STREAM.CR) writeCr(index, value);
    else if (register === STREAM.M0AR) writeMemoryAddress(index, 0, value);
    else if (register === STREAM.M1AR) writeMemoryAddress(index, 1, value);
    else if (register === STREAM.NDTR && idle) stream.ndtr = stream.total = value & 0xffff;
    else if (register === STREAM.PAR && idle) stream.par = value;
    else if (register === STREAM.FCR) {
      const open = SFCR.FEIE | (idle ? SFCR.DMDIS | SFCR.FTH : 0);
      stream.fcr = (stream.fcr & ~open) | (value & open);
      updateIrq(index);
    }
  }
  function clearFlags(first: number, value: number): void {
    for (let index = first; index < first + 4; index++) {
      streams[index]!.flags &= ~(value >>> flagShift(index));
      updateIrq(index);
    }
  }
  const flagsFrom = (first: number): number =>
    streams.slice(first, first + 4).reduce((word, { flags }, i) => word | (flags << flagShift(i)), 0);

  function place(offset: number): { readonly index: number; readonly register: number } | undefined {
    const index = Math.floor((offset - DMA.STREAM0) / DMA.STREAM_STEP);
    if (index < 0 || index >= STREAMS) return undefined;
    return { index, register: (offset - DMA.STREAM0) % DMA.STREAM_STEP };
  }
  function write(offset: number, value: number): void {
    if (offset === DMA.LIFCR) clearFlags(0, value);
    else if (offset === DMA.HIFCR) clearFlags(4, value);
    const at = place(offset);
    if (at !== undefined) writeStream(at.index, at.register, value);
  }
  function read(offset: number): number {
    if (offset === DMA.LISR) return flagsFrom(0);
    if (offset === DMA.HISR) return flagsFrom(4);
    const at = place(offset);
    if (at === undefined) return 0;
    const { cr, ndtr, par, m0ar, m1ar, fcr, fifo } = streams[at.index]!;
    return [cr, ndtr, par, m0ar, m1ar, fcr | (fifo.status() << 3)][at.register >> 2] ?? 0;
  }

  requests.listen((line) => {
    for (let index = 0; index < STREAMS; index++) if (lineOf(index) === line) serve(index);
  });

  return {
    name: options.name,
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'ahb'),
    reset() {
      streams.forEach((stream, index) => {
        stop(stream);
        Object.assign(stream, resetState);
        stream.fifo.clear();
        updateIrq(index);
      });
    },
  };
}
