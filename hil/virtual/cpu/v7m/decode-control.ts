/** Branches and miscellaneous control, 32-bit. ARMv7-M A5.3.4. */
import { branchTo, COLD_CLEAR_EXCLUSIVE, pack, UNDEFINED } from './encoding.ts';

function branchOffset(h: number, h2: number): number {
  const sign = (h >> 10) & 1;
  const i1 = ~((h2 >> 13) ^ sign) & 1;
  const i2 = ~((h2 >> 11) ^ sign) & 1;
  return (sign !== 0 ? -0x80_0000 : 0) | (i1 << 22) | (i2 << 21) | ((h & 0x3ff) << 11) | (h2 & 0x7ff);
}

function conditionalOffset(h: number, h2: number): number {
  const sign = (h >> 10) & 1;
  const j1 = (h2 >> 13) & 1;
  const j2 = (h2 >> 11) & 1;
  return (sign !== 0 ? -0x8_0000 : 0) | (j2 << 18) | (j1 << 17) | ((h & 0x3f) << 11) | (h2 & 0x7ff);
}

function decodeHint(h2: number): number {
  switch (h2 & 0xff) {
    case 2:
      return pack(64); // WFE
    case 3:
      return pack(65); // WFI
    case 4:
      return pack(66); // SEV
    default:
      return pack(63); // NOP, YIELD, DBG and unallocated hints
  }
}

function decodeControl(h: number, h2: number): number {
  if ((h & 0xfff0) === 0xf380 && (h2 & 0xf300) === 0x8000) {
    return (h2 & 0xc00) === 0 ? pack(UNDEFINED) : pack(88, (h2 >> 10) & 3, h & 15, 0, h2 & 0xff); // MSR
  }
  if (h === 0xf3ef && (h2 & 0xf000) === 0x8000) return pack(89, (h2 >> 8) & 15, 0, 0, h2 & 0xff); // MRS
  if (h === 0xf3af && (h2 & 0xff00) === 0x8000) return decodeHint(h2);
  if (h === 0xf3bf && (h2 & 0xff00) === 0x8f00) {
    const op = (h2 >> 4) & 15;
    if (op === 2) return pack(COLD_CLEAR_EXCLUSIVE);
    if (op >= 4 && op <= 6) return pack(90); // DSB, DMB, ISB
  }
  return pack(UNDEFINED);
}

/** `h` is 0b11110 and `h2` has bit 15 set. */
export function decodeBranchOrControl(h: number, h2: number, slot: number, slots: number): number {
  switch ((h2 >> 12) & 5) {
    case 0: {
      const condition = (h >> 6) & 15;
      if (condition >= 14) return decodeControl(h, h2);
      return branchTo(70 + condition, 94, slot + 2 + conditionalOffset(h, h2), slots, condition);
    }
    case 1:
      return branchTo(86, 99, slot + 2 + branchOffset(h, h2), slots); // B
    case 5:
      return branchTo(87, 93, slot + 2 + branchOffset(h, h2), slots); // BL
    default:
      return pack(UNDEFINED); // BLX to ARM state
  }
}
