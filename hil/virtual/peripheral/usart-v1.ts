import type { LineFrame } from '../board-types.ts';
import type { EventHandle } from '../schedule.ts';
import type { Net } from './net.ts';
import { narrowAccess } from './register-block.ts';
import type { UsartModel, UsartWiring } from './roles.ts';
import { createReceiver, type Received } from './usart-receiver.ts';
import { createTransmitter } from './usart-transmitter.ts';
import { CR1, CR2_WRITABLE, CR3, SR, USART } from './usart-v1-registers.ts';
import { clocksPerBit, type FrameFormat } from './usart-v3-registers.ts';

/** Flags that a read of SR followed by a read of DR clears (RM0383 19.6.1). */
const CLEARED_BY_READS = SR.PE | SR.FE | SR.NF | SR.ORE | SR.IDLE;

/**
 * USART of STM32F4: status and data register, no ICR. Source: RM0383 chapter 19 (documented unless a line says less).
 * Mute mode, LIN, smartcard, IrDA and hardware flow control are not modelled.
 */
export function createUsartV1(wiring: UsartWiring): UsartModel {
  const { host } = wiring;
  const schedule = host.schedule;
  let cr1 = 0;
  let cr2 = 0;
  let cr3 = 0;
  let brr = 0;
  let gtpr = 0;
  /** Error flags, IDLE, RXNE and TC; TXE follows from the transmitter. */
  let flags = 0;
  /** Flags that the last read of SR showed: an access to DR clears those and no others (flags set in between: hypothesis). */
  let seen = 0;
  let data = 0;
  let idleTimer: EventHandle | undefined;
  /** Frames that must end until the break has been sent; 0: none was asked for. */
  let breakAfter = 0;
  const nets = new Set<Net>();

  const enabled = (bit: number): boolean => (cr1 & CR1.UE) !== 0 && (cr1 & bit) !== 0;
  const over8 = (): boolean => (cr1 & CR1.OVER8) !== 0;
  function bitNs(): number {
    const clocks = clocksPerBit(brr, over8());
    const hz = wiring.kernelHz();
    // A mantissa of 0 cannot count a bit; nothing moves then: hypothesis.
    return hz === 0 || clocks < (over8() ? 8 : 16) ? 0 : (clocks * 1e9) / hz;
  }
  const format = (): FrameFormat => ({
    bits: cr1 & CR1.M ? 9 : 8,
    parity: cr1 & CR1.PCE ? (cr1 & CR1.PS ? 'odd' : 'even') : 'none',
    stopBits: [1, 0.5, 2, 1.5][(cr2 >>> 12) & 3]!,
  });

  const transmitter = createTransmitter({
    schedule,
    format,
    bitNs,
    emit(frame: LineFrame) {
      for (const net of wiring.txNets()) net.transmit(frame);
    },
    progress() {
      // SBK is cleared when the break has been sent (19.6.4).
      if (breakAfter > 0 && --breakAfter === 0) cr1 &= ~CR1.SBK;
      if (transmitter.complete) flags |= SR.TC;
      update();
    },
  });

  const receiver = createReceiver({
    schedule,
    line: {
      levelAt: (timeNs) => wiring.rxNets()[0]?.levelAt(timeNs) ?? 1,
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
    baudFound: () => false,
    baudFailed: () => undefined,
  });

  function received(character: Received): void {
    if (flags & SR.RXNE)
      flags |= SR.ORE; // DR keeps the old character, the new one is lost (19.3.3)
    else {
      data = character.data;
      flags |= SR.RXNE;
      if (character.parityError) flags |= SR.PE;
      if (character.framingError) flags |= SR.FE;
      if (character.noise) flags |= SR.NF;
    }
    const bit = bitNs();
    schedule.cancel(idleTimer);
    idleTimer = schedule.at(character.endNs + (format().bits + 2.5) * bit, () => {
      if (receiver.busy) return;
      flags |= SR.IDLE;
      update();
    });
    update();
  }

  const status = (): number => flags | (transmitter.waiting === 0 ? SR.TXE : 0);

  function update(): void {
    const sr = status();
    const causes =
      (cr1 & CR1.RXNEIE && sr & (SR.RXNE | SR.ORE)) ||
      (cr1 & CR1.TXEIE && sr & SR.TXE) ||
      (cr1 & CR1.TCIE && sr & SR.TC) ||
      (cr1 & CR1.IDLEIE && sr & SR.IDLE) ||
      (cr1 & CR1.PEIE && sr & SR.PE) ||
      // The error interrupt belongs to multibuffer communication: EIE counts with DMAR only (19.6.6).
      (cr3 & CR3.EIE && cr3 & CR3.DMAR && sr & (SR.FE | SR.NF | SR.ORE));
    wiring.setIrq((cr1 & CR1.UE) !== 0 && Boolean(causes));
    wiring.setDmaRequest?.('RX', enabled(CR1.RE) && (cr3 & CR3.DMAR) !== 0 && (sr & SR.RXNE) !== 0);
    wiring.setDmaRequest?.('TX', enabled(CR1.TE) && (cr3 & CR3.DMAT) !== 0 && (sr & SR.TXE) !== 0);
  }

  function readStatus(): number {
    seen = status();
    return seen;
  }
  function readData(): number {
    flags &= ~(SR.RXNE | (seen & CLEARED_BY_READS));
    seen = 0;
    update();
    return data;
  }
  function writeData(value: number): void {
    // A write to DR clears TC, and PE, only after SR has shown them (19.6.1).
    flags &= ~(seen & (SR.TC | SR.PE));
    seen = 0;
    if (enabled(CR1.TE)) transmitter.write(value & 0x1ff, 1);
    update();
  }

  function writeCr1(value: number): void {
    const asked = value & ~cr1 & CR1.SBK;
    cr1 = value & CR1.WRITABLE;
    transmitter.setEnabled(enabled(CR1.TE));
    receiver.setEnabled(enabled(CR1.RE));
    if (asked && enabled(CR1.TE)) {
      breakAfter = transmitter.complete ? 1 : 2;
      transmitter.sendBreak();
    }
    update();
  }

  function write(offset: number, value: number): void {
    switch (offset) {
      case USART.SR:
        flags &= value | ~(SR.RXNE | SR.TC); // rc_w0; the others are read-only
        update();
        return;
      case USART.DR:
        writeData(value);
        return;
      case USART.BRR:
        brr = value & 0xffff;
        return;
      case USART.CR1:
        writeCr1(value);
        return;
      case USART.CR2:
        cr2 = value & CR2_WRITABLE;
        return;
      case USART.CR3:
        cr3 = value & CR3.WRITABLE;
        update();
        return;
      case USART.GTPR:
        gtpr = value & 0xffff;
        return;
      default:
    }
  }

  function read(offset: number): number {
    if (offset === USART.SR) return readStatus();
    if (offset === USART.DR) return readData();
    return { [USART.BRR]: brr, [USART.CR1]: cr1, [USART.CR2]: cr2, [USART.CR3]: cr3, [USART.GTPR]: gtpr }[offset] ?? 0;
  }

  return {
    name: wiring.name,
    size: 0x400,
    // A read of SR changes nothing when SR shows what it showed last.
    ...narrowAccess(
      { read, write, quietRead: (offset) => offset !== USART.DR && (offset !== USART.SR || seen === status()) },
      'apb',
    ),
    reset() {
      cr1 = cr2 = cr3 = brr = gtpr = data = seen = breakAfter = 0;
      flags = SR.TC;
      schedule.cancel(idleTimer);
      transmitter.setEnabled(false);
      receiver.setEnabled(false);
      update();
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
