import type { DataPacket, Toggle } from '../usb/device-port.ts';
import { type RxFifo, wordsFor } from './usb-otg-fifo.ts';
import {
  CTL,
  EP,
  EPTYP_ISOCHRONOUS,
  OUT_INT,
  PKTSTS,
  packetsOf,
  rxStatus,
  sizeFields,
  sizeWord,
  TSIZ_TOP_LSB,
} from './usb-otg-registers.ts';

/** An OUT endpoint of OTG_FS: its registers, and what it does with SETUP and OUT. RM0383 22.16.4, 22.17. */
export interface OutEndpoint {
  read(register: number): number;
  write(register: number, value: number): void;
  flags(): number;
  token(packet: DataPacket): 'ack' | 'nak' | 'stall' | undefined;
  /** Endpoint 0 alone. */
  setup(bytes: Uint8Array): 'ack' | undefined;
  /** Endpoint 0: the host goes on after SETUP, or from the data stage to the status stage of a control write. */
  hostGoesOn(direction: 'in' | 'out'): void;
  busReset(): void;
  reset(): void;
}

export interface OutContext {
  readonly index: number;
  readonly rx: RxFifo;
  /** Bytes per packet of endpoint 0, which DIEPCTL0 sets. */
  readonly packetSize0: () => number;
  readonly globalNak: () => boolean;
  /** Cores from 3.00a: an OUT complete also after SETUP, and where a control write goes over to its status stage. */
  readonly extraCompletions: boolean;
  readonly note: (event: string) => void;
}

const WRITABLE = CTL.USBAEP | CTL.EPTYP | CTL.STALL | CTL.SNPM | CTL.MPSIZ;
const SETUP_WORDS = 3;
const MOST_SETUPS = 3;
const NO_BYTES = new Uint8Array(0);

export function createOutEndpoint(context: OutContext): OutEndpoint {
  const { index, rx } = context;
  const control = index === 0;
  const fields = sizeFields(index, 'out');
  let ctl = 0;
  let enabled = false;
  let nak = false;
  let toggle: Toggle = 0;
  let int = 0;
  let size = 0;
  let packets = 0;
  /** STUPCNT of endpoint 0. */
  let top = 0;
  /** SETUPs since the host went on. */
  let setups = 0;
  /** Data of a control write has come since SETUP. */
  let dataCame = false;

  const active = (): boolean => control || (ctl & CTL.USBAEP) !== 0;
  const packetSize = (): number => (control ? context.packetSize0() : ctl & CTL.MPSIZ);
  const isochronous = (): boolean => !control && (ctl & CTL.EPTYP) >>> CTL.EPTYP_LSB === EPTYP_ISOCHRONOUS;
  const add = (pktsts: number, popped?: () => void): void => rx.add(rxStatus(pktsts, index), NO_BYTES, popped);

  function writeCtl(value: number): void {
    const stall = control ? ctl & CTL.STALL : 0;
    ctl = (value & (control ? CTL.STALL | CTL.SNPM : WRITABLE)) | stall;
    if (value & CTL.CNAK) nak = false;
    if (value & CTL.SNAK) nak = true;
    if (!control && value & CTL.SD0PID) toggle = 0;
    if (!control && value & CTL.SD1PID) toggle = 1;
    if (value & CTL.EPENA) enabled = true;
    // EPDIS of endpoint 0 is read-only (ST SVD). That an OUT endpoint can be disabled without global OUT NAK: hypothesis.
    if (!control && value & CTL.EPDIS && enabled) {
      enabled = false;
      int |= OUT_INT.EPDISD;
    }
  }

  function readCtl(): number {
    const mirrored = control ? { 64: 0, 32: 1, 16: 2, 8: 3 }[packetSize()]! : 0;
    const flags =
      (active() ? CTL.USBAEP : 0) | (toggle ? CTL.DPID : 0) | (nak ? CTL.NAKSTS : 0) | (enabled ? CTL.EPENA : 0);
    return (ctl | mirrored | flags) >>> 0;
  }

  /** The transfer is over: NAK at once, XFRC when software has read so far (RM0383 22.17.6, OUT data transfers). */
  function complete(): void {
    nak = true;
    add(PKTSTS.OUT_COMPLETE, () => {
      enabled = false;
      int |= OUT_INT.XFRC;
    });
  }

  function refuse(flag = 0): 'nak' {
    int |= OUT_INT.NAK | flag;
    return 'nak';
  }

  return {
    read(register) {
      switch (register) {
        case EP.CTL:
          return readCtl();
        case EP.INT:
          return int;
        case EP.TSIZ:
          return (sizeWord(size, packets) | (top << TSIZ_TOP_LSB)) >>> 0;
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
        top = control ? (value >>> TSIZ_TOP_LSB) & 3 : 0;
      }
    },
    flags: () => int,
    token({ toggle: sent, bytes }) {
      if (!active()) return undefined;
      if (isochronous()) {
        context.note('isochronous endpoints are not modelled');
        return undefined;
      }
      if (ctl & CTL.STALL) return 'stall';
      if (!enabled) return refuse(control ? OUT_INT.OTEPDIS : 0);
      if (nak || packets === 0 || context.globalNak()) return refuse();
      if (bytes.length > packetSize()) {
        context.note('OUT packet longer than MPSIZ');
        return undefined;
      }
      // The host missed an acknowledgement and sends again (USB 2.0 8.6.4).
      if (sent !== toggle) return 'ack';
      // The packet, its status word, and room for the status word that may have to follow.
      if (!rx.hasRoom(wordsFor(bytes.length) + 2)) return refuse();
      rx.add(rxStatus(PKTSTS.OUT_DATA, index, bytes.length, sent), bytes);
      toggle = sent === 0 ? 1 : 0;
      size = Math.max(0, size - bytes.length);
      packets--;
      dataCame ||= bytes.length > 0;
      if (packets === 0 || bytes.length < packetSize()) complete();
      return 'ack';
    },
    setup(bytes) {
      // Whatever NAKSTS, STALL, EPENA and STUPCNT say (RM0383 22.17.6, SETUP transactions); only room it needs.
      if (!rx.hasRoom(SETUP_WORDS)) {
        context.note('no room for SETUP in the Rx FIFO');
        return undefined;
      }
      rx.add(rxStatus(PKTSTS.SETUP_DATA, 0, bytes.length), bytes);
      if (context.extraCompletions && rx.hasRoom(1)) {
        int |= OUT_INT.STPKTRX;
        add(PKTSTS.OUT_COMPLETE, () => {
          int |= OUT_INT.XFRC;
        });
      }
      top = Math.max(0, top - 1);
      setups++;
      if (setups > MOST_SETUPS) int |= OUT_INT.B2BSTUP;
      nak = true;
      toggle = 1;
      ctl &= ~CTL.STALL;
      dataCame = false;
      return 'ack';
    },
    hostGoesOn(direction) {
      if (setups > 0 && rx.hasRoom(1)) {
        setups = 0;
        add(PKTSTS.SETUP_COMPLETE, () => {
          enabled = false;
          int |= OUT_INT.STUP;
        });
      }
      if (context.extraCompletions && direction === 'in' && dataCame && rx.hasRoom(1)) {
        dataCame = false;
        int |= OUT_INT.STSPHSRX;
        add(PKTSTS.OUT_COMPLETE, () => {
          int |= OUT_INT.XFRC;
        });
      }
    },
    busReset() {
      ctl &= ~CTL.USBAEP;
      setups = 0;
      dataCame = false;
    },
    reset() {
      ctl = int = size = packets = top = setups = 0;
      toggle = 0;
      enabled = nak = dataCame = false;
    },
  };
}
