/**
 * Who may use the FPU, and where its state goes in exceptions: extended frames, lazy state preservation, new contexts.
 *
 * Source: ARMv7-M Architecture Reference Manual B1.5.6-B1.5.8, ExecuteFPCheck, PreserveFPState, PushStack, PopStack (documented).
 */
import { load, store } from '../memory-access.ts';
import { isPrivileged } from '../state.ts';
import type { FpCore, FpStatus } from './state.ts';
import {
  CONTROL_FPCA,
  FP_DONE,
  FP_NOCP,
  FPCCR_ASPEN,
  FPCCR_BFRDY,
  FPCCR_HFRDY,
  FPCCR_LSPACT,
  FPCCR_LSPEN,
  FPCCR_MMRDY,
  FPCCR_MONRDY,
  FPCCR_THREAD,
  FPCCR_USER,
} from './state.ts';

/** Bytes of a frame with FP state: 8 core words, S0-S15, FPSCR and a reserved word. */
export const EXTENDED_FRAME_SIZE = 104;
/** Where S0 is in it. */
const FP_OFFSET = 32;
const FPSCR_OFFSET = 64;

/** CheckVFPEnabled: CP10 decides (CP11 must be equal, else UNPREDICTABLE): 0b01 privileged only, 0b11 full access. */
export function fpAllowed(s: FpCore): boolean {
  const access = (s.cpacr >>> 20) & 3;
  return access === 3 || (access === 1 && isPrivileged(s));
}

/** The entry being made needs the extended frame; EXC_RETURN bit 4 is then 0. */
export function hasFpContext(s: FpCore): boolean {
  return (s.control & CONTROL_FPCA) !== 0;
}

/**
 * FP half of stacking, for a core with `hasFpContext`. `frame` is the address of r0's word; `ready` says with FPCCR's RDY bits
 * which fault handlers could pre-empt at the execution priority before the entry. Lazily, only the place is noted. The caller
 * clears CONTROL.FPCA when it takes the exception.
 */
export function pushFpFrame(s: FpCore, frame: number, ready: number): FpStatus {
  const { fpu } = s;
  if ((fpu.fpccr & FPCCR_LSPEN) === 0) {
    if (!fpAllowed(s)) return FP_NOCP;
    storeFpState(s, frame + FP_OFFSET);
    return FP_DONE;
  }
  fpu.fpcar = (frame + FP_OFFSET) & ~7;
  fpu.fpccr =
    (fpu.fpccr & (FPCCR_ASPEN | FPCCR_LSPEN)) |
    (ready & (FPCCR_MONRDY | FPCCR_BFRDY | FPCCR_MMRDY | FPCCR_HFRDY)) |
    (s.ipsr === 0 ? FPCCR_THREAD : 0) |
    (isPrivileged(s) ? 0 : FPCCR_USER) |
    FPCCR_LSPACT;
  return FP_DONE;
}

/** FP half of unstacking, for an EXC_RETURN with bit 4 = 0. The caller sets CONTROL.FPCA to the inverse of bit 4. */
export function popFpFrame(s: FpCore, frame: number): FpStatus {
  const { fpu } = s;
  if ((fpu.fpccr & FPCCR_LSPACT) !== 0) {
    fpu.fpccr &= ~FPCCR_LSPACT; // the registers still hold the state
    return FP_DONE;
  }
  if (!fpAllowed(s)) return FP_NOCP;
  const at = frame + FP_OFFSET;
  const words: number[] = [];
  for (let i = 0; i < 16; i++) words.push(load(s, at + 4 * i, 4));
  const fpscr = load(s, at + FPSCR_OFFSET, 4);
  fpu.s.set(words);
  fpu.fpscr = fpscr;
  return FP_DONE;
}

/**
 * What every FP instruction does first (ExecuteFPCheck, after the access check): store the state that a lazy frame still waits for,
 * begin a new context. A fault of the deferred store is thrown with `fpu.preserving` left set; see `lazyFault`.
 */
export function prepareContext(s: FpCore): void {
  const { fpu } = s;
  if ((fpu.fpccr & FPCCR_LSPACT) !== 0) {
    preserveLazyState(s);
    fpu.fpccr &= ~FPCCR_LSPACT;
  }
  if (fpu.fpccr < 0 && (s.control & CONTROL_FPCA) === 0) {
    fpu.fpscr = fpu.fpdscr;
    s.control |= CONTROL_FPCA;
  }
}

/** Nothing of `prepareContext` is due. */
export function contextReady(s: FpCore): boolean {
  const { fpccr } = s.fpu;
  return (fpccr & FPCCR_LSPACT) === 0 && (fpccr >= 0 || (s.control & CONTROL_FPCA) !== 0);
}

/** The store counts as done by the code that was interrupted: with its privilege and, without HFRDY, at priority -1. */
function preserveLazyState(s: FpCore): void {
  const { fpu, ipsr, control, activePriority } = s;
  fpu.preserving = true;
  if ((fpu.fpccr & FPCCR_USER) !== 0) {
    s.ipsr = 0;
    s.control |= 1;
  } else s.control &= ~1;
  if ((fpu.fpccr & FPCCR_HFRDY) === 0) s.activePriority = -1;
  try {
    storeFpState(s, fpu.fpcar);
    fpu.preserving = false;
  } finally {
    s.ipsr = ipsr;
    s.control = control;
    s.activePriority = activePriority;
  }
}

/**
 * For the handler of a thrown fault: it came from the deferred store of a lazy frame (MMFSR.MLSPERR or BFSR.LSPERR, no fault
 * address, and FPCCR's RDY bits instead of SHCSR's enables decide about escalation). Asking takes the mark away.
 */
export function lazyFault(s: FpCore): boolean {
  const { preserving } = s.fpu;
  s.fpu.preserving = false;
  return preserving;
}

/** After a lazy fault that cannot be taken yet: it stays pending, the frame's FP part stays unwritten and the instruction goes on. */
export function abandonLazyState(s: FpCore): void {
  s.fpu.fpccr &= ~FPCCR_LSPACT;
}

function storeFpState(s: FpCore, at: number): void {
  for (let i = 0; i < 16; i++) store(s, at + 4 * i, s.fpu.s[i]!, 4);
  store(s, at + FPSCR_OFFSET, s.fpu.fpscr, 4);
}
