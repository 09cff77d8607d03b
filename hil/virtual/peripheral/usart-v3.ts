import type { LineFrame } from '../board-types.ts';
import type { EventHandle } from '../schedule.ts';
import type { Net } from './net.ts';
import type { ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { UsartModel, UsartWiring } from './roles.ts';
import { createReceiver, type Received } from './usart-receiver.ts';
import { createTransmitter } from './usart-transmitter.ts';
import {
  brrFor,
  CR1,
  CR2,
  CR3,
  clocksPerBit,
  type FrameFormat,
  formatOf,
  ICR_MASK,
  ISR,
  PRESCALERS,
  RQR,
  USART,
} from './usart-v3-registers.ts';

/** USART of STM32 G0 and C0. Source: RM0454 chapter 26 (documented unless a line says less). Smartcard and LIN are not modelled. */
export interface UsartOptions extends UsartWiring {
  /** FIFO, auto-baud and receiver time-out exist on the full instances only (RM0454 table of USART features). */
  readonly full: boolean;
  /** FIFO and PRESC exist: true for v3 (G0, C0), false for v2 (F0, L0, L4), which is the same but for them. Default true. */
  readonly fifo?: boolean;
}

export type UsartV3 = UsartModel;

/** Full instance. */
export const fullUsartV3 = (wiring: UsartWiring): UsartModel => createUsartV3({ ...wiring, full: true });
/** Basic instance: without FIFO, auto-baud and receiver time-out. */
export const basicUsartV3 = (wiring: UsartWiring): UsartModel => createUsartV3({ ...wiring, full: false });

const FIFO_DEPTH = 8;
/** Levels of TXFTCFG and RXFTCFG in entries of eight. */
const THRESHOLDS = [1, 2, 4, 6, 7, 8] as const;
const V2_CR1 = 0x1fff_ffff;
const V2_CR3 = 0x00ff_ffff;
const BASIC_CR1 = V2_CR1 & ~CR1.RTOIE;
const BASIC_CR2 = 0xff8f_ffff & ~CR2.RTOEN;

export function createUsartV3(options: UsartOptions): UsartV3 {
  const { host, full } = options;
  const version3 = options.fifo ?? true;
  const schedule = host.schedule;
  let cr1 = 0;
  let cr2 = 0;
  let cr3 = 0;
  let brr = 0;
  let gtpr = 0;
  let rtor = 0;
  let presc = 0;
  let flags = 0;
  let fifo: Received[] = [];
  let lastRead = 0;
  let idleTimer: EventHandle | undefined;
  let timeout: EventHandle | undefined;
  const nets = new Set<Net>();

  const enabled = (bit: number): boolean => (cr1 & CR1.UE) !== 0 && (cr1 & bit) !== 0;
  const over8 = (): boolean => (cr1 & CR1.OVER8) !== 0;
  const fifoOn = (): boolean => full && version3 && (cr1 & CR1.FIFOEN) !== 0;
  const depth = (): number => (fifoOn() ? FIFO_DEPTH : 1);
  const clockHz = (): number => options.kernelHz() / (PRESCALERS[presc] ?? 256);

  function bitNs(): number {
    const clocks = clocksPerBit(brr, over8());
    const hz = clockHz();
    // USARTDIV below 16 is not allowed (RM0454 26.5.6); nothing moves then: hypothesis.
    return hz === 0 || clocks < (over8() ? 8 : 16) ? 0 : (clocks * 1e9) / hz;
  }
  const format = (): FrameFormat => formatOf(cr1, cr2);

  const transmitter = createTransmitter({
    schedule,
    format,
    bitNs,
    emit(frame: LineFrame) {
      for (const net of options.txNets()) net.transmit(frame);
    },
    progress() {
      if (transmitter.complete) flags |= ISR.TC;
      updateIrq();
    },
  });

  const receiver = createReceiver({
    schedule,
    line: {
      levelAt(timeNs) {
        const net = options.rxNets()[0];
        return net === undefined ? 1 : net.levelAt(timeNs);
      },
      rearm(sinceNs) {
        for (const net of nets) net.rearm(sinceNs);
      },
    },
    settings: () => ({
      format: format(),
      bitNs: bitNs(),
      oversampling: over8() ? 8 : 16,
      oneSample: (cr3 & CR3.ONEBIT) !== 0,
    }),
    received,
    baudFound(measuredNs) {
      const clocks = (measuredNs * clockHz()) / 1e9;
      // RM0454 26.5.8: the bit must last 16 (or 8) to 65536 clocks.
      if (clocks < (over8() ? 8 : 16) || clocks >= 65_536) return false;
      brr = brrFor(clocks, over8());
      flags |= ISR.ABRF;
      return true;
    },
    baudFailed() {
      flags |= ISR.ABRE;
      updateIrq();
    },
  });

  function stopTimers(): void {
    schedule.cancel(idleTimer);
    schedule.cancel(timeout);
  }

  /** IDLE comes one frame after the last character, RTOF after RTOR bits, unless a new start bit comes first. */
  function startTimers(fromNs: number): void {
    stopTimers();
    const bit = bitNs();
    idleTimer = schedule.at(fromNs + (format().bits + 2) * bit, () => {
      if (receiver.busy) return;
      flags |= ISR.IDLE;
      updateIrq();
    });
    if (!full || (cr2 & CR2.RTOEN) === 0) return;
    timeout = schedule.at(fromNs + (rtor & 0xff_ffff) * bit, () => {
      if (receiver.busy) return;
      flags |= ISR.RTOF;
      updateIrq();
    });
  }

  /** PE, FE and NE belong to the character at the top. */
  function showErrors(top: Received): void {
    if (top.parityError) flags |= ISR.PE;
    if (top.framingError) flags |= ISR.FE;
    if (top.noise) flags |= ISR.NE;
  }

  function received(character: Received): void {
    if ((character.data & 0xff) === ((cr2 >>> 24) & 0xff)) flags |= ISR.CMF;
    if (fifo.length >= depth()) {
      if (cr3 & CR3.OVRDIS) fifo[fifo.length - 1] = character;
      else flags |= ISR.ORE; // the new character is lost
    } else {
      fifo.push(character);
      if (fifo.length === 1) showErrors(character);
    }
    startTimers(character.endNs + bitNs() / 2);
    updateIrq();
  }

  function status(): number {
    let isr = flags;
    if (fifo.length > 0) isr |= ISR.RXNE;
    if (transmitter.waiting < depth()) isr |= ISR.TXE;
    if (receiver.busy) isr |= ISR.BUSY;
    if (enabled(CR1.TE)) isr |= ISR.TEACK;
    if (enabled(CR1.RE)) isr |= ISR.REACK;
    if (fifoOn()) {
      if (transmitter.waiting === 0) isr |= ISR.TXFE;
      if (fifo.length >= FIFO_DEPTH) isr |= ISR.RXFF;
      if (fifo.length >= (THRESHOLDS[(cr3 >>> 25) & 7] ?? 8)) isr |= 1 << 26;
      if (FIFO_DEPTH - transmitter.waiting >= (THRESHOLDS[(cr3 >>> 29) & 7] ?? 8)) isr |= 1 << 27;
    }
    return isr;
  }

  function updateIrq(): void {
    const isr = status();
    const causes =
      (cr1 & CR1.RXNEIE && isr & (ISR.RXNE | ISR.ORE)) ||
      (cr1 & CR1.TXEIE && isr & ISR.TXE) ||
      (cr1 & CR1.TCIE && isr & ISR.TC) ||
      (cr1 & CR1.IDLEIE && isr & ISR.IDLE) ||
      (cr1 & CR1.PEIE && isr & ISR.PE) ||
      (cr1 & CR1.CMIE && isr & ISR.CMF) ||
      (cr1 & CR1.RTOIE && isr & ISR.RTOF) ||
      (cr3 & CR3.EIE && isr & (ISR.FE | ISR.NE | ISR.ORE)) ||
      (fifoOn() &&
        ((cr1 & CR1.TXFEIE && isr & ISR.TXFE) ||
          (cr1 & CR1.RXFFIE && isr & ISR.RXFF) ||
          (cr3 & (1 << 28) && isr & (1 << 26)) ||
          (cr3 & (1 << 23) && isr & (1 << 27))));
    options.setIrq((cr1 & CR1.UE) !== 0 && Boolean(causes));
    options.setDmaRequest?.('RX', enabled(CR1.RE) && (cr3 & CR3.DMAR) !== 0 && (isr & ISR.RXNE) !== 0);
    options.setDmaRequest?.('TX', enabled(CR1.TE) && (cr3 & CR3.DMAT) !== 0 && (isr & ISR.TXE) !== 0);
  }

  function restart(): void {
    flags = ISR.TC;
    fifo = [];
    stopTimers();
  }

  function armAutoBaud(): void {
    const wanted = full && (cr2 & CR2.ABREN) !== 0 && (flags & (ISR.ABRF | ISR.ABRE)) === 0;
    receiver.measure(wanted ? (cr2 >>> 21) & 3 : undefined);
  }

  function writeCr1(value: number): void {
    const was = cr1;
    cr1 = (value & (full ? (version3 ? 0xffff_ffff : V2_CR1) : BASIC_CR1)) >>> 0;
    if (was & CR1.UE && (cr1 & CR1.UE) === 0) restart(); // RM0454 26.8.1: flags go to their reset values
    transmitter.setEnabled(enabled(CR1.TE));
    receiver.setEnabled(enabled(CR1.RE));
    armAutoBaud();
    updateIrq();
  }

  function writeRequest(value: number): void {
    if (value & RQR.ABRRQ && full) {
      flags &= ~(ISR.ABRF | ISR.ABRE);
      armAutoBaud();
    }
    if (value & RQR.SBKRQ) {
      transmitter.sendBreak();
      flags &= ~ISR.TC;
    }
    if (value & RQR.RXFRQ) fifo = [];
    if (value & RQR.TXFRQ) transmitter.flush();
    updateIrq();
  }

  const locked = (): boolean => (cr1 & CR1.UE) !== 0; // BRR, PRESC and most of CR2 take writes while UE = 0 only

  function write(offset: number, value: number): void {
    switch (offset) {
      case USART.CR1: {
        writeCr1(value);
        return;
      }
      case USART.CR2:
        cr2 = full ? value : value & BASIC_CR2;
        armAutoBaud();
        return;
      case USART.CR3:
        cr3 = version3 ? value : value & V2_CR3;
        {
          updateIrq();
          return;
        }
      case USART.BRR:
        if (!locked()) brr = value & 0xffff;
        return;
      case USART.GTPR:
        gtpr = value & 0xffff;
        return;
      case USART.RTOR:
        rtor = value;
        return;
      case USART.RQR: {
        writeRequest(value);
        return;
      }
      case USART.ICR:
        flags &= ~(value & ICR_MASK);
        {
          updateIrq();
          return;
        }
      case USART.TDR:
        if (!enabled(CR1.TE)) return;
        flags &= ~ISR.TC;
        transmitter.write(value & 0x1ff, depth());
        {
          updateIrq();
          return;
        }
      case USART.PRESC:
        if (version3 && !locked()) presc = value & 15;
        return;
      default:
    }
  }

  function readData(): number {
    const top = fifo.shift();
    if (top === undefined) return lastRead;
    lastRead = top.data;
    if (fifo[0] !== undefined) showErrors(fifo[0]);
    updateIrq();
    return top.data;
  }

  function read(offset: number): number {
    switch (offset) {
      case USART.CR1:
        return cr1;
      case USART.CR2:
        return cr2;
      case USART.CR3:
        return cr3;
      case USART.BRR:
        return brr;
      case USART.GTPR:
        return gtpr;
      case USART.RTOR:
        return rtor;
      case USART.ISR:
        return status();
      case USART.RDR:
        return readData();
      case USART.PRESC:
        return presc;
      default:
        return 0;
    }
  }

  return {
    name: options.name,
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: (offset) => offset !== USART.RDR }, 'apb'),
    reset(_kind: ResetKind) {
      cr1 = cr2 = cr3 = brr = gtpr = rtor = presc = lastRead = 0;
      restart();
      receiver.measure(undefined);
      transmitter.setEnabled(false);
      receiver.setEnabled(false);
      updateIrq();
    },
    routed() {
      for (const net of nets) net.rearm();
    },
    listenOn(net, isRx) {
      nets.add(net);
      net.listen({
        wants: () => isRx() && receiver.wants(),
        edge(level, timeNs) {
          receiver.edge(level, timeNs);
        },
      });
    },
  };
}
