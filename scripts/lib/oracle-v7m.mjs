// Random ARMv7-M programs: short, forward-only, biased to where implementations go wrong. Laid out for firmware/oracle/driver-v7m.S.
import { fpOperand, fpUnit } from './oracle-v7m-fp.mjs';
import { low, simpleUnit, specialUnit } from './oracle-v7m-units.mjs';

export const TEST_SIZE = 128;
export const TABLE = 0xc00;
export const TESTS_PER_IMAGE = 7500;
export const CODE = 80;
export const COUNT = 0x7fc;
const OPERANDS = 0x800;
const OPERAND_COUNT = 256;
const SCRATCH = 0x2001_8000;
export const CODE_HALFWORDS = 24;
const SVC = 0xdf00;

const EDGES = [
  0, 1, 2, 31, 32, 33, 63, 64, 65, 96, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0x8000_0001,
  0xffff_ffff, 0xffff_fffe, 0x8000_7fff, 0x7fff_8000, 0x8080_7f7f, 0x00ff_ff00, 0x0100_0001,
];

function registerValue(rng) {
  const kind = rng.below(12);
  if (kind < 5) return SCRATCH + 128 + 4 * rng.below(160);
  if (kind < 8) return rng.pick(EDGES);
  if (kind < 9) return rng.below(64);
  if (kind < 10) return SCRATCH + rng.below(1024); // any alignment
  if (rng.below(12) === 0) return 0x2200_0000 + 32 * (SCRATCH - 0x2000_0000 + rng.below(1024)) + 4 * rng.below(8); // bit-band
  return rng.next();
}

const sizeOf = (code) => code.reduce((sum, item) => sum + (item.size ?? 1), 0);

/** Conditional and unconditional branches, CBZ, TBB: `targets` are positions behind the unit where something begins. */
function branchUnit(rng) {
  const ahead = (at, targets) => rng.pick(targets.filter((target) => target > at));
  const condition = rng.below(14);
  switch (rng.below(6)) {
    case 0:
    case 1:
      return {
        size: 1,
        resolve: (at, targets) => [0xd000 | (condition << 8) | ((ahead(at, targets) - at - 2) & 0xff)],
      };
    case 2: // B.W with a condition
      return {
        size: 2,
        resolve: (at, targets) => {
          const distance = ahead(at + 1, targets) - at - 2;
          return [0xf000 | (condition << 6), 0x8000 | distance];
        },
      };
    case 3: // CBZ, CBNZ
      return {
        size: 1,
        resolve: (at, targets) => {
          const distance = Math.max(
            0,
            ahead(
              at,
              targets.filter((target) => target > at + 1),
            ) -
              at -
              2,
          );
          return [0xb100 | (rng.below(2) << 11) | ((distance >> 5) << 9) | ((distance & 31) << 3) | low(rng)];
        },
      };
    case 4: {
      // TBB or TBH with the table behind it; the index is 0 or 1
      const n = low(rng);
      const wide = rng.below(2);
      return {
        size: 4 + wide,
        resolve: (at, targets) => {
          const entry = () => ahead(at + 3 + wide, targets) - at - 3;
          const [first, second] = [entry(), entry()];
          const table = wide ? [first, second] : [first | (second << 8)];
          return [0x2000 | (n << 8) | rng.below(2), 0xe8df, 0xf000 | (wide << 4) | n, ...table];
        },
      };
    }
    default:
      return jumpLong(rng, ahead);
  }
}

/** Unconditional branches that may end an IT block as well: B, B.W, BL. */
function jumpLong(rng, ahead) {
  if (rng.below(3) === 0)
    return { size: 1, resolve: (at, targets) => [0xe000 | ((ahead(at, targets) - at - 2) & 0x7ff)] };
  const link = rng.below(2) << 14;
  return {
    size: 2,
    resolve: (at, targets) => {
      const distance = ahead(at + 1, targets) - at - 2;
      return [0xf000, 0xb800 | link | distance];
    },
  };
}

/** Jump by register or from the stack to behind the unit; sometimes to an even address, which must fault, or out of the code. */
function registerJump(rng) {
  const n = low(rng);
  const odd = rng.below(5) === 0 ? 0 : 1;
  const address = (tail) => ({
    size: 2,
    resolve: (at) => {
      // ADR n, then ADDS n: the offset behind the unit, in bytes from the word-aligned PC
      const target = 2 * (at + 2 + tail);
      const pc = (2 * at + 4) & ~3;
      const words = Math.max(0, Math.floor((target - pc) / 4));
      return [0xa000 | (n << 8) | words, 0x3000 | (n << 8) | (target - pc - 4 * words + odd)];
    },
  });
  const tails = [
    [0x4700 | (n << 3)], // BX
    [0x4780 | (n << 3)], // BLX
    [0x4687 | (n << 3)], // MOV PC
    [0xb400 | (1 << n), 0xbd00], // POP {PC}
    [0xb400 | (1 << n), 0xf85d, 0xfb04], // LDR PC, [SP], #4
    [0xb400 | (1 << n), 0xf8dd, 0xf000, 0xb001], // LDR PC, [SP]; what follows is jumped to, too
    [0xb400 | (1 << n), 0xb400 | (1 << n), 0xe8bd, 0x8000 | (1 << rng.below(13))], // POP.W {Rx, PC}
  ];
  const kind = rng.below(tails.length + 2);
  if (kind === tails.length) return [0x2000 | (n << 8), 0x4487 | (n << 3), 0xbf00]; // ADD PC, Rn with 0
  if (kind > tails.length) {
    // Out of the code: unmapped, execute-never, the system area
    const high = rng.pick([0x2100, 0x4000, 0xe000, 0xa000, 0x6000, 0x3fff]);
    const [imm4, i, imm3, imm8] = [high >> 12, (high >> 11) & 1, (high >> 8) & 7, high & 0xff];
    return [
      0x2001 | (n << 8),
      0xf2c0 | (i << 10) | imm4,
      (imm3 << 12) | (n << 8) | imm8,
      rng.pick([0x4700, 0x4780]) | (n << 3),
    ];
  }
  const tail = tails[kind];
  const length = kind === 5 ? tail.length - 1 : tail.length;
  return [address(length), ...tail];
}

/** The bits of IT for 1 to 4 instructions under `condition`. */
function itMask(rng, condition, count) {
  let mask = 1 << (4 - count);
  for (let i = 1; i < count; i++) {
    const same = condition === 14 || rng.below(2) === 0;
    mask |= ((condition & 1) ^ (same ? 0 : 1)) << (4 - i);
  }
  return mask;
}

function itBody(rng, count, withFp) {
  const body = [];
  while (body.length < count) {
    const unit =
      withFp && rng.below(3) === 0 ? fpUnit(rng) : rng.below(8) === 0 ? specialUnit(rng, withFp) : simpleUnit(rng);
    if (unit.inIt) body.push(unit.code);
  }
  // The last one may branch.
  const ahead = (at, targets) => rng.pick(targets.filter((target) => target > at));
  if (rng.below(5) === 0) body[count - 1] = [jumpLong(rng, ahead)];
  return body;
}

function unit(rng, withFp) {
  const kind = rng.below(24);
  if (withFp && kind < 12) return fpUnit(rng).code;
  if (kind < 14) return simpleUnit(rng).code;
  if (kind < 17) return specialUnit(rng, withFp).code;
  if (kind < 19) return [branchUnit(rng)];
  if (kind < 20) return registerJump(rng);
  if (kind < 22) {
    const condition = rng.below(15);
    const count = 1 + rng.below(4);
    return [0xbf00 | (condition << 4) | itMask(rng, condition, count), ...itBody(rng, count, withFp).flat()];
  }
  return simpleUnit(rng).code;
}

/** Halfwords, and the IT state to start in. */
function program(rng, withFp, newContext) {
  const items = [];
  const starts = [];
  let itState = 0;
  let length = 0;
  const limit = 6 + rng.below(CODE_HALFWORDS - 8);
  if (!newContext && rng.below(12) === 0) {
    // Begin in the middle of an IT block.
    const condition = rng.below(14);
    const count = 1 + rng.below(3);
    itState = (condition << 4) | itMask(rng, condition, count);
    const code = itBody(rng, count, withFp).flat();
    starts.push(0);
    items.push(...code);
    length = sizeOf(code);
  }
  if (newContext) {
    // QEMU 7.2 begins an FP context with the first FP instruction that it translates, even one that an IT block skips.
    starts.push(length);
    items.push(0xeeb0, 0x0a40); // VMOV.F32 S0, S0
    length += 2;
  }
  for (;;) {
    const code = unit(rng, withFp);
    const size = sizeOf(code);
    if (length + size > limit) break;
    starts.push(length);
    items.push(...code);
    length += size;
  }
  starts.push(length);
  const code = [];
  for (const item of items) {
    if (typeof item === 'number') code.push(item);
    else code.push(...item.resolve(code.length, starts));
  }
  while (code.length < CODE_HALFWORDS) code.push(SVC);
  return { code, itState };
}

/** ITSTATE where xPSR has it: bits 7:2 in 15:10, 1:0 in 26:25. */
const itBits = (state) => ((state >> 2) << 10) | ((state & 3) << 25);

/** An image of `count` tests behind `driver`. */
export function writeImage(driver, count, rng) {
  const image = Buffer.alloc(TABLE + TEST_SIZE * count);
  driver.copy(image);
  image.writeUInt32LE(count, COUNT);
  for (let i = 0; i < OPERAND_COUNT; i++) image.writeUInt32LE(fpOperand(rng), OPERANDS + 4 * i);
  for (let i = 0; i < count; i++) {
    const at = TABLE + TEST_SIZE * i;
    const withFp = rng.below(3) === 0;
    const extended = withFp && rng.below(2) === 0;
    writeTest(image, at, rng, { withFp, extended }, program(rng, withFp, withFp && !extended));
  }
  return image;
}

function writeTest(image, at, rng, { withFp, extended }, { code, itState }) {
  // CCR.STKALIGN; QEMU 7.2 does not align the frame of an FP context without it (ARMv7-M B1.5.6 does).
  const keepsAlignment = withFp || rng.below(10) !== 0;
  const sp = SCRATCH + 512 + 4 * rng.below(64);
  const padded = keepsAlignment && (sp & 4) !== 0;
  const words = [];
  for (let r = 0; r < 6; r++) words.push(registerValue(rng)); // r0-r3, r12, lr
  words.push(at + CODE);
  const flags = rng.below(32) * 0x0800_0000 + (rng.below(16) << 16);
  words.push(flags + 0x0100_0000 + itBits(itState) + (padded ? 0x200 : 0));
  for (let r = 4; r < 12; r++) words.push(registerValue(rng));
  words.push(sp - (extended ? 104 : 32) - (padded ? 4 : 0));
  const control = rng.below(5) === 0 ? 1 : 0;
  const mpu = rng.below(8) === 0 ? rng.pick([1, 5]) : 0;
  const faults = rng.below(3) === 0 ? 0 : rng.below(8);
  const ccr =
    (rng.below(4) === 0 ? 0x10 : 0) |
    (rng.below(6) === 0 ? 8 : 0) |
    (keepsAlignment ? 1 : 0) |
    (rng.below(4) === 0 ? 0x20 : 0);
  const denied = !extended && rng.below(16) === 0 ? 0x80 : 0;
  words.push((control | (mpu << 8) | (faults << 16) | ((ccr | denied) << 24)) >>> 0);
  // FPSCR, as FPDSCR has it, too: rounding mode, FZ, DN, AHP
  const mode = rng.below(2) === 0 ? 0 : rng.below(32) << 22;
  words.push(mode >>> 0);
  words.push(extended ? 0xffff_ffed : 0xffff_fffd);
  words.forEach((word, w) => {
    image.writeUInt32LE(word >>> 0, at + 4 * w);
  });
  code.forEach((halfword, h) => {
    image.writeUInt16LE(halfword, at + CODE + 2 * h);
  });
}

export const START_FIELDS = [
  ...['r0', 'r1', 'r2', 'r3', 'r12', 'lr', 'pc', 'xpsr', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11'],
  ...['frame', 'settings', 'fpscr', 'exc_return'],
];

export const RECORD_SIZE = 256;
export const RECORD_FIELDS = [
  ...Array.from({ length: 13 }, (_, i) => `r${i}`),
  ...['lr', 'pc', 'xpsr', 'frame', 'exc_return', 'ipsr', 'control', 'masks', 'cfsr', 'hfsr', 'mmfar', 'bfar'],
  ...['shcsr', 'icsr', 'pendsv', 'fpccr', 'fpcar', 'fpscr', 'memory'],
  ...Array.from({ length: 32 }, (_, i) => `s${i}`),
];
