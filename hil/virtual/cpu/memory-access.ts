/** Loads and stores of the program that the fast path of the execution loop does not serve. */
import { busFault, isBusFault } from '../bus.ts';
import type { Width } from '../peripheral/peripheral.ts';
import { checkMpu } from './mpu.ts';
import { executionPriority } from './pending.ts';
import { isQuietPpbRead, readPpb, writePpb } from './ppb.ts';
import type { CoreState } from './state.ts';
import { isPrivileged } from './state.ts';
import { bitBandTarget, isBitBandAlias } from './v7m/bit-band.ts';
import { noteBusFault, raiseUnaligned } from './v7m/fault-status.ts';
import { watchAccess } from './watchpoints.ts';

/** Thrown where the bus makes the core wait (flash BSY): the instruction starts over later. */
export const STALL: Error = new Error('bus stall');
/** Thrown where a side effect ends the search for a polling loop. */
export const PROBE_ABORT: Error = new Error('not a polling loop');

/** 0xE000_0000..0xE00F_FFFF, the private peripheral bus. ARMv6-M B3.1. */
export function isPpb(address: number): boolean {
  return address >>> 20 === 0xe00;
}

/** ARMv7-M A7.7, LDRT: the access of privileged code may count as unprivileged. */
function privileged(s: CoreState): boolean {
  return isPrivileged(s) && !s.v7m.unprivilegedAccess;
}

/** ARMv7-M B3.1.1: unprivileged code may write STIR when CCR.USERSETMPEND is set; all else on the PPB faults. */
function checkPpb(s: CoreState, address: number): void {
  if (privileged(s)) return;
  if (address !== STIR || (s.v7m.ccr & CCR_USERSETMPEND) === 0) busFault(address);
}

/**
 * ARMv7-M A3.2.1: unaligned halfwords and words are split up, but in Device memory and with CCR.UNALIGN_TRP they fault. How the
 * processor splits them is its own affair; bytes have the same effect on memory.
 */
function checkUnaligned(s: CoreState, a: number): void {
  if (!s.isV7m) busFault(a); // ARMv6-M A3.2.1
  const segment = a >>> 29;
  if ((s.v7m.ccr & CCR_UNALIGN_TRP) !== 0 || segment === 2 || segment >= 5) raiseUnaligned(s);
}

/** CCR.BFHFNMIGN: at priority -1 and -2 data bus faults are noted and ignored. ARMv7-M B3.2.8. */
function ignoresBusFaults(s: CoreState): boolean {
  return (s.v7m.ccr & CCR_BFHFNMIGN) !== 0 && executionPriority(s) < 0;
}

function ignored(s: CoreState, error: unknown): number {
  if (!isBusFault(error)) throw error;
  noteBusFault(s, error.address);
  s.v7m.cfsr |= s.v7m.fault;
  s.v7m.bfar = s.v7m.faultAddress;
  return 0;
}

function check(s: CoreState, address: number, width: Width, write: boolean): void {
  if (s.mpu.ctrl & 1) checkMpu(s, address, write ? 'write' : 'read', privileged(s));
  watchAccess(s, address, width, write);
}

const STIR = 0xe000_ef00;
const CCR_USERSETMPEND = 2;
const CCR_UNALIGN_TRP = 8;
const CCR_BFHFNMIGN = 0x100;

/** Read for the program. The result is sign-neutral: 32-bit values may be negative. */
export function load(s: CoreState, address: number, width: Width): number {
  const a = address >>> 0;
  if ((a & (width - 1)) !== 0) {
    checkUnaligned(s, a);
    s.k++;
    let value = 0;
    for (let i = 0; i < width; i++) value |= load(s, a + i, 1) << (8 * i);
    return value;
  }
  if (!s.isV7m || !ignoresBusFaults(s)) return loadAligned(s, a, width);
  try {
    return loadAligned(s, a, width);
  } catch (error) {
    return ignored(s, error);
  }
}

function loadAligned(s: CoreState, a: number, width: Width): number {
  if (isPpb(a)) {
    if (s.probing && !isQuietPpbRead(a)) throw PROBE_ABORT;
    checkPpb(s, a); // ARMv6-M B3.1: unprivileged accesses to the PPB fault
    return readPpb(s, a, width, false);
  }
  if (s.checked) check(s, a, width, false);
  const region = s.bus.memoryAt(a);
  if (region === undefined) {
    if (s.options.bitBand && isBitBandAlias(a)) return loadBit(s, a, width);
    if (s.probing && !s.bus.quietRead(a)) throw PROBE_ABORT;
    if (a >>> 28 === 5 && s.options.ioPort) s.k--; // single-cycle I/O port: GPIO in one cycle (Cortex-M0+ TRM 3.3)
    return s.bus.read(a, width);
  }
  if (region.stalled) throw STALL;
  if (region.readFault) busFault(a);
  s.k += region.waitStates;
  const offset = s.bus.offsetIn(region, a);
  if (width === 4) return region.words[offset >> 2]!;
  return width === 2 ? region.halfwords[offset >> 1]! : region.bytes[offset]!;
}

/** Write for the program. */
export function store(s: CoreState, address: number, value: number, width: Width): void {
  const a = address >>> 0;
  if ((a & (width - 1)) !== 0) {
    checkUnaligned(s, a);
    s.k++;
    for (let i = 0; i < width; i++) store(s, a + i, (value >>> (8 * i)) & 0xff, 1);
    return;
  }
  if (!s.isV7m || !ignoresBusFaults(s)) {
    storeAligned(s, a, value, width);
    return;
  }
  try {
    storeAligned(s, a, value, width);
  } catch (error) {
    ignored(s, error);
  }
}

function storeAligned(s: CoreState, a: number, value: number, width: Width): void {
  if (s.probing) {
    if (isQuietStore(s, a, value, width)) return;
    throw PROBE_ABORT;
  }
  if (isPpb(a)) {
    checkPpb(s, a);
    writePpb(s, a, value, width, false);
    return;
  }
  if (s.checked) check(s, a, width, true);
  if (a >>> 28 === 5 && s.options.ioPort) s.k--;
  if (s.options.bitBand && isBitBandAlias(a) && s.bus.memoryAt(a) === undefined) storeBit(s, a, value, width);
  else s.bus.write(a, value, width);
}

/** What the bus refuses is reported for the address that was accessed: the alias. */
function throughAlias<T>(alias: number, action: () => T): T {
  try {
    return action();
  } catch (error) {
    return isBusFault(error) ? busFault(alias) : raise(error);
  }
}

function raise(error: unknown): never {
  throw error;
}

/** A read through a bit-band alias: one bit. Cortex-M4 TRM 3.7 (documented). */
function loadBit(s: CoreState, alias: number, width: Width): number {
  const { address, bit } = bitBandTarget(alias, width);
  if (s.probing && !s.bus.quietRead(address)) throw PROBE_ABORT;
  return throughAlias(alias, () => (s.bus.read(address, width) >>> bit) & 1);
}

/** A write through a bit-band alias: read, change, write, with nothing between. */
function storeBit(s: CoreState, alias: number, value: number, width: Width): void {
  const { address, bit } = bitBandTarget(alias, width);
  throughAlias(alias, () => {
    const before = s.bus.read(address, width);
    s.bus.write(address, (value & 1) !== 0 ? before | (1 << bit) : before & ~(1 << bit), width);
  });
}

/** What the debug port reads and writes outside the PPB: its accesses pass the same bit-band logic (Cortex-M4 TRM 3.7). */
export function debugLoad(s: CoreState, a: number, width: Width): number {
  const bit = s.options.bitBand && isBitBandAlias(a) && s.bus.memoryAt(a) === undefined;
  return bit ? loadBit(s, a, width) : s.bus.read(a, width);
}

export function debugStore(s: CoreState, a: number, value: number, width: Width): void {
  if (s.options.bitBand && isBitBandAlias(a) && s.bus.memoryAt(a) === undefined) storeBit(s, a, value, width);
  else s.bus.write(a, value, width);
}

/** A store that leaves everything as it is: a RAM cell that already holds the value, or a register that says so. */
function isQuietStore(s: CoreState, address: number, value: number, width: Width): boolean {
  if (isPpb(address)) return false;
  const region = s.bus.memoryAt(address);
  if (region === undefined && s.options.bitBand && isBitBandAlias(address >>> 0)) return false;
  if (region === undefined) return s.bus.quietWrite(address, value);
  if (!region.writable || region.onWrite !== undefined) return false;
  const mask = width === 4 ? 0xffff_ffff : width === 2 ? 0xffff : 0xff;
  return s.bus.read(address, width) === (value & mask) >>> 0;
}
