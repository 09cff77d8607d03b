/** Loads and stores of the program that the fast path of the execution loop does not serve. */
import { busFault } from '../bus.ts';
import type { Width } from '../peripheral/peripheral.ts';
import { checkMpu } from './mpu.ts';
import { isQuietPpbRead, readPpb, writePpb } from './ppb.ts';
import type { CoreState } from './state.ts';
import { isPrivileged } from './state.ts';
import { watchAccess } from './watchpoints.ts';

/** Thrown where the bus makes the core wait (flash BSY): the instruction starts over later. */
export const STALL: Error = new Error('bus stall');
/** Thrown where a side effect ends the search for a polling loop. */
export const PROBE_ABORT: Error = new Error('not a polling loop');

/** 0xE000_0000..0xE00F_FFFF, the private peripheral bus. ARMv6-M B3.1. */
export function isPpb(address: number): boolean {
  return address >>> 20 === 0xe00;
}

function check(s: CoreState, address: number, width: Width, write: boolean): void {
  if (s.mpu.ctrl & 1) checkMpu(s, address, write ? 'write' : 'read', isPrivileged(s));
  watchAccess(s, address, width, write);
}

/** Read for the program. The result is sign-neutral: 32-bit values may be negative. */
export function load(s: CoreState, address: number, width: Width): number {
  const a = address >>> 0;
  if ((a & (width - 1)) !== 0) busFault(a); // ARMv6-M A3.2.1: unaligned accesses always fault
  if (isPpb(a)) {
    if (s.probing && !isQuietPpbRead(a)) throw PROBE_ABORT;
    if (!isPrivileged(s)) busFault(a); // ARMv6-M B3.1: unprivileged accesses to the PPB fault
    return readPpb(s, a, width, false);
  }
  if (s.checked) check(s, a, width, false);
  const region = s.bus.memoryAt(a);
  if (region === undefined) {
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
  if ((a & (width - 1)) !== 0) busFault(a);
  if (s.probing) {
    if (isQuietStore(s, a, value, width)) return;
    throw PROBE_ABORT;
  }
  if (isPpb(a)) {
    if (!isPrivileged(s)) busFault(a);
    writePpb(s, a, value, width, false);
    return;
  }
  if (s.checked) check(s, a, width, true);
  if (a >>> 28 === 5 && s.options.ioPort) s.k--;
  s.bus.write(a, value, width);
}

/** A store that leaves everything as it is: a RAM cell that already holds the value, or a register that says so. */
function isQuietStore(s: CoreState, address: number, value: number, width: Width): boolean {
  if (isPpb(address)) return false;
  const region = s.bus.memoryAt(address);
  if (region === undefined) return s.bus.quietWrite(address, value);
  if (!region.writable || region.onWrite !== undefined) return false;
  const mask = width === 4 ? 0xffff_ffff : width === 2 ? 0xffff : 0xff;
  return s.bus.read(address, width) === (value & mask) >>> 0;
}
