import type { Permissions } from '../guard/access.ts';

/** How a board's supply can be cut: `usb-port` takes probe, VCP and target together; `target` the target alone. */
export type PowerControl = 'none' | 'usb-port' | 'target';

interface BoardCommon {
  /** Unique in the rig; the name of the board in every report. */
  readonly name: string;
  /** Part or Nucleo name, as `chipNamed` knows it. */
  readonly chip: string;
  readonly permissions: Permissions;
}

/** A board that `hil virtual` hosts. */
export interface VirtualBoardEntry extends BoardCommon {
  readonly kind: 'virtual';
  /** ROM ID byte of the stand-in ROM. */
  readonly romId: number;
  /** Starts with erased flash, so a part with an empty check boots its ROM. */
  readonly blank: boolean;
  readonly seed: number;
  /** The wire on which the ROM is spoken to, by name, or `none`; by default the console's, or the first that reaches the ROM. */
  readonly romPort?: string;
}

/** A board on the bench. */
export interface RealBoardEntry extends BoardCommon {
  readonly kind: 'real';
  /** Serial of the ST-Link: what tells this board from others of its kind. */
  readonly probeSerial: string;
  /** Path of the serial port on the application's console, a Nucleo's VCP: `/dev/serial/by-id/…`. */
  readonly usart: string;
  /** Path of a serial adapter on a USART of the ROM, where the VCP does not reach it. */
  readonly rom?: string;
  /** The USB of the part: `auto`, or the path of the socket that its cable is in (`1-1.4`). Absent: no cable. */
  readonly usb?: string;
  readonly power: PowerControl;
  /** Who agreed, and when, that the tool may erase this board. Absent: it asks at first contact. */
  readonly firstContact?: { readonly by: string; readonly date: string };
}

export type BoardEntry = VirtualBoardEntry | RealBoardEntry;

/** A planned test that is allowed to have no verdict, and why. */
export interface AllowedSkip {
  readonly board?: string;
  readonly suite?: string;
  readonly test?: string;
  readonly reason: string;
}

/** The boards that one host can reach. */
export interface Rig {
  /** Absolute path of the file it was read from. */
  readonly file: string;
  readonly boards: readonly BoardEntry[];
  readonly allowedSkips: readonly AllowedSkip[];
}
