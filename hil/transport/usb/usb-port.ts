import type { ErrorContext } from '../../error/hil-error.ts';

/** The eight bytes before a control transfer (USB 2.0 9.3), without direction and length, which the call tells. */
export interface Setup {
  readonly type: 'standard' | 'class' | 'vendor';
  readonly recipient: 'device' | 'interface' | 'endpoint' | 'other';
  /** bRequest, 0 to 0xFF. */
  readonly request: number;
  /** wValue, 0 to 0xFFFF. */
  readonly value: number;
  /** wIndex, 0 to 0xFFFF. */
  readonly index: number;
}

/**
 * How a transfer or an opening failed, whatever the way to the device. `stall`: the device refused the request (USB 2.0 8.5.3.4), and
 * goes on. `timeout`: no end within the time given; the transfer was taken back. `disconnected`: the device is gone. `busy`: somebody
 * else has the interface. `access`: the system does not let us. `notfound`: it was gone before. `io`: anything else.
 */
export type UsbFailure = 'stall' | 'timeout' | 'disconnected' | 'busy' | 'access' | 'notfound' | 'io';

/** What `HilError.context` of a USB failure holds beside the failure. */
export interface UsbFailureContext extends ErrorContext {
  readonly usb: UsbFailure;
}

/** What is known of a device without opening it. */
export interface UsbIdentity {
  /**
   * Identity across listings: bus and address on a real host (new after each replug), `usbip://host:port/1-1#n` behind USB/IP, where `n` counts
   * the attachments.
   */
  readonly id: string;
  readonly vendorId: number;
  readonly productId: number;
  /** BCD, e.g. 0x2200. */
  readonly bcdDevice: number;
  /** As the device's string says it; undefined where it has none or nobody may read it. */
  readonly serialNumber: string | undefined;
  /** Path through the hubs, e.g. `1-1.4`: stays over replugs in the same socket. */
  readonly path: string;
}

/** One USB device: what a DFU session needs, and no more. Every failure is a HilError with `UsbFailureContext`. */
export interface UsbPort extends UsbIdentity {
  open(): Promise<void>;
  /** Gives back what was claimed, then closes. Never throws. */
  close(): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  /** SET_INTERFACE. The interface must be claimed. */
  selectAlternateInterface(interfaceNumber: number, alternate: number): Promise<void>;
  /** A read of up to `length` bytes; fewer are a short answer. @param timeoutMs Above 0; the transfer is taken back when it passes. */
  controlTransferIn(setup: Setup, length: number, timeoutMs: number): Promise<Uint8Array>;
  /** A write; `data` may be empty. */
  controlTransferOut(setup: Setup, data: Uint8Array, timeoutMs: number): Promise<void>;
  /** A bus reset, where the way to the device has one. */
  reset?(): Promise<void>;
}

/** The devices that one way (npm `usb`, a USB/IP server) reaches. */
export interface UsbBus {
  /** In words, for errors: `USB/IP server 127.0.0.1:4001`. */
  readonly name: string;
  /** The devices there now. An object of an earlier listing stays usable as long as its device is there. */
  list(): Promise<readonly UsbPort[]>;
  /** Gives back what the bus holds (connections, listeners). Never throws. */
  close(): Promise<void>;
}
