// What the two comparisons differ in: the image, QEMU's machine, and where QEMU is no judge.
import * as v6m from './oracle-v6m.mjs';
import * as v7m from './oracle-v7m.mjs';

const isPpb = (address) => address >>> 20 === 0xe00;

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

export const ARMV7M = {
  ...v7m,
  judge: "QEMU's Cortex-M4",
  machine: 'netduinoplus2',
  driver: 'driver-v7m.S',
  driverCpu: 'cortex-m4',
  flashSize: 0x10_0000,
  ramSize: 0x2_0000,
  index: 0x2000_0000,
  /** Memories and peripherals of the STM32F405 that ours has not: flash at its own address, CCM, peripherals. */
  isForeign: (address) => {
    const a = address >>> 0;
    return (
      a >>> 20 === 0x080 ||
      a >>> 16 === 0x1000 ||
      (a >= 0x4000_0000 && a < 0x6000_0000)
    );
  },
  excuse(_image, ours) {
    const registers = Array.from({ length: 14 }, (_, i) => ours(4 * i));
    return undefined && registers;
  },
};
