/**
 * What a rig file permits on a board whose content matters to somebody. There is no entry for readout protection level 2: it
 * cannot be undone, so nothing permits it.
 */
export interface Permissions {
  /** Flash content that may be lost: none, page by page, or all at once. Programming counts like erasing a page. */
  readonly erase: 'none' | 'pages' | 'mass';
  /** Write protection of flash pages (WRP) may be changed. */
  readonly write_protection: boolean;
  /** Option bytes other than RDP and WRP may be changed. */
  readonly option_bytes: boolean;
  /** Readout protection may be set to level 1 and taken back, which erases the flash. */
  readonly rdp1: boolean;
}

/** What a board gets whose rig file says nothing. */
export const NO_PERMISSIONS: Permissions = { erase: 'none', write_protection: false, option_bytes: false, rdp1: false };

/** The way by which an access reaches the chip. */
export type Path = 'swd' | 'usart' | 'usb';

/** Anything that may change what survives a reset; every one of these passes the guard before the first byte is sent. */
export type Access =
  /** Bytes to an address: RAM, flash, option bytes, and by SWD the registers. */
  | { readonly kind: 'write'; readonly via: Path; readonly address: number; readonly bytes: Uint8Array }
  | { readonly kind: 'erase-pages'; readonly via: Path; readonly pages: readonly number[] }
  /** The whole flash, or a bank of it. */
  | { readonly kind: 'erase-all'; readonly via: Path }
  /** Write Protect, Write Unprotect (AN3155 0x63, 0x73). */
  | { readonly kind: 'write-protection'; readonly via: Path; readonly set: boolean }
  /** Readout Protect, Readout Unprotect (AN3155 0x82, 0x92; AN3156). Unprotecting erases the flash. */
  | { readonly kind: 'readout-protection'; readonly via: Path; readonly set: boolean }
  /** An image about to be written: each of its segments is decided like a write. */
  | {
      readonly kind: 'image';
      readonly via: Path;
      readonly segments: readonly { readonly address: number; readonly bytes: Uint8Array }[];
    };

/** What was read from the chip before, so that a write that changes nothing is told from one that does. */
export interface KnownState {
  /** Option words by their register's name, e.g. `OPTR`. A word that is missing counts as unknown, and any write as a change. */
  readonly optionWords?: Readonly<Record<string, number>>;
}

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: 451 | 452 | 453 | 454 | 455 | 456; readonly reason: string };

export const ALLOWED: Decision = { allowed: true };

export function refuse(code: 451 | 452 | 453 | 454 | 455 | 456, reason: string): Decision {
  return { allowed: false, code, reason };
}

/** The first refusal, if there is one. */
export function firstRefusal(decisions: Iterable<Decision>): Decision {
  for (const decision of decisions) if (!decision.allowed) return decision;
  return ALLOWED;
}
