// What the two comparisons differ in: the image, QEMU's machine, and where QEMU is no judge.
import * as v6m from './oracle-v6m.mjs';
import * as v7m from './oracle-v7m.mjs';

const isPpb = (address) => address >>> 20 === 0xe00;
const isBitBand = (address) => address >>> 25 === 0x11;
const isDevice = (address) => address !== undefined && (address >>> 29 === 2 || address >= 0xa000_0000);

/** First address of a v6-M load or store with low registers, from the registers before it. */
function v6mAccess(h, r) {
  const at = (shift) => r[(h >> shift) & 7];
  const imm5 = (h >> 6) & 31;
  switch (h >> 12) {
    case 5:
      return (at(3) + at(6)) >>> 0;
    case 6:
      return (at(3) + 4 * imm5) >>> 0;
    case 7:
      return (at(3) + imm5) >>> 0;
    case 8:
      return (at(3) + 2 * imm5) >>> 0;
    case 12:
      return at(8);
    default:
      return undefined;
  }
}

/** Address of a single load or store at `pc` by the registers r0-r12, SP, LR before it; undefined for anything else. */
function v7mAccess(image, pc, r) {
  if (pc + 4 > image.length) return undefined;
  const [h, h2] = [image.readUInt16LE(pc), image.readUInt16LE(pc + 2)];
  if (h >> 12 >= 5 && h >> 12 <= 8) return v6mAccess(h, r);
  const n = h & 15;
  if ((h & 0xfe00) !== 0xf800 || n === 15) return undefined;
  if ((h & 0x80) !== 0) return (r[n] + (h2 & 0xfff)) >>> 0;
  if ((h2 & 0x800) === 0) return (r[n] + (r[h2 & 15] << ((h2 >> 4) & 3))) >>> 0;
  if ((h2 & 0x400) === 0) return r[n];
  return (r[n] + ((h2 & 0x200) !== 0 ? h2 & 0xff : -(h2 & 0xff))) >>> 0;
}

/** Registers, and their sums with SP: where an access may have gone whose instruction is not known. */
const reachable = (registers) => registers.flatMap((r) => [r, (r + registers[13]) >>> 0]);

/** LDM, POP, LDRD, VLDM. */
function isLoadMultiple(image, pc) {
  const h = image.readUInt16LE(pc);
  return (h & 0xf800) === 0xc800 || (h & 0xfe00) === 0xbc00 || (h & 0xfe10) === 0xe810 || (h & 0xfe10) === 0xec10;
}

const V6M_FLASH = 0x4_0000;

export const ARMV6M = {
  ...v6m,
  judge: "QEMU's Cortex-M0",
  machine: 'microbit',
  driver: 'driver.S',
  driverCpu: 'cortex-m0',
  flashSize: V6M_FLASH,
  ramSize: 0x4000,
  index: 0x2000_2400, // the driver's VARS
  /** The nRF51's FICR and UICR, the addresses around its peripherals and GPIO that QEMU reads as zero, its private area. */
  isForeign: (address) => {
    const a = address >>> 0;
    return a >>> 13 === 0x1000_0000 >>> 13 || (a >= 0x4000_0000 && a < 0x6000_0000) || a >= 0xf000_0000;
  },
  deviations: [],
  /** Why a difference says nothing against us, or undefined. `ours` reads words of our record. */
  excuse(image, ours) {
    const registers = Array.from({ length: 14 }, (_, i) => ours(4 * i));
    // The private peripheral bus, where a Cortex-M0+ (ours) and a Cortex-M0 (QEMU's) rightly differ.
    if (registers.some(isPpb)) return 'private peripherals';
    const pc = ours(56);
    if (ours(68) !== 3 || pc + 1 >= image.length) return undefined;
    const h = image.readUInt16LE(pc);
    const address = v6mAccess(h, registers);
    if (address === undefined) return undefined;
    if (isPpb(address)) return 'private peripherals';
    // An unaligned store into flash: QEMU drops stores to its ROM before it looks at alignment.
    const isStore = h >> 12 === 5 ? ((h >> 9) & 7) < 3 : (h & 0x800) === 0;
    return isStore && address < V6M_FLASH ? 'stores to flash' : undefined;
  },
};

/**
 * Where QEMU 7.2 is known to be wrong, or free: if `applies` to the records (theirs, ours: words by field), ours counts in `fields`.
 */
const V7M_DEVIATIONS = [
  {
    reason: 'FPCCR.UFRDY, which is ARMv8-M, is kept',
    fields: ['fpccr'],
    applies: (theirs, ours) => ((theirs('fpccr') ^ ours('fpccr')) & 0xc000_017b) === 0,
  },
  {
    // What becomes of FPCCR then is not said (ARMv7-M B1.5.6).
    reason: 'a frame that cannot be stacked still counts as a lazy one',
    fields: ['fpccr', 'fpcar', 'fpscr', 'memory', ...Array.from({ length: 16 }, (_, i) => `s${i}`)],
    applies: (theirs, ours) => (ours('cfsr') & 0x1010) !== 0 && theirs('cfsr') === ours('cfsr'),
  },
  {
    // ARM state does not exist: the first thing to go wrong there is EPSR.T, whatever the alignment (ARMv7-M B1.5.14).
    reason: 'a branch to an even address that is no word address reports UNALIGNED, not INVSTATE',
    fields: ['cfsr'],
    applies: (theirs, ours) =>
      (theirs('cfsr') ^ ours('cfsr')) === 0x0102_0000 &&
      (ours('cfsr') & 0x2_0000) !== 0 &&
      ((ours('pc') & 2) !== 0 || ours('pc') === 0 || (ours('cfsr') & 0x1010) !== 0), // no frame, no PC
  },
  {
    // ARMv7-M B3.2.18: BFAR holds the address that the instruction asked for.
    reason: 'BFAR and MMFAR of an access that is not aligned hold the aligned address',
    fields: ['bfar'],
    applies: (theirs, ours) => {
      const difference = ours('bfar') - theirs('bfar');
      return difference > 0 && difference < 8;
    },
  },
  {
    reason: 'a doubleword that straddles MPU regions is checked by its first word alone',
    fields: ['mmfar', 'memory'],
    applies: (theirs, ours) =>
      theirs('cfsr') === 0x82 && ours('cfsr') === 0x82 && theirs('mmfar') - ours('mmfar') === 4,
  },
  {
    // ARMv7-M B1.5.6 ReturnAddress: a synchronous HardFault returns to the instruction itself.
    reason: 'SVC that escalates to HardFault stacks the next instruction’s address',
    fields: ['pc', 'memory'],
    applies: (theirs, ours) =>
      ours('ipsr') === 3 &&
      ours('hfsr') === 0x4000_0000 &&
      ours('cfsr') === theirs('cfsr') &&
      theirs('pc') === ours('pc') + 2,
  },
];

export const ARMV7M = {
  ...v7m,
  judge: "QEMU's Cortex-M4",
  machine: 'netduinoplus2',
  driver: 'driver-v7m.S',
  driverCpu: 'cortex-m4',
  flashSize: 0x10_0000,
  ramSize: 0x3_0000,
  index: 0x2001_d5a0,
  /** Memories and peripherals of the STM32F405 that ours has not: flash at its own address, CCM, peripherals. */
  isForeign: (address) => {
    const a = address >>> 0;
    return a >>> 20 === 0x080 || a >>> 16 === 0x1000 || (a >= 0x4000_0000 && a < 0x6000_0000);
  },
  deviations: V7M_DEVIATIONS,
  excuse(image, ours, theirs, test) {
    const [pc, frame, cfsr, mmfar, bfar, excReturn] = [56, 64, 84, 92, 96, 68];
    const registers = Array.from({ length: 14 }, (_, i) => ours(4 * i));
    registers[13] = ours(frame) + ((ours(excReturn) & 0x10) !== 0 ? 32 : 104) + ((ours(60) & 0x200) !== 0 ? 4 : 0);
    const lr = ours(52);
    const address = v7mAccess(image, ours(pc), [...registers, lr]);
    const lost = ours(pc) === 0 || (ours(cfsr) & 0x1010) !== 0; // no frame tells no PC
    const candidates = [theirs(bfar), theirs(mmfar), ...(lost ? reachable([...registers, lr]) : [address])];
    // Device memory takes aligned accesses alone (ARMv7-M A3.2.1); QEMU's M profile has no memory types and asks MPU and bus first.
    if ((ours(cfsr) & 0x0100_0000) !== 0 && candidates.some(isDevice)) return 'unaligned accesses to Device memory';
    // Unaligned ones have no meaning in a bit-band alias, and QEMU's takes no doublewords.
    const started = Array.from({ length: 16 }, (_, i) => image.readUInt32LE(test + 4 * i));
    const differing = [...Array(14).keys()].map((i) => [ours(4 * i), theirs(4 * i)]).filter(([a, b]) => a !== b);
    const bits = differing.length > 0 && differing.every(([a, b]) => ((a | b) & 0xfefe_fefe) === 0);
    if (bits || [...registers, lr, ...started, theirs(bfar)].some(isBitBand))
      return 'unaligned and doubleword accesses to bit-band aliases';
    // QEMU's private peripheral bus reads as zero where nothing is.
    if (isPpb(ours(bfar))) return 'private peripherals';
    // QEMU's helper for divisions may raise the trap before the registers of the same block are written back.
    if (ours(cfsr) === 0x0200_0000 && theirs(cfsr) === 0x0200_0000 && ours(pc) === theirs(pc))
      return 'registers at a division trap';
    // Registers that a load has reached before it faults are UNKNOWN (ARMv7-M A3.4, A7.7 LDM); QEMU writes them, ours does not.
    const faulted = (ours(cfsr) & 0x8080) !== 0 && theirs(cfsr) === ours(cfsr) && theirs(pc) === ours(pc);
    if (faulted && (lost || isLoadMultiple(image, ours(pc)))) return 'loads that fault half-way';
    // QEMU asks the MPU about the first byte of an access alone.
    if ((ours(cfsr) & 0x82) === 0x82 && theirs(mmfar) !== ours(mmfar) && (ours(mmfar) & 31) === 0)
      return 'accesses that straddle MPU regions';
    if (ours(bfar) >= 0xffff_fff8) return 'accesses that wrap around the address space';
    // QEMU translates the start of an FP context into the first FP instruction of a block, even where an IT block skips that one.
    if ((theirs(excReturn) & 0x10) !== 0 && (ours(excReturn) & 0x10) === 0)
      return 'FP contexts begun behind a skipped instruction';
    return undefined;
  },
};
