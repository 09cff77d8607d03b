import type { UsbDevicePort } from '../usb/device-port.ts';
import type { PeripheralHost, ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { UsbModel } from './roles.ts';
import { isUsbClock } from './usb-clock.ts';
import { createFrameTimer } from './usb-fsdev-frames.ts';
import type { PacketMemory } from './usb-fsdev-memory.ts';
import { createPacketEngine } from './usb-fsdev-packets.ts';
import {
  BCDR_DPPU,
  BCDR_MASK,
  CNTR,
  CNTR_MASK,
  CNTR_RESET,
  DADDR_EF,
  EP,
  type FsdevVersion,
  ISTR,
  ISTR_CAUSES,
  ISTR_RC_W0,
  LPMCSR_MASK,
  resetEndpoint,
  STAT,
  statRx,
  statTx,
  TYPE,
  USB,
  writtenEndpoint,
} from './usb-fsdev-registers.ts';

export interface FsdevOptions {
  readonly version: FsdevVersion;
  readonly host: PeripheralHost;
  readonly memory: PacketMemory;
  readonly setIrq: (asserted: boolean) => void;
  /** Its enable bit is set and its reset bit is not. */
  readonly clocked: () => boolean;
  /** The 48 MHz in Hz; 0 without. */
  readonly usbHz: () => number;
  readonly pclkHz: () => number;
  /** The transceiver has its supply (USV). */
  readonly supplied: () => boolean;
}

export interface Fsdev extends UsbModel {
  /** A frame of the host has come in each of the last milliseconds. */
  hearsFrames(): boolean;
  /** Its interrupt request, as SYSCFG_ITLINE8 shows it. */
  interrupting(): boolean;
}

/** Below it packets cannot be moved between bus and packet memory in time (RM0091 30.5.2: documented, recalled). */
const LEAST_PCLK_HZ = 10_000_000;
const ENDPOINTS = 8;

/**
 * USB full-speed device peripheral of F0 and L0 (version 1) and of G0B1 and C071 (version 2, USB DRD, here a device only).
 *
 * Not modelled: isochronous and double-buffered endpoints, battery charging detection, LPM tokens, remote wake-up, the Stop mode that
 * the wake-up line would end, the start-up time of the transceiver. Source: RM0091 chapter 30 (documented, except where the list of
 * behaviours in part/provenance says less).
 */
export function createFsdev(options: FsdevOptions): Fsdev {
  const { version, host, memory, clocked } = options;
  const endpoints = new Uint32Array(ENDPOINTS);
  let cntr = CNTR_RESET;
  let istr = 0;
  let daddr = 0;
  let btable = 0;
  let lpmcsr = 0;
  let bcdr = 0;
  let plugged = false;
  let attached = false;
  let resetOnBus = false;
  /** The reset on the bus was noticed; without a clock it is not. */
  let resetSeen = false;
  let noted = new Set<string>();
  const attachListeners: ((attached: boolean) => void)[] = [];
  const readyListeners: (() => void)[] = [];

  function noteOnce(event: string, data: Readonly<Record<string, unknown>>): void {
    if (noted.has(event)) return;
    noted.add(event);
    host.note(event, data);
  }

  const transceiverOn = (): boolean => (cntr & CNTR.PDWN) === 0 && options.supplied();
  const pulledUp = (): boolean => transceiverOn() && (bcdr & BCDR_DPPU) !== 0;
  /** The serial interface engine runs and sees the bus. */
  function listening(): boolean {
    if (!transceiverOn() || (cntr & CNTR.FRES) !== 0 || !clocked()) return false;
    const hz = options.usbHz();
    if (!isUsbClock(hz)) noteOnce('USB without 48 MHz', { hz });
    return isUsbClock(hz);
  }
  /** Packets are taken and answered (RM0091 30.6.1: not before the flag of the last reset is cleared). */
  const serving = (address: number): boolean =>
    attached &&
    !resetOnBus &&
    (istr & ISTR.RESET) === 0 &&
    (cntr & CNTR.FSUSP) === 0 &&
    daddr === (DADDR_EF | address) &&
    listening();

  const frames = createFrameTimer({
    schedule: host.schedule,
    listening,
    sofWanted: () => (cntr & CNTR.SOFM) !== 0 && clocked(),
    sof() {
      raise(ISTR.SOF);
    },
    lost(suspended) {
      // The check for suspension is off while FSUSP is set.
      if (cntr & CNTR.FSUSP) return;
      raise(ISTR.ESOF | (suspended ? ISTR.SUSP : 0));
    },
  });

  /** Double-buffered endpoints would come first, but are not modelled (RM0091 30.6.1, EP_ID). */
  const pendingEndpoint = (): number => endpoints.findIndex((endpoint) => (endpoint & (EP.CTR_RX | EP.CTR_TX)) !== 0);

  function status(): number {
    const sof = frames.sofPending() ? ISTR.SOF : 0;
    const pending = pendingEndpoint();
    if (pending < 0) return istr | sof;
    return istr | sof | ISTR.CTR | (endpoints[pending]! & EP.CTR_RX ? ISTR.DIR : 0) | pending;
  }

  const interrupting = (): boolean => (status() & cntr & ISTR_CAUSES) !== 0;
  const updateIrq = (): void => options.setIrq(interrupting());

  function raise(flags: number): void {
    istr |= flags;
    updateIrq();
  }

  function ready(): void {
    for (const listener of readyListeners) listener();
  }

  /** Something on the bus after a suspension: LPMODE goes, WKUP comes (RM0091 30.6.1). */
  function activity(): void {
    if ((cntr & CNTR.FSUSP) === 0 || !transceiverOn()) return;
    if (version === 1) cntr &= ~CNTR.LPMODE;
    raise(ISTR.WKUP);
  }

  /** What a reset on the bus and FRES do: endpoints and address, not CNTR, BTABLE and the packet memory. */
  function busReset(): void {
    endpoints.forEach((endpoint, n) => {
      endpoints[n] = resetEndpoint(endpoint);
    });
    daddr = 0;
    packets.drop();
    raise(ISTR.RESET);
  }

  function noticeReset(): void {
    if (!resetOnBus || resetSeen || !listening()) return;
    resetSeen = true;
    activity();
    busReset();
  }

  function updateAttached(): void {
    const next = plugged && pulledUp();
    if (next === attached) return;
    attached = next;
    packets.drop();
    frames.setIdle(attached && !resetOnBus && !frames.running);
    for (const listener of attachListeners) listener(attached);
  }

  function surroundingsChanged(): void {
    updateAttached();
    noticeReset();
    frames.update();
    if (attached) ready();
  }

  function writeEndpoint(n: number, value: number): void {
    const old = endpoints[n]!;
    const next = writtenEndpoint(version, old, value);
    endpoints[n] = next;
    const type = next & EP.TYPE;
    if (next & EP.STAT_RX || next & EP.STAT_TX) {
      if (type === TYPE.ISO) noteOnce('USB: isochronous endpoints are not modelled', { register: n });
      if (type === TYPE.BULK && next & EP.KIND) {
        noteOnce('USB: double-buffered endpoints are not modelled', { register: n });
      }
    }
    updateIrq();
    const armed = (stat: number): boolean => stat === STAT.VALID || stat === STAT.STALL;
    const changed = old !== next && (armed(statRx(next)) || armed(statTx(next)));
    if (changed || (old & ~next & EP.CTR_RX) !== 0) ready();
  }

  function writeControl(value: number): void {
    const before = cntr;
    cntr = (value & CNTR_MASK[version]) >>> 0;
    if (cntr & CNTR.HOST) noteOnce('USB: host mode is not modelled', {});
    // "Exactly like a reset on the USB", with its flag (RM0091 30.6.1, FRES). With the transceiver off nothing is sensed.
    if (cntr & CNTR.FRES && (cntr & CNTR.PDWN) === 0 && (before & (CNTR.FRES | CNTR.PDWN)) !== CNTR.FRES) busReset();
    surroundingsChanged();
    updateIrq();
  }

  function writeStatus(value: number): void {
    istr &= value | ~ISTR_RC_W0;
    if ((value & ISTR.SOF) === 0) frames.clearSof();
    updateIrq();
    ready();
  }

  function write(offset: number, value: number): void {
    if (offset < 4 * ENDPOINTS) {
      writeEndpoint(offset >> 2, value);
      return;
    }
    switch (offset) {
      case USB.CNTR:
        writeControl(value);
        return;
      case USB.ISTR:
        writeStatus(value);
        return;
      case USB.DADDR:
        daddr = value & 0xff;
        ready();
        return;
      case USB.BTABLE:
        if (version === 1) btable = value & 0xfff8;
        return;
      case USB.LPMCSR:
        lpmcsr = value & LPMCSR_MASK;
        return;
      case USB.BCDR:
        bcdr = value & BCDR_MASK;
        surroundingsChanged();
        return;
      default:
    }
  }

  /** RXDP and RXDM: J while pulled up, SE0 from the host's pull-downs or its reset. */
  function lines(): number {
    return pulledUp() && !(plugged && resetOnBus) ? 1 << 15 : 0;
  }

  function read(offset: number): number {
    if (offset < 4 * ENDPOINTS) return endpoints[offset >> 2]!;
    switch (offset) {
      case USB.CNTR:
        // SUSPRDY follows SUSPEN at once: hypothesis.
        return version === 2 && cntr & CNTR.FSUSP ? (cntr | CNTR.LPMODE) >>> 0 : cntr;
      case USB.ISTR:
        return status();
      case USB.FNR:
        return frames.fnr() | lines();
      case USB.DADDR:
        return daddr;
      case USB.BTABLE:
        return btable;
      case USB.LPMCSR:
        return lpmcsr;
      case USB.BCDR:
        return bcdr;
      default:
        return 0;
    }
  }

  /** ISTR holds still once SOF is set: the other flags come with events. */
  function quietRead(offset: number): boolean {
    if (!frames.running) return true;
    return offset === USB.ISTR ? frames.sofPending() : offset !== USB.FNR;
  }

  /** False: the packet memory would not be served in time, the packet is lost (RM0091 30.6.1, PMAOVR: no ACK, or a bit-stuff error). */
  function memoryInTime(): boolean {
    const hz = options.pclkHz();
    if (hz >= LEAST_PCLK_HZ) return true;
    noteOnce('USB: PCLK is below 10 MHz', { hz });
    raise(ISTR.PMAOVR);
    return false;
  }

  const packets = createPacketEngine({
    endpoints,
    memory,
    table: () => btable,
    serving,
    memoryInTime,
    changed: updateIrq,
  });

  const port: UsbDevicePort = {
    get attached() {
      return attached;
    },
    onAttached: (listener) => void attachListeners.push(listener),
    onReady: (listener) => void readyListeners.push(listener),
    setPlugged(next) {
      if (next === plugged) return;
      plugged = next;
      updateAttached();
    },
    setReset(asserted) {
      if (asserted === resetOnBus) return;
      resetOnBus = asserted;
      resetSeen = false;
      frames.setIdle(!asserted && attached && !frames.running);
      noticeReset();
    },
    setFrames(running, frame = 0) {
      if (running) activity();
      frames.setRunning(running, frame);
      if (!running) frames.setIdle(attached && !resetOnBus);
    },
    setup: packets.setup,
    out: packets.out,
    in: packets.in,
    acknowledge: packets.acknowledge,
  };

  return {
    name: 'USB',
    size: 0x400,
    port,
    ...narrowAccess({ read, write, quietRead }, 'apb'),
    reset(_kind: ResetKind) {
      endpoints.fill(0);
      cntr = CNTR_RESET;
      istr = daddr = btable = lpmcsr = bcdr = 0;
      frames.clearSof();
      noted = new Set();
      packets.drop();
      updateAttached();
      frames.update();
      updateIrq();
    },
    surroundingsChanged,
    hearsFrames: () => frames.running && listening(),
    interrupting,
  };
}
