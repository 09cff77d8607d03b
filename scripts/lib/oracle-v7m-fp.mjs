// Random instructions of coprocessors 10 and 11 (FPv4-SP), and operands for them.
import { reg } from './oracle-v7m-units.mjs';

const plain = (...code) => ({ code, inIt: true });
const bit = (rng) => rng.below(2);

/** Three operands: hw1, hw2 without registers. */
const THREE = [
  [0xee00, 0x0a00],
  [0xee00, 0x0a40],
  [0xee10, 0x0a00],
  [0xee10, 0x0a40],
  [0xee20, 0x0a00],
  [0xee20, 0x0a40],
  [0xee30, 0x0a00],
  [0xee30, 0x0a40],
  [0xee80, 0x0a00],
  [0xee90, 0x0a00],
  [0xee90, 0x0a40],
  [0xeea0, 0x0a00],
  [0xeea0, 0x0a40],
];
/** One operand. */
const TWO = [
  [0xeeb0, 0x0a40],
  [0xeeb0, 0x0ac0],
  [0xeeb1, 0x0a40],
  [0xeeb1, 0x0ac0],
  [0xeeb2, 0x0a40],
  [0xeeb2, 0x0ac0],
  [0xeeb3, 0x0a40],
  [0xeeb3, 0x0ac0],
  [0xeeb4, 0x0a40],
  [0xeeb4, 0x0ac0],
  [0xeeb8, 0x0a40],
  [0xeeb8, 0x0ac0],
  [0xeebc, 0x0a40],
  [0xeebc, 0x0ac0],
  [0xeebd, 0x0a40],
  [0xeebd, 0x0ac0],
];

const dField = (d) => [(d & 1) << 6, (d >> 1) << 12];
const mField = (m) => ((m & 1) << 5) | (m >> 1);

function computing(rng) {
  const [d1, d2] = dField(rng.below(32));
  const m = mField(rng.below(32));
  const kind = rng.below(10);
  if (kind < 6) {
    const [hw1, hw2] = rng.pick(THREE);
    const n = rng.below(32);
    return plain(hw1 | d1 | (n >> 1), hw2 | d2 | ((n & 1) << 7) | m);
  }
  if (kind < 8) {
    const [hw1, hw2] = rng.pick(TWO);
    return plain(hw1 | d1, hw2 | d2 | m);
  }
  if (rng.below(3) === 0) return plain(0xeeb0 | d1 | rng.below(16), 0x0a00 | d2 | rng.below(16)); // immediate
  if (bit(rng)) return plain(0xeeb5 | d1, (bit(rng) ? 0x0ac0 : 0x0a40) | d2); // compare with zero
  const size = bit(rng);
  return plain(
    rng.pick([0xeeba, 0xeebb, 0xeebe, 0xeebf]) | d1,
    0x0a40 | d2 | (size << 7) | mField(rng.below(size ? 32 : 17)),
  );
}

function moving(rng) {
  const s = rng.below(32);
  const t = reg(rng);
  switch (rng.below(6)) {
    case 0:
    case 1:
      return plain(0xee00 | (bit(rng) << 4) | (s >> 1), (t << 12) | 0x0a10 | ((s & 1) << 7));
    case 2: {
      const load = bit(rng);
      let t2 = reg(rng);
      if (t2 === t) t2 = (t + 1) % 13;
      if (bit(rng)) return plain(0xec40 | (load << 4) | t2, (t << 12) | 0x0a10 | mField(rng.below(31)));
      return plain(0xec40 | (load << 4) | t2, (t << 12) | 0x0b10 | rng.below(16));
    }
    case 3:
      return plain(0xee00 | (bit(rng) << 5) | (bit(rng) << 4) | rng.below(16), (t << 12) | 0x0b10); // VMOV.32 scalar
    case 4:
      return plain(0xeef1, ((bit(rng) ? 15 : t) << 12) | 0x0a10);
    default:
      return plain(0xeee1, (t << 12) | 0x0a10);
  }
}

function memory(rng) {
  const isDouble = bit(rng);
  const size = isDouble << 8;
  const load = bit(rng) << 4;
  const n = rng.below(4) === 0 ? reg(rng) : 13;
  const d = rng.below(isDouble ? 16 : 32);
  const [d1, d2] = isDouble ? [0, d << 12] : dField(d);
  if (bit(rng)) {
    const literal = load && rng.below(6) === 0;
    return plain(0xed00 | (bit(rng) << 7) | load | (literal ? 15 : n) | d1, d2 | 0x0a00 | size | rng.below(24));
  }
  const count = 1 + rng.below(Math.min(isDouble ? 16 - d : 32 - d, 8));
  const mode = rng.pick([0x080, 0x0a0, 0x120]); // IA, IA with write-back, DB with write-back
  return plain(0xec00 | mode | load | n | d1, d2 | 0x0a00 | size | (isDouble ? 2 * count : count));
}

export function fpUnit(rng) {
  const kind = rng.below(12);
  if (kind < 7) return computing(rng);
  if (kind < 9) return moving(rng);
  if (kind < 11) return memory(rng);
  // Double precision is not there.
  return rng.below(4) === 0 ? plain(0xee30 | rng.below(8), 0x0b00 | (rng.below(8) << 12)) : computing(rng);
}

const SPECIAL = [
  0, 0x8000_0000, 1, 0x8000_0001, 0x007f_ffff, 0x0080_0000, 0x3f80_0000, 0xbf80_0000, 0x3f80_0001, 0x4000_0000,
  0x3f00_0000, 0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x7fa0_0001, 0xffc1_2345, 0x4b00_0001,
  0x4f00_0000,
];

/** Bits of a single: special, near 1, or anything. */
export function fpOperand(rng) {
  const kind = rng.below(8);
  if (kind < 2) return rng.pick(SPECIAL);
  if (kind < 6) return ((bit(rng) << 31) | ((118 + rng.below(20)) << 23) | (rng.next() & 0x7f_ffff)) >>> 0;
  return rng.next();
}
