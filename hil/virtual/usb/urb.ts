/** Values of `UrbResult.status` other than 0: negative errno of Linux, as USB/IP carries them. */
export const urbStatus = {
  ok: 0,
  /** The device is not there any more. */
  noDevice: -19,
  /** STALL. */
  stall: -32,
  /** No handshake three times over, or a packet that the protocol does not allow. */
  protocol: -71,
  /** More bytes than asked for. */
  babble: -75,
  /** Taken back. */
  cancelled: -104,
} as const;

/** One transfer that a client asks for. */
export interface Urb {
  /** Chosen by the client, unique among its pending ones. */
  readonly id: number;
  /** Endpoint number, 0 to 15, without the direction. */
  readonly endpoint: number;
  readonly direction: 'in' | 'out';
  /** The 8 bytes of a SETUP packet; endpoint 0 only. */
  readonly setup?: Uint8Array;
  /** What is sent, `out` only. */
  readonly data?: Uint8Array;
  /** Longest answer, `in` only. */
  readonly length?: number;
  /** Interrupt endpoints: frames between two looks. 0 or absent: whenever there is room on the bus. */
  readonly interval?: number;
}

export interface UrbResult {
  /** 0 or one of `urbStatus`. */
  readonly status: number;
  /** Bytes that went over the bus. */
  readonly actual: number;
  /** What came, `in` only. */
  readonly data: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** A transfer that ended with nothing but its status. */
export function ended(status: number, actual = 0): UrbResult {
  return { status, actual, data: NOTHING };
}
