// Random ARMv6-M programs: short, forward-only, biased to where implementations go wrong.
// What the architecture leaves UNPREDICTABLE is not generated, so that two right implementations cannot differ; nor is CBZ,
// which QEMU 7.2 executes on a Cortex-M0 though ARMv6-M leaves it undefined.

export const TEST_SIZE = 100;
export const TABLE = 0x400;
export const CODE = 68;
export const COUNT = 0x3fc;
export const TESTS_PER_IMAGE = 2000;
const SCRATCH = 0x2000_3800;
export const CODE_HALFWORDS = 16;
const SVC = 0xdf00;

/** xorshift32 */
export function randomSource(seed) {
  let x = seed | 0 || 0x1234_5678;
  const next = () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
  return { next, below: (n) => next() % n, pick: (list) => list[next() % list.length] };
}

const EDGES = [
  0, 1, 2, 31, 32, 33, 63, 64, 65, 96, 128, 255, 256, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_ffff, 0xffff_fffe,
];

function registerValue(rng) {
  const kind = rng.below(10);
  if (kind < 4) return SCRATCH + 128 + 4 * rng.below(160);
  if (kind < 7) return rng.pick(EDGES);
  if (kind < 8) return rng.below(64);
  if (kind < 9) return SCRATCH + rng.below(1024); // any alignment
  return rng.next();
}

/** One unit: halfwords that belong together and that branches may not enter. */
function unit(rng) {
  const low = () => rng.below(8);
  const any = () => rng.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14]);
  switch (rng.below(24)) {
    case 0:
    case 1: // LSL, LSR, ASR immediate; ADD, SUB register and imm3
    case 2:
      return [rng.below(0x2000)];
    case 3:
    case 4: // MOV, CMP, ADD, SUB imm8
      return [0x2000 | rng.below(0x2000)];
    case 5:
    case 6:
    case 7:
    case 8: // data processing
      return [0x4000 | (rng.below(16) << 6) | (low() << 3) | low()];
    case 9: {
      // high registers; CMP needs one high register
      const d = any();
      const m = rng.below(8) === 0 ? 15 : any();
      const op = rng.below(3);
      if (op === 1) {
        if (m === 15 || (d < 8 && m < 8)) return [0x4280 | (low() << 3) | low()];
        return [0x4500 | ((d & 8) << 4) | (m << 3) | (d & 7)];
      }
      return [0x4400 | (op << 8) | ((d & 8) << 4) | (m << 3) | (d & 7)];
    }
    case 10: // LDR literal, ADR, ADD Rd, SP
      return [rng.pick([0x4800, 0xa000, 0xa800]) | (low() << 8) | rng.below(24)];
    case 11:
    case 12: // load and store, register offset
      return [0x5000 | rng.below(0x1000)];
    case 13:
    case 14: // load and store, immediate; small offsets reach the scratch area
      return [rng.pick([0x6000, 0x6800, 0x7000, 0x7800, 0x8000, 0x8800]) | (rng.below(31) << 6) | (low() << 3) | low()];
    case 15: // SP-relative
      return [rng.pick([0x9000, 0x9800]) | (low() << 8) | rng.below(32)];
    case 16:
      return [rng.pick([0xb000, 0xb080]) | rng.below(6)]; // ADD, SUB SP
    case 17: // extend and reverse
      return [
        rng.below(2) === 0 ? 0xb200 | rng.below(0x100) : 0xba00 | (rng.pick([0, 1, 3]) << 6) | (low() << 3) | low(),
      ];
    case 18: {
      const list = rng.below(256) || 1;
      return rng.below(2) === 0 ? [0xb400 | (rng.below(2) << 8) | list] : [0xbc00 | list];
    }
    case 19: {
      const n = low();
      const list = rng.below(256) || 1;
      if (rng.below(2) === 0) return [0xc800 | (n << 8) | list];
      // STM: the base must be the lowest of the list, if it is in it
      const safe = (list & (1 << n)) !== 0 ? list & ~((1 << n) - 1) : list;
      return [0xc000 | (n << 8) | safe];
    }
    case 20:
      return wideUnit(rng, low);
    case 21:
      return jumpUnit(rng, low());
    case 22:
      return [rng.pick([0xbf00, 0xbf10, 0xbf40, 0xb662, 0xde00 | rng.below(256)])];
    default:
      return ['branch'];
  }
}

function wideUnit(rng, low) {
  switch (rng.below(6)) {
    case 0:
      return [0xf3ef, 0x8000 | (low() << 8) | rng.pick([0, 1, 2, 3, 5, 6, 7, 9, 16, 20])]; // MRS
    case 1:
    case 2: {
      // MSR APSR, from a value without bit 27: QEMU 7.2 keeps a Q flag there, which ARMv6-M does not have
      const n = low();
      return [0x2000 | (n << 8) | rng.below(16), 0x0700 | (n << 3) | n, 0xf380 | n, 0x8800 | rng.pick([0, 1, 2, 3])];
    }
    case 3:
      return [0xf3bf, rng.pick([0x8f4f, 0x8f5f, 0x8f6f])];
    case 4:
      return [0xf000, 0xf800]; // BL to the next instruction
    default:
      return [0xf7f0 | rng.below(16), 0xa000 | rng.below(0x1000)]; // UDF.W
  }
}

/** Jump by register to the halfword behind the unit; sometimes to an even address, which must fault. The PC is found by ADR. */
function jumpUnit(rng, n) {
  const odd = rng.below(4) !== 0 ? 1 : 0;
  const adr = 'adr'; // filled in when the address is known
  const bump = 0x3000 | (n << 8);
  switch (rng.below(5)) {
    case 0:
      return [adr, bump, n, odd, 0x4700 | (n << 3)]; // BX
    case 1:
      return [adr, bump, n, odd, 0x4780 | (n << 3)]; // BLX
    case 2:
      return [adr, bump, n, odd, 0x4687 | (n << 3)]; // MOV PC
    case 3:
      return [adr, bump, n, odd, 0xb400 | (1 << n), 0xbd00]; // PUSH, POP {PC}
    default:
      return [0x2000 | (n << 8), 0x0040 | (n << 3) | n, 0x4487 | (n << 3), 0xbf00]; // ADD PC, Rn with 0: skip one
  }
}

/** Turn a jump unit's marks into instructions, for an ADR at halfword position `at` of the code. */
function resolveJump(marked, at) {
  const [, bump, n, odd, ...rest] = marked;
  const target = 2 * (at + 2 + rest.length); // byte offset behind the unit
  const pc = (2 * at + 4) & ~3;
  const words = Math.max(0, Math.floor((target - pc) / 4));
  return [0xa000 | (n << 8) | words, bump | (target - pc - 4 * words + odd), ...rest];
}

function program(rng) {
  const code = [];
  const starts = [];
  const branches = [];
  const length = 4 + rng.below(CODE_HALFWORDS - 5);
  for (;;) {
    let halfwords = unit(rng);
    if (halfwords[0] === 'branch') {
      branches.push(code.length);
      halfwords = [0];
    } else if (halfwords[0] === 'adr') halfwords = resolveJump(halfwords, code.length);
    if (code.length + halfwords.length > length) {
      if (branches.at(-1) === code.length) branches.pop();
      break;
    }
    starts.push(code.length);
    code.push(...halfwords);
  }
  starts.push(code.length);
  while (code.length < CODE_HALFWORDS) code.push(SVC);
  for (const at of branches) {
    // Offset -1 is the next instruction, which the pipeline's +4 puts out of reach of nothing else.
    const target = rng.pick(starts.filter((start) => start > at));
    const offset = target - at - 2;
    const condition = rng.below(15);
    code[at] = condition === 14 ? 0xe000 | (offset & 0x7ff) : 0xd000 | (condition << 8) | (offset & 0xff);
  }
  return code;
}

/** An image of `count` tests behind `driver`. */
export function writeImage(driver, count, rng) {
  const image = Buffer.alloc(TABLE + TEST_SIZE * count);
  driver.copy(image);
  image.writeUInt32LE(count, COUNT);
  for (let i = 0; i < count; i++) {
    const at = TABLE + TEST_SIZE * i;
    const sp = SCRATCH + 384 + 4 * rng.below(64);
    const aligned = (sp & 4) === 0;
    const words = [];
    for (let r = 0; r < 5; r++) words.push(registerValue(rng)); // r0-r3, r12
    words.push(registerValue(rng)); // lr
    words.push(at + CODE); // pc
    words.push(((rng.below(16) << 28) | 0x0100_0000 | (aligned ? 0 : 0x200)) >>> 0);
    for (let r = 4; r < 12; r++) words.push(registerValue(rng));
    words.push(aligned ? sp - 32 : sp - 36);
    words.forEach((word, w) => {
      image.writeUInt32LE(word, at + 4 * w);
    });
    program(rng).forEach((halfword, h) => {
      image.writeUInt16LE(halfword, at + CODE + 2 * h);
    });
  }
  return image;
}

export const START_FIELDS = [
  ...['r0', 'r1', 'r2', 'r3', 'r12', 'lr', 'pc', 'xpsr', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'frame'],
];

export const RECORD_SIZE = 80;
export const RECORD_FIELDS = [
  'r0',
  'r1',
  'r2',
  'r3',
  'r4',
  'r5',
  'r6',
  'r7',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'lr',
  'pc',
  'xpsr',
  'frame',
  'ipsr',
  'memory',
  'exc_return',
];
