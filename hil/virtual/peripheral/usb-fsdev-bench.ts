import { createRandom } from '../random.ts';
import type { DataPacket, UsbDevicePort } from '../usb/device-port.ts';
import { createIpBench, type IpBench } from './ip-bench.ts';
import { createFsdev, type Fsdev } from './usb-fsdev.ts';
import { createPacketMemory, type PacketMemory } from './usb-fsdev-memory.ts';
import { EP, type FsdevVersion, STAT, STAT_RX_SHIFT, STAT_TX_SHIFT, TYPE, USB } from './usb-fsdev-registers.ts';

/** For tests: the USB device peripheral alone, with what surrounds it in the hands of the test. */
export interface FsdevBench extends IpBench {
  readonly usb: Fsdev;
  readonly memory: PacketMemory;
  readonly port: UsbDevicePort;
  /** What the peripheral asks of the part around it. */
  readonly around: { clocked: boolean; usbHz: number; pclkHz: number; supplied: boolean };
  /** How often the host was told that it may try again. */
  readonly readies: () => number;
  read(offset: number): number;
  write(offset: number, value: number): void;
  /** Power up, as RM0091 30.5.1 says, with the pull-up, and serve a reset of the bus. */
  connect(): void;
  /** Write an endpoint register so that it holds `wanted`, whatever it held; flags are cleared. */
  endpoint(n: number, wanted: number): void;
  /** Buffers of endpoint register n: what is sent, and where packets go. */
  describe(n: number, tx: { address: number; count: number }, rx: { address: number; blocks: number }): void;
  /** Bytes of the packet memory. */
  bytes(address: number, count: number): number[];
  setBytes(address: number, bytes: readonly number[]): void;
  rxCount(n: number): number;
}

export const IRQ = 8;
/** BLSIZE and NUM_BLOCK of 64 bytes. */
export const BLOCKS_64 = 0x21;
export const TX = 0x40;
export const RX = 0x80;

export const endpointOf = (rx: number, tx: number, more: number = TYPE.CONTROL): number =>
  (rx << STAT_RX_SHIFT) | (tx << STAT_TX_SHIFT) | more;
export const bytesOf = (length: number, from = 1): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i);
export const data = (toggle: 0 | 1, bytes: Uint8Array): DataPacket => ({ toggle, bytes });

export function createFsdevBench(version: FsdevVersion): FsdevBench {
  const bench = createIpBench();
  const around = { clocked: true, usbHz: 48_000_000, pclkHz: 48_000_000, supplied: true };
  const memory = createPacketMemory({ version, host: bench.host, random: createRandom(1, 'test') });
  const usb = createFsdev({
    version,
    host: bench.host,
    memory,
    setIrq: (asserted) => bench.host.setIrq(IRQ, asserted),
    clocked: () => around.clocked,
    usbHz: () => around.usbHz,
    pclkHz: () => around.pclkHz,
    supplied: () => around.supplied,
  });
  let readies = 0;
  memory.reset('power');
  usb.reset('power');
  usb.port.onReady(() => {
    readies++;
  });
  const read = (offset: number): number => usb.read(offset, 4);
  const write = (offset: number, value: number): void => usb.write(offset, value >>> 0, 4);

  const set16 = (address: number, value: number): void => {
    if (version === 1) memory.write(address, value, 2);
    else {
      const shift = (address & 2) * 8;
      const other = memory.read(address & ~3, 4) & ~(0xffff << shift);
      memory.write(address & ~3, ((value << shift) | other) >>> 0, 4);
    }
  };
  const get16 = (address: number): number =>
    version === 1 ? memory.read(address, 2) : (memory.read(address & ~3, 4) >>> ((address & 2) * 8)) & 0xffff;

  return {
    ...bench,
    usb,
    memory,
    port: usb.port,
    around,
    readies: () => readies,
    read,
    write,
    connect() {
      usb.port.setPlugged(true);
      write(USB.CNTR, 1);
      write(USB.CNTR, 0);
      write(USB.ISTR, 0);
      write(USB.CNTR, 0x8400);
      write(USB.BCDR, 0x8000);
      usb.port.setReset(true);
      usb.port.setReset(false);
      write(USB.ISTR, ~0x400);
      write(USB.DADDR, 0x80);
    },
    endpoint(n, wanted) {
      const old = read(4 * n);
      const toggles = EP.DTOG_RX | EP.STAT_RX | EP.DTOG_TX | EP.STAT_TX;
      write(4 * n, (wanted & ~toggles) | ((old ^ wanted) & toggles));
    },
    describe(n, tx, rx) {
      set16(8 * n, tx.address);
      set16(8 * n + 2, tx.count);
      set16(8 * n + 4, rx.address);
      set16(8 * n + 6, rx.blocks << 10);
    },
    bytes: (address, count) => [...memory.load(address, count)],
    setBytes: (address, values) => memory.store(address, Uint8Array.from(values)),
    rxCount: (n) => get16(8 * n + 6) & 0x3ff,
  };
}

export const OPEN = endpointOf(STAT.NAK, STAT.NAK);
