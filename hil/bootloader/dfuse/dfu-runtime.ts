import { HilError, isHilError } from '../../error/hil-error.ts';
import { type DeadlineScope, deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { identityText } from '../../transport/usb/setup-text.ts';
import { isGone, usbFailureOf } from '../../transport/usb/usb-failure.ts';
import type { UsbBus, UsbIdentity, UsbPort } from '../../transport/usb/usb-port.ts';
import { untilPlugged } from '../../transport/usb/watch-usb.ts';
import { dfuRequest } from './commands.ts';
import type { DfuInterface } from './descriptors.ts';
import { TRANSFER_MS } from './dfu-link.ts';
import { functionalOf } from './read-device.ts';

/** What an application may take beyond its wDetachTimeOut: a firmware that ends its work first, a host that sees the end late. */
const DETACH_MARGIN_MS = 5000;
/** What DETACH asks for where the device names no time: as dfu-util does. */
const DETACH_MS = 1000;
/** From the end of the application to the ROM on the bus: the slowest ROM connects after 0.6 s (AN2606 T229), a host debounces 0.1 s. */
const ROM_MS = 10_000;
/** How often an application that should go is looked at, and how long one look may take. */
const LOOK_MS = 20;
const LOOK_TRANSFER_MS = 1000;

/** A running application that offers to make way (DFU 1.1 4.1). */
export interface DetachableApplication {
  readonly interfaceNumber: number;
  /** bitWillDetach: it goes by itself. Else it waits for a bus reset. */
  readonly willDetach: boolean;
  /** In ms. */
  readonly wDetachTimeOut: number;
  /**
   * Opens the port, asks the application to detach (DFU_DETACH), resets the bus if it wants that, waits until it is gone, and closes the
   * port. That it goes away before it has acknowledged the request is no failure.
   * @throws HilError 330 (it refuses, cannot be reset, or stays), 250 to 256
   */
  detach(scope: DeadlineScope): Promise<void>;
}

/**
 * The application behind an open port, by its descriptors; undefined if it has no run-time interface.
 * @param interfaces As `readDfuDevice` found them
 * @throws HilError 320, 321, 250 to 256
 */
export async function detachableApplication(
  port: UsbPort,
  interfaces: readonly DfuInterface[],
): Promise<DetachableApplication | undefined> {
  const runtime = interfaces.find(({ protocol }) => protocol === 1);
  if (runtime === undefined) return undefined;
  const { willDetach, wDetachTimeOut } = await functionalOf(port, runtime);
  const interfaceNumber = runtime.number;
  return {
    interfaceNumber,
    willDetach,
    wDetachTimeOut,
    detach: (scope) => detach(port, { interfaceNumber, willDetach, wDetachTimeOut }, scope),
  };
}

async function detach(
  port: UsbPort,
  { interfaceNumber, willDetach, wDetachTimeOut }: Omit<DetachableApplication, 'detach'>,
  scope: DeadlineScope,
): Promise<void> {
  const board = scope.board === undefined ? '' : `${scope.board}: `;
  const notDetached = (why: string, cause?: unknown): HilError =>
    new HilError(330, `${board}${identityText(port)} did not detach: ${why}`, {
      blame: 'firmware',
      context: { willDetach, wDetachTimeOutMs: wDetachTimeOut },
      cause,
    });

  await port.open();
  try {
    await port.claimInterface(interfaceNumber);
    await port
      .controlTransferOut(
        {
          type: 'class',
          recipient: 'interface',
          request: dfuRequest.DETACH,
          value: wDetachTimeOut || DETACH_MS,
          index: interfaceNumber,
        },
        new Uint8Array(0),
        TRANSFER_MS,
      )
      .catch((error: unknown) => {
        if (usbFailureOf(error) === 'stall') throw notDetached('it refused DFU_DETACH (STALL)', error);
        // Anything else may be the device that is going: the next look tells.
        if (usbFailureOf(error) === undefined) throw error;
      });
    if (!willDetach) {
      if (port.reset === undefined) {
        throw notDetached('it waits for a bus reset (bitWillDetach is 0), and the way to it has none');
      }
      // A device that is reset into its ROM comes back as another one: the reset then fails.
      await port.reset().catch(() => {});
    }
    const ms = wDetachTimeOut + DETACH_MARGIN_MS;
    await until(deadline(`end of ${port.id}`, ms, scope), 'end of the application', () => hasGone(port), {
      pollMs: LOOK_MS,
    }).catch((error: unknown) => {
      if (!isHilError(error) || error.code !== 290) throw error;
      const promise = willDetach ? 'it says that it detaches by itself (bitWillDetach)' : 'it was reset';
      throw notDetached(`${promise}, and is still on the bus ${ms} ms after DFU_DETACH`, error);
    });
  } finally {
    await port.close();
  }
}

/** Asks for what every device answers. Silence is not absence. */
async function hasGone(port: UsbPort): Promise<boolean> {
  try {
    const setup = { type: 'standard', recipient: 'device', request: 0x06, value: 0x0100, index: 0 } as const;
    await port.controlTransferIn(setup, 18, LOOK_TRANSFER_MS);
    return false;
  } catch (error) {
    return isGone(error);
  }
}

export interface RomWait {
  readonly bus: UsbBus;
  /** Board, revocation, lag. */
  readonly scope?: DeadlineScope;
  readonly ms?: number;
  /** Narrows: by path, by serial number, or to what was not there before. */
  readonly fits?: (device: UsbIdentity) => boolean;
}

/**
 * Waits for a device of the ids of ST's ROMs. Whether it is the ROM, and the right one, `openDfuse` judges.
 * @throws HilError 331 (none in time; the message lists what was there instead), 262 (more than one)
 */
export async function untilRom({ bus, scope = {}, ms = ROM_MS, fits = () => true }: RomWait): Promise<UsbPort> {
  const isOne = (device: UsbIdentity): boolean => isRomId(device) && fits(device);
  try {
    return await untilPlugged(bus, deadline('ROM on USB', ms, scope), 'ROM (0483:df11)', isOne);
  } catch (error) {
    if (!isHilError(error) || error.code !== 261) throw error;
    throw new HilError(331, error.message.replace(/ {2}\[HIL-\d+\]$/, ''), { context: error.context, cause: error });
  }
}

/** The ids of every ROM of ST with DFU (AN3156). An application may show them too. */
export function isRomId({ vendorId, productId }: UsbIdentity): boolean {
  return vendorId === 0x0483 && productId === 0xdf11;
}
