import { HilError } from '../../error/hil-error.ts';
import type { UsbIdentity } from './usb-port.ts';

/** Where the USB of a board is looked for, and which of the devices there is meant. */
export type UsbEndpoint =
  | { readonly kind: 'usbip'; readonly host: string; readonly port: number; readonly busid: string | undefined }
  /** `select`: a path through the hubs (`1-1.4`) or a serial number; undefined: any device. */
  | { readonly kind: 'usb'; readonly select: string | undefined };

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Reads `usb`, `usb:PATH`, `usb:SERIAL`, or `usbip://127.0.0.1:PORT` with or without `/BUSID`. USB/IP has no authentication, so only
 * loopback is accepted.
 * @throws HilError 603
 */
export function parseUsbEndpoint(text: string): UsbEndpoint {
  if (text === 'usb') return { kind: 'usb', select: undefined };
  const select = /^usb:([^/\s]+)$/.exec(text)?.[1];
  if (select !== undefined) return { kind: 'usb', select };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const port = Number(url?.port);
  const busid = /^\/([0-9]+-[0-9.]+)$/.exec(url?.pathname ?? '')?.[1];
  const pathFits = url?.pathname === '' || url?.pathname === '/' || busid !== undefined;
  if (url?.protocol !== 'usbip:' || !Number.isInteger(port) || port < 1 || !pathFits) {
    throw badEndpoint(text, 'it must be usb, usb:PATH, usb:SERIAL, or usbip://127.0.0.1:PORT/1-1');
  }
  if (!LOOPBACK.has(url.hostname)) throw badEndpoint(text, `${url.hostname} is not a loopback address`);
  return { kind: 'usbip', host: url.hostname === '[::1]' ? '::1' : url.hostname, port, busid };
}

/** True if a device is the one that `usb:PATH` or `usb:SERIAL` names. */
export function isSelected(select: string | undefined, device: UsbIdentity): boolean {
  return select === undefined || device.path === select || device.serialNumber === select;
}

function badEndpoint(text: string, why: string): HilError {
  return new HilError(603, `'${text}' is not a USB endpoint: ${why}`, { blame: 'rig', context: { endpoint: text } });
}
