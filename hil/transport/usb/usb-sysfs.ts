import { readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Holder, holdersOf, holderText } from '../tty-device.ts';

/** What Linux knows of USB devices without a transfer. Elsewhere everything is undefined. */
export interface UsbSysfs {
  /** An attribute of a device: `serial`, `bcdDevice`. */
  attribute(path: string, name: string): string | undefined;
  /** Who has an interface: a driver of the kernel, or processes. */
  ownerOf(
    device: { readonly path: string; readonly busnum: number; readonly address: number },
    interfaceNumber: number,
  ): UsbOwner;
}

export interface UsbOwner {
  /** Driver of the kernel; undefined if it is none, or a process through usbfs. */
  readonly driver: string | undefined;
  readonly holders: readonly Holder[];
}

export function linuxUsbSysfs(
  sysFolder = '/sys/bus/usb/devices',
  devFolder = '/dev/bus/usb',
  procFolder = '/proc',
): UsbSysfs {
  const attribute = (path: string, name: string): string | undefined =>
    attempt(() => readFileSync(join(sysFolder, path, name), 'utf8').trim());
  return {
    attribute,
    ownerOf({ path, busnum, address }, interfaceNumber) {
      const configuration = attribute(path, 'bConfigurationValue') ?? '1';
      const link = join(sysFolder, `${path}:${configuration}.${interfaceNumber}`, 'driver');
      const driver = attempt(() => basename(readlinkSync(link)));
      const node = join(devFolder, String(busnum).padStart(3, '0'), String(address).padStart(3, '0'));
      return { driver: driver === 'usbfs' ? undefined : driver, holders: holdersOf(node, procFolder) };
    },
  };
}

/** `the driver cdc_acm`, `dfu-util (pid 12)`. */
export function ownerText({ driver, holders }: UsbOwner): string {
  if (driver !== undefined) return `the driver ${driver} of the kernel`;
  if (holders.length > 0) return holders.map(holderText).join(', ');
  return 'a program that cannot be seen from here';
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
