import { describe, expect, test } from '@jest/globals';
import { BLOCKS_64, createFsdevBench, endpointOf, type FsdevBench, IRQ, RX, TX } from './usb-fsdev-bench.ts';
import { type FsdevVersion, ISTR, STAT, USB } from './usb-fsdev-registers.ts';

/**
 * The orders in which drivers that are not of this project bring the peripheral up, each as a list of its accesses: firmware that works
 * on a real part is to work here. Source: TinyUSB (fsdev), ST's HAL (PCD), libopencm3 (st_usbfs), as they were in 2026.
 */
interface Driver {
  readonly versions: readonly FsdevVersion[];
  start(b: FsdevBench, version: FsdevVersion): void;
  /** In the handler of RESET. */
  reset(b: FsdevBench): void;
  stop(b: FsdevBench): void;
}

const and = (b: FsdevBench, offset: number, mask: number): void => b.write(offset, b.read(offset) & mask);
const or = (b: FsdevBench, offset: number, bits: number): void => b.write(offset, b.read(offset) | bits);
const stop = (b: FsdevBench): void => {
  for (const [offset, value] of [
    [USB.CNTR, 1],
    [USB.ISTR, 0],
    [USB.CNTR, 3],
  ] as const)
    b.write(offset, value);
};
const HAL_MASKS = 0xbf80;
const NOT_HOST = 0x7fff_ffff;

const drivers: Readonly<Record<string, Driver>> = {
  TinyUSB: {
    versions: [1, 2],
    start(b, version) {
      b.write(USB.CNTR, 3);
      and(b, USB.CNTR, ~2);
      b.write(USB.ISTR, 0);
      b.write(USB.CNTR, 0);
      if (version === 1) b.write(USB.BTABLE, 0);
      or(b, USB.CNTR, 0xdd00);
      b.write(USB.DADDR, 0);
      open(b, STAT.NAK, 4);
      b.write(USB.DADDR, 0x80);
      or(b, USB.BCDR, 0x8000);
    },
    reset(b) {
      b.write(USB.ISTR, ~ISTR.RESET);
      b.write(USB.DADDR, 0);
      open(b, STAT.NAK, 4); // 8 bytes while it waits for a SETUP
      b.write(USB.DADDR, 0x80);
    },
    stop,
  },
  'HAL, version 1': {
    versions: [1],
    start(b) {
      and(b, USB.CNTR, ~HAL_MASKS);
      b.write(USB.CNTR, 1);
      b.write(USB.CNTR, 0);
      b.write(USB.ISTR, 0);
      b.write(USB.BTABLE, 0);
      and(b, USB.BCDR, ~0x8000);
      b.write(USB.ISTR, 0);
      b.write(USB.CNTR, HAL_MASKS);
      or(b, USB.BCDR, 0x8000);
    },
    reset: halReset,
    stop,
  },
  'HAL, version 2': {
    versions: [2],
    start(b) {
      and(b, USB.CNTR, ~HAL_MASKS);
      and(b, USB.CNTR, NOT_HOST);
      or(b, USB.CNTR, 1);
      b.write(USB.ISTR, 0);
      b.write(USB.CNTR, 1);
      and(b, USB.CNTR, ~1);
      and(b, USB.CNTR, NOT_HOST);
      b.write(USB.ISTR, 0);
      and(b, USB.BCDR, ~0x8000);
      b.write(USB.CNTR, HAL_MASKS);
      or(b, USB.BCDR, 0x8000);
    },
    reset: halReset,
    stop,
  },
  libopencm3: {
    versions: [1],
    start(b) {
      b.write(USB.CNTR, 0);
      b.write(USB.BTABLE, 0);
      b.write(USB.ISTR, 0);
      b.write(USB.CNTR, 0x9c00);
      b.write(USB.BCDR, 0x8000);
    },
    reset(b) {
      b.write(USB.ISTR, 0xffff & ~ISTR.RESET);
      open(b, STAT.VALID, BLOCKS_64);
      b.write(USB.DADDR, 0x80);
    },
    stop,
  },
};

/** HAL reads the flags and writes back what it keeps. */
function halReset(b: FsdevBench): void {
  and(b, USB.ISTR, ~ISTR.RESET);
  open(b, STAT.VALID, BLOCKS_64);
  b.write(USB.DADDR, 0x80);
}

function open(b: FsdevBench, rx: number, blocks: number): void {
  b.describe(0, { address: TX, count: 0 }, { address: RX, blocks });
  b.endpoint(0, endpointOf(rx, STAT.NAK));
}

const rows = Object.entries(drivers).flatMap(([name, driver]) =>
  driver.versions.map((version) => [name, version, driver] as const),
);

describe.each(rows)('%s on version %i', (_name, version, driver) => {
  test('attaches, is reset with an interrupt, takes a SETUP with an interrupt, and leaves', () => {
    const b = createFsdevBench(version);
    b.port.setPlugged(true);
    driver.start(b, version);
    expect(b.port.attached).toBe(true);
    expect(b.irqs.has(IRQ)).toBe(false);
    b.pass(2e6);
    b.port.setReset(true);
    expect(b.irqs.has(IRQ)).toBe(true);
    driver.reset(b);
    b.port.setReset(false);
    b.port.setFrames(true, 1);
    b.write(USB.ISTR, 0);
    expect(b.irqs.has(IRQ)).toBe(false);
    expect(b.port.setup(0, 0, Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0))).toBe('ack');
    expect(b.irqs.has(IRQ)).toBe(true);
    expect(b.read(USB.ISTR) & (ISTR.CTR | ISTR.DIR | ISTR.EP_ID)).toBe(ISTR.CTR | ISTR.DIR);
    driver.stop(b);
    expect(b.port.attached).toBe(false);
  });

  test('3 ms on an idle bus before the first reset are a suspension, which the reset ends', () => {
    const b = createFsdevBench(version);
    b.port.setPlugged(true);
    driver.start(b, version);
    b.pass(4e6);
    expect(b.read(USB.ISTR) & ISTR.SUSP).toBe(ISTR.SUSP);
    or(b, USB.CNTR, 8); // FSUSP, then the flag: the order of all three
    b.write(USB.ISTR, ~ISTR.SUSP);
    b.port.setReset(true);
    expect(b.read(USB.ISTR) & (ISTR.WKUP | ISTR.RESET)).toBe(ISTR.WKUP | ISTR.RESET);
    and(b, USB.CNTR, ~0xc);
    b.write(USB.ISTR, ~ISTR.WKUP);
    driver.reset(b);
    b.port.setReset(false);
    expect(b.port.setup(0, 0, new Uint8Array(8))).toBe('ack');
  });
});
