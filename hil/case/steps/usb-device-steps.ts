import * as z from 'zod';
import { romUsbOf } from '../../bootloader/dfuse/identify.ts';
import { allows, parseMemoryMap } from '../../bootloader/dfuse/memory-map.ts';
import { alternateNames } from '../../bootloader/dfuse/read-device.ts';
import { whoIsIt } from '../../bootloader/dfuse/who-is-it.ts';
import { isHilError } from '../../error/hil-error.ts';
import type { Reading } from '../case.ts';
import { DFU_MODE, deviceThere, RUNTIME, usbSide } from './foreign-dfu.ts';
import { withProbe } from './probe-steps.ts';
import { type Stage, type Verb, verb } from './stage.ts';

type Found = Readonly<Record<string, Reading | undefined>>;

const hex4 = (value: number): string => value.toString(16).padStart(4, '0');

async function lookAtDevice(stage: Stage): Promise<Found> {
  const found = await deviceThere(stage, 'usb-device');
  if (found === undefined) return { 'device.who': 'none' };
  const { port, device } = found;
  try {
    const { vendorId, productId, bcdDevice } = device.descriptor;
    const seen: Found = {
      'device.ids': `${hex4(vendorId)}:${hex4(productId)}`,
      'device.bcd': hex4(bcdDevice),
      'device.serial': device.serial,
      'device.product': device.product,
    };
    const mode = device.interfaces.find(({ protocol }) => protocol === DFU_MODE);
    if (mode === undefined) {
      const runtime = device.interfaces.some(({ protocol }) => protocol === RUNTIME);
      return { ...seen, 'device.who': runtime ? 'runtime' : 'other' };
    }
    const alternates = await alternateNames(port, mode);
    const { chip, board } = stage.bench;
    const { uniqueId } = await withProbe(stage, (probe) => probe.identity());
    const shown = { vendorId, productId, bcdDevice, serial: device.serial, alternates };
    const { who, against } = whoIsIt(chip, romUsbOf(chip, board), shown, uniqueId);
    return {
      ...seen,
      'device.who': who,
      'device.against': against,
      'device.map': alternates[0],
      'device.writeable': mapAllows(alternates, chip.flash.base),
    };
  } finally {
    await port.close();
  }
}

/** By its own map: may the first byte of the flash be written? A name that is no map allows nothing. */
function mapAllows(alternates: readonly string[], address: number): boolean {
  return alternates.some((name) => {
    try {
      return allows(parseMemoryMap(name), address, 1, 'writeable');
    } catch (error) {
      if (!isHilError(error)) throw error;
      return false;
    }
  });
}

/** The cable, and who is on it. */
export const usbDeviceSteps: Readonly<Record<string, Verb>> = {
  'usb-device': verb({
    says: "reads the descriptors of whoever is on the part's USB and tells who it is: `rom`, `application` (its own class of DFU mode), `runtime` (offers DFU_DETACH), `other-rom`, `wrong-board`, `other`, `none`",
    args: z.undefined(),
    reads: [
      'device.who',
      'device.ids',
      'device.bcd',
      'device.serial',
      'device.product',
      'device.against',
      'device.map',
      'device.writeable',
    ],
    async run(stage) {
      stage.forget('device.');
      stage.read(await lookAtDevice(stage));
    },
  }),
  replug: verb({
    says: "pulls the cable of the part's USB and plugs it in again: for the part a reset of the bus; then nothing is looked at",
    args: z.undefined(),
    async run(stage) {
      usbSide(stage, 'replug');
      stage.rom = undefined;
      await stage.bench.controls.usb(false);
      await stage.bench.controls.usb(true);
    },
  }),
};
