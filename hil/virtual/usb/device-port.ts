/** The data toggle of a packet: DATA0 or DATA1. */
export type Toggle = 0 | 1;

/** A packet of data as it goes over the wire. */
export interface DataPacket {
  readonly toggle: Toggle;
  readonly bytes: Uint8Array;
}

/**
 * The device's end of a full-speed cable, transaction by transaction (USB 2.0 chapter 8): what a host controller can do to it and what it
 * sees. The peripheral (FSDEV, OTG_FS) implements it from its registers; nothing else reaches the firmware.
 *
 * `undefined` as an answer is no handshake at all: wrong address, function disabled, endpoint disabled, reset not served yet. The host
 * tries again.
 */
export interface UsbDevicePort {
  /** Transceiver powered and D+ pulled up: what a host sees as a full-speed device on its port. */
  readonly attached: boolean;
  /** Called when `attached` has changed. */
  onAttached(listener: (attached: boolean) => void): void;
  /** A NAK or a missing answer may have become another one: firmware armed or enabled something. The host may try again now. */
  onReady(listener: () => void): void;
  /** The cable: without it VBUS is missing. */
  setPlugged(plugged: boolean): void;
  /** SE0 on the bus from `true` (for 10 ms and more) to `false`. */
  setReset(asserted: boolean): void;
  /** Start-of-frame packets run (each ms, number `frame` now) or have stopped: after 3 ms without, the device is suspended. */
  setFrames(running: boolean, frame?: number): void;
  setup(address: number, endpoint: number, bytes: Uint8Array): 'ack' | undefined;
  out(address: number, endpoint: number, packet: DataPacket): 'ack' | 'nak' | 'stall' | undefined;
  in(address: number, endpoint: number): DataPacket | 'nak' | 'stall' | undefined;
  /** The host received the packet of the last `in` of this endpoint well and acknowledges it. */
  acknowledge(address: number, endpoint: number): void;
}
