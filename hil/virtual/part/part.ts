import type { Level } from '../board-types.ts';
import type { Bus, MemoryRegion } from '../bus.ts';
import type { Net } from '../peripheral/net.ts';
import type { PeripheralHost, ResetKind } from '../peripheral/peripheral.ts';
import type { ResetCause } from '../peripheral/rcc-g0.ts';
import type { Random } from '../random.ts';

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
  /** What the board puts around the chip. */
  readonly clocks: { readonly hseHz: number | undefined; readonly hasLse: boolean };
}

/** Where the core starts. */
export type BootArea = 'flash' | 'system' | 'sram';

/** The chip without its core: memories, peripherals, pins, reset and boot. */
export interface PartModel {
  readonly flash: MemoryRegion;
  readonly systemMemory: MemoryRegion;
  readonly sram: MemoryRegion;
  hclkHz(): number;
  net(pin: string): Net;
  /**
   * Reset everything but the core, load option bytes where the cause does so, and take the boot decision, which decides what
   * answers at 0x0000_0000.
   */
  reset(kind: ResetKind, cause: ResetCause): BootArea;
  /** SWDIO and SWCLK are on their pins. */
  swdOnPins(): boolean;
  /** A debugger made an access; it stays "connected" until power-off. */
  debuggerSeen(): void;
  /** Level that the chip sees at its BOOT0 pin. */
  boot0(): Level;
}

export type BuildPart = (host: PartHost) => PartModel;
