import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DataPacket } from '../usb/device-port.ts';
import { busReset, counting, type OtgBench, otgBench, packet, setupOf } from './usb-otg-bench.ts';
import { otgV2, otgV3 } from './usb-otg-cores.ts';
import { type Driver, libopencm3, stHal, synopsysUsbOtg, tinyUsb } from './usb-otg-drivers.ts';
import { GINT, OTG } from './usb-otg-registers.ts';

const cores = [
  ['2.81a', otgV2],
  ['3.10a', otgV3],
] as const;
const drivers = [
  ['TinyUSB', tinyUsb],
  ['HAL', stHal],
  ['libopencm3', libopencm3],
  ['synopsys-usb-otg', synopsysUsbOtg],
] as const;
const PATIENCE = 60;

/** A host that gives the driver's interrupt a chance between two tries. */
function hostOf(b: OtgBench, driver: Driver) {
  function serve(): void {
    for (let i = 0; b.irq(); i++) {
      if (i > PATIENCE) throw new Error(`an interrupt that is not served: 0x${b.read(OTG.GINTSTS).toString(16)}`);
      driver.interrupt(b);
    }
  }
  function tried<T>(attempt: () => T | 'nak' | undefined): T {
    for (let i = 0; i < PATIENCE; i++) {
      const answer = attempt();
      serve();
      if (answer !== 'nak' && answer !== undefined) return answer as T;
    }
    throw new Error('no other answer than NAK');
  }
  return {
    serve,
    read(address: number, setup: Uint8Array, packets: number): number[] {
      tried(() => b.port.setup(address, 0, setup));
      const bytes: number[] = [];
      for (let i = 0; i < packets; i++) {
        const data = tried<DataPacket | 'stall'>(() => b.port.in(address, 0));
        if (data === 'stall') throw new Error('STALL');
        b.port.acknowledge(address, 0);
        expect(data.toggle).toBe((i + 1) % 2);
        bytes.push(...data.bytes);
        serve();
      }
      tried(() => b.port.out(address, 0, packet(1)));
      return bytes;
    },
    command(address: number, setup: Uint8Array): void {
      tried(() => b.port.setup(address, 0, setup));
      const data = tried(() => b.port.in(address, 0));
      expect(data).toEqual(packet(1));
      b.port.acknowledge(address, 0);
      serve();
    },
  };
}

describe.each(drivers)('the order of %s', (_, create) => {
  test.each(cores)('enumerates on %s: descriptor, reset, address, descriptors of 18 and 150 bytes', (__, core) => {
    const b = otgBench(core, true);
    const driver = create();
    driver.init(b);
    expect(b.port.attached).toBe(true);
    const host = hostOf(b, driver);
    host.serve();
    b.bench.pass(10e6);
    host.serve();
    for (let round = 0; round < 2; round++) {
      b.port.setReset(true);
      host.serve();
      busReset(b);
      host.serve();
      expect(host.read(0, setupOf(0x80, 6, 0x100, 64), 1)).toEqual(counting(64));
    }
    host.command(0, setupOf(0, 5, 9));
    expect(b.port.setup(0, 0, setupOf(0x80, 6))).toBeUndefined();
    expect(host.read(9, setupOf(0x80, 6, 0x100, 18), 1)).toEqual(counting(18));
    expect(host.read(9, setupOf(0x80, 6, 0x200, 150), 3)).toEqual(counting(150));
    host.command(9, setupOf(0, 9, 1));
    expect(b.bench.notes).toEqual([]);
  });
  test('leaves nothing in the Rx FIFO', () => {
    const b = otgBench(otgV3, true);
    const driver = create();
    driver.init(b);
    const host = hostOf(b, driver);
    busReset(b);
    host.serve();
    host.read(0, setupOf(0x80, 6, 0x100, 8), 1);
    host.serve();
    expect(b.flags(GINT.RXFLVL)).toBe(0);
  });
});

describe('whatever firmware and host do', () => {
  /** A register or FIFO window; the first 0x40 words hold what matters most. */
  const offset = fc.oneof(
    fc.integer({ min: 0, max: 0x3f }),
    fc.integer({ min: 0x200, max: 0x210 }),
    fc.integer({ min: 0x240, max: 0x340 }),
    fc.integer({ min: 0x380, max: 0x9000 }),
  );
  const endpoint = fc.integer({ min: 0, max: 15 });
  const step = fc.oneof(
    fc.record({ do: fc.constant('write' as const), word: offset, value: fc.integer() }),
    fc.record({ do: fc.constant('read' as const), word: offset }),
    fc.record({ do: fc.constant('setup' as const), bytes: fc.uint8Array({ minLength: 8, maxLength: 8 }) }),
    fc.record({ do: fc.constant('out' as const), endpoint, bytes: fc.uint8Array({ maxLength: 64 }) }),
    fc.record({ do: fc.constant('in' as const), endpoint, acknowledged: fc.boolean() }),
    fc.record({ do: fc.constant('reset' as const), asserted: fc.boolean() }),
    fc.record({ do: fc.constant('frames' as const), running: fc.boolean() }),
    fc.record({ do: fc.constant('plug' as const), plugged: fc.boolean() }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 30 }) }),
  );
  test.each(cores)('%s does not throw, and its reset brings it back', (_, core) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const b = otgBench(core);
        stHal().init(b);
        for (const one of steps) {
          if (one.do === 'write') b.write(4 * one.word, one.value);
          else if (one.do === 'read') expect(b.read(4 * one.word)).toBeGreaterThanOrEqual(0);
          else if (one.do === 'setup') b.port.setup(0, 0, one.bytes);
          else if (one.do === 'out') b.port.out(0, one.endpoint, { toggle: 0, bytes: one.bytes });
          else if (one.do === 'in') {
            b.port.in(0, one.endpoint);
            if (one.acknowledged) b.port.acknowledge(0, one.endpoint);
          } else if (one.do === 'reset') b.port.setReset(one.asserted);
          else if (one.do === 'frames') b.port.setFrames(one.running, 1);
          else if (one.do === 'plug') b.port.setPlugged(one.plugged);
          else b.bench.pass(one.ms * 1e6);
        }
        b.port.setPlugged(true);
        b.port.setReset(false);
        b.reset();
        const driver = stHal();
        driver.init(b);
        const host = hostOf(b, driver);
        busReset(b);
        host.serve();
        expect(host.read(0, setupOf(0x80, 6, 0x100, 18), 1)).toEqual(counting(18));
      }),
      { numRuns: 60 },
    );
  });
});
