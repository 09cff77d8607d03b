import * as z from 'zod';
import { isRomId } from '../../bootloader/dfuse/dfu-runtime.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import { identityText } from '../../transport/usb/setup-text.ts';
import type { UsbIdentity } from '../../transport/usb/usb-port.ts';
import { type Verb, verb } from './stage.ts';

/** 1209:0001, under which the application under test shows its run-time interface (docs/handover.md, USB). */
function isApplication({ vendorId, productId }: UsbIdentity): boolean {
  return vendorId === 0x1209 && productId === 0x0001;
}

/**
 * What a host lists, whoever answers by now: a device that did not leave the bus stays listed with the descriptors it had.
 * @returns Readings `usb.shows` and `usb.device`
 */
export function busReadings(devices: readonly UsbIdentity[]): Readonly<Record<string, string | undefined>> {
  const rom = devices.find(isRomId);
  const application = devices.find(isApplication);
  const device = rom ?? application;
  return {
    'usb.shows': rom !== undefined ? 'rom' : application !== undefined ? 'application' : 'nothing',
    'usb.device': device === undefined ? undefined : identityText(device),
  };
}

/** No such device came in time. */
const NOT_THERE = 261;

const awaited = { rom: isRomId, application: isApplication } as const;

/** What the host has on its bus. */
export const usbBusSteps: Readonly<Record<string, Verb>> = {
  'usb-bus': verb({
    says: 'reads what the host lists on the USB of the part, and asks no device: `rom` (its ids 0483:DF11), `application` (a run-time interface) or `nothing`; `{ usb-bus: { await: application } }` plugs the cable in and gives a host the time that it needs',
    args: z.strictObject({ await: z.enum(['rom', 'application']) }).optional(),
    reads: ['usb.shows', 'usb.device'],
    async run(stage, args) {
      const { usb, board } = stage.bench;
      if (usb === undefined) {
        throw new HilError(652, `${board}: the step 'usb-bus' looks at the bus of a bench on USB`, { blame: 'test' });
      }
      if (args !== undefined) {
        await usb.plug(true);
        await usb.awaitDevice(`${args.await} on USB`, awaited[args.await]).catch((error: unknown) => {
          if (!isHilError(error) || error.code !== NOT_THERE) throw error;
        });
      }
      stage.read(busReadings(await usb.bus.list()));
    },
  }),
};
