import { type ErrorContext, HilError, type HilErrorOptions, isHilError } from '../../error/hil-error.ts';
import type { UsbFailure, UsbFailureContext } from './usb-port.ts';

const codeOf = {
  stall: 250,
  timeout: 251,
  disconnected: 252,
  busy: 253,
  access: 254,
  notfound: 255,
  io: 256,
} as const satisfies Record<UsbFailure, number>;

/** The HilError of a USB failure: code 250 to 256, with the failure in its context. */
export function usbError(
  failure: UsbFailure,
  sentence: string,
  options: Omit<HilErrorOptions, 'context'> & { readonly context?: ErrorContext } = {},
): HilError {
  const context: UsbFailureContext = { ...options.context, usb: failure };
  return new HilError(codeOf[failure], sentence, { blame: blameOf(failure), ...options, context });
}

/** How a transfer or an opening failed; undefined for any other error. */
export function usbFailureOf(error: unknown): UsbFailure | undefined {
  if (!isHilError(error)) return undefined;
  const { usb } = error.context;
  return typeof usb === 'string' && usb in codeOf ? (usb as UsbFailure) : undefined;
}

/** True if the device is no longer there. */
export function isGone(error: unknown): boolean {
  const failure = usbFailureOf(error);
  return failure === 'disconnected' || failure === 'notfound';
}

/** What a device did is not the rig's fault; what the host forbids is. */
function blameOf(failure: UsbFailure): 'rig' | 'unknown' {
  return failure === 'busy' || failure === 'access' || failure === 'notfound' ? 'rig' : 'unknown';
}
