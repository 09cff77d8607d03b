import type { Urb, UrbResult } from './urb.ts';
import type { UsbIpDevice } from './usbip-codec.ts';

/** A URB on its way. */
export interface Submission {
  /** Take it back: true, and nothing comes for it; false when it has ended. */
  unlink(): boolean;
}

/** A device that the server offers: the target's own USB, or whatever else sits on the board's cable. */
export interface Export {
  readonly busid: string;
  /** Undefined while nothing is enumerated there. */
  readonly device: UsbIpDevice | undefined;
  submit(urb: Omit<Urb, 'id'>, done: (result: UrbResult) => void): Submission;
  /** Reset its port, where it has one. */
  reset?(): void;
  /** The device has gone; its URBs have ended before. */
  onGone(listener: () => void): void;
}
