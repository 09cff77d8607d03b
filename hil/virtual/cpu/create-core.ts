/**
 * How a board makes its core:
 *
 *     const core = createCore({ bus, onSystemReset: () => board.reset() });
 *     core.reset('power');              // once the memories and the alias are in place
 *     core.run(core.cycles + 64_000);   // StopReason
 *
 * The core starts held in no reset but without having fetched a vector: call `reset('power')` first. After `reset` the vector is
 * fetched when the core is next run or looked at, so the board may set alias and memory first, in any order; while
 * `holdInReset(true)` it is not fetched. A stall (`Bus.setStalled`) makes `run` pass the time up to its limit and return `limit`.
 */
import type { MemoryRegion } from '../bus.ts';
import { busFault } from '../bus.ts';
import type { Width } from '../peripheral/peripheral.ts';
import { forget, refreshHooks } from './code-cache.ts';
import type { Core } from './core.ts';
import { C_HALT, C_STEP, DFSR_HALTED, debugEnabled, halt } from './debug-registers.ts';
import { setupFastPath } from './fast-path.ts';
import { resetFpu } from './fpu/state.ts';
import { debugLoad, debugStore, isPpb } from './memory-access.ts';
import type { CoreOptions } from './options.ts';
import { setBit, setLine, setPending, updateActivePriority } from './pending.ts';
import { pollingLoopCycles } from './polling-loop.ts';
import { readPpb, writePpb } from './ppb.ts';
import { runCore, settleReset } from './run.ts';
import type { CoreState } from './state.ts';
import { createState, cyclesOf, DEBUG_MONITOR, HARD_FAULT, leaveLoop, NMI, packPsr } from './state.ts';
import { freezeSysTick, nextSysTickCycle, syncSysTick } from './systick.ts';
import { armv6m } from './v6m/architecture.ts';
import { armv7m } from './v7m/architecture.ts';
import { freezeCycleCounter, syncCycleCounter } from './v7m/cycle-counter.ts';
import { resetTrace } from './v7m/trace.ts';

/** Cycles granted to one debugger's step; only a stalled bus can use them up. */
const STEP_LIMIT = 1000;

export function createCore(options: CoreOptions): Core {
  const s = createState(options, options.processor === 'cortex-m4' ? armv7m : armv6m);
  options.bus.listen({
    contentChanged(region: MemoryRegion, offset: number, length: number) {
      forget(s, region, offset, length);
    },
    mapChanged() {
      s.windowValid = false;
      refreshHooks(s);
      setupFastPath(s);
    },
  });
  resetState(s, 'power');
  setupFastPath(s);

  const clockStopped = () => s.halted || s.held || (s.sleeping && (s.scr & 4) !== 0);

  return {
    get cycles() {
      return cyclesOf(s);
    },
    get halted() {
      settleReset(s);
      return s.halted;
    },
    get lockup() {
      settleReset(s);
      return s.lockup;
    },
    get sleeping() {
      return s.sleeping;
    },
    get sleepDeep() {
      return (s.scr & 4) !== 0;
    },
    get pc() {
      settleReset(s);
      return s.r[15]! >>> 0;
    },
    run: (cycleLimit) => {
      const reason = runCore(s, cycleLimit);
      if (reason === 'reset') s.resetRequested = false;
      return reason;
    },
    breakOut() {
      s.breakRequested = true;
      leaveLoop(s);
    },
    passCycles(cycles) {
      if (clockStopped()) freezeSysTick(s, cycles);
      if (s.isV7m && (s.sleeping || clockStopped())) {
        syncCycleCounter(s);
        freezeCycleCounter(s, cycles);
      }
      s.cycleBase += cycles;
    },
    nextTimerCycle: () => (clockStopped() ? Infinity : nextSysTickCycle(s)),
    setIrq: (irq, asserted) => setLine(s, irq, asserted),
    pendNmi: () => setPending(s, NMI),
    pollingLoopCycles: (maxInstructions) => pollingLoopCycles(s, maxInstructions),
    snapshot: () => snapshot(s),
    reset: (kind) => resetState(s, kind),
    holdInReset(held) {
      if (held) resetState(s, 'system');
      s.held = held;
      leaveLoop(s);
    },
    debugRead(address, width) {
      settleReset(s);
      if (!isPpb(address)) return debugLoad(s, address >>> 0, width);
      if ((address & (width - 1)) !== 0) busFault(address);
      return readPpb(s, address >>> 0, width, true) >>> 0;
    },
    debugWrite(address, value, width) {
      settleReset(s);
      if (!isPpb(address)) {
        debugStore(s, address >>> 0, value, width);
        return;
      }
      debugWritePpb(s, address >>> 0, value, width);
      if (s.resetRequested && options.onSystemReset !== undefined) {
        s.resetRequested = false;
        options.onSystemReset();
      }
    },
  };
}

function snapshot(s: CoreState): readonly number[] {
  const { systick, mpu, debug } = s;
  // Its counter is brought up to the cycle only when somebody looks, and when that was is no part of the state.
  syncSysTick(s);
  return [
    ...s.r,
    packPsr(s),
    s.primask,
    s.control,
    s.otherSp,
    s.vtor,
    s.scr,
    s.entering,
    Number(s.eventRegister) | (Number(s.sleeping) << 1) | (Number(s.halted) << 2) | (Number(s.lockup) << 3),
    ...[s.pending, s.enabled, s.active, s.level].flatMap((set) => [...set]),
    ...s.priority,
    ...[systick.csr, systick.reload, systick.value, systick.since, Number(systick.countFlag)],
    ...[mpu.ctrl, mpu.rnr, ...mpu.rbar, ...mpu.rasr],
    ...(s.isV7m ? snapshotV7m(s) : []),
    ...[debug.dhcsr, debug.demcr, debug.dfsr, debug.dcrdr, ...debug.fpComp, ...debug.dwtComp, ...debug.dwtFunction],
  ];
}

function snapshotV7m(s: CoreState): readonly number[] {
  const { v7m, fpu, debug } = s;
  syncCycleCounter(s);
  return [
    ...[v7m.basepri, v7m.faultmask, v7m.prigroup, v7m.ccr, v7m.cfsr, v7m.hfsr, v7m.mmfar, v7m.bfar, v7m.actlr],
    ...[Number(v7m.exclusive), ...v7m.trace, debug.dwtCtrl, debug.cycCount, s.cpacr],
    ...(fpu === undefined ? [] : [...fpu.s, fpu.fpscr, fpu.fpccr, fpu.fpcar, fpu.fpdscr]),
  ];
}

/** A write by the debug port takes effect at once: halting and stepping are complete when this returns. */
function debugWritePpb(s: CoreState, address: number, value: number, width: Width): void {
  if ((address & (width - 1)) !== 0) busFault(address);
  const wasHalted = s.halted;
  writePpb(s, address, value, width, true);
  if (s.held || s.vectorFetchDue || !debugEnabled(s)) return;
  if ((s.debug.dhcsr & C_HALT) !== 0) {
    if (s.halted) return;
    // An exception entry that has begun is completed, so that the PC means something.
    if (s.entering !== 0) s.arch.finishEntry(s);
    halt(s, DFSR_HALTED);
  } else if (wasHalted && (s.debug.dhcsr & C_STEP) !== 0) {
    if (runCore(s, cyclesOf(s) + STEP_LIMIT) === 'lockup') halt(s, DFSR_HALTED);
  }
}

/** ARMv6-M B1.5. Registers that the manual leaves UNKNOWN keep their values, except at power-on. */
function resetState(s: CoreState, kind: 'power' | 'system'): void {
  if (kind === 'power') {
    s.r.fill(0);
    s.otherSp = 0;
    resetTrace(s);
    Object.assign(s.debug, { dwtCtrl: 0, cycCount: 0 });
    Object.assign(s.debug, { dhcsr: 0, demcr: 0, dfsr: 0, dcrdr: 0, retired: false, fpEnabled: false, dwtHit: 0 });
    for (const registers of [
      s.debug.fpComp,
      s.debug.dwtComp,
      s.debug.dwtMask,
      s.debug.dwtFunction,
      s.debug.dwtMatched,
    ]) {
      registers.fill(0);
    }
  }
  for (const set of [s.pending, s.enabled, s.active]) set.fill(0);
  if (s.isV7m && (s.debug.demcr & 0x1_0000) !== 0) setBit(s.enabled, DEBUG_MONITOR); // DEMCR survives a system reset
  // Lines that are still asserted pend again when their peripheral drives them anew.
  s.level.fill(0);
  s.priority.fill(0);
  s.priority[NMI] = -2;
  s.priority[HARD_FAULT] = -1;
  updateActivePriority(s);
  s.mpu.ctrl = 0;
  s.mpu.rasr.fill(0);
  Object.assign(s.systick, { csr: 0, countFlag: false, since: cyclesOf(s) });
  Object.assign(s, { n: 0, z: 1, c: 0, v: 0, t: 1, ipsr: 0, primask: 0, control: 0, vtor: 0, scr: 0, entering: 0 });
  if (s.isV7m) resetV7m(s);
  Object.assign(s, { eventRegister: false, sleeping: false, halted: false, lockup: false, resetRequested: false });
  s.r[14] = -1;
  s.debug.resetSeen = true;
  s.vectorFetchDue = true;
  s.windowValid = false;
  setupFastPath(s);
}

/** ARMv7-M B3.2: reset values. CCR.STKALIGN is set on a Cortex-M4 (documented: TRM 4.1). */
function resetV7m(s: CoreState): void {
  Object.assign(s.v7m, {
    basepri: 0,
    faultmask: 0,
    it: 0,
    q: 0,
    ge: 0,
    prigroup: 0,
    ccr: 0x200,
    cfsr: 0,
    hfsr: 0,
    actlr: 0,
  });
  Object.assign(s.v7m, { exclusive: false, fault: 0, unprivilegedAccess: false });
  s.groupMask = -2;
  s.cpacr = 0;
  if (s.fpu !== undefined) resetFpu(s.fpu);
}
