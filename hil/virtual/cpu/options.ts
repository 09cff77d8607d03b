import type { Bus } from '../bus.ts';

/** What differs between the Cortex-M processors that can be built. */
export type Processor = 'cortex-m0plus';

/** What `createCore` (create-core.ts) is given: the licence options that the chip's vendor chose, and the bus. */
export interface CoreOptions {
  readonly bus: Bus;
  /** Default `cortex-m0plus`. */
  readonly processor?: Processor;
  /** Number of external interrupt lines. Default 32. */
  readonly irqLines?: number;
  /** Implemented bits of VTOR. Default 0xFFFF_FF00 (STM32G0); 0 = no VTOR. */
  readonly vtorMask?: number;
  /** Core cycles per tick of SysTick's external reference clock (CLKSOURCE = 0). Default 8 (STM32G0: HCLK/8). */
  readonly sysTickReferenceDivider?: number;
  /** SYST_CALIB. Default 0. */
  readonly sysTickCalibration?: number;
  /** MPU regions: 0 or 8. Default 8. */
  readonly mpuRegions?: number;
  /**
   * Called when the *debug port* writes SYSRESETREQ; the board resets the chip. When a program writes it, `run` returns `reset`
   * instead. Without this callback the next `run` returns `reset` in both cases, even when the core is halted.
   */
  readonly onSystemReset?: () => void;
}
