import type { OptionWords } from '../guard/with-restored.ts';
import type { Inspection } from '../probe/inspect.ts';

/** The eight words that an exception pushes (Armv6-M B1.5.6, Armv7-M B1.5.6). */
export interface StackedFrame {
  readonly pc: number;
  readonly lr: number;
  readonly xpsr: number;
  /** r0, r1, r2, r3, r12. */
  readonly r: readonly [number, number, number, number, number];
}

/** Core and peripherals of a halted machine, as a probe reads them. Plain data, so that captures can be kept. */
export interface MachineSight
  extends Pick<Inspection, 'pc' | 'lr' | 'xpsr' | 'ipsr' | 'msp' | 'psp' | 'primask' | 'control' | 'vtor' | 'where'> {
  /** 0 on Armv6-M, which has neither. */
  readonly basepri: number;
  readonly faultmask: number;
  /** Function of the application under test that holds the PC. */
  readonly symbol?: string;
  /** Numbers of external interrupts. */
  readonly interrupts: {
    readonly enabled: readonly number[];
    readonly pending: readonly number[];
    /** Armv7-M alone can tell. */
    readonly active: readonly number[];
  };
  /** What MEM_MODE maps at 0. */
  readonly mapped: 'main flash' | 'system memory' | 'SRAM' | 'other';
  /** Channels or streams that are enabled, with the memory they work on. */
  readonly dma: readonly { readonly name: string; readonly memory: number; readonly control: number }[];
  /** By the manuals' names: RCC_CR, RCC_CFGR, SYST_CSR, ICSR, CFSR, HFSR, FLASH_SR, WWDG_CR, USART1_CR1, … */
  readonly registers: Readonly<Record<string, number>>;
  /** The frame of the exception whose handler is being run. */
  readonly frame?: StackedFrame;
}

/** What the chip boots and what it would jump to: read once, halted or not. */
export interface BootSight {
  readonly optionWords: OptionWords;
  /** First two words of the flash. */
  readonly flash: readonly [number, number];
  /** First two words of system memory: the ROM's stack pointer and reset vector. */
  readonly rom: readonly [number, number];
  /** FLASH_ACR.EMPTY; undefined where the part has no such flag. */
  readonly emptyFlag?: boolean;
}

/** Who answered, by the ports alone, with the probe released. */
export interface Answer {
  readonly what: 'rom' | 'application' | 'silent';
  /** The board did what was asked for. */
  readonly works: boolean;
  /** In words: what came, or what did not. */
  readonly saw: string;
  /** Reset flags that the application found at its start and told: it clears them, so that the probe finds none. */
  readonly resetFlags?: readonly string[];
}

/** Where an instrumented run stopped. */
export type StopPlace =
  /** First instruction of the ROM: its reset vector. */
  | 'rom entry'
  /** The base of system memory, or the word after it, executed: the ROM's vector table taken for code. */
  | 'table as code'
  /** First instruction of the application's reset handler. */
  | 'application entry'
  /** First instruction of a fault's handler, or lockup. */
  | 'fault'
  /** Nothing of these within the observation window; halted by the probe. */
  | 'nowhere';

/** One stop of an instrumented run. */
export interface Stop {
  readonly at: StopPlace;
  readonly machine: MachineSight;
  /** Names of the reset flags that came since the run was set off: empty means that nothing was reset. */
  readonly resetFlags: readonly string[];
}

/**
 * What an attempt was meant to do. `entry`: the application was to enter the ROM. `go`: the ROM was to start an application.
 * `none`: nothing was set off; the board is explained as it stands.
 */
export type Attempt = 'entry' | 'go' | 'none';

/** What an operation through the ROM gave, where one was tried: `read`, `erase`, `write`, `mass`. */
export interface OperationSight {
  readonly name: string;
  readonly result: 'done' | 'refused' | 'silent' | 'wrong';
  /** Pages erased in one command. */
  readonly pages?: number;
  /** Bytes written. */
  readonly bytes?: number;
  readonly detail?: string;
}

/** The bytes that came back for the first 0x7F, where they were not an ACK. */
export interface ContactSight {
  /** As `8E1`. */
  readonly format: string;
  readonly came: readonly number[];
  readonly lineErrors: readonly string[];
}

/** What a host saw on the part's USB, where one spoke there. */
export interface UsbSight {
  /** Who was there in the end: `rom`, `application` (a DFU mode of its own), `runtime`, `none` … */
  readonly who?: string;
  /** What speaks against the ROM of this chip. */
  readonly against?: readonly string[];
  /** What DFU_DETACH came to: `gone` or `stays` within the time; how the request was answered. */
  readonly detach?: {
    readonly what: string;
    readonly will: boolean;
    readonly timeOutMs: number;
    readonly request?: string;
  };
  /** What a host that goes by the status says of a leave, and how the GETSTATUS was answered. */
  readonly leave?: { readonly what: string; readonly status?: string };
  /** What a download came to, in blocks of what size, and what the device takes. */
  readonly download?: { readonly what: string; readonly block?: number; readonly transferSize?: number };
}

/** Everything that is known of an attempt; all of it obtainable on a real board by ports and probe. */
export interface Evidence {
  readonly board: string;
  readonly chip: string;
  readonly kind: 'virtual' | 'real';
  readonly romId?: number;
  readonly attempt: Attempt;
  /** The attempt measured with the probe released. */
  readonly answer?: Answer;
  /** The vector table that GO was given, and its first two words. */
  readonly go?: { readonly table: number; readonly words: readonly [number, number] };
  readonly boot: BootSight;
  /** The machine when the attempt was over, or as the board was found. */
  readonly now: MachineSight;
  /** Reset flags that came since the attempt was set off. */
  readonly resetFlags: readonly string[];
  /** Where the core stood when the instrumented run was to begin, before anything was set off. */
  readonly begins?: MachineSight['where'];
  /** Stops of the instrumented run, in order: the entry, then what came after it. Absent: none was made. */
  readonly stops?: readonly Stop[];
  readonly operations?: readonly OperationSight[];
  readonly contact?: ContactSight;
  readonly usb?: UsbSight;
}
