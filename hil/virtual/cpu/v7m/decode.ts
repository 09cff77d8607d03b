/** One instruction of a memory to its word and operand. ARMv7-M A5.1: 0b11101, 0b11110 and 0b11111 begin 32-bit instructions. */
import type { CodeCache } from '../state.ts';
import { decode16 } from './decode16.ts';
import { decode32 } from './decode32.ts';
import { decoded, pack, UNDEFINED, WIDE } from './encoding.ts';

export function decode(cache: CodeCache, slot: number, inIt: boolean): number {
  const { halfwords, size } = cache.region;
  const slots = size >> 1;
  const h = halfwords[slot]!;
  let word: number;
  if (h < 0xe800) word = decode16(h, slot, slots, inIt);
  else if (slot + 1 >= slots) word = pack(UNDEFINED) | WIDE;
  else word = decode32(h, halfwords[slot + 1]!, slot, slots) | WIDE;
  cache.operand[slot] = decoded.operand;
  return word;
}
