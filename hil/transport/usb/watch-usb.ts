import { HilError } from '../../error/hil-error.ts';
import type { Deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { identityText } from './setup-text.ts';
import type { UsbBus, UsbIdentity, UsbPort } from './usb-port.ts';

/** How often the devices are listed: not every host announces plugs (containers, guests without udev). */
export const LIST_INTERVAL_MS = 25;

/**
 * Waits for the one device that fits.
 * @param awaited To be read after `no`: `ROM on USB`.
 * @param fits Judges by what is known without opening a device
 * @throws HilError 261 (none in time; the message lists what was there instead), 262 (more than one), those of the bus
 */
export async function untilPlugged(
  bus: UsbBus,
  limit: Deadline,
  awaited: string,
  fits: (device: UsbIdentity) => boolean,
): Promise<UsbPort> {
  return until(
    limit,
    `${awaited} on ${bus.name}`,
    async (note) => {
      const all = await bus.list();
      note(all.length === 0 ? 'no device at all' : all.map(identityText).join(' and '));
      const fitting = all.filter(fits);
      if (fitting.length > 1) throw ambiguous(bus, limit, awaited, fitting);
      return fitting[0];
    },
    { code: 261, blame: 'unknown', pollMs: LIST_INTERVAL_MS },
  );
}

/** Waits until the device is no longer listed. @throws HilError 261, those of the bus */
export async function untilUnplugged(bus: UsbBus, limit: Deadline, device: UsbIdentity): Promise<void> {
  await until(
    limit,
    `end of ${identityText(device)} on ${bus.name}`,
    async (note) => {
      note('it is still listed');
      return !(await bus.list()).some(({ id }) => id === device.id);
    },
    { code: 261, context: { awaitedId: device.id }, pollMs: LIST_INTERVAL_MS },
  );
}

function ambiguous(bus: UsbBus, limit: Deadline, awaited: string, found: readonly UsbIdentity[]): HilError {
  const board = limit.board === undefined ? '' : `${limit.board}: `;
  return new HilError(
    262,
    `${board}${found.length} devices on ${bus.name} may be meant by '${awaited}': ${found.map(identityText).join(' and ')}`,
    { blame: 'rig', context: { devices: found.map(({ id }) => id) } },
  );
}
