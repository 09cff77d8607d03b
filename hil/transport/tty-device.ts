import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

const BY_ID = '/dev/serial/by-id';

export interface SerialDevice {
  /** Stable name, from the USB strings: `/dev/serial/by-id/usb-STMicroelectronics_STLINK-V3_…`. */
  readonly byId: string;
  /** Where it points just now: `/dev/ttyACM0`. Never an identity. */
  readonly device: string;
}

/**
 * USB serial ports of this host, by their stable names. Reads udev's links, because serialport's own `list()` starts `udevadm`
 * and takes the whole process down where that is not installed (serialport 13).
 */
export function serialDevicesById(folder = BY_ID): readonly SerialDevice[] {
  return entriesOf(folder).flatMap((name) => {
    const byId = join(folder, name);
    const device = attempt(() => realpathSync(byId));
    return device === undefined ? [] : [{ byId, device }];
  });
}

export interface Holder {
  readonly pid: number;
  readonly command: string;
}

/**
 * Other processes that have the device open, as far as this user may see. Linux only: elsewhere, nobody is found.
 */
export function holdersOf(path: string, procFolder = '/proc'): readonly Holder[] {
  const device = attempt(() => realpathSync(path)) ?? path;
  return entriesOf(procFolder)
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const descriptors = join(procFolder, pid, 'fd');
      return entriesOf(descriptors).some((fd) => attempt(() => readlinkSync(join(descriptors, fd))) === device);
    })
    .map((pid) => ({
      pid: Number(pid),
      command: attempt(() => readFileSync(join(procFolder, pid, 'comm'), 'utf8').trim()) ?? 'unknown',
    }));
}

export function holderText(holder: Holder): string {
  return `${holder.command} (pid ${holder.pid})`;
}

function entriesOf(folder: string): readonly string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** Processes and devices come and go while they are looked at, and others' are not readable: both mean "not there". */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
