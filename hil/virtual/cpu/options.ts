import type { Bus } from '../bus.ts';

/** The processors that can be built. */
export type Processor = 'cortex-m0' | 'cortex-m0plus' | 'cortex-m4';

/** What `createCore` (create-core.ts) is given: the licence options that the chip's vendor chose, and the bus. */
export interface CoreOptions {
  readonly bus: Bus;
  /** Default `cortex-m0plus`. */
  readonly processor?: Processor;
  /** Number of external interrupt lines. Default 32. */
  readonly irqLines?: number;
  /**
   * Implemented bits of VTOR; 0 = no VTOR. Default: none for Cortex-M0, 0xFFFF_FF00 for Cortex-M0+ (STM32G0), for Cortex-M4 bits
   * 29 down to the table's size (PM0214 4.4.4, documented).
   */
  readonly vtorMask?: number;
  /** Core cycles per tick of SysTick's external reference clock (CLKSOURCE = 0). Default 8 (STM32: HCLK/8). */
  readonly sysTickReferenceDivider?: number;
  /** SYST_CALIB. Default 0. */
  readonly sysTickCalibration?: number;
  /** MPU regions: 0 or 8. Default 8, for Cortex-M0 0. */
  readonly mpuRegions?: number;
  /** Bits of an interrupt priority, 3 to 8 for Cortex-M4. Default 2, for Cortex-M4 4 (all STM32). */
  readonly priorityBits?: number;
  /** Cortex-M4: the floating-point extension. Default true. */
  readonly fpu?: boolean;
  /** Cortex-M4: the bit-band aliases at 0x2200_0000 and 0x4200_0000. Default true. */
  readonly bitBand?: boolean;
  /**
   * Called when the *debug port* writes SYSRESETREQ; the board resets the chip. When a program writes it, `run` returns `reset`
   * instead. Without this callback the next `run` returns `reset` in both cases, even when the core is halted.
   */
  readonly onSystemReset?: () => void;
}

/** `CoreOptions` with every choice made. */
export interface CoreSettings {
  readonly processor: Processor;
  readonly isV7m: boolean;
  readonly cpuid: number;
  readonly irqLines: number;
  readonly vtorMask: number;
  readonly sysTickReferenceDivider: number;
  readonly sysTickCalibration: number;
  readonly mpuRegions: number;
  /** Implemented bits of a priority byte. */
  readonly priorityMask: number;
  readonly fpu: boolean;
  readonly bitBand: boolean;
  /** Unprivileged thread mode exists. */
  readonly unprivileged: boolean;
  /** A single-cycle I/O port serves 0x5000_0000. */
  readonly ioPort: boolean;
  /** Code and literal comparators of the breakpoint unit; ARMv7-M: the last two are literal ones. */
  readonly breakpoints: number;
  readonly watchpoints: number;
  /** Cycles that a taken branch costs beyond its own one, at zero wait states. */
  readonly refillCycles: number;
}

/**
 * CPUID: Cortex-M0 r0p0, Cortex-M0+ r0p1 and Cortex-M4 r0p1 (documented: their TRMs, and read back by debuggers from STM32F0, G0
 * and L4). Refill: Cortex-M0 TRM table 3-1 (taken branch 3), Cortex-M0+ TRM table 3-1 (2), Cortex-M4 TRM table 3-1 (1 + 1..3).
 */
const PROCESSORS = {
  'cortex-m0': { cpuid: 0x410c_c200, isV7m: false, breakpoints: 4, watchpoints: 2, refillCycles: 2 },
  'cortex-m0plus': { cpuid: 0x410c_c601, isV7m: false, breakpoints: 4, watchpoints: 2, refillCycles: 1 },
  'cortex-m4': { cpuid: 0x410f_c241, isV7m: true, breakpoints: 8, watchpoints: 4, refillCycles: 2 },
} as const;

/** The table is aligned to its size rounded up to a power of two, 128 bytes at least. ARMv7-M B1.5.3. */
function tableMask(irqLines: number): number {
  const size = Math.max(128, 2 ** Math.ceil(Math.log2(4 * (16 + irqLines))));
  return (0x3fff_ffff & -size) >>> 0;
}

export function settingsOf(options: CoreOptions): CoreSettings {
  const processor = options.processor ?? 'cortex-m0plus';
  const facts = PROCESSORS[processor];
  const irqLines = options.irqLines ?? 32;
  const isM0 = processor === 'cortex-m0';
  const priorityBits = options.priorityBits ?? (facts.isV7m ? 4 : 2);
  return {
    processor,
    ...facts,
    irqLines,
    vtorMask: options.vtorMask ?? (isM0 ? 0 : facts.isV7m ? tableMask(irqLines) : 0xffff_ff00),
    sysTickReferenceDivider: options.sysTickReferenceDivider ?? 8,
    sysTickCalibration: options.sysTickCalibration ?? 0,
    mpuRegions: options.mpuRegions ?? (isM0 ? 0 : 8),
    priorityMask: (0xff00 >> priorityBits) & 0xff,
    fpu: facts.isV7m && (options.fpu ?? true),
    bitBand: facts.isV7m && (options.bitBand ?? true),
    unprivileged: !isM0,
    ioPort: processor === 'cortex-m0plus',
  };
}
