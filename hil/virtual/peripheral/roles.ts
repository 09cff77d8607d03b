/**
 * The roles that IP versions play in a part. The assembly in `part/kit` knows these and nothing of a family; an IP version that
 * takes a role implements its interface, and may offer more to the part that it is built for.
 */
import type { MemoryRegion } from '../bus.ts';
import type { UsbDevicePort } from '../usb/device-port.ts';
import type { ClockSource } from './clock-source.ts';
import type { Net } from './net.ts';
import type { Peripheral, PeripheralHost, Width } from './peripheral.ts';

/** What caused a reset of the whole chip. */
export type ResetCause = 'power' | 'pin' | 'software' | 'iwdg' | 'wwdg' | 'option-load';

/** RCC: clocks, their enables, reset control. `R` are the manual's names of the enable registers (`APBENR1`). */
export interface ClockTree<R extends string = string> extends Peripheral {
  sysclkHz(): number;
  hclkHz(): number;
  /** APB 1 or 2; a part with one APB answers the same for both. */
  pclkHz(bus: 1 | 2): number;
  /** Kernel clock of a USART or LPUART by its name; 0 while the chosen source is off. */
  usartHz(name: string): number;
  /** The 48 MHz of the USB peripheral in Hz; 0 while its source is off. Absent on a part without USB. */
  usbHz?(): number;
  /** The peripheral of this enable bit has its clock and is not held in reset. */
  enabled(register: R, bit: number): boolean;
  /** The LSI as a watchdog sees it. */
  readonly lsi: ClockSource;
  /** The watchdog needs the LSI whatever LSION says. */
  forceLsi(force: boolean): void;
  /** Set the flags that a reset leaves. Called before `reset`. */
  recordReset(cause: ResetCause): void;
}

/** PWR as far as clocks and flash depend on it. */
export interface PowerModel extends Peripheral {
  /** Voltage range or scale as the manual numbers it; 1 is the fastest. */
  range(): number;
  /** DBP: the backup domain accepts writes. */
  backupWritable(): boolean;
  /** USV: software has declared the supply of the USB transceiver valid. Absent on a part without the bit, which needs no such word. */
  usbSupplied?(): boolean;
}

/** Option words as they are in force. */
export interface LoadedOptions {
  /** The value in force of an option word, by the name that the chip facts give it (`OPTR`). */
  loaded(name: string): number;
}

/** The FLASH interface. */
export interface FlashModel extends Peripheral {
  /** A store to a memory behind this interface: programming, or an error. */
  store(region: MemoryRegion, offset: number, value: number, width: Width): void;
  /** Power-on or option load: take the option bytes into force and judge whether the flash is empty. */
  loadOptions(): void;
  readonly options: LoadedOptions;
  /** The verdict on emptiness that the boot decision uses; false for parts without it. */
  readonly empty: boolean;
  rdpLevel(): 0 | 1 | 2;
  /** A debugger is or was connected, or main flash was not booted: at RDP level 1 main flash is out of reach. */
  setIntruder(intruder: boolean): void;
  /** HCLK or the voltage range changed. */
  setSpeed(hclkHz: number, range: number): void;
  /** False: the debug port is cut off. Absent: it never is. */
  readonly debugAccess?: boolean;
}

/** What maps memories to 0x0000_0000: SYSCFG. */
export interface Remap extends Peripheral {
  /** The boot decision as MEM_MODE shows it after the reset that follows. */
  setBootMode(mode: number): void;
}

/** Registers that a system reset leaves alone: TAMP or RTC. */
export interface BackupDomain extends Peripheral {
  /** BDRST, or a change of RDP from level 1 to 0. */
  clearBackup(): void;
}

/** DBGMCU. */
export interface DebugMcu extends Peripheral {
  /** True when freeze register 1 stops peripheral `bit` while the core is halted. */
  stops(bit: number): boolean;
}

/** What the part lays on for one USART. */
export interface UsartWiring {
  readonly name: string;
  readonly host: PeripheralHost;
  /** Drives this instance's interrupt request; the assembly shares NVIC lines. */
  readonly setIrq: (asserted: boolean) => void;
  /** Level of this instance's DMA request: CR3.DMAR with a character waiting, CR3.DMAT with room for one. */
  readonly setDmaRequest?: (direction: 'RX' | 'TX', asserted: boolean) => void;
  /** Kernel clock in Hz; 0 while its source is off. */
  readonly kernelHz: () => number;
  /** Pins that are switched to this instance's RX or TX now. */
  readonly rxNets: () => readonly Net[];
  readonly txNets: () => readonly Net[];
}

export interface UsartModel extends Peripheral {
  /** Pins were switched to or from this instance. */
  routed(): void;
  /** For the pins that may become RX. */
  listenOn(net: Net, isRx: () => boolean): void;
}

/** A USB device peripheral and its end of the cable. */
export interface UsbModel extends Peripheral {
  readonly port: UsbDevicePort;
  /** Pins, clocks or supplies around it may have changed. */
  surroundingsChanged?(): void;
}
