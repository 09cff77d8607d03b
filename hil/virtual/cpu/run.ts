/** The outer loop of a core: resets, halts, exceptions, sleep and the slices between them. */

import { breakpointMatches, cacheOf, forgetSlot } from './code-cache.ts';
import type { StopReason } from './core.ts';
import {
  C_HALT,
  C_STEP,
  DFSR_BKPT,
  DFSR_DWTTRAP,
  DFSR_HALTED,
  DFSR_VCATCH,
  debugEnabled,
  halt,
  MON_STEP,
  VC_CORERESET,
  VC_HARDERR,
} from './debug-registers.ts';
import { fetchResetVector } from './exceptions.ts';
import { checkMpu } from './mpu.ts';
import {
  executionPriority,
  groupPriority,
  isEnabled,
  nextException,
  priorityWithoutPrimask,
  setPending,
} from './pending.ts';
import type { CoreState } from './state.ts';
import {
  cyclesOf,
  DEBUG_MONITOR,
  HARD_FAULT,
  isPrivileged,
  NMI,
  STOP_BKPT,
  STOP_EXCEPTION_RETURN,
  STOP_FAULT,
  STOP_HOOK,
  STOP_STALL,
  STOP_SVC,
  STOP_UNDEFINED,
  STOP_WFE,
  STOP_WFI,
  SV_CALL,
  USAGE_FAULT,
} from './state.ts';
import { nextSysTickCycle, syncSysTick } from './systick.ts';
import { watchedPc, watchesPc } from './watchpoints.ts';

const LONGEST_SLICE = 0x1000_0000;

/** Complete a reset that is over: fetch the vector, and halt where the debugger asked for it. */
export function settleReset(s: CoreState): void {
  if (!s.vectorFetchDue || s.held) return;
  fetchResetVector(s);
  if (!debugEnabled(s)) return;
  if ((s.debug.demcr & VC_CORERESET) !== 0) halt(s, DFSR_VCATCH);
  else if ((s.debug.dhcsr & C_HALT) !== 0) halt(s, DFSR_HALTED);
}

type Window = 'ready' | 'stalled' | 'fetch' | 'execute-never';

/** Make the memory at the PC the window that instructions come from. ARMv6-M B3.1: which addresses are execute-never. */
export function resolveWindow(s: CoreState): Window {
  const pc = s.r[15]! >>> 0;
  if (s.windowValid && (pc - s.windowBase) >>> 0 < s.cache.region.size) return 'ready';
  const segment = pc >>> 29;
  if (segment === 2 || segment >= 5) return 'execute-never'; // peripheral, device and system regions
  const region = s.bus.memoryAt(pc);
  if (region === undefined || !region.executable || region.readFault) return 'fetch';
  if (region.stalled) return 'stalled';
  s.cache = cacheOf(s, region);
  s.windowBase = pc - s.bus.offsetIn(region, pc);
  s.windowValid = true;
  return 'ready';
}

/** Let everything up to `limit` pass without executing. */
function waitUntil(s: CoreState, limit: number): void {
  if (Number.isFinite(limit) && limit > cyclesOf(s)) s.cycleBase = limit - s.k;
}

function fetchAllowed(s: CoreState): boolean {
  try {
    checkMpu(s, s.r[15]! >>> 0, 'fetch', isPrivileged(s));
    return true;
  } catch {
    return false;
  }
}

/** A breakpoint comparator points at the next instruction: through the other address of an alias it does not count. */
function stopAtHook(s: CoreState): void {
  if (breakpointMatches(s, s.r[15]! >>> 0)) {
    halt(s, DFSR_BKPT);
    return;
  }
  const slot = ((s.r[15]! >>> 0) - s.windowBase) >>> 1;
  const { debug } = s;
  const enabled = debug.fpEnabled;
  debug.fpEnabled = false;
  forgetSlot(s, slot);
  s.limit = s.k + 1;
  s.arch.execute(s);
  debug.fpEnabled = enabled;
  forgetSlot(s, slot);
}

/** What an instruction that ended the loop asks for. Returns false when the bus makes the core wait. */
function settleStop(s: CoreState, limit: number): boolean {
  if (s.stop === STOP_HOOK) stopAtHook(s);
  switch (s.stop) {
    case STOP_FAULT:
      s.arch.raiseFault(s, 'data');
      break;
    case STOP_UNDEFINED:
      s.arch.raiseFault(s, 'undefined');
      break;
    case STOP_STALL:
      waitUntil(s, limit);
      return false;
    case STOP_SVC:
      // Without the priority to run, SVC is a fault of the instruction itself (B1.5, ReturnAddress of HardFault).
      if (s.priority[SV_CALL]! < executionPriority(s)) setPending(s, SV_CALL);
      else {
        s.r[15] = s.r[15]! - 2;
        s.arch.raiseFault(s, 'svc');
      }
      break;
    case STOP_BKPT:
      if (debugEnabled(s)) halt(s, DFSR_BKPT);
      else s.arch.raiseFault(s, 'bkpt');
      break;
    case STOP_WFI:
      s.sleeping = true;
      s.sleepingForEvent = false;
      break;
    case STOP_WFE:
      if (s.eventRegister) s.eventRegister = false;
      else {
        s.sleeping = true;
        s.sleepingForEvent = true;
      }
      break;
    case STOP_EXCEPTION_RETURN:
      s.arch.exceptionReturn(s);
      break;
  }
  return true;
}

/** B1.5 (WFI, WFE): PRIMASK does not keep a pending interrupt from ending WFI; it does for WFE. */
function wakes(s: CoreState): boolean {
  const priority = s.sleepingForEvent ? executionPriority(s) : priorityWithoutPrimask(s);
  if (nextException(s, priority) !== 0) return true;
  if (!s.sleepingForEvent || !s.eventRegister) return false;
  s.eventRegister = false;
  return true;
}

/** Enter what is pending, if it outranks what runs. */
function takeException(s: CoreState): boolean {
  const exception = nextException(s, executionPriority(s));
  if (exception === 0) return false;
  if (s.lockup && exception !== NMI) return false;
  s.lockup = false;
  s.arch.beginEntry(s, exception);
  return true;
}

/** C1.6: the debugger wants to see this exception: HardFault, or one raised by a cause that DEMCR's vector catch names. */
function vectorCaught(s: CoreState, entered: number): boolean {
  const caught = s.debug.vectorCatch && entered >= HARD_FAULT && entered <= USAGE_FAULT;
  if (caught) s.debug.vectorCatch = false;
  if (!debugEnabled(s)) return false;
  return caught || (entered === HARD_FAULT && (s.debug.demcr & VC_HARDERR) !== 0);
}

/** ARMv7-M C1.5: without halting debug, DebugMonitor takes the event if it is enabled and urgent enough; else it is lost. */
function pendMonitor(s: CoreState, cause: number): void {
  if (!s.isV7m || !isEnabled(s, DEBUG_MONITOR)) return;
  if (groupPriority(s, DEBUG_MONITOR) >= executionPriority(s)) return;
  s.debug.dfsr |= cause;
  setPending(s, DEBUG_MONITOR);
}

/** DEMCR.MON_STEP: code that DebugMonitor can preempt executes one instruction at a time. */
function monitorSteps(s: CoreState): boolean {
  if (!s.isV7m || (s.debug.demcr & MON_STEP) === 0 || debugEnabled(s) || !isEnabled(s, DEBUG_MONITOR)) return false;
  return groupPriority(s, DEBUG_MONITOR) < executionPriority(s);
}

/** Execute a slice, one instruction if `single`. Returns false when the bus makes the core wait. */
function executeSlice(s: CoreState, limit: number, single: boolean): boolean {
  s.stop = STOP_FAULT;
  if (s.t === 0) {
    s.arch.raiseFault(s, 'state'); // EPSR.T clear: the first instruction faults, before it is fetched (B1.3)
    return true;
  }
  const window = resolveWindow(s);
  if (window === 'stalled') {
    waitUntil(s, limit);
    return false;
  }
  // The MPU looks before the bus does.
  if ((s.mpu.ctrl & 1) !== 0 && !fetchAllowed(s)) {
    s.arch.raiseFault(s, 'execute-denied');
    return true;
  }
  if (window !== 'ready') {
    s.arch.raiseFault(s, window);
    return true;
  }
  s.cycleBase += s.k;
  s.k = 0;
  const end = Math.min(limit, nextSysTickCycle(s)) - s.cycleBase;
  s.limit = single || end < 1 ? 1 : Math.min(Math.ceil(end), LONGEST_SLICE);
  s.debug.retired = true;
  s.arch.execute(s);
  return settleStop(s, limit);
}

/** See `Core.run`. */
export function runCore(s: CoreState, limit: number): StopReason {
  s.breakRequested = false;
  settleReset(s);
  let stepped = false;
  for (;;) {
    if (s.resetRequested) return 'reset';
    if (s.held || s.halted) return 'halt';
    syncSysTick(s);
    if (s.entering !== 0) {
      if ((cyclesOf(s) >= limit || s.breakRequested) && (s.debug.dhcsr & C_STEP) === 0) return 'limit';
      const entered = s.arch.finishEntry(s);
      if (entered !== 0 && vectorCaught(s, entered)) halt(s, DFSR_VCATCH);
      else if (s.entering !== 0) {
        waitUntil(s, limit);
        return 'limit';
      }
      stepped = true;
      continue;
    }
    const dhcsr = s.debug.dhcsr;
    if ((dhcsr & 1) !== 0) {
      if ((dhcsr & C_HALT) !== 0 || ((dhcsr & C_STEP) !== 0 && stepped)) {
        halt(s, DFSR_HALTED);
        continue;
      }
    }
    if (s.debug.dwtHit !== 0) {
      s.debug.dwtHit = 0;
      if ((dhcsr & 1) !== 0) {
        halt(s, DFSR_DWTTRAP);
        continue;
      }
      pendMonitor(s, DFSR_DWTTRAP);
    }
    if (takeException(s)) continue;
    if (s.lockup) return 'lockup';
    if (s.sleeping) {
      if (!wakes(s)) return 'sleep';
      s.sleeping = false;
    }
    if (cyclesOf(s) >= limit || s.breakRequested) return 'limit';
    const watching = watchesPc(s);
    if (watching && !stepped && (dhcsr & 1) !== 0 && watchedPc(s)) {
      halt(s, DFSR_DWTTRAP);
      continue;
    }
    const stepping = (dhcsr & (1 | C_STEP)) === (1 | C_STEP);
    const monitored = monitorSteps(s);
    if (!executeSlice(s, limit, stepping || watching || monitored || (s.mpu.ctrl & 1) !== 0)) return 'limit';
    if (monitored) pendMonitor(s, DFSR_HALTED);
    // A step ends with its instruction, or, where that raised an exception, at the handler's first instruction.
    if (stepping) stepped = !(s.stop === STOP_SVC || s.stop === STOP_FAULT || s.stop === STOP_UNDEFINED);
  }
}
