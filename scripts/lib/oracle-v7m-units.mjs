// Random ARMv7-M instructions, the integer ones. A unit is { code, inIt }: items that belong together and that branches may not enter;
// an item is a halfword or { size, resolve(at, targets) } for what depends on addresses. `inIt`: may stand in an IT block.
// What the architecture leaves UNPREDICTABLE is not generated.

const plain = (...code) => ({ code, inIt: true });
const outside = (...code) => ({ code, inIt: false });

export const low = (rng) => rng.below(8);
/** A register that nearly every encoding allows: not SP, not PC. */
export const reg = (rng) => rng.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14]);
const other = (rng, ...not) => {
  for (;;) {
    const r = reg(rng);
    if (!not.includes(r)) return r;
  }
};
const bit = (rng) => rng.below(2);

/** 16-bit instructions that compute. */
function narrow(rng) {
  switch (rng.below(10)) {
    case 0:
    case 1:
      return plain(rng.below(0x2000)); // shifts by immediate, ADD, SUB
    case 2:
      return plain(0x2000 | rng.below(0x2000)); // MOV, CMP, ADD, SUB imm8
    case 3:
    case 4:
    case 5:
      return plain(0x4000 | (rng.below(16) << 6) | (low(rng) << 3) | low(rng));
    case 6: {
      const d = reg(rng);
      const m = rng.below(10) === 0 ? 13 : reg(rng);
      const op = rng.below(3);
      if (op === 1 && d < 8 && m < 8) return plain(0x4280 | (m << 3) | d);
      return plain(0x4400 | (op << 8) | ((d & 8) << 4) | (m << 3) | (d & 7));
    }
    case 7:
      return plain(rng.pick([0xa000, 0xa800]) | (low(rng) << 8) | rng.below(24)); // ADR, ADD Rd, SP
    case 8:
      return bit(rng)
        ? plain(0xb200 | rng.below(0x100))
        : plain(0xba00 | (rng.pick([0, 1, 3]) << 6) | (low(rng) << 3) | low(rng));
    default:
      return plain(rng.pick([0xbf00, 0xbf10, 0xbf40, rng.pick([0xb000, 0xb080]) | rng.below(6)])); // hints, ADD/SUB SP
  }
}

/** An offset field that mostly stays near. */
const offset = (rng, top) => (rng.below(12) === 0 ? rng.below(top) : rng.below(Math.min(top, 48)));

function narrowMemory(rng) {
  switch (rng.below(8)) {
    case 0:
      return plain(0x4800 | (low(rng) << 8) | rng.below(24));
    case 1:
      return plain(0x5000 | rng.below(0x1000));
    case 2:
    case 3:
      return plain(
        rng.pick([0x6000, 0x6800, 0x7000, 0x7800, 0x8000, 0x8800]) | (rng.below(31) << 6) | (low(rng) << 3) | low(rng),
      );
    case 4:
    case 5:
      return plain(rng.pick([0x9000, 0x9800]) | (low(rng) << 8) | rng.below(32));
    case 6: {
      const list = rng.below(256) || 1;
      return plain(bit(rng) ? 0xb400 | (bit(rng) << 8) | list : 0xbc00 | list);
    }
    default: {
      const n = low(rng);
      const list = rng.below(256) || 1;
      if (bit(rng)) return plain(0xc800 | (n << 8) | list);
      return plain(0xc000 | (n << 8) | ((list & (1 << n)) !== 0 ? list & ~((1 << n) - 1) : list));
    }
  }
}

const OPERATIONS = [0, 1, 2, 3, 4, 8, 10, 11, 13, 14];
const COMPARES = [0, 4, 8, 13];

function modifiedImmediate(rng) {
  let imm12 = rng.below(4) === 0 ? rng.below(0x400) : rng.below(0x1000);
  if (imm12 >> 8 > 0 && imm12 >> 8 < 4 && (imm12 & 0xff) === 0) imm12 |= 1 + rng.below(255);
  const low12 = ((imm12 & 0x700) << 4) | (imm12 & 0xff);
  const hw1 = 0xf000 | ((imm12 >> 11) << 10);
  if (rng.below(5) === 0) return compareImmediate(rng, hw1, low12);
  const op = rng.pick(OPERATIONS);
  if ((op === 8 || op === 13) && rng.below(6) === 0)
    return bit(rng)
      ? plain(0xf00d | (op << 5), 0x0d00 | (rng.below(4) << 2)) // ADD, SUB SP, SP
      : plain(hw1 | (op << 5) | (bit(rng) << 4) | 13, low12 | (reg(rng) << 8));
  const n = (op === 2 || op === 3) && bit(rng) ? 15 : reg(rng);
  return plain(hw1 | (op << 5) | (bit(rng) << 4) | n, low12 | (reg(rng) << 8));
}

/** TST, TEQ, CMN, CMP; the last two may look at SP. */
function compareImmediate(rng, hw1, low12) {
  const op = rng.pick(COMPARES);
  const n = op >= 8 && rng.below(8) === 0 ? 13 : reg(rng);
  return plain(hw1 | (op << 5) | 0x10 | n, 0x0f00 | low12);
}

function shiftedRegister(rng) {
  const imm5 = rng.below(3) === 0 ? rng.pick([0, 1, 31]) : rng.below(32);
  const shift = ((imm5 >> 2) << 12) | ((imm5 & 3) << 6) | (rng.below(4) << 4);
  const m = reg(rng);
  if (rng.below(10) === 0) return plain(0xeac0 | reg(rng), (shift & ~0x10) | (reg(rng) << 8) | m); // PKHBT, PKHTB
  if (rng.below(5) === 0) return plain(0xea10 | (rng.pick(COMPARES) << 5) | reg(rng), shift | 0x0f00 | m);
  const op = rng.pick(OPERATIONS);
  const n = (op === 2 || op === 3) && bit(rng) ? 15 : (op === 8 || op === 13) && rng.below(8) === 0 ? 13 : reg(rng);
  return plain(0xea00 | (op << 5) | (bit(rng) << 4) | n, shift | (reg(rng) << 8) | m);
}

function plainImmediate(rng) {
  const d = reg(rng);
  const n = reg(rng);
  const lsb = rng.below(32);
  const field = ((lsb & 0x1c) << 10) | ((lsb & 3) << 6) | (d << 8);
  switch (rng.below(8)) {
    case 0: {
      const imm = rng.below(0x1_0000); // MOVW, MOVT
      const hw1 = rng.pick([0xf240, 0xf2c0]) | (((imm >> 11) & 1) << 10) | (imm >> 12);
      return plain(hw1, ((imm & 0x700) << 4) | (d << 8) | (imm & 0xff));
    }
    case 1: {
      const imm = offset(rng, 0x1000); // ADDW, SUBW, ADR
      const base = rng.below(6) === 0 ? rng.pick([13, 15]) : n;
      const hw1 = rng.pick([0xf200, 0xf2a0]) | (((imm >> 11) & 1) << 10) | base;
      return plain(hw1, ((imm & 0x700) << 4) | (d << 8) | (imm & 0xff));
    }
    case 2:
    case 3: {
      const hw1 = rng.pick([0xf300, 0xf380]) | n; // SSAT, USAT; with sh and no shift the 16-bit forms
      const sh = bit(rng);
      const to = rng.below(sh && lsb === 0 ? 16 : 32);
      return plain(hw1 | (sh << 5), field | to);
    }
    case 4:
      return plain(rng.pick([0xf320, 0xf3a0]) | n, (d << 8) | rng.below(16)); // SSAT16, USAT16
    case 5:
    case 6:
      return plain(rng.pick([0xf340, 0xf3c0]) | n, field | rng.below(32 - lsb)); // SBFX, UBFX
    default:
      return plain(0xf360 | (rng.below(4) === 0 ? 15 : n), field | (lsb + rng.below(32 - lsb))); // BFI, BFC
  }
}

function registerOperation(rng) {
  const [d, n, m] = [reg(rng), reg(rng), reg(rng)];
  const hw2 = 0xf000 | (d << 8) | m;
  switch (rng.below(9)) {
    case 0:
    case 1:
      return plain(0xfa00 | (rng.below(4) << 5) | (bit(rng) << 4) | n, hw2); // shifts
    case 2:
    case 3:
      return plain(0xfa00 | (rng.below(6) << 4) | (bit(rng) ? 15 : n), hw2 | 0x80 | (rng.below(4) << 4)); // extends
    case 4:
    case 5:
    case 6:
      return plain(0xfa80 | (rng.pick([0, 1, 2, 4, 5, 6]) << 4) | n, hw2 | (rng.pick([0, 1, 2, 4, 5, 6]) << 4)); // parallel
    case 7:
      return plain(0xfa80 | n, hw2 | 0x80 | (rng.below(4) << 4)); // QADD...
    default:
      return rng.below(3) === 0
        ? plain(0xfaa0 | n, hw2 | 0x80) // SEL
        : rng.below(4) === 0
          ? plain(0xfab0 | m, hw2 | 0x80) // CLZ
          : plain(0xfa90 | m, hw2 | 0x80 | (rng.below(4) << 4)); // REV, REV16, RBIT, REVSH
  }
}

function multiply(rng) {
  const [d, n, m, a] = [reg(rng), reg(rng), reg(rng), reg(rng)];
  const accumulate = (op) => (op === 6 ? a : bit(rng) ? 15 : a);
  switch (rng.below(4)) {
    case 0: // MUL, MLA, MLS
      return rng.below(3) === 0
        ? plain(0xfb00 | n, (a << 12) | (d << 8) | 0x10 | m)
        : plain(0xfb00 | n, (accumulate(0) << 12) | (d << 8) | m);
    case 1: {
      const op = 1 + rng.below(7);
      const op2 = op === 1 ? rng.below(4) : op === 7 ? 0 : bit(rng);
      return plain(0xfb00 | (op << 4) | n, (accumulate(op) << 12) | (d << 8) | (op2 << 4) | m);
    }
    case 2: {
      const hi = other(rng, a);
      const [op, op2] = rng.pick([
        [8, 0],
        [10, 0],
        [12, 0],
        [12, 8 + rng.below(4)],
        [12, 12 + bit(rng)],
        [13, 12 + bit(rng)],
        [14, 0],
        [14, 6],
      ]);
      return plain(0xfb00 | (op << 4) | n, (a << 12) | (hi << 8) | (op2 << 4) | m);
    }
    default:
      return plain(rng.pick([0xfb90, 0xfbb0]) | n, 0xf0f0 | (d << 8) | m); // SDIV, UDIV
  }
}

/** Base register of a load or store: often SP, which is known to be good. */
const base = (rng) => (rng.below(3) === 0 ? 13 : reg(rng));

function wideMemory(rng) {
  const size = rng.below(3);
  const load = bit(rng);
  const hw1 = 0xf800 | (load && size < 2 ? bit(rng) << 8 : 0) | (size << 5) | (load << 4);
  const n = base(rng);
  const t = reg(rng);
  switch (rng.below(8)) {
    case 0:
    case 1:
      return plain(hw1 | 0x80 | n, (t << 12) | offset(rng, 0x1000));
    case 2:
      return plain(hw1 | n, (t << 12) | (rng.below(4) << 4) | reg(rng));
    case 3:
      return plain(hw1 | n, (t << 12) | rng.pick([0xc00, 0xe00]) | offset(rng, 256)); // negative, unprivileged
    case 4:
    case 5: {
      const form = rng.pick([0x900, 0xb00, 0xd00, 0xf00]); // post-, pre-indexed
      const imm = offset(rng, 256) & (n === 13 ? 0xfc : 0xff);
      return plain(hw1 | n, (other(rng, n) << 12) | form | imm);
    }
    case 6:
      return plain(0xf81f | (bit(rng) << 7) | (size << 5) | (size < 2 ? bit(rng) << 8 : 0), (t << 12) | rng.below(64));
    default:
      return rng.below(4) === 0 ? plain(0xf890 | reg(rng), 0xf000 | rng.below(64)) : pair(rng); // PLD
  }
}

/** LDRD, STRD. */
function pair(rng) {
  const load = bit(rng);
  const t = reg(rng);
  const t2 = other(rng, t);
  const hw2 = (t << 12) | (t2 << 8);
  const mode = rng.below(4);
  if (load && rng.below(8) === 0) return plain(0xe95f | (bit(rng) << 7), hw2 | rng.below(16));
  if (mode === 0) return plain(0xe940 | (bit(rng) << 7) | (load << 4) | base(rng), hw2 | offset(rng, 256));
  const n = bit(rng) ? 13 : other(rng, t, t2);
  return plain((mode === 1 ? 0xe860 : 0xe960) | (bit(rng) << 7) | (load << 4) | n, hw2 | offset(rng, 64));
}

/** LDM and STM in their wide forms. */
function multiple(rng) {
  const load = bit(rng);
  const n = bit(rng) ? 13 : reg(rng);
  const writeBack = bit(rng);
  let list = 0;
  for (let i = 2 + rng.below(4); i > 0; i--) list |= 1 << reg(rng);
  if (writeBack && n !== 13) list &= ~(1 << n);
  while ((list & (list - 1)) === 0) list |= 1 << other(rng, n);
  return plain((bit(rng) ? 0xe880 : 0xe900) | (writeBack << 5) | (load << 4) | n, list);
}

/** Load and store exclusive as a pair, sometimes with CLREX between. */
function exclusive(rng) {
  const n = bit(rng) ? 13 : reg(rng);
  const t = other(rng, n);
  const source = reg(rng);
  const d = other(rng, n, source);
  const between = rng.pick([[], [0xbf00], [0xf3bf, 0x8f2f], [0x3000 | (low(rng) << 8)]]).slice();
  // ADD to a low register must leave the base alone
  if (between.length === 1 && between[0] !== 0xbf00 && ((between[0] >> 8) & 7) === n) between[0] = 0xbf00;
  if (bit(rng)) {
    const imm = rng.below(16);
    return outside(0xe850 | n, (t << 12) | 0xf00 | imm, ...between, 0xe840 | n, (source << 12) | (d << 8) | imm);
  }
  const size = rng.pick([0x40, 0x50]);
  return outside(0xe8d0 | n, (t << 12) | 0xf0f | size, ...between, 0xe8c0 | n, (source << 12) | 0xf00 | size | d);
}

/** One instruction that may stand anywhere in an IT block. */
export function simpleUnit(rng) {
  const kind = rng.below(30);
  if (kind < 7) return narrow(rng);
  if (kind < 10) return narrowMemory(rng);
  if (kind < 13) return modifiedImmediate(rng);
  if (kind < 15) return shiftedRegister(rng);
  if (kind < 18) return plainImmediate(rng);
  if (kind < 22) return registerOperation(rng);
  if (kind < 25) return multiply(rng);
  if (kind < 28) return wideMemory(rng);
  return multiple(rng);
}

/** What stands alone. */
export function specialUnit(rng, withFp) {
  const n = low(rng);
  switch (rng.below(16)) {
    case 0:
    case 1:
      return plain(0xf3ef, 0x8000 | (reg(rng) << 8) | rng.pick([0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20])); // MRS
    case 2:
    case 3:
      return plain(0xf380 | reg(rng), rng.pick([0x8800, 0x8400, 0x8c00]) | rng.below(4)); // MSR APSR
    case 4: {
      // BASEPRI, then perhaps BASEPRI_MAX
      const set = (sysm) => [0x2000 | (n << 8) | (rng.below(16) << 4), 0xf380 | n, 0x8800 | sysm];
      return outside(...set(rng.pick([0x11, 0x12])), ...(bit(rng) ? set(0x12) : []));
    }
    case 5:
      return outside(rng.pick([0xb672, 0xb662])); // CPSID i, CPSIE i
    case 6: // FAULTMASK, which must be clear again before anything faults
      return outside(0xb671, 0xf3ef, 0x8013 | (n << 8), rng.pick([0xbf00, 0x3101]), 0xb661);
    case 7: // CONTROL; ISB. FPCA stays as it is, but for programs without FP: see `program`
      return outside(0x2000 | (n << 8) | (withFp ? 4 : 0) | rng.below(4), 0xf380 | n, 0x8814, 0xf3bf, 0x8f6f);
    case 8:
      return outside(0x4668 | n, 0xf380 | n, rng.pick([0x8808, 0x8809])); // MSP or PSP from SP
    case 9:
      return plain(0xf3bf, rng.pick([0x8f4f, 0x8f5f, 0x8f6f, 0x8f2f]));
    case 10:
    case 11:
      return exclusive(rng);
    case 12: {
      // Pend PendSV: ICSR by MOVW and MOVT, which no later store must find in a register
      const m = (n + 1) & 7;
      const [icsr, set] = [n << 8, m << 8];
      const store = 0x6000 | (n << 3) | m;
      const address = [0xf64e, 0x5004 | icsr, 0xf2ce, icsr];
      // Masked until CPSIE, behind which both take it.
      return outside(
        0xb672,
        ...address,
        0xf04f,
        0x5080 | set,
        store,
        0xf3bf,
        0x8f4f,
        0xb662,
        0xf3bf,
        0x8f6f,
        0x2000 | icsr,
      );
    }
    case 13:
      // Without FP state: where that goes with no place for the frame is not said.
      return rng.below(3) === 0 && !withFp ? stackUnit(rng, n) : plain(0xbf00);
    case 14:
      return rng.below(3) === 0 ? undefinedUnit(rng) : plain(0xf3af, 0x8000 | rng.pick([0, 1, 4])); // hints
    default:
      return plain(0xfab0 | n, 0xf080 | (n << 8) | n);
  }
}

/** SP goes where a frame does not fit: past RAM, before it, to nowhere; or back to the scratch area. */
function stackUnit(rng, n) {
  const [high, lows] = rng.pick([
    [0x2003, [0x0008, 0x0020, 0x0050]],
    [0x2000, [0x0008, 0x0018]],
    [0x2100, [0x0100]],
    [0x6000, [0x0100]],
    [0x2001, [0x8200, 0x8284]],
  ]);
  const immediate = (imm, hw1) => [
    hw1 | (((imm >> 11) & 1) << 10) | (imm >> 12),
    ((imm & 0x700) << 4) | (n << 8) | (imm & 0xff),
  ];
  return outside(...immediate(rng.pick(lows), 0xf240), ...immediate(high, 0xf2c0), 0x4685 | (n << 3));
}

function undefinedUnit(rng) {
  switch (rng.below(3)) {
    case 0:
      return plain(0xde00 | rng.below(256));
    case 1:
      return plain(0xf7f0 | rng.below(16), 0xa000 | rng.below(0x1000));
    default: // a coprocessor that is not there
      return plain(
        rng.pick([0xee00, 0xec90, 0xed80, 0xfe00]) | rng.below(16),
        (rng.below(0x10) << 12) | (rng.below(8) << 8),
      );
  }
}
