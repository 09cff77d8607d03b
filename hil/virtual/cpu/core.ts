import type { Width } from '../peripheral/peripheral.ts';

/** Why `run` came back. */
export type StopReason =
  | 'limit' /** the cycle limit is reached, or a bus access asked the core to stop at the next boundary */
  | 'sleep' /** WFI/WFE/SLEEPONEXIT with nothing pending */
  | 'halt' /** debug halt (C_HALT, breakpoint, watchpoint, vector catch, BKPT) */
  | 'lockup'
  | 'reset'; /** SYSRESETREQ was written; the board must reset the chip */

/**
 * One Cortex-M core with its system control space (NVIC, SysTick, SCB, FPB, DWT, debug registers), as the board sees it.
 * The core owns PPB addresses 0xE000_0000..0xE00F_FFFF; all else goes to the bus.
 */
export interface Core {
  /** Core clock cycles executed since creation; exact during bus accesses. */
  readonly cycles: number;
  /** Execute until `cycles >= cycleLimit` or for the reason returned. One instruction may overrun the limit. */
  run(cycleLimit: number): StopReason;
  /** Ask a running `run` to return at the next instruction boundary (called from inside a bus access). */
  breakOut(): void;
  /** Let cycles pass without executing (sleep, stall, halted): SysTick sees them when it is clocked. */
  passCycles(cycles: number): void;
  /** Cycle at which the core's own SysTick will raise its exception, or Infinity. The board must not sleep past it. */
  nextTimerCycle(): number;
  /** External interrupt line, level. */
  setIrq(irq: number, asserted: boolean): void;
  /** Pend the NMI (clock security system, RAM parity). */
  pendNmi(): void;
  /**
   * Look for a polling loop at the current boundary: single-steps up to `maxInstructions` and, when registers and flags come
   * back equal with no store and only quiet reads, returns the cycles of one iteration (state as if nothing ran); else 0.
   */
  pollingLoopCycles(maxInstructions: number): number;
  /** Local (processor) reset: fetch MSP and PC from the vector table at address 0. Debug state survives unless `power`. */
  reset(kind: 'power' | 'system'): void;
  /** While held in reset (NRST low or powered off) nothing executes, but debug registers stay accessible. */
  holdInReset(held: boolean): void;

  // What the debug port reaches: MEM-AP accesses, including the PPB (DHCSR, DCRSR, ...). Throw BusFault when unmapped.
  debugRead(address: number, width: Width): number;
  debugWrite(address: number, value: number, width: Width): void;
  readonly halted: boolean;
  readonly lockup: boolean;
  readonly sleeping: boolean;
  /** SCR.SLEEPDEEP: the sleep that the core is in, or will go into, is Stop/Standby; the board gates its clocks. */
  readonly sleepDeep: boolean;
  /** All architectural state as numbers in a fixed order, for digests: equal for equal histories. */
  snapshot(): readonly number[];
  /** Program counter, for traces and diagnosis (no side effect). */
  readonly pc: number;
}
