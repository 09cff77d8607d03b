import type { UsbSide } from '../../board/bench-types.ts';
import type { DfuFunctional, DfuInterface } from '../../bootloader/dfuse/descriptors.ts';
import { createDfuLink, type DfuLink } from '../../bootloader/dfuse/dfu-link.ts';
import { type DfuDevice, functionalOf, readDfuDevice } from '../../bootloader/dfuse/read-device.ts';
import { HilError, isHilError } from '../../error/hil-error.ts';
import type { UsbPort } from '../../transport/usb/usb-port.ts';
import type { Stage } from './stage.ts';

/** No device came in time. */
const NO_DEVICE = 261;

/** bInterfaceProtocol (DFU 1.1 4.1.2, 4.2.3). */
export const RUNTIME = 1;
export const DFU_MODE = 2;

/** A DFU interface as any host can use it: nothing is asked of who it is. */
export interface ForeignDfu {
  readonly port: UsbPort;
  readonly dfu: DfuInterface;
  readonly functional: DfuFunctional;
  readonly link: DfuLink;
}

/** @throws HilError 652 where the case runs on another port than USB */
export function usbSide({ bench }: Stage, what: string): UsbSide {
  if (bench.usb !== undefined) return bench.usb;
  throw new HilError(652, `${bench.board}: the step '${what}' is of USB; the case needs { port: usb }`, {
    blame: 'test',
  });
}

/** The device on the cable, open, with its descriptors; undefined if there is none. What held it before is over. */
export async function deviceThere(
  stage: Stage,
  what: string,
): Promise<{ readonly port: UsbPort; readonly device: DfuDevice } | undefined> {
  const usb = usbSide(stage, what);
  stage.rom?.session.close();
  stage.rom = undefined;
  await usb.plug(true);
  const port = await usb
    .awaitDevice('device on the cable', () => true)
    .catch((error: unknown) => {
      if (!isHilError(error) || error.code !== NO_DEVICE) throw error;
      return undefined;
    });
  if (port === undefined) return undefined;
  await port.open();
  return { port, device: await readDfuDevice(port) };
}

/**
 * Works with the DFU interface of this protocol as another tool would, which claims it and begins: no memory map, no serial number, no
 * quirk is looked at. Undefined if the cable has no such interface. The interface is given back.
 */
export async function withForeignDfu<T>(
  stage: Stage,
  what: string,
  protocol: number,
  work: (host: ForeignDfu) => Promise<T>,
): Promise<T | undefined> {
  const found = await deviceThere(stage, what);
  if (found === undefined) return undefined;
  const { port, device } = found;
  try {
    const dfu = device.interfaces.find((one) => one.protocol === protocol);
    if (dfu === undefined) return undefined;
    const functional = await functionalOf(port, dfu);
    await port.claimInterface(dfu.number);
    return await work({ port, dfu, functional, link: createDfuLink(port, dfu.number, stage.bench.scope) });
  } finally {
    // What was claimed is given back with it.
    await port.close();
  }
}
