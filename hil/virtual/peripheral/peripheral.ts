import type { Schedule } from '../schedule.ts';

/**
 * Kinds of reset, from the widest to the narrowest. `power`: all state lost (RAM gets its seeded power-on pattern).
 * `system`: NRST pin, software, watchdog, option load. A backup domain and debug state survive `system`.
 */
export type ResetKind = 'power' | 'system';

/** Access width in bytes. */
export type Width = 1 | 2 | 4;

/** Anything on the bus with registers. Offsets are from the device's base; values are unsigned 32-bit. */
export interface BusDevice {
  /** Read `width` bytes. May throw `BusFault` (bus.ts). */
  read(offset: number, width: Width): number;
  write(offset: number, value: number, width: Width): void;
  /**
   * True when a read at `offset` has no side effect and its value can only change through an event or a write.
   * Lets the board skip polling loops without executing them; absent means never.
   */
  quietRead?(offset: number): boolean;
  /** True when this write changes nothing (e.g. a refresh of a watchdog that is not running). */
  quietWrite?(offset: number, value: number): boolean;
}

/** A modelled IP block. */
export interface Peripheral extends BusDevice {
  readonly name: string;
  /** Byte length of the register window. */
  readonly size: number;
  reset(kind: ResetKind): void;
}

/** What a peripheral may use of the board it sits on. */
export interface PeripheralHost {
  readonly schedule: Schedule;
  /** Drive interrupt line `irq` (external interrupt number, 0 = IRQ0) of the NVIC. Level, not edge. */
  setIrq(irq: number, asserted: boolean): void;
  /** Trace line for the board's log: what happened, as data. */
  note(event: string, data?: Readonly<Record<string, unknown>>): void;
}
