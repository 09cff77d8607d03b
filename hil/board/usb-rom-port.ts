import { detachableApplication, isRomId } from '../bootloader/dfuse/dfu-runtime.ts';
import { readDfuDevice } from '../bootloader/dfuse/read-device.ts';
import { type DfuseSession, openDfuse } from '../bootloader/dfuse/session.ts';
import { serialOfUniqueId } from '../bootloader/dfuse/who-is-it.ts';
import type { Chip } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { openUsbBus } from '../transport/usb/open-usb-bus.ts';
import { identityText } from '../transport/usb/setup-text.ts';
import type { UsbPort } from '../transport/usb/usb-port.ts';
import { untilPlugged } from '../transport/usb/watch-usb.ts';
import type { Controls, UsbSide } from './bench-types.ts';
import type { PortSurroundings, RomPort } from './rom-port.ts';

/**
 * From the jump until a host lists the ROM's device: its start (some ROMs try for an HSE first, AN2606), debouncing, reset and
 * enumeration by the host. On Linux that takes half a second; a hub that tries again needs two.
 */
const ENUMERATES_MS = 4_000;

/** The endpoint that leads to whatever the host has: which of several ROMs there is meant tells their serial number. */
const ANY_DEVICE = 'usb';

/** The serial number that the ROM of this chip shows; undefined where all chips show the same. */
function serialOf(chip: Chip, uniqueId: string): string | undefined {
  return chip.rom.usb?.serial === 'unique-id' ? serialOfUniqueId(uniqueId) : undefined;
}

/** @throws HilError 431 if no cable of the rig reaches the part's USB */
export function createUsbSide({
  wires,
  scope,
  controls,
}: Pick<PortSurroundings, 'wires' | 'scope' | 'controls'>): UsbSide {
  if (wires.usb === undefined) {
    throw new HilError(431, `${wires.board}: no USB cable of the rig reaches the ${wires.chip}`, { blame: 'rig' });
  }
  const bus = openUsbBus(wires.usb);
  const awaitDevice: UsbSide['awaitDevice'] = (awaited, fits, ms = ENUMERATES_MS) =>
    untilPlugged(bus, deadline(awaited, ms, scope), awaited, fits);
  return {
    bus,
    plug: (plugged) => plugIfWorkable(wires.control !== undefined, controls, plugged),
    awaitDevice,
    async awaitDetachable() {
      const device = await awaitDevice('application on USB', (seen) => !isRomId(seen));
      await device.open();
      try {
        const { interfaces } = await readDfuDevice(device);
        const application = await detachableApplication(device, interfaces);
        if (application !== undefined) return { device, detach: () => application.detach(scope) };
      } finally {
        await device.close();
      }
      throw new HilError(320, `${wires.board}: ${identityText(device)} offers no DFU_DETACH`, { blame: 'firmware' });
    },
  };
}

async function plugIfWorkable(workable: boolean, controls: Controls, plugged: boolean): Promise<void> {
  if (workable) await controls.usb(plugged);
}

/** The ROM on USB: DFU with ST's extensions. */
export function createUsbPort(around: PortSurroundings): RomPort<'usb'> {
  const { wires, chip, scope } = around;
  const { board, permissions } = wires;
  const usb = createUsbSide(around);
  let device: UsbPort | undefined;
  let uniqueId: string | undefined;

  const meet = async (): Promise<DfuseSession> => {
    await device?.close();
    device = undefined;
    uniqueId ??= await around.uniqueId();
    await usb.plug(true);
    const expected = wires.usb === ANY_DEVICE ? serialOf(chip, uniqueId) : undefined;
    device = await usb.awaitDevice(
      `DFU device of the ROM${expected === undefined ? '' : ` with the serial number ${expected}`}`,
      (seen) => isRomId(seen) && (expected === undefined || seen.serialNumber === expected),
    );
    return openDfuse(device, { chip, board, permissions, bus: usb.bus, uniqueId, scope, recorder: scope.recorder });
  };
  return {
    port: 'usb',
    usb,
    // No such device, or an application's own DFU class; or one that enumerated and answers no more: a ROM that died, or left again.
    silent: [261, 320, 323, 250, 251, 252, 255, 256, 326],
    brokenOff: [],
    meet,
    answerOf: ({ id }) => ({
      answer: { device: id.device },
      romId: id.romId,
      words: `DFU device ${id.serial ?? 'without serial number'}, bcdDevice ${hex(id.bcdDevice)}`,
    }),
    async close() {
      await device?.close();
      await usb.bus.close();
    },
  };
}
