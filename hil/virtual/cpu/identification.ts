/**
 * The processor's ROM table and the CoreSight identification registers.
 * Source: Cortex-M0+ TRM 7.2 (ROM table at 0xE00F_F000), component and peripheral ids as debuggers list them (corroborated).
 */

const COMPONENT_ID = { romTable: 0x10, generic: 0xe0 } as const;

/** ROM table entries: SCS, DWT, BPU; present, 32-bit format. */
const ROM_TABLE = [0xfff0_f003, 0xfff0_2003, 0xfff0_3003, 0];

/** PIDR/CIDR at 0xFD0..0xFFF of a 4 KiB block, for ARM's designer code (0x43B) and the part number given. */
function idRegister(offset: number, part: number, kind: keyof typeof COMPONENT_ID): number {
  switch (offset) {
    case 0xfd0:
      return 0x04;
    case 0xfe0:
      return part & 0xff;
    case 0xfe4:
      return 0xb0 | (part >> 8);
    case 0xfe8:
      return 0x0b;
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

export function readRomTable(offset: number): number {
  if (offset < 4 * ROM_TABLE.length) return ROM_TABLE[offset >> 2]!;
  if (offset === 0xfcc) return 1; // MEMTYPE: system memory is reachable
  return idRegister(offset, 0x4c0, 'romTable');
}

export const readScsId = (offset: number): number => idRegister(offset, 0x008, 'generic');
export const readDwtId = (offset: number): number => idRegister(offset, 0x00a, 'generic');
export const readBpuId = (offset: number): number => idRegister(offset, 0x00b, 'generic');
