/** A core with flash, RAM and a vector table, for tests: programs are hand-assembled halfwords. */
import type { Bus, MemoryRegion } from '../bus.ts';
import { createBus } from '../bus.ts';
import type { Core, StopReason } from './core.ts';
import { createCore } from './create-core.ts';
import type { CoreOptions } from './options.ts';

export const FLASH = 0x0800_0000;
export const RAM = 0x2000_0000;
export const STACK = 0x2000_1000;
export const RESET = 0x0800_0200;

export const DHCSR = 0xe000_edf0;
export const DCRSR = 0xe000_edf4;
export const DCRDR = 0xe000_edf8;
export const DEMCR = 0xe000_edfc;
export const DFSR = 0xe000_ed30;
export const ICSR = 0xe000_ed04;
export const VTOR = 0xe000_ed08;
export const AIRCR = 0xe000_ed0c;
export const SCR = 0xe000_ed10;
export const SHPR2 = 0xe000_ed1c;
export const SHPR3 = 0xe000_ed20;
export const NVIC_ISER = 0xe000_e100;
export const NVIC_ISPR = 0xe000_e200;
export const NVIC_ICPR = 0xe000_e280;
export const NVIC_IPR0 = 0xe000_e400;
export const SYST_CSR = 0xe000_e010;
export const SYST_RVR = 0xe000_e014;
export const SYST_CVR = 0xe000_e018;

export const NOP = 0xbf00;
export const BRANCH_SELF = 0xe7fe;
export const BX_LR = 0x4770;
export const WFI = 0xbf30;
export const WFE = 0xbf20;
export const SVC = 0xdf00;
export const CPSID = 0xb672;
export const CPSIE = 0xb662;

/** Where the vector table of the bench sends each exception; every handler is `b .` until `put` changes it. */
export const handlerOf = (exception: number): number => 0x0800_0400 + 0x40 * exception;
export const irq = (line: number): number => 16 + line;

export interface TestBench {
  readonly bus: Bus;
  readonly core: Core;
  readonly flash: MemoryRegion;
  readonly ram: MemoryRegion;
  put(address: number, ...halfwords: readonly number[]): void;
  word(address: number): number;
  setWord(address: number, value: number): void;
  /** Core register by DCRSR selector; halts the core for it and lets it go again. */
  register(selector: number): number;
  setRegister(selector: number, value: number): void;
  /** Execute until the PC is `address` or `limit` boundaries have passed. */
  runTo(address: number, limit?: number): StopReason;
  ipsr(): number;
}

export function createTestBench(options: Omit<CoreOptions, 'bus'> = {}): TestBench {
  const bus = createBus();
  const flash = bus.addMemory({ name: 'flash', base: FLASH, size: 0x1_0000 });
  const ram = bus.addMemory({ name: 'ram', base: RAM, size: 0x4000, writable: true });
  bus.setAlias(flash);
  flash.words[0] = STACK;
  flash.words[1] = RESET | 1;
  for (let exception = 2; exception < 48; exception++) {
    flash.words[exception] = handlerOf(exception) | 1;
    flash.halfwords[(handlerOf(exception) - FLASH) >> 1] = BRANCH_SELF;
  }
  flash.halfwords[(RESET - FLASH) >> 1] = BRANCH_SELF;
  const core = createCore({ bus, ...options });
  core.reset('power');

  function whileHalted<T>(action: () => T): T {
    const before = core.debugRead(DHCSR, 4) & 0xf;
    if (core.halted) return action();
    core.debugWrite(DHCSR, 0xa05f_0003, 4);
    const result = action();
    core.debugWrite(DHCSR, 0xa05f_0000 | before, 4);
    return result;
  }

  return {
    bus,
    core,
    flash,
    ram,
    put(address, ...halfwords) {
      const region = bus.memoryAt(address)!;
      const offset = bus.offsetIn(region, address);
      region.halfwords.set(halfwords, offset >> 1);
      bus.invalidate(region, offset, 2 * halfwords.length);
    },
    word: (address) => core.debugRead(address, 4),
    setWord: (address, value) => {
      const region = bus.memoryAt(address);
      if (region === undefined) core.debugWrite(address, value, 4);
      else region.words[bus.offsetIn(region, address) >> 2] = value;
    },
    register: (selector) =>
      whileHalted(() => {
        core.debugWrite(DCRSR, selector, 4);
        return core.debugRead(DCRDR, 4);
      }),
    setRegister: (selector, value) =>
      whileHalted(() => {
        core.debugWrite(DCRDR, value, 4);
        core.debugWrite(DCRSR, selector | 0x1_0000, 4);
      }),
    runTo(address, limit = 200) {
      let reason: StopReason = 'limit';
      for (let i = 0; i < limit && core.pc !== address && reason === 'limit'; i++) reason = core.run(core.cycles + 1);
      return reason;
    },
    ipsr: () => core.debugRead(ICSR, 4) & 0x3f,
  };
}
