/**
 * The processor's ROM table and the CoreSight identification registers.
 * Source: Cortex-M0+ TRM 7.2 (ROM table at 0xE00F_F000), component and peripheral ids as debuggers list them (corroborated).
 */
import type { Processor } from './options.ts';

const COMPONENT_ID = { romTable: 0x10, debug: 0x90, generic: 0xe0 } as const;

/** ROM table entries: SCS, DWT, BPU; present, 32-bit format. */
const ROM_TABLE = [0xfff0_f003, 0xfff0_2003, 0xfff0_3003, 0];
/** Cortex-M4: SCS, DWT, FPB, ITM, TPIU, ETM (TRM table 9-1, documented). */
const ROM_TABLE_M4 = [0xfff0_f003, 0xfff0_2003, 0xfff0_3003, 0xfff0_1003, 0xfff4_1003, 0xfff4_2003, 0];

/** PIDR/CIDR at 0xFD0..0xFFF of a 4 KiB block, for ARM's designer code (0x43B) and the part number given. */
function idRegister(offset: number, part: number, kind: keyof typeof COMPONENT_ID, revision = 0): number {
  switch (offset) {
    case 0xfd0:
      return 0x04;
    case 0xfe0:
      return part & 0xff;
    case 0xfe4:
      return 0xb0 | (part >> 8);
    case 0xfe8:
      return (revision << 4) | 0x0b;
    case 0xff0:
      return 0x0d;
    case 0xff4:
      return COMPONENT_ID[kind];
    case 0xff8:
      return 0x05;
    case 0xffc:
      return 0xb1;
    default:
      return 0;
  }
}

/** PART of each processor's own table: its TRM's peripheral id (documented). */
const ROM_TABLE_PART = { 'cortex-m0': 0x471, 'cortex-m0plus': 0x4c0, 'cortex-m4': 0x4c4 } as const;

export function readRomTable(processor: Processor, offset: number): number {
  const entries = processor === 'cortex-m4' ? ROM_TABLE_M4 : ROM_TABLE;
  if (offset < 4 * entries.length) return entries[offset >> 2]!;
  if (offset === 0xfcc) return 1; // MEMTYPE: system memory is reachable
  return idRegister(offset, ROM_TABLE_PART[processor], 'romTable');
}

/** DEVTYPE of the CoreSight class: trace sink, port; trace source, processor core. */
function coreSightId(offset: number, part: number, deviceType: number): number {
  return offset === 0xfcc ? deviceType : idRegister(offset, part, 'debug');
}

export const readScsId = (offset: number): number => idRegister(offset, 0x008, 'generic');
export const readDwtId = (offset: number): number => idRegister(offset, 0x00a, 'generic');
export const readBpuId = (offset: number): number => idRegister(offset, 0x00b, 'generic');

// Cortex-M4: peripheral ids of its TRM's table 9-2 (documented).
export const readScsIdV7m = (offset: number): number => idRegister(offset, 0x00c, 'generic');
export const readDwtIdV7m = (offset: number): number => idRegister(offset, 0x002, 'generic', 3);
export const readFpbId = (offset: number): number => idRegister(offset, 0x003, 'generic', 2);
export const readItmId = (offset: number): number => idRegister(offset, 0x001, 'generic', 3);
export const readTpiuId = (offset: number): number => coreSightId(offset, 0x9a1, 0x11);
export const readEtmId = (offset: number): number => coreSightId(offset, 0x925, 0x13);
