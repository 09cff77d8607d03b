import { describe, expect, test } from '@jest/globals';
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
