import type { BootloaderSession } from '../bootloader/an3155/session.ts';
import type { Chip } from '../chip/chip.ts';
import type { Permissions } from '../guard/access.ts';
import type { Image } from '../image/image.ts';
import type { DeadlineScope, LagSource } from '../trace/deadline.ts';
import type { Recorder } from '../trace/recorder.ts';

/** The wires of one board as a supervisor knows them: everything a bench needs, and plain data so that it crosses processes. */
export interface BoardWires {
  readonly board: string;
  /** Part name, as `chipNamed` knows it. */
  readonly chip: string;
  readonly kind: 'virtual' | 'real';
  readonly permissions: Permissions;
  /** Tcl socket of the OpenOCD that owns the board's probe. */
  readonly openocd: { readonly host: string; readonly port: number };
  /** Serial of the ST-Link. */
  readonly stlink: string;
  /** Serial endpoint that reaches both the application's console and the ROM, e.g. `rfc2217://127.0.0.1:4000` or a tty path. */
  readonly usart: string;
  /** Control endpoint of a virtual board (power, NRST, BOOT0, button, wire); undefined when nobody can do what a hand would do. */
  readonly control?: { readonly host: string; readonly port: number };
  /** ROM ID byte that the rig file promises (virtual boards); a real board is asked. */
  readonly romId?: number;
  /** Absolute paths of firmware that suites use, by name, e.g. `handover`. */
  readonly images: Readonly<Record<string, string>>;
}

export interface BoardScope extends DeadlineScope {
  readonly board: string;
  readonly signal: AbortSignal;
  readonly lag: LagSource;
  readonly recorder: Recorder;
}

/** Numbers of one `@boot` line: the machine state at the first instructions of the application's reset handler. */
export type BootRecord = Readonly<Record<string, number | string>> & {
  readonly n: number;
  readonly csr: number;
  readonly vtor: number;
};

/** The application under test, answering on its console. A handle dies with the identity: after a jump or reset it throws StaleHandle (HIL-110). */
export interface Application {
  readonly boot: BootRecord;
  ping(): Promise<void>;
  get(name: string): Promise<string>;
  /** Change settings by name; kept over resets. */
  set(settings: Readonly<Record<string, string>>): Promise<void>;
  defaults(): Promise<void>;
  /** The machine state now (`state` of docs/handover.md). */
  state(): Promise<Readonly<Record<string, number | string>>>;
  /** Ask for a software reset and wait for the next banner. */
  reset(): Promise<Application>;
  /** Jump and enter the ROM, with positive proof; see `Bench.enterBootloader`. */
  enterBootloader(settings?: Readonly<Record<string, string>>): Promise<BootloaderHandle>;
  /** Jump and look what answers, without demanding the ROM: what a sequence that must fail needs. */
  jump(settings?: Readonly<Record<string, string>>): Promise<JumpOutcome>;
}

/** What was seen after a jump. `proof` is present only when both answers agree. */
export interface JumpOutcome {
  readonly what: 'rom' | 'application' | 'silent';
  /** The ROM's answers, when something synchronised. */
  readonly rom?: BootloaderHandle;
  /** The application's new start, when a banner came. */
  readonly application?: Application;
  /** What a hot attach saw afterwards: the second answer. */
  readonly core: CoreSight;
}

/** The core as a hot attach sees it: without reset, halted for the look and resumed (or left halted) as told. */
export interface CoreSight {
  readonly pc: number;
  readonly ipsr: number;
  readonly primask: number;
  readonly msp: number;
  readonly control: number;
  readonly vtor: number;
  readonly lockup: boolean;
  readonly where: 'system memory' | 'flash' | 'sram' | 'elsewhere';
  /** Symbol of the flashed image that holds the PC, if one does. */
  readonly symbol?: string;
  /** RCC_CR, RCC_CFGR, RCC_PLLCFGR, RCC_CSR2-like reset flags, SYSCFG_CFGR1 and so on by name. */
  readonly registers: Readonly<Record<string, number>>;
}

/** The ROM, proved: GET ID equals the chip *and* the PC lies in system memory. */
export interface BootloaderHandle extends BootloaderSession {
  readonly proof: { readonly productId: number; readonly romId: number | undefined; readonly core: CoreSight };
  /** GO and wait for the application's banner. */
  goTo(address: number): Promise<Application>;
  /** GO and look what happens: banner, silence, and the core's state after the named deadline. */
  goAndLook(address: number): Promise<JumpOutcome>;
}

/** What one test may do with its board. Revoked when the test's deadline passes: every wait rejects, every handle throws. */
export interface Bench {
  readonly board: string;
  readonly kind: 'virtual' | 'real';
  readonly chip: Chip;
  readonly permissions: Permissions;
  readonly scope: BoardScope;
  /** ROM ID byte read by SWD. */
  romId(): Promise<number>;
  /** Flash an application by name through the probe, set it up, let it start released, and wait for its banner. */
  flash(image: string, settings?: Readonly<Record<string, string>>): Promise<Application>;
  image(name: string): Image;
  /** Address of a symbol of `handover` (or of the image named). */
  symbol(name: string, image?: string): number;
}
