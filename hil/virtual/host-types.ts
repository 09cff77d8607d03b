/** What one virtual board is to be: the part of a rig file that its process needs. */
export interface BoardSpec {
  /** Unique in its process; also decides the serial number of the board's probe. */
  readonly name: string;
  /** Nucleo name, e.g. `NUCLEO-G070RB`. */
  readonly model: string;
  /** ROM ID byte, e.g. 0xB4; default: the newest of the part. */
  readonly romId?: number;
  /** Start with erased flash, whatever `flash` and `flashPath` say. */
  readonly blank?: boolean;
  /** The stand-in ROM as a raw binary for the base of system memory. */
  readonly romPath: string;
  /** Flash content at first power-on: `.elf`, `.hex`, or a `.bin` for the flash base. */
  readonly flashPath?: string;
  /** Flash content at first power-on as bytes; wins over `flashPath`. */
  readonly flash?: Uint8Array;
  /** Seed of everything random on the board. */
  readonly seed: number;
  /** File to which the input log is written (replaced when it exists). Its folder must exist. */
  readonly inputLog?: string;
}

export interface ReadyUart {
  readonly name: string;
  readonly role: 'vcp' | 'rom' | 'both';
  /** `rfc2217://127.0.0.1:PORT` */
  readonly line: string;
  /** Path of the pseudo-terminal's slave; null where the system gives none. */
  readonly pty: string | null;
}

/** What a board says when it answers on all its wires: the JSON line of `hil virtual --json`. */
export interface ReadyLine {
  readonly board: string;
  readonly stlink: {
    readonly host: string;
    readonly port: number;
    readonly serial: string;
    /** The same ST-LINK as a USB device, with its serial port. */
    readonly usbip: { readonly host: string; readonly port: number; readonly busid: string };
  };
  readonly uart: readonly ReadyUart[];
  readonly usbip: { readonly host: string; readonly port: number; readonly busid: string } | null;
  readonly control: { readonly host: string; readonly port: number };
}
