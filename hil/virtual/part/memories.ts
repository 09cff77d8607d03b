import { stm32g070rb } from '../../chip/part/stm32g070rb.ts';
import type { Bus, MemoryRegion } from '../bus.ts';
import type { Width } from '../peripheral/peripheral.ts';
import type { Random } from '../random.ts';

export interface Memories {
  readonly flash: MemoryRegion;
  readonly system: MemoryRegion;
  readonly otp: MemoryRegion;
  /** Factory data: package, unique id, flash size. */
  readonly engineering: MemoryRegion;
  readonly optionArea: MemoryRegion;
  readonly sram: MemoryRegion;
  /** The pattern that SRAM shows after power-on. */
  fillSram(random: Random): void;
}

const OTP_BASE = 0x1fff_7000;
const ENGINEERING_BASE = 0x1fff_7500;
const ENGINEERING_SIZE = 0x300;
/** Package code at 0x1FFF_7500: LQFP64 (hypothesis: RM0454 27.3 was not read). */
const PACKAGE_LQFP64 = 0x8;

/** Memories of the STM32G070RB. Source of sizes and addresses: hil/chip, which names its sources. */
export function createMemories(
  bus: Bus,
  identity: Random,
  store: (region: MemoryRegion, offset: number, value: number, width: Width) => void,
): Memories {
  const facts = stm32g070rb;
  const nonVolatile = (name: string, base: number, size: number, executable = true): MemoryRegion => {
    const region = bus.addMemory({
      name,
      base,
      size,
      executable,
      onWrite: (offset, value, width) => store(region, offset, value, width),
    });
    region.bytes.fill(0xff);
    return region;
  };
  const sram = bus.addMemory({ name: 'SRAM', base: facts.sram.base, size: facts.sram.size, writable: true });
  const flash = nonVolatile('main flash', facts.flash.base, facts.flash.size);
  const system = nonVolatile('system memory', facts.systemMemory.base, facts.systemMemory.size);
  const otp = nonVolatile('OTP', OTP_BASE, 0x400);
  const engineering = nonVolatile('engineering bytes', ENGINEERING_BASE, ENGINEERING_SIZE, false);
  const optionArea = nonVolatile('option bytes', facts.optionBytes.base, facts.optionBytes.size, false);

  const at = (address: number): number => (address - ENGINEERING_BASE) >> 2;
  engineering.words[at(0x1fff_7500)] = 0xffff_fff0 | PACKAGE_LQFP64;
  // Unique id: wafer X and Y, wafer number, lot in ASCII (RM0454 27.1, documented). Six letters keep tools that print it happy.
  engineering.words[at(facts.identity.uniqueId.base)] = ((identity.word() % 90) << 16) | (identity.word() % 90);
  const lot = (): number => 0x41 + (identity.word() % 26);
  engineering.words[at(facts.identity.uniqueId.base) + 1] =
    (identity.word() % 25) | (lot() << 8) | (lot() << 16) | (lot() << 24);
  engineering.words[at(facts.identity.uniqueId.base) + 2] = lot() | (lot() << 8) | (lot() << 16) | (0x20 << 24);
  engineering.halfwords[(facts.identity.flashSizeAddress - ENGINEERING_BASE) >> 1] = facts.flash.size / 1024;

  return {
    flash,
    system,
    otp,
    engineering,
    optionArea,
    sram,
    fillSram(random) {
      for (let i = 0; i < sram.words.length; i++) sram.words[i] = random.word();
      bus.invalidate(sram, 0, sram.size);
    },
  };
}
