import type { Chip } from '../../chip/chip.ts';
import type { Level } from '../board-types.ts';
import type { Bus, MemoryContent, MemoryRegion } from '../bus.ts';
import type { CoreOptions } from '../cpu/options.ts';
import type { Net } from '../peripheral/net.ts';
import type { PeripheralHost, ResetKind } from '../peripheral/peripheral.ts';
import type { ResetCause } from '../peripheral/roles.ts';
import type { Random } from '../random.ts';
import type { UsbDevicePort } from '../usb/device-port.ts';

/** What a part's model may use of the board around it. */
export interface PartHost extends PeripheralHost {
  readonly bus: Bus;
  /** An independent stream of seeded random numbers. */
  random(name: string): Random;
  /** The core clock may have changed. */
  clockChanged(): void;
  /** Reset the chip at the next instruction boundary. */
  requestReset(cause: ResetCause): void;
  coreHalted(): boolean;
  /** Address of the instruction that the core executes; absent on a bench without a core. */
  programCounter?(): number;
  /** What the board puts around the chip. */
  readonly clocks: { readonly hseHz: number | undefined; readonly hasLse: boolean };
}

/** Where the core starts. */
export type BootArea = 'flash' | 'system' | 'sram';

/** The chip without its core: memories, peripherals, pins, reset and boot. */
export interface PartModel {
  readonly flash: MemoryContent;
  /** Main flash as the bus has it, one memory per bank. */
  readonly banks: readonly MemoryRegion[];
  readonly systemMemory: MemoryRegion;
  readonly sram: MemoryRegion;
  /** Memories whose content belongs to the state of the part: RAM, main flash, data EEPROM. */
  readonly stateful: readonly MemoryContent[];
  hclkHz(): number;
  /** The device's end of the USB cable; undefined on a part without USB. */
  readonly usb: UsbDevicePort | undefined;
  /** @throws RangeError if the part has no such pin */
  net(pin: string): Net;
  /**
   * Put a ROM image at the base of system memory; bytes that fall between two pieces of it are dropped.
   * @throws RangeError for an image that does not fit, or one that carries another ID than `romId`
   */
  loadRom(image: Uint8Array, romId: number | undefined): void;
  /**
   * Reset everything but the core, load option bytes where the cause does so, and take the boot decision, which decides what
   * answers at 0x0000_0000.
   */
  reset(kind: ResetKind, cause: ResetCause): BootArea;
  /** The debug port answers: SWDIO and SWCLK are on their pins, and the part does not cut it off. */
  debugPortOpen(): boolean;
  /** A debugger made an access; it stays "connected" until power-off. */
  debuggerSeen(): void;
  /** Level that the chip sees at its BOOT0 pin. */
  boot0(): Level;
}

/** A part that boards can be built with. */
export interface Part {
  readonly chip: Chip;
  /** HCLK right after a reset. */
  readonly resetHclkHz: number;
  readonly core: Partial<CoreOptions>;
  build(host: PartHost): PartModel;
}
