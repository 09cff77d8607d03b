/** Pending, enabled and active exceptions, and which of them comes next. ARMv6-M B1.5, B3.4. */
import type { CoreState } from './state.ts';
import { FIRST_IRQ, leaveLoop, NMI, THREAD_PRIORITY } from './state.ts';

/** All system exceptions but those that SHCSR and DEMCR.MON_EN enable: MemManage, BusFault, UsageFault, DebugMonitor. */
const ALWAYS_ENABLED_V7M = 0xef8f;
/** C_MASKINTS hides PendSV, SysTick and external interrupts only. */
const UNMASKED = 0x3ffe;

export function hasBit(set: Int32Array, exception: number): boolean {
  return ((set[exception >> 5]! >>> (exception & 31)) & 1) !== 0;
}

export function setBit(set: Int32Array, exception: number): void {
  set[exception >> 5]! |= 1 << (exception & 31);
}

export function clearBit(set: Int32Array, exception: number): void {
  set[exception >> 5]! &= ~(1 << (exception & 31));
}

export function setPending(s: CoreState, exception: number): void {
  if (hasBit(s.pending, exception)) return;
  setBit(s.pending, exception);
  // SCR.SEVONPEND: also an interrupt that is not enabled is a wake-up event (B3.2).
  if ((s.scr & 0x10) !== 0) s.eventRegister = true;
  leaveLoop(s);
}

/** ICPR: an asserted line stays pending, unless its handler runs (Cortex-M0+ Devices Generic User Guide 4.2.9). */
export function clearPending(s: CoreState, exception: number): void {
  if (hasBit(s.level, exception) && !hasBit(s.active, exception)) return;
  clearBit(s.pending, exception);
}

/** Drive an interrupt line. A rising line pends; one still high when its handler returns pends again. */
export function setLine(s: CoreState, irq: number, asserted: boolean): void {
  const exception = FIRST_IRQ + irq;
  if (irq < 0 || irq >= s.options.irqLines) throw new RangeError(`no interrupt line ${irq}`);
  if (!asserted) {
    clearBit(s.level, exception);
    return;
  }
  if (hasBit(s.level, exception)) return;
  setBit(s.level, exception);
  setPending(s, exception);
}

export function isEnabled(s: CoreState, exception: number): boolean {
  if (exception >= FIRST_IRQ) return hasBit(s.enabled, exception);
  return !s.isV7m || ((ALWAYS_ENABLED_V7M >>> exception) & 1) !== 0 || hasBit(s.enabled, exception);
}

/** After a change of the active set or of priorities. */
export function updateActivePriority(s: CoreState): void {
  let lowest = THREAD_PRIORITY;
  for (let exception = NMI; exception < s.priority.length; exception++) {
    if (hasBit(s.active, exception) && s.priority[exception]! < lowest) lowest = groupPriority(s, exception);
  }
  s.activePriority = lowest;
}

/** B1.5: PRIMASK raises the execution priority to 0; in ARMv7-M FAULTMASK to -1 and BASEPRI to its group (B1.5.4). */
export function executionPriority(s: CoreState): number {
  const priority = priorityWithoutPrimask(s);
  return s.primask !== 0 && priority > 0 ? 0 : priority;
}

export function priorityWithoutPrimask(s: CoreState): number {
  let priority = s.activePriority;
  if (s.isV7m) {
    const { basepri, faultmask } = s.v7m;
    if (faultmask !== 0 && priority > -1) return -1;
    if (basepri !== 0) priority = Math.min(priority, basepri & s.groupMask);
  }
  return priority;
}

/** The part of an exception's priority that decides about preemption. */
export function groupPriority(s: CoreState, exception: number): number {
  const priority = s.priority[exception]!;
  return priority < 0 ? priority : priority & s.groupMask;
}

/**
 * The exception that preempts `priority`, or 0. Lower number wins among equals (B1.5).
 * C_MASKINTS hides PendSV, SysTick and external interrupts while debugging (C1.6).
 */
export function nextException(s: CoreState, priority: number): number {
  const masked = (s.debug.dhcsr & 9) === 9;
  let best = 0;
  let bestPriority = THREAD_PRIORITY;
  for (let word = 0; word < s.pending.length; word++) {
    let candidates =
      s.pending[word]! & (word === 0 ? s.enabled[0]! | (s.isV7m ? ALWAYS_ENABLED_V7M : 0xffff) : s.enabled[word]!);
    if (masked) candidates &= word === 0 ? UNMASKED : 0;
    while (candidates !== 0) {
      const exception = 31 - Math.clz32(candidates & -candidates) + (word << 5);
      candidates &= candidates - 1;
      if (s.priority[exception]! < bestPriority) {
        best = exception;
        bestPriority = s.priority[exception]!;
      }
    }
  }
  // B1.5.4: subpriorities choose among what is pending, the group decides whether that preempts.
  return best !== 0 && groupPriority(s, best) < priority ? best : 0;
}
