import type { PeripheralHost, ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { UsbModel } from './roles.ts';
import { isUsbClock } from './usb-clock.ts';
import { createOtgBus } from './usb-otg-bus.ts';
import type { OtgCore } from './usb-otg-cores.ts';
import { createFifoRam, createRxFifo, type WordFifo } from './usb-otg-fifo.ts';
import { createInEndpoint } from './usb-otg-in.ts';
import { createOutEndpoint } from './usb-otg-out.ts';
import { createPullUp } from './usb-otg-pull-up.ts';
import {
  DCFG,
  DCTL,
  DSTS,
  EP_STRIDE,
  FIFO_STRIDE,
  GAHBCFG,
  GCCFG,
  GINT,
  GINTSTS_RC_W1,
  GOTGCTL,
  GOTGINT,
  GRSTCTL,
  GUSBCFG,
  IN_INT,
  OTG,
  PCGCCTL,
  PKTSTS,
  rxStatus,
  TXFNUM_ALL,
} from './usb-otg-registers.ts';

export interface UsbOtgOptions {
  readonly core: OtgCore;
  readonly host: PeripheralHost;
  readonly setIrq: (asserted: boolean) => void;
  /** The RCC enable bit is set. */
  readonly clocked: () => boolean;
  readonly hclkHz: () => number;
  /** The 48 MHz; 0 while its source is off. */
  readonly usbHz: () => number;
  /** PWR_CR2.USV; parts without the bit say true. */
  readonly supplied: () => boolean;
  /** PA11 and PA12 are switched to OTG_FS. */
  readonly pinsRouted: () => boolean;
  /** The board connects VBUS of the cable to PA9. */
  readonly vbusAtPa9: boolean;
  /** The host did something while the device was suspended: EXTI line of OTG_FS. */
  readonly wakeUp?: () => void;
}

/**
 * OTG_FS of Synopsys in device mode, slave access, control, bulk and interrupt endpoints. Source: RM0383 chapter 22 (F411, 2.81a), RM0351
 * chapter 47 (L476, 3.10a): documented, except where a line says otherwise. Not modelled: host mode, isochronous endpoints, SRP, HNP,
 * LPM, remote wake-up, battery charging detection, end-of-frame interrupts.
 */
export function createUsbOtg(options: UsbOtgOptions): UsbModel {
  const { core, host } = options;
  const stored = new Map<number, number>();
  const noted = new Set<string>();
  /** Flags of GINTSTS that stay until software clears them. */
  let latched = 0;
  let gotgint = 0;
  let gahbcfg = 0;
  let gintmsk = 0;
  let dctl = 0;
  let globalInNak = false;
  let globalOutNak = false;
  let hostMode = false;
  let rstPending = 0;

  function note(event: string, data: Readonly<Record<string, unknown>> = {}): void {
    if (noted.has(event)) return;
    noted.add(event);
    host.note(event, { peripheral: 'OTG_FS', ...data });
  }
  const get = (offset: number): number => stored.get(offset) ?? 0;

  const ram = createFifoRam(() => note('FIFO beyond the RAM of 320 words'));
  const rx = createRxFifo(ram, (wanted) => note('Rx FIFO read out of step', { wanted }));
  const txFifos: WordFifo[] = Array.from({ length: core.endpoints }, () => ram.fifo());
  const ins = txFifos.map((_, index) =>
    createInEndpoint({
      index,
      fifo: (number) => txFifos[number],
      wantsEmpty: () => (gahbcfg & GAHBCFG.TXFELVL) !== 0,
      globalNak: () => globalInNak,
      note,
    }),
  );
  const outs = txFifos.map((_, index) =>
    createOutEndpoint({
      index,
      rx,
      packetSize0: () => ins[0]!.packetSize(),
      globalNak: () => globalOutNak,
      extraCompletions: core.extraCompletions,
      note,
    }),
  );
  const pullUp = createPullUp({
    usbHz: options.usbHz,
    // The transceiver and its pins; then what the core asks for.
    powered: () => options.supplied() && options.pinsRouted() && (get(OTG.GCCFG) & GCCFG.PWRDWN) !== 0,
    wanted: () => sessionValid() && (dctl & DCTL.SDIS) === 0 && !hostMode,
    changed: (attached) => bus.attachedChanged(attached),
  });
  const bus = createOtgBus({
    schedule: host.schedule,
    ins,
    outs,
    pullUp,
    running,
    clocked: options.clocked,
    phyClocked: () => options.usbHz() > 0,
    raise(flags) {
      latched |= flags;
    },
    update,
    changed,
    wakeUp: () => options.wakeUp?.(),
  });
  const { frames } = bus;
  let session = false;

  function sessionValid(): boolean {
    return core.sessionValid(get(OTG.GCCFG), get(OTG.GOTGCTL), pullUp.plugged && options.vbusAtPa9);
  }

  /** Clocks by which the core can take part in traffic. */
  function running(): boolean {
    if (!options.clocked()) return false;
    const usbHz = options.usbHz();
    if (!isUsbClock(usbHz)) {
      note('USB clock is not 48 MHz', { usbHz });
      return false;
    }
    if (options.hclkHz() < LOWEST_HCLK_HZ) {
      note('AHB clock is too slow for OTG_FS', { hclkHz: options.hclkHz() });
      return false;
    }
    return true;
  }

  function daint(): number {
    const inMask = get(OTG.DIEPMSK);
    const emptyMask = get(OTG.DIEPEMPMSK);
    const outMask = get(OTG.DOEPMSK);
    let value = 0;
    for (let i = 0; i < core.endpoints; i++) {
      const txfe = (emptyMask >>> i) & 1 ? IN_INT.TXFE : 0;
      if (ins[i]!.flags() & ((inMask & ~IN_INT.TXFE) | txfe)) value |= 1 << i;
      if (outs[i]!.flags() & outMask) value |= 0x1_0000 << i;
    }
    return value >>> 0;
  }

  function gintsts(): number {
    const endpoints = daint() & get(OTG.DAINTMSK);
    return (
      (latched |
        GINT.NPTXFE |
        GINT.PTXFE |
        (hostMode ? GINT.CMOD : 0) |
        (gotgint !== 0 ? GINT.OTGINT : 0) |
        (frames.sof ? GINT.SOF : 0) |
        (rx.words > 0 ? GINT.RXFLVL : 0) |
        (globalInNak ? GINT.GINAKEFF : 0) |
        (globalOutNak ? GINT.GONAKEFF : 0) |
        (endpoints & 0xffff ? GINT.IEPINT : 0) |
        (endpoints & 0xffff_0000 ? GINT.OEPINT : 0)) >>>
      0
    );
  }

  function update(): void {
    frames.watch((gahbcfg & GAHBCFG.GINT) !== 0 && (gintmsk & GINT.SOF) !== 0);
    options.setIrq((gahbcfg & GAHBCFG.GINT) !== 0 && (gintsts() & gintmsk) !== 0);
  }

  /** Software changed something: pull-up, session, interrupts, and perhaps what the host would get. */
  function changed(): void {
    const now = sessionValid();
    if (now !== session) {
      session = now;
      // A session begins: SRQINT; it ends: SEDET (RM0383 22.16.2, GINTSTS and GOTGINT).
      if (now) latched |= GINT.SRQINT;
      else gotgint |= GOTGINT.SEDET;
    }
    pullUp.update();
    update();
    bus.tellReady();
  }

  function flushTx(number: number): void {
    txFifos.forEach((fifo, i) => {
      if (number !== TXFNUM_ALL && number !== i) return;
      fifo.flush();
      ins[i]!.flushed();
    });
  }

  function placeFifos(): void {
    rx.place(get(OTG.GRXFSIZ) & 0xffff);
    txFifos.forEach((fifo, i) => {
      const layout = get(i === 0 ? OTG.DIEPTXF0 : OTG.DIEPTXF1 + 4 * (i - 1));
      fifo.place(layout & 0xffff, layout >>> 16);
    });
  }

  /** What CSRST and a reset of the peripheral have in common. */
  function resetCore(): void {
    stored.delete(OTG.GLPMCFG);
    for (const [offset, value] of CORE_RESET) stored.set(offset, value);
    for (let i = 1; i < core.endpoints; i++) stored.set(OTG.DIEPTXF1 + 4 * (i - 1), DIEPTXF_RESET);
    latched = gotgint = gahbcfg = gintmsk = 0;
    dctl = core.dctlReset;
    globalInNak = globalOutNak = hostMode = false;
    bus.forgetAddress();
    for (const endpoint of [...ins, ...outs]) endpoint.reset();
    placeFifos();
    rx.flush();
    flushTx(TXFNUM_ALL);
    frames.reset();
  }

  function writeRst(value: number): void {
    // CSRST leaves DSPD and the clock gating alone (RM0383 22.16.2), and ST's wrapper: TinyUSB sets PWRDWN before it (corroborated).
    if (value & GRSTCTL.CSRST) {
      const speed = get(OTG.DCFG) & 3;
      resetCore();
      stored.set(OTG.DCFG, (DCFG_RESET & ~3) | speed);
    }
    if (value & GRSTCTL.RXFFLSH) rx.flush();
    if (value & GRSTCTL.TXFFLSH) flushTx((value & GRSTCTL.TXFNUM) >>> GRSTCTL.TXFNUM_LSB);
    stored.set(OTG.GRSTCTL, value & GRSTCTL.TXFNUM);
    rstPending = value & (GRSTCTL.CSRST | GRSTCTL.RXFFLSH | GRSTCTL.TXFFLSH | GRSTCTL.OTHERS);
  }

  function readRst(): number {
    // The bits clear themselves some clocks later, which takes the clock of the PHY: without it they stay (hypothesis).
    if (options.usbHz() > 0) rstPending = 0;
    return (GRSTCTL.AHBIDL | get(OTG.GRSTCTL) | rstPending) >>> 0;
  }

  function writeUsbCfg(value: number): void {
    stored.set(OTG.GUSBCFG, value);
    // FHMOD and FDMOD take up to 25 ms (RM0383 22.16.2). Without them the open ID pin makes it a device (hypothesis).
    const next = (value & GUSBCFG.FHMOD) !== 0;
    if (next === hostMode) return;
    host.schedule.after(MODE_CHANGE_NS, () => {
      hostMode = (get(OTG.GUSBCFG) & GUSBCFG.FHMOD) !== 0;
      if (hostMode) note('host mode is not modelled');
      changed();
    });
  }

  function writeDcfg(value: number): void {
    stored.set(OTG.DCFG, value & DCFG.WRITABLE);
    bus.setAddress((value & DCFG.DAD) >>> DCFG.DAD_LSB);
  }

  function writeDctl(value: number): void {
    dctl = value & DCTL.STORED;
    if (value & DCTL.RWUSIG) note('remote wake-up is not modelled');
    if (value & DCTL.SGINAK) globalInNak = true;
    if (value & DCTL.CGINAK) globalInNak = false;
    if (value & DCTL.SGONAK && !globalOutNak) {
      // In force at once: TinyUSB waits for it without reading the FIFO (corroborated; the manual puts the reading first).
      globalOutNak = true;
      if (rx.hasRoom(1)) rx.add(rxStatus(PKTSTS.GLOBAL_OUT_NAK, 0), new Uint8Array(0));
    }
    if (value & DCTL.CGONAK) globalOutNak = false;
  }

  function writeGlobal(offset: number, value: number): void {
    switch (offset) {
      case OTG.GOTGCTL:
        stored.set(offset, value & core.gotgctl);
        return;
      case OTG.GOTGINT:
        gotgint &= ~value;
        return;
      case OTG.GAHBCFG:
        gahbcfg = value & GAHBCFG.WRITABLE;
        return;
      case OTG.GUSBCFG:
        writeUsbCfg(value);
        return;
      case OTG.GRSTCTL:
        writeRst(value);
        return;
      case OTG.GINTSTS:
        latched &= ~(value & GINTSTS_RC_W1);
        if (value & GINT.SOF) frames.clearSof();
        return;
      case OTG.GINTMSK:
        gintmsk = value;
        return;
      case OTG.GCCFG:
        stored.set(offset, value & core.gccfg);
        return;
      case OTG.DCFG:
        writeDcfg(value);
        return;
      case OTG.DCTL:
        writeDctl(value);
        return;
      case OTG.PCGCCTL:
        stored.set(offset, value & PCGCCTL.WRITABLE);
        return;
      case OTG.GLPMCFG:
        if (core.hasLpm) stored.set(offset, value);
        return;
      default:
        if (!isStored(offset, core.endpoints)) return;
        stored.set(offset, value);
        placeFifos();
    }
  }

  function readGlobal(offset: number): number {
    switch (offset) {
      case OTG.GOTGCTL:
        return get(offset) | GOTGCTL.CIDSTS | (session ? GOTGCTL.ASVLD | GOTGCTL.BSVLD : 0);
      case OTG.GOTGINT:
        return gotgint;
      case OTG.GAHBCFG:
        return gahbcfg;
      case OTG.GRSTCTL:
        return readRst();
      case OTG.GINTSTS:
        return gintsts();
      case OTG.GINTMSK:
        return gintmsk;
      case OTG.GRXSTSR:
        return rx.peek();
      case OTG.CID:
        return core.CID;
      case OTG.GSNPSID:
        return core.GSNPSID;
      case OTG.HNPTXSTS:
        return HNPTXSTS_RESET;
      case OTG.DCTL:
        return dctl | (globalInNak ? DCTL.GINSTS : 0) | (globalOutNak ? DCTL.GONSTS : 0);
      case OTG.DSTS:
        return DSTS_RESET | (bus.enumerated ? DSTS.ENUMSPD_FULL : 0) | fnsof() | (bus.suspended ? DSTS.SUSPSTS : 0);
      case OTG.DAINT:
        return daint();
      case OTG.PCGCCTL:
        return get(offset) | (bus.suspended && get(offset) & PCGCCTL.STPPCLK ? PCGCCTL.PHYSUSP : 0);
      default:
        if (offset >= OTG.GHWCFG1 && offset <= OTG.GHWCFG4) return core.GHWCFG[(offset - OTG.GHWCFG1) >> 2] ?? 0;
        return get(offset);
    }
  }
  const fnsof = (): number => frames.number() << DSTS.FNSOF_LSB;

  /** Endpoint and register of an offset in the blocks of IN or OUT endpoints. */
  function endpointAt(offset: number): { read(r: number): number; write(r: number, v: number): void } | undefined {
    if (offset < OTG.IN || offset >= OTG.PCGCCTL) return undefined;
    return offset < OTG.OUT ? ins[(offset - OTG.IN) >> EP_SHIFT] : outs[(offset - OTG.OUT) >> EP_SHIFT];
  }

  function write(offset: number, value: number): void {
    if (offset >= OTG.FIFO) ins[(offset / FIFO_STRIDE - 1) | 0]?.push(value);
    else if (offset >= OTG.IN && offset < OTG.PCGCCTL) endpointAt(offset)?.write(offset & (EP_STRIDE - 1), value);
    else writeGlobal(offset, value);
    changed();
  }

  function read(offset: number): number {
    if (offset >= OTG.IN && offset < OTG.PCGCCTL) return endpointAt(offset)?.read(offset & (EP_STRIDE - 1)) ?? 0;
    if (offset < OTG.FIFO && offset !== OTG.GRXSTSP) return readGlobal(offset);
    const word = rx.pop(offset === OTG.GRXSTSP ? 'status' : 'data');
    changed();
    return word;
  }

  return {
    name: 'OTG_FS',
    size: 0x4_0000,
    ...narrowAccess({ read, write, quietRead }, 'ahb'),
    reset(_kind: ResetKind) {
      noted.clear();
      stored.clear();
      rstPending = 0;
      bus.reset();
      resetCore();
      session = sessionValid();
      pullUp.reset();
      update();
    },
    port: bus.port,
    surroundingsChanged: changed,
  };

  function quietRead(offset: number): boolean {
    if (offset >= OTG.FIFO || offset === OTG.GRXSTSP) return false;
    if (offset === OTG.GINTSTS) return !frames.running || frames.sof;
    return offset !== OTG.DSTS || !frames.running;
  }
}

/** RM0383 22.17: the AHB clock must be above 14.2 MHz. That the host sees no answer below it: hypothesis. */
const LOWEST_HCLK_HZ = 14_200_000;
const MODE_CHANGE_NS = 25_000_000;
const EP_SHIFT = 5;
const DCFG_RESET = 0x0220_0000;
const DSTS_RESET = 0x10;
const HNPTXSTS_RESET = 0x0008_0200;
const DIEPTXF_RESET = 0x0200_0400;
/** Values after CSRST of registers that are stored (ST SVD; RM0383 22.16). */
const CORE_RESET: readonly (readonly [number, number])[] = [
  [OTG.GOTGCTL, 0x800],
  [OTG.GUSBCFG, 0xa00],
  [OTG.GRSTCTL, 0],
  [OTG.GRXFSIZ, 0x200],
  [OTG.DIEPTXF0, 0x0200_0200],
  [OTG.HPTXFSIZ, 0x0200_0600],
  [OTG.DCFG, DCFG_RESET],
  [OTG.DIEPMSK, 0],
  [OTG.DOEPMSK, 0],
  [OTG.DAINTMSK, 0],
  [OTG.DVBUSDIS, 0x17d7],
  [OTG.DVBUSPULSE, 0x5b8],
  [OTG.DIEPEMPMSK, 0],
];

/** Registers that keep what is written and act through it. */
function isStored(offset: number, endpoints: number): boolean {
  if (offset >= OTG.DIEPTXF1 && offset < OTG.DIEPTXF1 + 4 * (endpoints - 1)) return true;
  return CORE_RESET.some(([known]) => known === offset);
}
