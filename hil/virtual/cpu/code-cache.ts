/**
 * Predecoded instructions, one cache per memory.
 *
 * Decoded words hold positions relative to the memory, so code reached through the alias at 0x0000_0000 and at its own address
 * shares one cache; only the window base differs.
 */
import type { MemoryRegion } from '../bus.ts';
import type { CodeCache, CoreState } from './state.ts';

/** A slot that is not decoded yet. Both architectures use the same words for this and the next two. */
const DECODE_NOW = 0;
/** Behind the last instruction of a memory. */
const EDGE = 91;
/** A breakpoint comparator points here. */
const HOOK = 92;
/** DEMCR.MON_EN */
const MON_EN = 0x1_0000;
const NOTHING = new Int32Array(0);

export function cacheOf(s: CoreState, region: MemoryRegion): CodeCache {
  const known = s.caches[region.index];
  if (known !== undefined) return known;
  const slots = region.size >> 1;
  const cache: CodeCache = {
    region,
    code: new Int32Array(slots + 2),
    operand: s.isV7m ? new Int32Array(slots + 2) : NOTHING,
    itCode: s.isV7m ? new Int32Array(slots + 2) : NOTHING,
    mark: new Uint8Array((region.size >> 8) + 1),
  };
  cache.code.fill(EDGE, slots);
  cache.itCode.fill(EDGE, slots);
  s.caches[region.index] = cache;
  return cache;
}

/** Forget what was decoded from `offset`..`offset + length`, and the halfword before: a 32-bit instruction may straddle it. */
export function forget(s: CoreState, region: MemoryRegion, offset: number, length: number): void {
  const cache = s.caches[region.index];
  if (cache === undefined) return;
  const slots = region.size >> 1;
  if (length > 4096) {
    const first = Math.max(0, (offset >> 1) - 1);
    const end = Math.min(slots, (offset + length + 1) >> 1);
    cache.code.fill(DECODE_NOW, first, end);
    cache.itCode.fill(DECODE_NOW, first, end);
    // Pages that lie wholly inside hold no decoded instruction any more.
    cache.mark.fill(0, (offset + 255) >> 8, (offset + length) >> 8);
    return;
  }
  const first = Math.max(0, (offset >> 1) - 1);
  const end = Math.min(slots, (offset + length + 1) >> 1);
  if (cache.mark[offset >> 8] === 0 && cache.mark[(offset + length - 1) >> 8] === 0) return;
  cache.code.fill(DECODE_NOW, first, end);
  cache.itCode.fill(DECODE_NOW, first, end);
}

/** Forget one slot of the window. */
export function forgetSlot(s: CoreState, slot: number): void {
  s.cache.code[slot] = DECODE_NOW;
  if (s.isV7m) s.cache.itCode[slot] = DECODE_NOW;
}

/** ARMv6-M C1.9: does a comparator match `address`? Its enable bit counts only with `enabledOnly`. */
function comparatorMatches(comp: number, address: number, enabledOnly: boolean): boolean {
  if (enabledOnly && (comp & 1) === 0) return false;
  if ((comp & 0x1fff_fffc) !== (address & ~3)) return false;
  return (address & 2) !== 0 ? comp < 0 : (comp & 0x4000_0000) !== 0; // BP_MATCH: 01 lower, 10 upper, 11 both
}

/** Comparators for instruction addresses; in ARMv7-M the last two are for literals, which are not modelled. */
export function codeComparators(s: CoreState): number {
  return s.debug.fpComp.length - (s.isV7m ? 2 : 0);
}

/** True when the breakpoint unit is on, halting debug or DebugMonitor too, and a comparator matches `address`. */
export function breakpointMatches(s: CoreState, address: number): boolean {
  const listens = (s.debug.dhcsr & 1) !== 0 || (s.isV7m && (s.debug.demcr & MON_EN) !== 0);
  if (!s.debug.fpEnabled || !listens) return false;
  const codes = codeComparators(s);
  for (let i = 0; i < codes; i++) if (comparatorMatches(s.debug.fpComp[i]!, address, true)) return true;
  return false;
}

/** Decode again where comparators point: call it before and after a change of comparators, of their enables or of the alias. */
export function refreshHooks(s: CoreState): void {
  for (const comp of s.debug.fpComp) {
    for (const address of [comp & 0x1fff_fffc, (comp & 0x1fff_fffc) | 2]) {
      const region = s.bus.memoryAt(address);
      if (region !== undefined) forget(s, region, s.bus.offsetIn(region, address), 2);
    }
  }
}

/**
 * Decode slot `slot` of the window's memory into its cache; a hook where a breakpoint may match. `inIt`: for use inside an IT block.
 */
export function decodeSlot(s: CoreState, slot: number, inIt = false): number {
  const { region, mark } = s.cache;
  const offset = slot << 1;
  const hooked =
    breakpointMatches(s, (region.base + offset) >>> 0) || (s.bus.alias === region && breakpointMatches(s, offset));
  const word = hooked ? HOOK : s.arch.decode(s.cache, slot, inIt);
  if (inIt) s.cache.itCode[slot] = word;
  else s.cache.code[slot] = word;
  mark[offset >> 8] = 1;
  mark[(offset + 2) >> 8] = 1; // the second halfword of a 32-bit instruction
  return word;
}
