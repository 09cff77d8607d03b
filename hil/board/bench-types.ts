import type { BootloaderSession } from '../bootloader/an3155/session.ts';
import type { DfuseSession } from '../bootloader/dfuse/session.ts';
import type { Chip, RomUsart } from '../chip/chip.ts';
import type { Permissions } from '../guard/access.ts';
import type { Image } from '../image/image.ts';
import type { Inspection } from '../probe/inspect.ts';
import type { ProbeAddress } from '../probe/openocd-args.ts';
import type { Probe } from '../probe/probe.ts';
import type { DeadlineScope, LagSource } from '../trace/deadline.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { LineFormat, SerialLine } from '../transport/serial-line.ts';
import type { UsbBus, UsbIdentity, UsbPort } from '../transport/usb/usb-port.ts';

/** A wire of the ROM that a bench works on. */
export type Port = 'usart' | 'usb';

/** The USB of the part: its cable, and the devices there. */
export interface UsbSide {
  /** What the cable leads to, as the host lists it. */
  readonly bus: UsbBus;
  /** Where nobody can work the cable it is plugged, and stays so. */
  plug(plugged: boolean): Promise<void>;
  /** Waits for the one device that fits. @param awaited To be read after `no`. @throws HilError 261, 262 */
  awaitDevice(awaited: string, fits: (device: UsbIdentity) => boolean, ms?: number): Promise<UsbPort>;
  /** Waits for an application that offers DFU_DETACH. @throws HilError 261, 262, 320 (the application there offers none) */
  awaitDetachable(): Promise<{ readonly device: UsbIdentity; detach(): Promise<void> }>;
}

/** What each port of the ROM gives: its conversation, and the answer by which it proves who it is. */
interface Ports {
  readonly usart: {
    readonly session: BootloaderSession;
    /** Answer to Get ID. */
    readonly answer: { readonly productId: number };
    readonly usb: undefined;
  };
  readonly usb: {
    readonly session: DfuseSession;
    /** The device that enumerated: memory map, bcdDevice and serial number are those of the part's ROM. */
    readonly answer: { readonly device: UsbIdentity };
    readonly usb: UsbSide;
  };
}
export type SessionOn<P extends Port> = Ports[P]['session'];
export type AnswerOn<P extends Port> = Ports[P]['answer'];
export type UsbOn<P extends Port> = Ports[P]['usb'];

/** The wires of one board as a supervisor knows them: everything a bench needs, and plain data so that it crosses processes. */
export interface BoardWires {
  readonly board: string;
  /** Part name, as `chipNamed` knows it. */
  readonly chip: string;
  readonly kind: 'virtual' | 'real';
  readonly permissions: Permissions;
  /** The board's ST-Link: by USB serial number, or behind the TCP port of a virtual board. */
  readonly probe: ProbeAddress;
  /** Serial endpoint of the application's console, e.g. `rfc2217://127.0.0.1:4000` or a tty path. */
  readonly console: string;
  /** Serial endpoint on a USART of the ROM: often the console's own. Undefined: no wire of the rig reaches the ROM. */
  readonly rom?: string;
  /** Name of that USART of the ROM, e.g. `USART2`. */
  readonly romUsart?: string;
  /** The USB of the part, as `openUsbBus` knows it, e.g. `usbip://127.0.0.1:4001`. Undefined: no cable of the rig reaches it. */
  readonly usb?: string;
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
  readonly lagForGood: LagSource;
  readonly askLag: () => Promise<void>;
  readonly recorder: Recorder;
}

/** What a hand would do to a board. Operations the board's wiring does not offer throw HilError 425. */
export interface Controls {
  /** `usb-port` takes probe and serial lines along, as pulling a Nucleo's cable does; `target` the chip alone. */
  power(on: boolean, scope?: 'target' | 'usb-port'): Promise<void>;
  nrst(low: boolean): Promise<void>;
  boot0(level: 0 | 1 | 'released'): Promise<void>;
  button(pressed: boolean): Promise<void>;
  /** The USB cable of the target. */
  usb(plugged: boolean): Promise<void>;
  /** What the outside does to an RX pin of the board between bytes. */
  wire(uart: string, state: 'idle' | 'low' | 'floating' | 'noise' | 'auto'): Promise<void>;
}

/** Numbers of one `@boot` line: the machine state at the first instructions of the application's reset handler. */
export type BootRecord = Readonly<Record<string, number | string>> & {
  readonly n: number;
  readonly csr: number;
  /** Absent where the core has none (Cortex-M0). */
  readonly vtor?: number;
};

/** The application under test, answering on its console. A handle dies with the identity: after a jump or reset it throws StaleHandle (HIL-110). */
export interface Application<P extends Port = Port> {
  /** The part it runs on. */
  readonly chip: Chip;
  readonly boot: BootRecord;
  ping(): Promise<void>;
  get(name: string): Promise<string>;
  /** Change settings by name; kept over resets. */
  set(settings: Readonly<Record<string, string>>): Promise<void>;
  defaults(): Promise<void>;
  /** The machine state now (`state` of docs/handover.md). */
  state(): Promise<Readonly<Record<string, number | string>>>;
  /** The last HardFault since power-on (`fault` of docs/handover.md); undefined: there was none. */
  fault(): Promise<Readonly<Record<string, number | string>> | undefined>;
  /** Ask for a software reset and wait for the next banner. */
  reset(): Promise<Application<P>>;
  /** Asks for a software reset and looks at nothing. `Bench.whoAnswers` looks. */
  sendReset(): Promise<void>;
  /** Jump and enter the ROM, with positive proof; see `Bench.enterBootloader`. */
  enterBootloader(settings?: Readonly<Record<string, string>>): Promise<BootloaderHandle<P>>;
  /** Jump and look what answers, without demanding the ROM: what a sequence that must fail needs. */
  jump(settings?: Readonly<Record<string, string>>): Promise<JumpOutcome<P>>;
  /** Sets the jump off and looks at nothing: for those who watch it with the probe. `Bench.whoAnswers` looks. */
  sendJump(settings?: Readonly<Record<string, string>>): Promise<void>;
}

/** What was seen after a jump. `proof` is present only when both answers agree. */
export interface JumpOutcome<P extends Port = Port> {
  readonly what: 'rom' | 'application' | 'silent';
  /** The ROM's answers, when something synchronised. */
  readonly rom?: BootloaderHandle<P>;
  /** The application's new start, when a banner came. */
  readonly application?: Application<P>;
  /** What a hot attach saw afterwards: the second answer. */
  readonly core: CoreSight;
}

/** The core and its clocks as a hot attach sees them: halted for some milliseconds, then as before. */
export interface CoreSight extends Inspection {
  /** Symbol of the flashed application that holds the PC, if one does. */
  readonly symbol?: string;
  /** Peripheral registers by the manual's names (RCC_CR, RCC_CFGR, FLASH_SR, SYST_CSR, …). */
  readonly registers: Readonly<Record<string, number>>;
}

/** The ROM, proved: what answers on the port is the ROM of this part *and* the PC lies in system memory. */
export interface BootloaderHandle<P extends Port = Port> {
  /** The conversation with the ROM: erase, write, read, protection. */
  readonly session: SessionOn<P>;
  readonly proof: AnswerOn<P> & { readonly romId: number | undefined; readonly core: CoreSight };
  /** GO and wait for the application; the vector table there is looked at first. @throws HilError 308, 423 */
  go(address: number): Promise<Application<P>>;
  /**
   * GO, whatever is there, and look what happens: a start of the application, or silence, and where the core stands.
   * @param options.checked Look at the vector table first, as `go` does. @throws HilError 308
   */
  goAndLook(address: number, options?: { readonly checked?: boolean }): Promise<JumpOutcome<P>>;
  /** GO, whatever is there, and nothing looked at: for those who watch it with the probe. */
  sendGo(address: number): Promise<void>;
  /** Restart through a routine in RAM (needs nothing of the flashed firmware) and wait for the application. USART only: DFU writes no RAM. */
  goRamStub(): Promise<Application<P>>;
}

/** What is left of an application's handle when it is gone: how it had started. */
export type Started = Pick<Application, 'chip' | 'boot'>;

/** How the ROM was entered. */
export type Entry = 'jump' | 'boot0' | 'probe';

export interface ReachedBootloader<P extends Port = Port> {
  readonly rom: BootloaderHandle<P>;
  /** The application's start before. */
  readonly before: Started;
  readonly entry: Entry;
}

/** What one test may do with its board. Revoked when the test's deadline passes: every wait rejects, every handle throws. */
export interface Bench<P extends Port = Port> {
  readonly board: string;
  /** The wire on which this bench speaks to the ROM. */
  readonly port: P;
  /** The USB of the part, where it is the port. */
  readonly usb: UsbOn<P>;
  readonly kind: 'virtual' | 'real';
  readonly chip: Chip;
  readonly permissions: Permissions;
  readonly scope: BoardScope;
  /** The board's ST-Link. While a jump or GO is measured it is released, and its calls throw HIL-415. */
  readonly probe: Probe;
  readonly controls: Controls;
  /** True when power, NRST, BOOT0 and button can be worked from here. */
  readonly workable: boolean;
  /** The USART of the ROM that the rig's wire reaches; undefined if none does. */
  readonly romUsart: RomUsart | undefined;
  /** ROM ID byte read by SWD. */
  romId(): Promise<number>;
  /** Flash an application by name through the probe, set it up, let it start released, and wait for its banner. */
  flash(image: string, settings?: Readonly<Record<string, string>>): Promise<Application<P>>;
  /**
   * Programs any image for the chip, unless it is there, verifies it and starts it by a reset, released. Nothing is expected of it:
   * for firmware that does not speak the console of docs/handover.md. The image names the symbols of later looks.
   * @param beforeStart Called when the core is halted at the image's first instruction: what a line brought until then is not the image's.
   * @throws HilError 307, 412, 414, 451, 623, 627
   */
  startImage(image: Image, beforeStart?: () => void): Promise<'programmed' | 'was there'>;
  /**
   * The serial line of the application's console in a frame of one's own, raw, what came before dropped. Where it is the ROM's line
   * too, it has the ROM's frame after `meetBootloader`, and a call brings the application's back.
   */
  applicationLine(format: LineFormat): Promise<SerialLine>;
  /**
   * The serial line on the ROM's pins in a frame of one's own, raw, what came before dropped: for first contact as others make it.
   * `meetBootloader` brings the ROM's frame back. @throws HilError 430 if no wire of the rig reaches the ROM
   */
  romLine(format: LineFormat): Promise<SerialLine>;
  /** Meet the ROM without a jump by the application: after an empty-flash or BOOT0 boot. With positive proof. */
  meetBootloader(): Promise<BootloaderHandle<P>>;
  /**
   * Flash `handover` (or the image named), then meet the ROM by a way that this part allows: the application's jump where the documents let it stay in
   * the ROM, else the BOOT0 pin, else (nobody can work BOOT0) the probe, after it has erased the first page.
   */
  reachBootloader(settings?: Readonly<Record<string, string>>, image?: string): Promise<ReachedBootloader<P>>;
  /** Who answers now: the ROM, an application that starts, or nobody; and where the core stands. Releases the probe. */
  whoAnswers(): Promise<JumpOutcome<P>>;
  /** Where the core stands now. Takes the probe for the look and releases it again if it was released. */
  look(): Promise<CoreSight>;
  /** Waits for the application's start or answer, e.g. after a reset by the probe. @throws HilError 422 */
  awaitApplication(): Promise<Application<P>>;
  /** Notes an observed answer in the step stream: results that no document settles are shown, not demanded. */
  measured(what: string, data: Readonly<Record<string, unknown>>): void;
  image(name: string): Image;
  /** Address of a symbol of `handover` (or of the image named). */
  symbol(name: string, image?: string): number;
}
