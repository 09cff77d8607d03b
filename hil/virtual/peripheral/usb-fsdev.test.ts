import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  BLOCKS_64,
  bytesOf,
  createFsdevBench,
  data,
  endpointOf,
  type FsdevBench,
  IRQ,
  OPEN,
  RX,
  TX,
} from './usb-fsdev-bench.ts';
import { EP, type FsdevVersion, ISTR, STAT, statRx, TYPE, USB } from './usb-fsdev-registers.ts';

const SETUP = Uint8Array.of(0x80, 6, 0, 1, 0, 0, 64, 0);
const MS = 1e6;
const { NAK, STALL, VALID, DISABLED } = STAT;
const versions: readonly FsdevVersion[] = [1, 2];

let b: FsdevBench;

describe.each(versions)('version %i', (version) => {
  beforeEach(() => {
    b = createFsdevBench(version);
  });

  describe('attach (facts of power, pull-up and supply)', () => {
    test('after a reset CNTR is 3, the other registers 0', () => {
      expect(b.read(USB.CNTR)).toBe(3);
      for (const offset of [0, 0x1c, USB.ISTR, USB.DADDR, USB.BTABLE, USB.LPMCSR, USB.BCDR]) {
        expect([offset, b.read(offset)]).toEqual([offset, 0]);
      }
    });

    test('the host sees a device while PDWN is clear, DPPU set, the transceiver supplied and the cable in', () => {
      const seen: boolean[] = [];
      b.port.onAttached((attached) => seen.push(attached));
      b.port.setPlugged(true);
      b.write(USB.BCDR, 0x8000);
      expect(b.port.attached).toBe(false);
      b.write(USB.CNTR, 1);
      expect(b.port.attached).toBe(true);
      b.around.supplied = false;
      b.usb.surroundingsChanged?.();
      expect(b.port.attached).toBe(false);
      b.around.supplied = true;
      b.usb.surroundingsChanged?.();
      b.port.setPlugged(false);
      b.port.setPlugged(true);
      b.write(USB.BCDR, 0);
      b.write(USB.BCDR, 0x8000);
      b.write(USB.CNTR, 2);
      b.write(USB.CNTR, 0);
      b.usb.reset('system');
      expect(seen).toEqual([true, false, true, false, true, false, true, false, true, false]);
    });

    test('FRES sets RESET with the transceiver on, not before', () => {
      b.write(USB.CNTR, 3);
      expect(b.read(USB.ISTR)).toBe(0);
      b.write(USB.CNTR, 1);
      expect(b.read(USB.ISTR)).toBe(ISTR.RESET);
    });

    test('nothing is answered without 48 MHz, and the log says why', () => {
      b.connect();
      b.endpoint(0, OPEN);
      b.describe(0, { address: TX, count: 0 }, { address: RX, blocks: BLOCKS_64 });
      for (const [hz, answer] of [
        [0, undefined],
        [48_200_000, undefined],
        [48_100_000, 'ack'],
      ] as const) {
        b.around.usbHz = hz;
        expect([hz, b.port.setup(0, 0, SETUP)]).toEqual([hz, answer]);
      }
      expect(b.notes).toContain('USB without 48 MHz');
    });

    test('a reset that comes without a clock is noticed when the clock comes in time', () => {
      b.connect();
      b.around.usbHz = 0;
      b.port.setReset(true);
      expect(b.read(USB.ISTR) & ISTR.RESET).toBe(0);
      b.around.usbHz = 48_000_000;
      b.usb.surroundingsChanged?.();
      expect(b.read(USB.ISTR) & ISTR.RESET).toBe(ISTR.RESET);
    });
  });

  describe('reset on the bus (RM0091 30.6.1)', () => {
    test('clears DADDR and endpoint registers but for CTR, keeps CNTR and the packet memory, interrupts', () => {
      b.connect();
      b.setBytes(RX, [1, 2, 3, 4]);
      b.endpoint(0, OPEN);
      b.describe(0, { address: TX, count: 0 }, { address: RX, blocks: BLOCKS_64 });
      b.port.setup(0, 0, SETUP);
      b.port.setReset(true);
      expect([b.read(USB.DADDR), b.read(0), b.read(USB.CNTR)]).toEqual([0, EP.CTR_RX, 0x8400]);
      expect(b.bytes(RX, 2)).toEqual([0x80, 6]);
      expect(b.irqs.has(IRQ)).toBe(true);
    });

    test('nothing is taken while its flag is set, though DADDR and endpoint are ready', () => {
      b.connect();
      b.port.setReset(true);
      b.port.setReset(false);
      b.endpoint(0, OPEN);
      b.describe(0, { address: TX, count: 0 }, { address: RX, blocks: BLOCKS_64 });
      b.write(USB.DADDR, 0x80);
      expect(b.port.setup(0, 0, SETUP)).toBeUndefined();
      b.write(USB.ISTR, ~ISTR.RESET);
      expect(b.port.setup(0, 0, SETUP)).toBe('ack');
    });
  });

  describe('packets (RM0091 30.5.2)', () => {
    beforeEach(() => {
      b.connect();
      b.describe(0, { address: TX, count: 3 }, { address: RX, blocks: BLOCKS_64 });
      b.setBytes(TX, [0xa1, 0xa2, 0xa3]);
    });

    test.each([NAK, STALL, VALID])('a SETUP is taken with STAT_RX %i: NAK both ways, DATA1 next', (stat) => {
      b.endpoint(0, endpointOf(stat, stat));
      expect(b.port.setup(0, 0, SETUP)).toBe('ack');
      expect(b.read(0)).toBe(OPEN | EP.SETUP | EP.CTR_RX | EP.DTOG_RX | EP.DTOG_TX);
      expect(b.bytes(RX, 8)).toEqual([...SETUP]);
      expect(b.rxCount(0)).toBe(8);
      expect(b.read(USB.ISTR)).toBe(ISTR.CTR | ISTR.DIR);
      expect(b.irqs.has(IRQ)).toBe(true);
    });

    test.each([
      ['the endpoint is disabled', endpointOf(DISABLED, NAK), 0x80, 0],
      ['the one before was not served', OPEN | EP.CTR_RX, 0x80, 0],
      ['the endpoint is no control endpoint', endpointOf(NAK, NAK, TYPE.BULK), 0x80, 0],
      ['EF is clear', OPEN, 0x00, 0],
      ['the address is another', OPEN, 0x85, 0],
      ['the endpoint number is another', OPEN, 0x80, 1],
    ])('a SETUP is not answered when %s', (_name, register, daddr, endpoint) => {
      b.endpoint(0, OPEN);
      if (register & EP.CTR_RX) b.port.setup(0, 0, SETUP);
      else b.endpoint(0, register);
      b.write(USB.DADDR, daddr);
      expect(b.port.setup(0, endpoint, SETUP)).toBeUndefined();
    });

    test('the address counts from the write to DADDR on', () => {
      b.endpoint(0, OPEN);
      b.write(USB.DADDR, 0x85);
      expect(b.port.setup(0, 0, SETUP)).toBeUndefined();
      expect(b.port.setup(5, 0, SETUP)).toBe('ack');
    });

    test.each([
      ['VALID', VALID, 'ack'],
      ['NAK', NAK, 'nak'],
      ['STALL', STALL, 'stall'],
      ['DISABLED', DISABLED, undefined],
    ] as const)('OUT with STAT_RX %s', (_name, stat, answer) => {
      b.endpoint(0, endpointOf(stat, NAK));
      expect(b.port.out(0, 0, data(0, bytesOf(5)))).toBe(answer);
      const taken = answer === 'ack';
      expect((b.read(0) & EP.CTR_RX) !== 0).toBe(taken);
      expect(b.irqs.has(IRQ)).toBe(taken);
      if (!taken) return;
      expect([statRx(b.read(0)), b.read(0) & EP.DTOG_RX, b.rxCount(0)]).toEqual([NAK, EP.DTOG_RX, 5]);
      expect(b.bytes(RX, 5)).toEqual([1, 2, 3, 4, 5]);
    });

    test('OUT with the toggle of the packet before is acknowledged and dropped', () => {
      b.endpoint(0, endpointOf(VALID, NAK) | EP.DTOG_RX);
      expect(b.port.out(0, 0, data(0, bytesOf(5)))).toBe('ack');
      expect(b.read(0)).toBe(endpointOf(VALID, NAK) | EP.DTOG_RX);
    });

    test('OUT that is longer than its buffer fills it, is answered with STALL and not reported', () => {
      b.describe(0, { address: TX, count: 0 }, { address: RX, blocks: 4 });
      b.setBytes(RX + 8, [0x55, 0x55, 0x55, 0x55]);
      b.endpoint(0, endpointOf(VALID, NAK));
      expect(b.port.out(0, 0, data(0, bytesOf(9)))).toBe('stall');
      expect(b.bytes(RX, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0x55, 0x55, 0x55, 0x55]);
      expect(b.read(0) & EP.CTR_RX).toBe(0);
    });

    test.each([
      ['blocks of 2 bytes', 8, 16],
      ['the most blocks of 2 bytes', 31, 62],
      ['one block of 32', 0x20, 32],
      ['two blocks of 32', 0x21, 64],
    ])('a buffer of %s takes so much', (_name, blocks, capacity) => {
      b.describe(0, { address: TX, count: 0 }, { address: RX, blocks });
      b.endpoint(0, endpointOf(VALID, NAK));
      expect(b.port.out(0, 0, data(0, bytesOf(capacity + 1)))).toBe('stall');
      expect(b.port.out(0, 0, data(0, bytesOf(capacity)))).toBe('ack');
    });

    test('with STATUS_OUT only an OUT without data is taken', () => {
      b.endpoint(0, endpointOf(VALID, NAK) | EP.KIND);
      expect(b.port.out(0, 0, data(0, bytesOf(1)))).toBe('stall');
      expect(b.port.out(0, 0, data(0, bytesOf(0)))).toBe('ack');
    });

    test('SETUP stays while the flag of its packet is set, and goes with the next packet', () => {
      b.endpoint(0, OPEN);
      b.port.setup(0, 0, SETUP);
      b.write(0, TYPE.CONTROL | EP.CTR_RX | ((VALID ^ NAK) << 12));
      b.port.out(0, 0, data(1, bytesOf(2)));
      expect(b.read(0) & EP.SETUP).toBe(EP.SETUP);
      b.endpoint(0, endpointOf(VALID, NAK) | EP.DTOG_RX);
      b.port.out(0, 0, data(1, bytesOf(2)));
      expect(b.read(0) & EP.SETUP).toBe(0);
    });

    test.each([
      ['NAK', NAK, 'nak'],
      ['STALL', STALL, 'stall'],
      ['DISABLED', DISABLED, undefined],
    ] as const)('IN with STAT_TX %s', (_name, stat, answer) => {
      b.endpoint(0, endpointOf(NAK, stat));
      expect(b.port.in(0, 0)).toBe(answer);
      b.port.acknowledge(0, 0);
      expect(b.read(0) & EP.CTR_TX).toBe(0);
    });

    test('IN with STAT_TX VALID sends, and is done only when the host acknowledges', () => {
      b.endpoint(0, endpointOf(NAK, VALID) | EP.DTOG_TX);
      const packet = data(1, Uint8Array.of(0xa1, 0xa2, 0xa3));
      expect(b.port.in(0, 0)).toEqual(packet);
      expect(b.irqs.has(IRQ)).toBe(false);
      expect(b.port.in(0, 0)).toEqual(packet); // the host has lost it
      b.port.acknowledge(0, 0);
      expect(b.read(0)).toBe(endpointOf(NAK, NAK) | EP.CTR_TX);
      expect(b.read(USB.ISTR)).toBe(ISTR.CTR);
    });

    test('endpoints go by number and direction, not by register; the lowest register is told first', () => {
      b.endpoint(3, endpointOf(DISABLED, VALID, TYPE.BULK) | 2);
      b.endpoint(5, endpointOf(VALID, DISABLED, TYPE.INTERRUPT) | 2);
      b.describe(3, { address: TX, count: 1 }, { address: 0, blocks: 0 });
      b.describe(5, { address: 0, count: 0 }, { address: RX, blocks: BLOCKS_64 });
      expect(b.port.out(0, 2, data(0, bytesOf(4)))).toBe('ack');
      expect(b.read(USB.ISTR)).toBe(ISTR.CTR | ISTR.DIR | 5);
      expect(b.port.in(0, 2)).toEqual(data(0, Uint8Array.of(0xa1)));
      b.port.acknowledge(0, 2);
      expect(b.read(USB.ISTR)).toBe(ISTR.CTR | 3);
    });

    test('below 10 MHz of PCLK packets are lost with PMAOVR', () => {
      b.around.pclkHz = 8_000_000;
      b.endpoint(0, endpointOf(VALID, VALID));
      expect([b.port.setup(0, 0, SETUP), b.port.out(0, 0, data(0, bytesOf(1))), b.port.in(0, 0)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(b.read(USB.ISTR)).toBe(ISTR.PMAOVR);
      expect(b.notes).toContain('USB: PCLK is below 10 MHz');
    });

    test('the host is told when an endpoint becomes ready, and not when it becomes NAK', () => {
      b.endpoint(0, OPEN);
      const before = b.readies();
      b.endpoint(0, endpointOf(NAK, VALID));
      expect(b.readies()).toBe(before + 1);
      b.endpoint(0, OPEN);
      expect(b.readies()).toBe(before + 1);
    });
  });

  describe('ISTR', () => {
    test('a 0 clears a flag, a 1 keeps it, CTR and EP_ID are not written', () => {
      b.connect();
      b.around.pclkHz = 1;
      b.describe(0, { address: TX, count: 0 }, { address: RX, blocks: BLOCKS_64 });
      b.endpoint(0, OPEN);
      b.port.setup(0, 0, SETUP);
      b.around.pclkHz = 48_000_000;
      b.port.setup(0, 0, SETUP);
      const flags = ISTR.PMAOVR | ISTR.CTR | ISTR.DIR;
      expect(b.read(USB.ISTR)).toBe(flags);
      b.write(USB.ISTR, ~ISTR.CTR);
      expect(b.read(USB.ISTR)).toBe(flags);
      b.write(USB.ISTR, ~ISTR.PMAOVR);
      expect(b.read(USB.ISTR)).toBe(ISTR.CTR | ISTR.DIR);
    });

    test('the interrupt is the level of flags and masks', () => {
      b.connect();
      b.describe(0, { address: TX, count: 0 }, { address: RX, blocks: BLOCKS_64 });
      b.endpoint(0, OPEN);
      b.port.setup(0, 0, SETUP);
      expect(b.irqs.has(IRQ)).toBe(true);
      b.write(USB.CNTR, 0);
      expect(b.irqs.has(IRQ)).toBe(false);
      b.write(USB.CNTR, 0x8000);
      expect(b.irqs.has(IRQ)).toBe(true);
      b.endpoint(0, OPEN);
      expect(b.irqs.has(IRQ)).toBe(false);
    });
  });

  describe('frames', () => {
    test('FNR follows the host without an event; LCK after two', () => {
      b.connect();
      b.port.setFrames(true, 0x7fe);
      expect(b.read(USB.FNR)).toBe(0x87fe);
      b.pass(1.5 * MS);
      expect(b.read(USB.FNR)).toBe(0xa7ff);
      b.pass(MS);
      expect(b.read(USB.FNR)).toBe(0xa000);
      expect(b.irqs.has(IRQ)).toBe(false);
    });

    test('SOF sets its flag each frame, and interrupts only with SOFM', () => {
      b.connect();
      b.port.setFrames(true, 1);
      expect(b.read(USB.ISTR)).toBe(ISTR.SOF);
      b.write(USB.ISTR, 0);
      expect(b.read(USB.ISTR)).toBe(0);
      b.pass(0.9 * MS);
      expect(b.read(USB.ISTR)).toBe(0);
      b.write(USB.CNTR, 0x8600);
      expect(b.irqs.has(IRQ)).toBe(false);
      b.pass(0.2 * MS);
      expect(b.read(USB.ISTR)).toBe(ISTR.SOF);
      expect(b.irqs.has(IRQ)).toBe(true);
    });

    test('a polling loop may be skipped but where the answer changes by itself', () => {
      b.connect();
      expect(b.usb.quietRead?.(USB.ISTR)).toBe(true);
      b.port.setFrames(true, 1);
      b.write(USB.ISTR, 0);
      expect([USB.ISTR, USB.FNR, USB.CNTR, 0].map((offset) => b.usb.quietRead?.(offset))).toEqual([
        false,
        false,
        true,
        true,
      ]);
      b.pass(MS);
      expect(b.usb.quietRead?.(USB.ISTR)).toBe(true);
    });

    test('3 ms without frames suspend; what comes then on the bus is WKUP', () => {
      b.connect();
      b.port.setFrames(true, 1);
      b.pass(10 * MS);
      b.port.setFrames(false);
      b.write(USB.ISTR, 0);
      b.pass(2.9 * MS);
      expect(b.read(USB.ISTR)).toBe(ISTR.ESOF);
      b.pass(0.2 * MS);
      expect(b.read(USB.ISTR)).toBe(ISTR.ESOF | ISTR.SUSP);
      b.write(USB.CNTR, 0x8408);
      b.write(USB.ISTR, 0);
      b.describe(0, { address: TX, count: 0 }, { address: RX, blocks: BLOCKS_64 });
      b.endpoint(0, OPEN);
      b.port.setFrames(true, 100);
      expect(b.read(USB.ISTR) & ISTR.WKUP).toBe(ISTR.WKUP);
      expect(b.port.setup(0, 0, SETUP)).toBeUndefined();
      b.write(USB.CNTR, 0x8400);
      expect(b.port.setup(0, 0, SETUP)).toBe('ack');
    });
  });
});

describe('packet memory', () => {
  test('version 1 takes bytes and half-words; of a word only the lower half, and the log says so', () => {
    const { memory, notes } = createFsdevBench(1);
    memory.write(0x10, 0, 2);
    memory.write(0x12, 0, 2);
    memory.write(0x10, 0x1234, 2);
    memory.write(0x11, 0xab, 1);
    expect([memory.read(0x10, 2), memory.read(0x10, 1)]).toEqual([0xab34, 0x34]);
    expect(notes).toEqual([]);
    memory.write(0x10, 0x1111_2222, 4);
    expect([memory.read(0x10, 4), memory.read(0x12, 2)]).toEqual([0x2222, 0]);
    expect(notes).toEqual(['USB packet memory: access of the wrong width']);
  });

  test('version 2 takes words; a narrow value lands on all lanes, and the log says so', () => {
    const { memory, notes } = createFsdevBench(2);
    memory.write(0x7fc, 0x1234_5678, 4);
    expect(memory.read(0x7fc, 4)).toBe(0x1234_5678);
    expect(notes).toEqual([]);
    memory.write(0x7fc, 0xabcd, 2);
    expect(memory.read(0x7fc, 4)).toBe(0xabcd_abcd);
    expect(notes).toEqual(['USB packet memory: access of the wrong width']);
  });

  test('has 1024 and 2048 bytes, and keeps them over a reset of the peripheral', () => {
    const { memory } = createFsdevBench(2);
    expect([createFsdevBench(1).memory.size, memory.size]).toEqual([1024, 2048]);
    memory.write(0, 0xdead_beef, 4);
    memory.reset('system');
    expect(memory.read(0, 4)).toBe(0xdead_beef);
  });

  test('BTABLE moves the table on version 1 and does not exist on version 2', () => {
    const one = createFsdevBench(1);
    one.connect();
    one.write(USB.BTABLE, 0x107);
    expect(one.read(USB.BTABLE)).toBe(0x100);
    one.memory.write(0x104, RX, 2);
    one.memory.write(0x106, BLOCKS_64 << 10, 2);
    one.endpoint(0, OPEN);
    expect(one.port.setup(0, 0, SETUP)).toBe('ack');
    expect(one.memory.read(0x106, 2)).toBe((BLOCKS_64 << 10) | 8);
    const two = createFsdevBench(2);
    two.write(USB.BTABLE, 0x100);
    expect(two.read(USB.BTABLE)).toBe(0);
  });
});

test('version 2: SUSPRDY follows SUSPEN, and host mode is told as not modelled', () => {
  const two = createFsdevBench(2);
  two.write(USB.CNTR, 0x8);
  expect(two.read(USB.CNTR)).toBe(0xc);
  two.write(USB.CNTR, 0x8000_0000);
  expect(two.read(USB.CNTR)).toBe(0x8000_0000);
  expect(two.notes).toContain('USB: host mode is not modelled');
});
