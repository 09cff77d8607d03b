/** Loads and stores of one register, memory hints. ARMv7-M A5.3.7-A5.3.10. */
import { COLD_SINGLE_TRANSFER, pack, UNDEFINED } from './encoding.ts';

/** Hot operations by size (byte, halfword, word): with an immediate, with a register, with write-back. */
const STORE = { immediate: [44, 46, 42], register: [36, 35, 34], writeBack: [156, 158, 154] } as const;
const LOAD = { immediate: [45, 47, 43], register: [40, 39, 38], writeBack: [157, 159, 155] } as const;
const LOAD_SIGNED = { immediate: [150, 151], register: [37, 41], writeBack: [160, 161] } as const;

const NOP = 63;

/** PLD, PLI and unallocated hints: a load of a byte or halfword to the PC. */
function isHint(h: number, h2: number): boolean {
  return (h & 0x10) !== 0 && (h & 0x60) !== 0x40 && h2 >> 12 === 15;
}

function decodeLiteral(h: number, h2: number, slot: number): number {
  const t = h2 >> 12;
  const offset = (h & 0x80) !== 0 ? h2 & 0xfff : -(h2 & 0xfff);
  const at = ((2 * (slot + 2)) & ~3) + offset;
  const isWord = (h & 0x160) === 0x40;
  if (isWord && !badIndex(t) && at >= 0 && (at & 3) === 0) return pack(33, t, 0, 0, at >> 2);
  return pack(COLD_SINGLE_TRANSFER, 0, 0, 0, (h << 16) | h2);
}

/** `h` is 0b1111100 S U size L Rn. */
export function decodeSingleTransfer(h: number, h2: number, slot: number): number {
  const load = (h & 0x10) !== 0;
  const signed = (h & 0x100) !== 0;
  const size = (h >> 5) & 3;
  const n = h & 15;
  const t = h2 >> 12;
  if (size === 3 || (signed && (!load || size === 2))) return pack(UNDEFINED);
  const generic = (): number => pack(COLD_SINGLE_TRANSFER, 0, 0, 0, (h << 16) | h2);
  const kind = !load ? STORE : signed ? LOAD_SIGNED : LOAD;
  if (n === 15) {
    if (!load) return pack(UNDEFINED);
    return isHint(h, h2) ? pack(NOP) : decodeLiteral(h, h2, slot);
  }
  if (!load && t === 15) return pack(UNDEFINED);
  if ((h & 0x80) !== 0) {
    if (isHint(h, h2)) return pack(NOP);
    return badIndex(t) ? generic() : pack(kind.immediate[size]!, t, n, 0, h2 & 0xfff);
  }
  if ((h2 & 0x800) !== 0) {
    const index = (h2 & 0x400) !== 0;
    const writeBack = (h2 & 0x100) !== 0;
    if (index && !writeBack && (h2 & 0x200) === 0 && isHint(h, h2)) return pack(NOP);
    if (!index && !writeBack) return pack(UNDEFINED);
    if (writeBack && n === t) return pack(UNDEFINED);
    const offset = (h2 & 0x200) !== 0 ? h2 & 0xff : -(h2 & 0xff);
    if (index && !writeBack && (h2 & 0x200) !== 0) return generic(); // LDRT, STRT
    if (badIndex(t) || (n === 13 && (offset & 3) !== 0)) return generic();
    if (!writeBack) return pack(kind.immediate[size]!, t, n, 0, offset);
    return pack(kind.writeBack[size]!, t, n, 0, offset, index ? 1 : 0);
  }
  if ((h2 & 0xfc0) !== 0 || badIndex(h2 & 15)) return pack(UNDEFINED);
  if (isHint(h, h2)) return pack(NOP);
  return badIndex(t) ? generic() : pack(kind.register[size]!, t, n, h2 & 15, 0, (h2 >> 4) & 3);
}

const badIndex = (m: number): boolean => m === 13 || m === 15;
