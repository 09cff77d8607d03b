import { hex } from '../../error/format-error.ts';
import type { Setup, UsbIdentity } from './usb-port.ts';

const STANDARD: Readonly<Record<number, string>> = {
  0: 'GET_STATUS',
  1: 'CLEAR_FEATURE',
  6: 'GET_DESCRIPTOR',
  8: 'GET_CONFIGURATION',
  9: 'SET_CONFIGURATION',
  11: 'SET_INTERFACE',
};

/** A control request in words, for errors: `GET_DESCRIPTOR 0x0100`, `class request 0x03 to interface 0`. */
export function setupText({ type, recipient, request, value, index }: Setup): string {
  const name = type === 'standard' ? STANDARD[request] : undefined;
  if (name !== undefined) return `${name} ${hex(value)}`;
  return `${type} request ${hex(request)} to ${recipient}${recipient === 'device' ? '' : ` ${index & 0xff}`}`;
}

/** A device in words: `0483:df11 ver 2200, path 1-1, serial 205B396A5242`. */
export function identityText({ vendorId, productId, bcdDevice, path, serialNumber }: UsbIdentity): string {
  const serial = serialNumber === undefined ? '' : `, serial ${serialNumber}`;
  return `${word(vendorId)}:${word(productId)} ver ${word(bcdDevice)}, path ${path}${serial}`;
}

function word(value: number): string {
  return value.toString(16).padStart(4, '0');
}
