/**
 * Where a bit-band alias leads: 0x2200_0000.. to the first megabyte of SRAM, 0x4200_0000.. to that of the peripherals; one word of
 * the alias for each bit. Cortex-M4 TRM 3.7 (documented). An access to the region has the width of the access to the alias.
 * It is the core's and the debug port's affair: DMA does not go through it.
 */
import type { Width } from '../../peripheral/peripheral.ts';

export function isBitBandAlias(address: number): boolean {
  const block = address >>> 25;
  return block === 0x11 || block === 0x21;
}

export function bitBandTarget(alias: number, width: Width): { readonly address: number; readonly bit: number } {
  const offset = alias & 0x01ff_ffff;
  const byte = offset >>> 5;
  const aligned = byte & ~(width - 1);
  return {
    address: ((alias & 0xfe00_0000) - 0x0200_0000 + aligned) >>> 0,
    bit: 8 * (byte - aligned) + ((offset >>> 2) & 7),
  };
}
