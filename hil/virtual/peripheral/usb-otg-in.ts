import type { DataPacket, Toggle } from '../usb/device-port.ts';
import { type WordFifo, wordsFor } from './usb-otg-fifo.ts';
import {
  CTL,
  EP,
  EP0_SIZES,
  EPTYP_ISOCHRONOUS,
  IN_INT,
  packetsOf,
  sizeFields,
  sizeWord,
  TSIZ_TOP_LSB,
} from './usb-otg-registers.ts';

/** An IN endpoint of OTG_FS: its registers, the packets that its Tx FIFO holds, and its answers to IN tokens. RM0383 22.16.4, 22.17. */
export interface InEndpoint {
  read(register: number): number;
  write(register: number, value: number): void;
  /** A word into its FIFO. */
  push(word: number): void;
  /** Flags that ask for an interrupt, before any mask; TXFE is the level of the FIFO. */
  flags(): number;
  token(): DataPacket | 'nak' | 'stall' | undefined;
  /** The host has the packet of the last token. Returns its length; undefined if none was under way. */
  acknowledged(): number | undefined;
  /** A SETUP came for endpoint 0. */
  setupCame(): void;
  busReset(): void;
  /** TXFFLSH or a core reset emptied the FIFO. */
  flushed(): void;
  reset(): void;
  /** Bytes per packet. */
  packetSize(): number;
}

export interface InContext {
  readonly index: number;
  /** The FIFO of that number. */
  readonly fifo: (number: number) => WordFifo | undefined;
  /** GAHBCFG.TXFELVL: TXFE means empty, not half empty. */
  readonly wantsEmpty: () => boolean;
  /** Global IN NAK is in force. */
  readonly globalNak: () => boolean;
  readonly note: (event: string) => void;
}

const WRITABLE = CTL.USBAEP | CTL.EPTYP | CTL.STALL | CTL.TXFNUM | CTL.MPSIZ;

export function createInEndpoint(context: InContext): InEndpoint {
  const { index } = context;
  const control = index === 0;
  const fields = sizeFields(index, 'in');
  let ctl = 0;
  let enabled = false;
  let nak = false;
  let toggle: Toggle = 0;
  let int = 0;
  /** Bytes that software has yet to bring, packets that the host has yet to take. */
  let size = 0;
  let packets = 0;
  let top = 0;
  /** Lengths of the packets that lie complete in the FIFO. */
  let ready: number[] = [];
  let onTheWire: number | undefined;

  const fifo = (): WordFifo | undefined => context.fifo((ctl & CTL.TXFNUM) >>> CTL.TXFNUM_LSB);
  const active = (): boolean => control || (ctl & CTL.USBAEP) !== 0;
  const packetSize = (): number => (control ? EP0_SIZES[(ctl & 3) as 0 | 1 | 2 | 3] : ctl & CTL.MPSIZ);
  const isochronous = (): boolean => !control && (ctl & CTL.EPTYP) >>> CTL.EPTYP_LSB === EPTYP_ISOCHRONOUS;

  /** XFRSIZ falls by each packet that is complete in the FIFO (RM0383 22.16.4, DIEPTSIZ). */
  function account(): void {
    let words = (fifo()?.words ?? 0) - ready.reduce((sum, bytes) => sum + wordsFor(bytes), 0);
    while (enabled && size > 0) {
      const bytes = Math.min(size, packetSize());
      if (bytes === 0 || words < wordsFor(bytes)) return;
      ready.push(bytes);
      size -= bytes;
      words -= wordsFor(bytes);
    }
  }

  function disable(): void {
    enabled = false;
    ready = [];
    onTheWire = undefined;
  }

  function writeCtl(value: number): void {
    const stall = control ? ctl & CTL.STALL : 0; // of endpoint 0 only the next SETUP clears it (RM0383 22.16.4, DIEPCTL0)
    ctl = (value & (control ? CTL.STALL | CTL.TXFNUM | 3 : WRITABLE)) | stall;
    if (value & CTL.CNAK) {
      nak = false;
      int &= ~IN_INT.INEPNE;
    }
    if (value & CTL.SNAK) {
      nak = true;
      int |= IN_INT.INEPNE;
    }
    if (!control && value & CTL.SD0PID) toggle = 0;
    if (!control && value & CTL.SD1PID) toggle = 1;
    // EPENA reads as 1 while enabled, so that software that writes back what it read enables nothing anew.
    if (value & CTL.EPENA && !enabled) enabled = true;
    if (value & CTL.EPDIS && enabled) {
      disable();
      int |= IN_INT.EPDISD;
    }
    account();
  }

  function readCtl(): number {
    const flags =
      (active() ? CTL.USBAEP : 0) | (toggle ? CTL.DPID : 0) | (nak ? CTL.NAKSTS : 0) | (enabled ? CTL.EPENA : 0);
    return (ctl | flags) >>> 0;
  }

  /** Half empty or empty, as TXFELVL asks. */
  function hasSpace(): boolean {
    const own = fifo();
    if (own === undefined) return false;
    return context.wantsEmpty() ? own.words === 0 : own.words <= own.depth / 2;
  }

  const flags = (): number => int | (hasSpace() ? IN_INT.TXFE : 0);

  function refuse(flag: number): 'nak' {
    int |= IN_INT.NAK | flag;
    return 'nak';
  }

  function bytesOf(length: number): Uint8Array {
    const own = fifo();
    return Uint8Array.from({ length }, (_, at) => ((own?.peek(at >> 2) ?? 0) >>> (8 * (at & 3))) & 0xff);
  }

  return {
    read(register) {
      switch (register) {
        case EP.CTL:
          return readCtl();
        case EP.INT:
          return flags();
        case EP.TSIZ:
          return (sizeWord(size, packets) | top) >>> 0;
        case EP.TXFSTS:
          return fifo()?.free ?? 0;
        default:
          return 0;
      }
    },
    write(register, value) {
      if (register === EP.CTL) writeCtl(value);
      else if (register === EP.INT) int &= ~value;
      else if (register === EP.TSIZ) {
        size = value & fields.size;
        packets = packetsOf(value, fields);
        top = control ? 0 : value & (3 << TSIZ_TOP_LSB);
      }
    },
    push(word) {
      if (fifo()?.push(word) !== true) context.note('Tx FIFO overflow');
      account();
    },
    flags,
    token() {
      onTheWire = undefined;
      if (!active()) return undefined;
      if (isochronous()) {
        context.note('isochronous endpoints are not modelled');
        return undefined;
      }
      if (ctl & CTL.STALL) return 'stall';
      const empty = (fifo()?.words ?? 0) === 0 ? IN_INT.ITTXFE : 0;
      if (!enabled || nak || packets === 0 || context.globalNak()) return refuse(empty);
      const length = ready[0] ?? (size === 0 ? 0 : undefined);
      if (length === undefined) return refuse(IN_INT.ITTXFE);
      onTheWire = length;
      return { toggle, bytes: bytesOf(length) };
    },
    acknowledged() {
      const length = onTheWire;
      if (length === undefined) return undefined;
      onTheWire = undefined;
      ready.shift();
      const own = fifo();
      for (let i = wordsFor(length); i > 0; i--) own?.pop();
      toggle = toggle === 0 ? 1 : 0;
      packets--;
      if (packets === 0) {
        enabled = false;
        int |= IN_INT.XFRC;
      }
      return length;
    },
    setupCame() {
      nak = true;
      toggle = 1;
      ctl &= ~CTL.STALL;
      onTheWire = undefined;
    },
    busReset() {
      ctl &= ~CTL.USBAEP; // RM0383 22.16.4, DIEPCTLx
      onTheWire = undefined;
    },
    flushed() {
      ready = [];
      onTheWire = undefined;
    },
    reset() {
      ctl = size = packets = top = int = 0;
      toggle = 0;
      nak = false;
      disable();
    },
    packetSize,
  };
}
