import type { DataPacket } from '../usb/device-port.ts';
import { createIpBench, type IpBench } from './ip-bench.ts';
import { createUsbOtg } from './usb-otg.ts';
import type { OtgCore } from './usb-otg-cores.ts';
import { CTL, EP, EP_STRIDE, FIFO_STRIDE, GCCFG, GINT, GOTGCTL, OTG } from './usb-otg-registers.ts';

/** For tests: an OTG_FS without a part around it. What surrounds it can be changed; `settle` tells it. */
export interface OtgBench {
  readonly bench: IpBench;
  readonly port: ReturnType<typeof createUsbOtg>['port'];
  readonly around: { usbHz: number; hclkHz: number; clocked: boolean; supplied: boolean; routed: boolean };
  readonly wakeUps: number;
  settle(): void;
  reset(): void;
  read(offset: number): number;
  write(offset: number, value: number): void;
  set(offset: number, bits: number): void;
  clear(offset: number, bits: number): void;
  irq(): boolean;
  /** Flags of GINTSTS out of `mask`. */
  flags(mask: number): number;
  quiet(offset: number): boolean;
}

export const IRQ = 67;

export function otgBench(core: OtgCore, vbusAtPa9 = false): OtgBench {
  const bench = createIpBench();
  const around = { usbHz: 48e6, hclkHz: 96e6, clocked: true, supplied: true, routed: true };
  let wakeUps = 0;
  const otg = createUsbOtg({
    core,
    host: bench.host,
    setIrq: (asserted) => bench.host.setIrq(IRQ, asserted),
    clocked: () => around.clocked,
    hclkHz: () => around.hclkHz,
    usbHz: () => around.usbHz,
    supplied: () => around.supplied,
    pinsRouted: () => around.routed,
    vbusAtPa9,
    wakeUp: () => wakeUps++,
  });
  otg.reset('power');
  const read = (offset: number): number => otg.read(offset, 4);
  const write = (offset: number, value: number): void => otg.write(offset, value >>> 0, 4);
  return {
    bench,
    port: otg.port,
    around,
    get wakeUps() {
      return wakeUps;
    },
    settle: () => otg.surroundingsChanged?.(),
    reset: () => otg.reset('system'),
    read,
    write,
    set: (offset, bits) => write(offset, read(offset) | bits),
    clear: (offset, bits) => write(offset, read(offset) & ~bits),
    irq: () => bench.irqs.has(IRQ),
    flags: (mask) => (read(OTG.GINTSTS) & mask) >>> 0,
    quiet: (offset) => otg.quietRead?.(offset) ?? false,
  };
}

export const inEp = (index: number, register: number): number => OTG.IN + EP_STRIDE * index + register;
export const outEp = (index: number, register: number): number => OTG.OUT + EP_STRIDE * index + register;
export const fifoOf = (index: number): number => OTG.FIFO + FIFO_STRIDE * index;

/** Attached, with FIFOs of 64 words for Rx and endpoint 0 and of 64 for endpoint 1, 16 for 2, and all interrupts of the core unmasked. */
export function connected(core: OtgCore): OtgBench {
  const b = otgBench(core);
  b.write(OTG.GCCFG, GCCFG.PWRDWN | (core.hasLpm ? 0 : GCCFG.NOVBUSSENS));
  b.set(OTG.GOTGCTL, GOTGCTL.BVALOEN | GOTGCTL.BVALOVAL);
  b.write(OTG.GRXFSIZ, 64);
  b.write(OTG.DIEPTXF0, (64 << 16) | 64);
  b.write(OTG.DIEPTXF1, (64 << 16) | 128);
  b.write(OTG.DIEPTXF1 + 4, (16 << 16) | 192);
  b.write(OTG.GINTSTS, 0xffff_ffff);
  b.write(OTG.GINTMSK, GINT.RXFLVL | GINT.USBRST | GINT.ENUMDNE | GINT.IEPINT | GINT.OEPINT);
  b.write(OTG.DIEPMSK, 0xffff);
  b.write(OTG.DOEPMSK, 0xffff);
  b.write(OTG.DAINTMSK, 0xffff_ffff);
  b.write(OTG.GAHBCFG, 1);
  b.clear(OTG.DCTL, 2);
  return b;
}

/** After a bus reset that firmware has served. */
export function enumerated(core: OtgCore): OtgBench {
  const b = connected(core);
  busReset(b);
  b.write(OTG.GINTSTS, 0xffff_ffff);
  return b;
}

export function busReset(b: OtgBench): void {
  b.port.setReset(true);
  b.bench.pass(10e6);
  b.port.setReset(false);
  b.port.setFrames(true, 0);
}

export const setupOf = (type: number, request: number, value = 0, length = 0): Uint8Array =>
  Uint8Array.of(type, request, value & 0xff, value >> 8, 0, 0, length & 0xff, length >> 8);
export const packet = (toggle: 0 | 1, ...bytes: number[]): DataPacket => ({ toggle, bytes: Uint8Array.from(bytes) });
export const counting = (length: number, from = 0): number[] => Array.from({ length }, (_, i) => (from + i) & 0xff);

/** Arm endpoint `index` for IN with these bytes, as the manual's programming model says: size, enable, data. */
export function arm(b: OtgBench, index: number, bytes: readonly number[], packets = 1): void {
  b.write(inEp(index, EP.TSIZ), (packets << 19) | bytes.length);
  b.set(inEp(index, EP.CTL), CTL.EPENA | CTL.CNAK);
  push(b, index, bytes);
}

export function push(b: OtgBench, index: number, bytes: readonly number[]): void {
  for (let at = 0; at < bytes.length; at += 4) {
    const [a = 0, c = 0, d = 0, e = 0] = bytes.slice(at, at + 4);
    b.write(fifoOf(index), a | (c << 8) | (d << 16) | (e << 24));
  }
}

/** PKTSTS, endpoint and data of everything in the Rx FIFO. */
export function drain(b: OtgBench): readonly (readonly [pktsts: number, endpoint: number, bytes: readonly number[]])[] {
  const taken: [number, number, number[]][] = [];
  while (b.flags(GINT.RXFLVL) !== 0) {
    const status = b.read(OTG.GRXSTSP);
    const count = (status >>> 4) & 0x7ff;
    const bytes: number[] = [];
    while (bytes.length < count) {
      const word = b.read(OTG.FIFO);
      for (let i = 0; i < 4 && bytes.length < count; i++) bytes.push((word >>> (8 * i)) & 0xff);
    }
    taken.push([(status >>> 17) & 15, status & 15, bytes]);
  }
  return taken;
}
