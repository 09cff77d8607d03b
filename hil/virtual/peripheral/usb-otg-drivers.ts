import { counting, fifoOf, inEp, type OtgBench, outEp } from './usb-otg-bench.ts';
import { CTL, DCTL, EP, GCCFG, GINT, GOTGCTL, GRSTCTL, IN_INT, OTG, OUT_INT } from './usb-otg-registers.ts';

/**
 * For tests: the orders in which well-known device stacks access the core (as read from them: registers and order, in words of this
 * file). Each runs the same little device: GET_DESCRIPTOR answers with wLength bytes that count, SET_ADDRESS, others without data succeed.
 */
export interface Driver {
  init(b: OtgBench): void;
  /** The interrupt handler; called while the request is asserted. */
  interrupt(b: OtgBench): void;
}

const ALL = 0xffff_ffff;
const EP0_BYTES = 64;
const version3 = (b: OtgBench): boolean => b.read(OTG.CID) >= 0x2000;

function wait(b: OtgBench, offset: number, mask: number, value: number): void {
  for (let i = 0; i < 1000; i++) if ((b.read(offset) & mask) >>> 0 === value >>> 0) return;
  throw new Error(`0x${offset.toString(16)} does not get 0x${value.toString(16)}`);
}
function command(b: OtgBench, bits: number): void {
  wait(b, OTG.GRSTCTL, GRSTCTL.AHBIDL, GRSTCTL.AHBIDL);
  b.write(OTG.GRSTCTL, bits);
  wait(b, OTG.GRSTCTL, bits & (GRSTCTL.CSRST | GRSTCTL.RXFFLSH | GRSTCTL.TXFFLSH), 0);
}
const ALL_TX = GRSTCTL.TXFFLSH | (0x10 << GRSTCTL.TXFNUM_LSB);

function readBytes(b: OtgBench, count: number): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < count; at += 4) {
    const word = b.read(OTG.FIFO);
    for (let i = 0; i < 4 && at + i < count; i++) bytes.push((word >>> (8 * i)) & 0xff);
  }
  return bytes;
}
function writeBytes(b: OtgBench, bytes: readonly number[]): void {
  for (let at = 0; at < bytes.length; at += 4) {
    const [p = 0, q = 0, r = 0, s = 0] = bytes.slice(at, at + 4);
    b.write(fifoOf(0), p | (q << 8) | (r << 16) | (s << 24));
  }
}

/** Above the driver: what chapter 9 asks of a device on endpoint 0. */
interface Device {
  setup(bytes: readonly number[]): void;
  sent(): void;
  received(): void;
}
interface Operations {
  /** One packet. */
  send(bytes: readonly number[]): void;
  receive(): void;
  address(address: number): void;
}
function device(operations: Operations): Device {
  let rest: number[] | undefined;
  const next = (): void => operations.send(rest?.splice(0, EP0_BYTES) ?? []);
  return {
    setup([type = 0, request, value = 0, , , , low = 0, high = 0]) {
      rest = undefined;
      if (type & 0x80) {
        rest = counting(low | (high << 8));
        next();
        return;
      }
      if (request === 5) operations.address(value);
      operations.send([]);
    },
    sent() {
      if (rest === undefined) return;
      if (rest.length > 0) next();
      else operations.receive();
    },
    received: () => undefined,
  };
}

function status(word: number): { readonly pktsts: number; readonly count: number } {
  return { pktsts: (word >>> 17) & 15, count: (word >>> 4) & 0x7ff };
}
function setAddress(b: OtgBench, address: number): void {
  b.write(OTG.DCFG, (b.read(OTG.DCFG) & ~(0x7f << 4)) | (address << 4));
}

/** TinyUSB (dwc2, slave mode). */
export function tinyUsb(): Driver {
  let above: Device | undefined;
  let setup: number[] = [];
  let receiving = false;
  return {
    init(b) {
      above = device({
        send(bytes) {
          b.write(inEp(0, EP.TSIZ), (1 << 19) | bytes.length);
          b.set(inEp(0, EP.CTL), CTL.EPENA | CTL.CNAK);
          if (b.read(inEp(0, EP.TXFSTS)) * 4 < bytes.length) throw new Error('no room in the Tx FIFO');
          writeBytes(b, bytes);
        },
        receive() {
          receiving = true;
          b.write(outEp(0, EP.TSIZ), (3 << 29) | (1 << 19) | EP0_BYTES);
          b.set(outEp(0, EP.CTL), CTL.EPENA | CTL.CNAK);
        },
        address: (address) => setAddress(b, address),
      });
      if (b.read(OTG.GSNPSID) >>> 16 !== 0x4f54) throw new Error('not a core of Synopsys');
      b.clear(OTG.GAHBCFG, 1);
      b.set(OTG.GUSBCFG, 1 << 6);
      b.set(OTG.GCCFG, GCCFG.PWRDWN);
      command(b, GRSTCTL.CSRST);
      wait(b, OTG.GRSTCTL, GRSTCTL.AHBIDL, GRSTCTL.AHBIDL);
      b.write(OTG.GUSBCFG, (b.read(OTG.GUSBCFG) & ~(15 << 10)) | 7 | (6 << 10));
      b.clear(OTG.PCGCCTL, 3);
      command(b, ALL_TX);
      command(b, GRSTCTL.RXFFLSH);
      b.write(OTG.GINTSTS, ALL);
      b.write(OTG.GOTGINT, ALL);
      b.write(OTG.GINTMSK, 0);
      b.write(OTG.DCFG, (b.read(OTG.DCFG) & ~3) | 3 | 4);
      b.set(OTG.DCTL, DCTL.SDIS);
      b.set(OTG.GUSBCFG, 1 << 30);
      if (version3(b)) b.set(OTG.GOTGCTL, GOTGCTL.BVALOEN | GOTGCTL.BVALOVAL);
      else b.set(OTG.GCCFG, GCCFG.NOVBUSSENS);
      b.write(OTG.GINTMSK, GINT.OTGINT | GINT.RXFLVL | GINT.USBRST | GINT.ENUMDNE | GINT.WKUINT);
      b.set(OTG.GAHBCFG, 1 | 0x80);
      b.clear(OTG.DCTL, DCTL.SDIS);
    },
    interrupt(b) {
      const pending = b.read(OTG.GINTSTS) & b.read(OTG.GINTMSK);
      if (pending & GINT.USBRST) {
        b.write(OTG.GINTSTS, GINT.USBRST);
        for (const i of [0, 1, 2, 3]) {
          b.set(outEp(i, EP.CTL), CTL.SNAK);
          if (b.read(inEp(i, EP.CTL)) & CTL.EPENA) b.set(inEp(i, EP.CTL), CTL.SNAK | CTL.EPDIS);
        }
        b.write(OTG.DAINTMSK, 0x0001_0001);
        b.write(OTG.DOEPMSK, OUT_INT.STUP | OUT_INT.XFRC);
        b.write(OTG.DIEPMSK, 8 | IN_INT.XFRC);
        command(b, ALL_TX);
        command(b, GRSTCTL.RXFFLSH);
        b.write(OTG.GRXFSIZ, 15 + 2 * (EP0_BYTES / 4 + 1));
        b.write(OTG.DIEPTXF0, (16 << 16) | (320 - 16));
        setAddress(b, 0);
        b.clear(inEp(0, EP.CTL), 3);
        b.write(outEp(0, EP.TSIZ), 3 << 29);
        b.set(OTG.GINTMSK, GINT.IEPINT | GINT.USBSUSP);
      }
      if (pending & GINT.ENUMDNE) b.write(OTG.GINTSTS, GINT.ENUMDNE);
      if (pending & (GINT.USBSUSP | 0x8000_0000)) b.write(OTG.GINTSTS, (GINT.USBSUSP | GINT.WKUINT) >>> 0);
      if (pending & GINT.OTGINT) b.write(OTG.GOTGINT, b.read(OTG.GOTGINT));
      if (pending & GINT.RXFLVL) {
        b.clear(OTG.GINTMSK, GINT.RXFLVL);
        do take(b);
        while (b.read(OTG.GINTSTS) & GINT.RXFLVL);
        b.set(OTG.GINTMSK, GINT.RXFLVL);
      }
      if (pending & GINT.IEPINT && b.read(inEp(0, EP.INT)) & IN_INT.XFRC) {
        b.write(inEp(0, EP.INT), IN_INT.XFRC);
        above?.sent();
      }
    },
  };

  function take(b: OtgBench): void {
    const { pktsts, count } = status(b.read(OTG.GRXSTSP));
    if (pktsts === 6) setup = readBytes(b, 8);
    else if (pktsts === 4) {
      b.write(outEp(0, EP.INT), OUT_INT.STUP);
      b.write(outEp(0, EP.TSIZ), 3 << 29);
      above?.setup(setup);
    } else if (pktsts === 2) readBytes(b, count);
    else if (pktsts === 3) {
      const flags = b.read(outEp(0, EP.INT));
      const notMine = flags & (OUT_INT.STPKTRX | OUT_INT.STSPHSRX);
      b.write(outEp(0, EP.INT), flags);
      if (notMine !== 0) return;
      if (!receiving) throw new Error('OUT complete without a transfer');
      receiving = false;
      above?.received();
    }
  }
}

/** ST's HAL (PCD), as Zephyr uses it too: one word of status for each pass of the handler, data from the interrupt of an empty FIFO. */
export function stHal(): Driver {
  let above: Device | undefined;
  let setup: number[] = [];
  let unsent: readonly number[] = [];
  return {
    init(b) {
      above = device({
        send(bytes) {
          unsent = bytes;
          b.write(inEp(0, EP.TSIZ), (1 << 19) | bytes.length);
          b.set(inEp(0, EP.CTL), CTL.CNAK | CTL.EPENA);
          if (bytes.length > 0) b.set(OTG.DIEPEMPMSK, 1);
        },
        receive() {
          b.write(outEp(0, EP.TSIZ), (1 << 19) | EP0_BYTES);
          b.set(outEp(0, EP.CTL), CTL.CNAK | CTL.EPENA);
        },
        address: (address) => setAddress(b, address),
      });
      b.clear(OTG.GAHBCFG, 1);
      b.set(OTG.GUSBCFG, 1 << 6);
      command(b, GRSTCTL.CSRST);
      b.write(OTG.GCCFG, GCCFG.PWRDWN);
      b.clear(OTG.GUSBCFG, (1 << 29) | (1 << 30));
      b.set(OTG.GUSBCFG, 1 << 30);
      wait(b, OTG.GINTSTS, GINT.CMOD, 0);
      for (let i = 0; i < 15; i++) b.write(OTG.DIEPTXF1 + 4 * i, 0);
      b.set(OTG.DCTL, DCTL.SDIS);
      if (version3(b)) b.set(OTG.GOTGCTL, GOTGCTL.BVALOEN | GOTGCTL.BVALOVAL);
      else b.set(OTG.GCCFG, GCCFG.NOVBUSSENS);
      b.write(OTG.PCGCCTL, 0);
      b.set(OTG.DCFG, 3);
      command(b, ALL_TX);
      command(b, GRSTCTL.RXFFLSH);
      for (const offset of [OTG.DIEPMSK, OTG.DOEPMSK, OTG.DAINTMSK]) b.write(offset, 0);
      for (let i = 0; i < 4; i++) {
        for (const at of [inEp, outEp]) {
          b.write(at(i, EP.CTL), b.read(at(i, EP.CTL)) & CTL.EPENA ? CTL.EPDIS | CTL.SNAK : 0);
          b.write(at(i, EP.TSIZ), 0);
          b.write(at(i, EP.INT), 0xfb7f);
        }
      }
      b.write(OTG.GINTMSK, 0);
      b.write(OTG.GINTSTS, 0xbfff_ffff);
      b.write(
        OTG.GINTMSK,
        (GINT.RXFLVL | GINT.USBSUSP | GINT.USBRST | GINT.ENUMDNE | GINT.IEPINT | GINT.OEPINT | GINT.WKUINT) >>> 0,
      );
      b.write(OTG.GRXFSIZ, 0x80);
      b.write(OTG.DIEPTXF0, (0x40 << 16) | 0x80);
      b.write(OTG.DIEPTXF1, (0x80 << 16) | 0xc0);
      b.set(OTG.GAHBCFG, 1);
      b.clear(OTG.PCGCCTL, 3);
      b.clear(OTG.DCTL, DCTL.SDIS);
    },
    interrupt(b) {
      const is = (flag: number): boolean => (b.read(OTG.GINTSTS) & b.read(OTG.GINTMSK) & flag) !== 0;
      // Read-AND-write: only what is set is written as 1.
      const clear = (flag: number): void => b.write(OTG.GINTSTS, b.read(OTG.GINTSTS) & flag);
      if (is(GINT.RXFLVL)) {
        b.clear(OTG.GINTMSK, GINT.RXFLVL);
        const { pktsts, count } = status(b.read(OTG.GRXSTSP));
        if (pktsts === 6) setup = readBytes(b, 8);
        else if (pktsts === 2) readBytes(b, count);
        b.set(OTG.GINTMSK, GINT.RXFLVL);
      }
      if (is(GINT.OEPINT)) {
        const flags = b.read(outEp(0, EP.INT)) & b.read(OTG.DOEPMSK);
        const quirk = b.read(outEp(0, EP.INT)) & (OUT_INT.STPKTRX | OUT_INT.STSPHSRX);
        if (flags & OUT_INT.XFRC) {
          b.write(outEp(0, EP.INT), OUT_INT.XFRC);
          if (quirk) b.write(outEp(0, EP.INT), quirk);
          else above?.received();
        }
        if (flags & OUT_INT.STUP) {
          b.write(outEp(0, EP.INT), OUT_INT.STUP | OUT_INT.STPKTRX);
          above?.setup(setup);
        }
        for (const other of [OUT_INT.OTEPDIS, OUT_INT.NAK]) if (flags & other) b.write(outEp(0, EP.INT), other);
      }
      if (is(GINT.IEPINT)) {
        const empty = (b.read(OTG.DIEPEMPMSK) & 1) << 7;
        const flags = b.read(inEp(0, EP.INT)) & (b.read(OTG.DIEPMSK) | empty);
        if (flags & IN_INT.XFRC) {
          b.clear(OTG.DIEPEMPMSK, 1);
          b.write(inEp(0, EP.INT), IN_INT.XFRC);
          above?.sent();
        }
        if (flags & IN_INT.TXFE && b.read(inEp(0, EP.TXFSTS)) >= Math.ceil(unsent.length / 4)) {
          writeBytes(b, unsent);
          unsent = [];
          b.clear(OTG.DIEPEMPMSK, 1);
        }
      }
      if (is(0x8000_0000)) clear(0x8000_0000);
      if (is(GINT.USBSUSP)) clear(GINT.USBSUSP);
      if (is(GINT.USBRST)) {
        b.clear(OTG.DCTL, DCTL.RWUSIG);
        command(b, ALL_TX);
        for (let i = 0; i < 4; i++) {
          b.write(inEp(i, EP.INT), 0xfb7f);
          b.clear(inEp(i, EP.CTL), CTL.STALL);
          b.write(outEp(i, EP.INT), 0xfb7f);
          b.clear(outEp(i, EP.CTL), CTL.STALL);
          b.set(outEp(i, EP.CTL), CTL.SNAK);
        }
        b.set(OTG.DAINTMSK, 0x1_0001);
        b.set(OTG.DOEPMSK, OUT_INT.STUP | OUT_INT.XFRC | OUT_INT.EPDISD | OUT_INT.STSPHSRX | OUT_INT.NAK);
        b.set(OTG.DIEPMSK, 8 | IN_INT.XFRC | IN_INT.EPDISD);
        setAddress(b, 0);
        if (!version3(b) || !(b.read(outEp(0, EP.CTL)) & CTL.EPENA)) {
          b.write(outEp(0, EP.TSIZ), (3 << 29) | (1 << 19) | 24);
        }
        clear(GINT.USBRST);
      }
      if (is(GINT.ENUMDNE)) {
        b.clear(inEp(0, EP.CTL), 0x7ff);
        b.set(OTG.DCTL, DCTL.CGINAK);
        clear(GINT.ENUMDNE);
      }
    },
  };
}

/** libopencm3 (F107 class): always with VBUS sensing, plain stores where others change bits. */
export function libopencm3(): Driver {
  let above: Device | undefined;
  let setup: number[] = [];
  return {
    init(b) {
      above = device({
        send(bytes) {
          b.write(inEp(0, EP.TSIZ), (1 << 19) | bytes.length);
          b.set(inEp(0, EP.CTL), CTL.EPENA | CTL.CNAK);
          writeBytes(b, bytes);
        },
        receive: () => b.set(outEp(0, EP.CTL), CTL.CNAK),
        address: (address) => setAddress(b, address),
      });
      b.write(OTG.GINTSTS, GINT.MMIS);
      b.set(OTG.GUSBCFG, 1 << 6);
      b.set(OTG.GCCFG, version3(b) ? GCCFG.VBDEN | GCCFG.PWRDWN : GCCFG.VBUSBSEN | GCCFG.PWRDWN);
      wait(b, OTG.GRSTCTL, GRSTCTL.AHBIDL, GRSTCTL.AHBIDL);
      b.set(OTG.GRSTCTL, GRSTCTL.CSRST);
      wait(b, OTG.GRSTCTL, GRSTCTL.CSRST, 0);
      b.clear(OTG.DCTL, DCTL.SDIS);
      b.set(OTG.GUSBCFG, (1 << 30) | (15 << 10));
      b.write(OTG.GINTSTS, GINT.MMIS);
      b.set(OTG.DCFG, 3);
      b.write(OTG.PCGCCTL, 0);
      b.set(OTG.GAHBCFG, 1);
      b.write(OTG.GINTMSK, (GINT.ENUMDNE | GINT.RXFLVL | GINT.IEPINT | GINT.USBSUSP | GINT.WKUINT) >>> 0);
      b.write(OTG.DAINTMSK, 0xf_000f);
      b.write(OTG.DIEPMSK, IN_INT.XFRC);
    },
    interrupt(b) {
      const pending = b.read(OTG.GINTSTS);
      if (pending & GINT.ENUMDNE) {
        b.write(OTG.GINTSTS, GINT.ENUMDNE);
        command(b, GRSTCTL.RXFFLSH | ALL_TX);
        b.write(OTG.GRXFSIZ, 128);
        b.write(OTG.DIEPTXF0, (16 << 16) | 128);
        b.write(inEp(0, EP.TSIZ), EP0_BYTES);
        b.write(inEp(0, EP.CTL), CTL.SNAK | CTL.USBAEP);
        b.write(outEp(0, EP.TSIZ), (1 << 29) | (1 << 19) | EP0_BYTES);
        b.set(outEp(0, EP.CTL), CTL.EPENA | CTL.SNAK);
        setAddress(b, 0);
        return;
      }
      if (b.read(inEp(0, EP.INT)) & IN_INT.XFRC) {
        b.write(inEp(0, EP.INT), IN_INT.XFRC);
        above?.sent();
      }
      if (pending & GINT.RXFLVL) {
        const { pktsts, count } = status(b.read(OTG.GRXSTSP));
        if (pktsts === 6) setup = readBytes(b, 8);
        else if (pktsts === 2) readBytes(b, count);
        else if (pktsts === 4) {
          above?.setup(setup);
        }
        if (pktsts === 3 || pktsts === 4) {
          b.write(outEp(0, EP.TSIZ), (1 << 29) | (1 << 19) | EP0_BYTES);
          b.set(outEp(0, EP.CTL), CTL.EPENA | CTL.CNAK);
        }
        return;
      }
      b.write(OTG.GINTSTS, pending & ((GINT.USBSUSP | GINT.WKUINT) >>> 0));
    },
  };
}

/** synopsys-usb-otg (Rust): looks at the status before it takes it. */
export function synopsysUsbOtg(): Driver {
  let above: Device | undefined;
  let setup: number[] = [];
  return {
    init(b) {
      above = device({
        send(bytes) {
          b.write(inEp(0, EP.TSIZ), (1 << 19) | bytes.length);
          b.set(inEp(0, EP.CTL), CTL.CNAK | CTL.EPENA);
          writeBytes(b, bytes);
        },
        receive: () => undefined,
        address: (address) => setAddress(b, address),
      });
      b.set(OTG.GUSBCFG, 1 << 6);
      command(b, GRSTCTL.CSRST);
      b.write(OTG.GUSBCFG, (1 << 30) | (6 << 10) | (1 << 6));
      b.write(OTG.GCCFG, version3(b) ? GCCFG.PWRDWN : GCCFG.PWRDWN | GCCFG.NOVBUSSENS);
      if (version3(b)) b.set(OTG.GOTGCTL, GOTGCTL.BVALOEN | GOTGCTL.BVALOVAL);
      b.write(OTG.PCGCCTL, 0);
      b.set(OTG.DCTL, DCTL.SDIS);
      b.set(OTG.DCFG, 3);
      b.write(OTG.DIEPMSK, IN_INT.XFRC);
      b.write(OTG.GINTMSK, (GINT.USBRST | GINT.ENUMDNE | GINT.USBSUSP | GINT.WKUINT | GINT.IEPINT | GINT.RXFLVL) >>> 0);
      b.write(OTG.GINTSTS, ALL);
      b.set(OTG.GAHBCFG, 1);
      b.clear(OTG.DCTL, DCTL.SDIS);
    },
    interrupt(b) {
      const pending = b.read(OTG.GINTSTS);
      if (pending & GINT.USBRST) {
        b.write(OTG.GINTSTS, GINT.USBRST);
        setAddress(b, 0);
        b.write(OTG.GRXFSIZ, 46);
        b.write(OTG.DIEPTXF0, (16 << 16) | 46);
        command(b, ALL_TX | GRSTCTL.RXFFLSH);
      } else if (pending & GINT.ENUMDNE) {
        b.write(OTG.GINTSTS, GINT.ENUMDNE);
        b.write(outEp(0, EP.TSIZ), (1 << 29) | (1 << 19) | EP0_BYTES);
        b.set(outEp(0, EP.CTL), CTL.CNAK | CTL.EPENA);
        b.set(OTG.DAINTMSK, 0x1_0001);
      } else if (pending & (GINT.USBSUSP | 0x8000_0000)) {
        b.write(OTG.GINTSTS, (GINT.USBSUSP | GINT.WKUINT) >>> 0);
      } else {
        if (b.read(inEp(0, EP.INT)) & IN_INT.XFRC) {
          b.write(inEp(0, EP.INT), IN_INT.XFRC);
          above?.sent();
        }
        if ((pending & GINT.RXFLVL) === 0) return;
        const { pktsts, count } = status(b.read(OTG.GRXSTSR));
        b.read(OTG.GRXSTSP);
        if (pktsts === 6) setup = readBytes(b, 8);
        else if (pktsts === 2) readBytes(b, count);
        else if (pktsts === 4) above?.setup(setup);
        if (pktsts === 4 || pktsts === 3) {
          b.write(outEp(0, EP.TSIZ), (1 << 29) | (1 << 19) | EP0_BYTES);
          b.set(outEp(0, EP.CTL), CTL.CNAK | CTL.EPENA);
        }
      }
    },
  };
}
