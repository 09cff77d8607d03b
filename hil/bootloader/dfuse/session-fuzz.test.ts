import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chipNamed } from '../../chip/lookup.ts';
import { isHilError } from '../../error/hil-error.ts';
import type { Permissions } from '../../guard/access.ts';
import { usbError } from '../../transport/usb/usb-failure.ts';
import type { UsbFailure, UsbPort } from '../../transport/usb/usb-port.ts';
import { createFakeDfuRom } from './fake-dfu-rom.ts';
import { openDfuse } from './session.ts';

/** Transfers that fail in any way at any place: a call succeeds only when its bytes are in flash, and the next session makes good what is not. */

const chip = chipNamed('STM32G0B1RE');
const EVERYTHING: Permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true };
const image = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7 + 3) & 0xff);
const segments = [{ address: chip.flash.base, bytes: image }];
/** USB 250 to 256; DFU 320 to 331; a read-back that differs; a session that is over; an abort by the guard is none of them. */
const NAMED: readonly number[] = [
  250, 251, 252, 253, 254, 255, 256, 307, 310, 320, 321, 322, 323, 324, 325, 326, 329, 475,
];

interface Fault {
  /** Which transfer, counted from the first. */
  readonly at: number;
  /** Before: the device has not seen it. After: it has, and the host does not know. */
  readonly when: 'before' | 'after';
  readonly failure: Exclude<UsbFailure, 'busy' | 'access' | 'notfound' | 'disconnected'>;
}

const faults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc.record({
    at: fc.nat(70),
    when: fc.constantFrom('before' as const, 'after' as const),
    failure: fc.constantFrom('stall' as const, 'timeout' as const, 'io' as const),
  }),
  { minLength: 1, maxLength: 4 },
);

function faulty(port: UsbPort, all: readonly Fault[]): UsbPort {
  let count = 0;
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = count++;
    const fault = all.find(({ at }) => at === mine);
    if (fault === undefined) return work();
    if (fault.when === 'after') await work();
    throw usbError(fault.failure, `transfer ${mine}: ${fault.failure}`);
  };
  return {
    ...port,
    controlTransferIn: (setup, length, ms) => around(() => port.controlTransferIn(setup, length, ms)),
    controlTransferOut: (setup, data, ms) => around(() => port.controlTransferOut(setup, data, ms)),
  };
}

test('success means that the bytes are there, failure has a name, and the next session recovers', async () => {
  await fc.assert(
    fc.asyncProperty(faults, fc.integer({ min: 0, max: 3 }), async (all, busyRounds) => {
      const rom = createFakeDfuRom(chip, { busyRounds });
      const options = { chip, board: 'g0b1', permissions: EVERYTHING, bus: rom.bus };
      try {
        const session = await openDfuse(faulty(rom.port, all), options);
        await session.eraseAndWrite(segments);
        expect(rom.flash.subarray(0, image.length)).toEqual(image);
        session.close();
      } catch (error) {
        if (!isHilError(error)) throw error;
        expect(NAMED).toContain(error.code);
      }
      const session = await openDfuse(rom.port, options);
      await session.eraseAndWrite(segments);
      expect(rom.flash.subarray(0, image.length)).toEqual(image);
    }),
    { numRuns: 60, endOnFailure: true },
  );
}, 60_000);
