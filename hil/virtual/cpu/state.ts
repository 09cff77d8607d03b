/**
 * The architectural and microarchitectural state of one core, as plain data.
 *
 * One flat object of fixed shape, handled by module-level functions: a single `execute` function serves all boards of a process,
 * so that the JIT compiler's type feedback is shared (a closure per board would start cold each time).
 */
import type { Bus, MemoryRegion } from '../bus.ts';
import type { FpuState } from './fpu/fpu-state.ts';
import { createFpuState } from './fpu/fpu-state.ts';
import type { CoreOptions, CoreSettings } from './options.ts';
import { settingsOf } from './options.ts';

export const NMI = 2;
export const HARD_FAULT = 3;
export const MEM_MANAGE = 4;
export const BUS_FAULT = 5;
export const USAGE_FAULT = 6;
export const SV_CALL = 11;
export const DEBUG_MONITOR = 12;
export const PEND_SV = 14;
export const SYS_TICK = 15;
/** Exception number of IRQ0. */
export const FIRST_IRQ = 16;

/** Priority of thread mode: below every exception. */
export const THREAD_PRIORITY = 256;

/** What the PC reads as in lockup (ARMv6-M B1.5). */
export const LOCKUP_ADDRESS = 0xffff_fffe;

/** Why `execute` left its loop, besides the cycle limit. */
export const STOP_NONE = 0;
export const STOP_FAULT = 1;
export const STOP_STALL = 2;
export const STOP_PROBE_ABORT = 3;
export const STOP_SVC = 4;
export const STOP_BKPT = 5;
export const STOP_WFI = 6;
export const STOP_WFE = 7;
export const STOP_HOOK = 8;
export const STOP_EXCEPTION_RETURN = 9;
export const STOP_UNDEFINED = 10;

/** Predecoded instructions of one memory. */
export interface CodeCache {
  readonly region: MemoryRegion;
  /** One packed word per halfword, 0 = not decoded yet, and an end mark behind the last. */
  readonly code: Int32Array;
  /** ARMv7-M: the immediate, branch target or encoding that goes with each word of `code`. */
  readonly operand: Int32Array;
  /** ARMv7-M: the same instructions as they act inside an IT block. */
  readonly itCode: Int32Array;
  /** Per 256 bytes: something is decoded there, so stores must look. */
  readonly mark: Uint8Array;
}

export interface SysTickState {
  csr: number;
  reload: number;
  /** Counter value at `since`. */
  value: number;
  /** Cycle at which `value` was right. */
  since: number;
  countFlag: boolean;
}

export interface MpuState {
  ctrl: number;
  rnr: number;
  readonly rbar: Int32Array;
  readonly rasr: Int32Array;
}

export interface DebugState {
  /** C_DEBUGEN, C_HALT, C_STEP, C_MASKINTS as last written. */
  dhcsr: number;
  demcr: number;
  dfsr: number;
  dcrdr: number;
  resetSeen: boolean;
  retired: boolean;
  fpEnabled: boolean;
  readonly fpComp: Int32Array;
  readonly dwtComp: Int32Array;
  readonly dwtMask: Int32Array;
  readonly dwtFunction: Int32Array;
  /** A data comparator matched during the current instruction: bit per comparator. */
  dwtHit: number;
  readonly dwtMatched: Int32Array;
  /** ARMv7-M: DWT_CTRL's writable bits, and CYCCNT as its value at a cycle. */
  dwtCtrl: number;
  cycCount: number;
  cycSince: number;
  /** ARMv7-M: an exception was raised whose cause DEMCR's vector catch bits name. */
  vectorCatch: boolean;
}

/** What ARMv7-M has beyond ARMv6-M. B1.4, B3.2. */
export interface V7mState {
  basepri: number;
  faultmask: number;
  /** ITSTATE: 0 outside IT blocks. A7.3. */
  it: number;
  /** APSR.Q */
  q: number;
  /** APSR.GE, four bits. */
  ge: number;
  /** AIRCR.PRIGROUP */
  prigroup: number;
  ccr: number;
  cfsr: number;
  hfsr: number;
  mmfar: number;
  bfar: number;
  actlr: number;
  /** The local monitor of LDREX and STREX is open. */
  exclusive: boolean;
  /** CFSR bits and address of the fault that an instruction met, until it is raised. */
  fault: number;
  faultAddress: number;
  /** LDRT and STRT: the access counts as unprivileged. */
  unprivilegedAccess: boolean;
  /** ITM and TPIU registers, see v7m/trace.ts. */
  readonly trace: Int32Array;
  /** Where a load or computed branch outside the hot loop goes. */
  branchTarget: number;
}

/** Why an instruction did not complete. */
export type FaultCause =
  /** The bus or the MPU refused a data access, or the instruction itself is at fault: `v7m.fault` says which. */
  | 'data'
  | 'undefined'
  /** EPSR.T is clear. */
  | 'state'
  | 'fetch'
  | 'execute-never'
  | 'execute-denied'
  /** SVC without the priority to be served. */
  | 'svc'
  /** BKPT without a debugger. */
  | 'bkpt';

/** What the two architectures do differently, as functions that a core is given once. */
export interface Architecture {
  /** Decode slot `slot` of a memory and return its word; `inIt`: as it acts inside an IT block. */
  decode(cache: CodeCache, slot: number, inIt: boolean): number;
  /**
   * Execute from the window until `s.limit` cycles (relative to `s.cycleBase`) or until something needs the slow path.
   * On return r[15] is the next instruction's address, or the causing instruction's for a fault, and `s.stop` says why.
   */
  execute(s: CoreState): void;
  raiseFault(s: CoreState, cause: FaultCause): void;
  /** Stack the frame for `exception`, with r[15] as the return address. */
  beginEntry(s: CoreState, exception: number): void;
  /** Fetch the vector of what is most urgent now and enter it. Returns the exception entered, or 0 (stalled, locked up). */
  finishEntry(s: CoreState): number;
  exceptionReturn(s: CoreState): void;
}

export interface CoreState {
  readonly bus: Bus;
  readonly options: CoreSettings;
  readonly arch: Architecture;
  /** ARMv7-M, else ARMv6-M. */
  readonly isV7m: boolean;
  readonly v7m: V7mState;
  readonly fpu: FpuState | undefined;
  /** CPACR: access to the coprocessors; nothing without an FPU. */
  cpacr: number;

  /** r0-r12, the current SP, LR, and the address of the next instruction. */
  readonly r: Int32Array;
  /** N is the sign of `n`, Z is `z === 0`, C is 0 or 1, V is the sign of `v`. */
  n: number;
  z: number;
  c: number;
  v: number;
  /** EPSR.T */
  t: number;
  ipsr: number;
  primask: number;
  /** CONTROL: bit 0 nPRIV, bit 1 SPSEL, bit 2 FPCA. */
  control: number;
  /** The stack pointer that is not in r[13]: MSP while PSP is in use, else PSP. */
  otherSp: number;

  /** Cycles = cycleBase + k. `limit` is the loop's end in terms of k; 0 asks for the next boundary. */
  cycleBase: number;
  k: number;
  limit: number;
  stop: number;
  /** The value that a branch took as EXC_RETURN, for STOP_EXCEPTION_RETURN. */
  excReturn: number;

  // Exceptions: bit sets over exception numbers, 32 per word.
  readonly pending: Int32Array;
  readonly enabled: Int32Array;
  readonly active: Int32Array;
  readonly level: Int32Array;
  /** Priority per exception number, -3..255. */
  readonly priority: Int16Array;
  /** Bits of a priority that decide about preemption: all but those below AIRCR.PRIGROUP. */
  groupMask: number;
  /** Execution priority from the active exceptions alone. */
  activePriority: number;
  /** Frame is stacked, the vector not fetched yet: the exception that started it, or 0. */
  entering: number;
  /** EXC_RETURN value for the exception being entered. */
  enteringReturn: number;

  vtor: number;
  scr: number;
  readonly systick: SysTickState;
  readonly mpu: MpuState;
  readonly debug: DebugState;

  eventRegister: boolean;
  sleeping: boolean;
  /** The sleep is WFE's, which an event ends. */
  sleepingForEvent: boolean;
  halted: boolean;
  lockup: boolean;
  held: boolean;
  resetRequested: boolean;
  /** Reset happened; MSP and PC are fetched when the core is let go and somebody looks. */
  vectorFetchDue: boolean;
  /** `run` is to return at the next boundary. */
  breakRequested: boolean;
  /** Looking for a polling loop: side effects abort the attempt. */
  probing: boolean;

  // The window that instructions are fetched from.
  readonly caches: (CodeCache | undefined)[];
  windowValid: boolean;
  cache: CodeCache;
  windowBase: number;

  // The memory whose loads and stores take the fast path.
  ram: MemoryRegion;
  ramMark: Uint8Array;
  ramLoadSize: number;
  ramStoreSize: number;
  literalFast: boolean;
  /** MPU or data watchpoints look at every access. */
  checked: boolean;
}

const noMemory: MemoryRegion = {
  index: -1,
  name: 'none',
  base: 0,
  size: 0,
  writable: false,
  executable: false,
  onWrite: undefined,
  bytes: new Uint8Array(0),
  halfwords: new Uint16Array(0),
  words: new Int32Array(0),
  waitStates: 0,
  stalled: false,
  readFault: false,
};

export function createState(options: CoreOptions, arch: Architecture): CoreState {
  const settings = settingsOf(options);
  const { irqLines, mpuRegions, breakpoints, watchpoints } = settings;
  const exceptions = FIRST_IRQ + irqLines;
  const words = Math.ceil(exceptions / 32);
  return {
    bus: options.bus,
    options: settings,
    arch,
    isV7m: settings.isV7m,
    v7m: {
      basepri: 0,
      faultmask: 0,
      it: 0,
      q: 0,
      ge: 0,
      prigroup: 0,
      ccr: 0,
      cfsr: 0,
      hfsr: 0,
      mmfar: 0,
      bfar: 0,
      actlr: 0,
      exclusive: false,
      fault: 0,
      faultAddress: 0,
      unprivilegedAccess: false,
      trace: new Int32Array(7),
      branchTarget: 0,
    },
    fpu: settings.fpu ? createFpuState() : undefined,
    cpacr: 0,
    r: new Int32Array(16),
    n: 0,
    z: 1,
    c: 0,
    v: 0,
    t: 1,
    ipsr: 0,
    primask: 0,
    control: 0,
    otherSp: 0,
    cycleBase: 0,
    k: 0,
    limit: 0,
    stop: STOP_NONE,
    excReturn: 0,
    pending: new Int32Array(words),
    enabled: new Int32Array(words),
    active: new Int32Array(words),
    level: new Int32Array(words),
    priority: new Int16Array(exceptions),
    groupMask: -1,
    activePriority: THREAD_PRIORITY,
    entering: 0,
    enteringReturn: 0,
    vtor: 0,
    scr: 0,
    systick: { csr: 0, reload: 0, value: 0, since: 0, countFlag: false },
    mpu: { ctrl: 0, rnr: 0, rbar: new Int32Array(mpuRegions), rasr: new Int32Array(mpuRegions) },
    debug: {
      dhcsr: 0,
      demcr: 0,
      dfsr: 0,
      dcrdr: 0,
      resetSeen: false,
      retired: false,
      fpEnabled: false,
      fpComp: new Int32Array(breakpoints),
      dwtComp: new Int32Array(watchpoints),
      dwtMask: new Int32Array(watchpoints),
      dwtFunction: new Int32Array(watchpoints),
      dwtHit: 0,
      dwtMatched: new Int32Array(watchpoints),
      dwtCtrl: 0,
      cycCount: 0,
      cycSince: 0,
      vectorCatch: false,
    },
    eventRegister: false,
    sleeping: false,
    sleepingForEvent: false,
    halted: false,
    lockup: false,
    held: false,
    resetRequested: false,
    vectorFetchDue: false,
    breakRequested: false,
    probing: false,
    caches: [],
    windowValid: false,
    cache: {
      region: noMemory,
      code: new Int32Array(2),
      operand: new Int32Array(2),
      itCode: new Int32Array(2),
      mark: new Uint8Array(1),
    },
    windowBase: 0,
    ram: noMemory,
    ramMark: new Uint8Array(1),
    ramLoadSize: 0,
    ramStoreSize: 0,
    literalFast: true,
    checked: false,
  };
}

export function cyclesOf(s: CoreState): number {
  return s.cycleBase + s.k;
}

/** Make the execution loop end at the next instruction boundary. */
export function leaveLoop(s: CoreState): void {
  s.limit = 0;
}

/** ARMv6-M B1.3: handler mode is always privileged, thread mode by CONTROL.nPRIV. */
export function isPrivileged(s: CoreState): boolean {
  return s.ipsr !== 0 || (s.control & 1) === 0;
}

export function packPsr(s: CoreState): number {
  const { q, ge, it } = s.v7m;
  return (
    (s.n & 0x8000_0000) |
    (s.z === 0 ? 0x4000_0000 : 0) |
    (s.c !== 0 ? 0x2000_0000 : 0) |
    (s.v < 0 ? 0x1000_0000 : 0) |
    (q << 27) |
    ((it & 3) << 25) |
    (s.t !== 0 ? 0x0100_0000 : 0) |
    (ge << 16) |
    ((it & 0xfc) << 8) |
    s.ipsr
  );
}

/** N, Z, C, V, and Q where it exists. */
export function setFlags(s: CoreState, apsr: number): void {
  s.n = apsr;
  s.z = (apsr & 0x4000_0000) !== 0 ? 0 : 1;
  s.c = (apsr >>> 29) & 1;
  s.v = apsr << 3;
  if (s.isV7m) s.v7m.q = (apsr >>> 27) & 1;
}

/** All of xPSR but the exception number. */
export function setPsr(s: CoreState, psr: number): void {
  setFlags(s, psr);
  s.t = (psr >>> 24) & 1;
  if (!s.isV7m) return;
  s.v7m.ge = (psr >>> 16) & 15;
  s.v7m.it = ((psr >>> 25) & 3) | ((psr >>> 8) & 0xfc);
}

export function mspOf(s: CoreState): number {
  return usesPsp(s) ? s.otherSp : s.r[13]!;
}

export function pspOf(s: CoreState): number {
  return usesPsp(s) ? s.r[13]! : s.otherSp;
}

/** ARMv6-M B1.4: handler mode always uses MSP. */
export function usesPsp(s: CoreState): boolean {
  return s.ipsr === 0 && (s.control & 2) !== 0;
}

/** Change SPSEL or the mode while both stack pointers keep their values. */
export function switchStack(s: CoreState, change: () => void): void {
  const before = usesPsp(s);
  change();
  if (usesPsp(s) !== before) {
    const sp = s.r[13]!;
    s.r[13] = s.otherSp;
    s.otherSp = sp;
  }
}
