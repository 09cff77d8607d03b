import type { Peripheral, PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** A register that is stored and nothing more: bits that exist, value after reset, and bits that can only be set, or only cleared. */
export interface PlainRegister {
  readonly mask: number;
  readonly reset?: number;
  /** Written 1 sets, written 0 keeps. */
  readonly setOnly?: number;
}

export interface SyscfgV1Options {
  readonly host: PeripheralHost;
  /** MEM_MODE of the register at 0x00: its mask from bit 0 on. */
  readonly memModeMask: number;
  /** All bits of the register at 0x00. */
  readonly remapMask: number;
  /** Width of a field in EXTICR1..4, as a mask. */
  readonly portMask: number;
  readonly plain?: Readonly<Record<number, PlainRegister>>;
  /** The register at 0x00 changed, or was reset: what answers at 0x0000_0000. */
  readonly remap: (memMode: number, register: number) => void;
  readonly portsChanged: () => void;
}

/** SYSCFG of STM32 F0, F4, L0 and L4: memory remap at 0x00, EXTICR1..4 at 0x08. Source: RM0351 9.2, RM0383 7.2 (documented). */
export interface SyscfgV1 extends Peripheral {
  /** The boot decision: MEM_MODE holds it after a reset. */
  setBootMode(mode: number): void;
  /** Port code of EXTI line 0..15. */
  portOf(line: number): number;
}

const REMAP = 0x00;
const EXTICR1 = 0x08;
const EXTICR4 = 0x14;

export function createSyscfgV1(options: SyscfgV1Options): SyscfgV1 {
  const { host } = options;
  const exticr = [0, 0, 0, 0];
  const plain = new Map<number, number>();
  let bootMode = 0;
  let memrmp = 0;
  const portFields = options.portMask * 0x1111;

  function write(offset: number, value: number): void {
    if (offset === REMAP) {
      const next = value & options.remapMask;
      if (next === memrmp) return;
      memrmp = next;
      host.note('MEM_MODE', { mode: memrmp & options.memModeMask, register: memrmp });
      options.remap(memrmp & options.memModeMask, memrmp);
    } else if (offset >= EXTICR1 && offset <= EXTICR4) {
      exticr[(offset - EXTICR1) >> 2] = value & portFields;
      options.portsChanged();
    } else {
      const register = options.plain?.[offset];
      if (register === undefined) return;
      const kept = (plain.get(offset) ?? 0) & (register.setOnly ?? 0);
      plain.set(offset, ((value & register.mask) | kept) >>> 0);
    }
  }

  return {
    name: 'SYSCFG',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) =>
          offset === REMAP
            ? memrmp
            : offset >= EXTICR1 && offset <= EXTICR4
              ? exticr[(offset - EXTICR1) >> 2]!
              : (plain.get(offset) ?? 0),
        write,
        quietRead: () => true,
      },
      'apb',
    ),
    reset() {
      exticr.fill(0);
      plain.clear();
      for (const [offset, register] of Object.entries(options.plain ?? {})) {
        plain.set(Number(offset), register.reset ?? 0);
      }
      memrmp = bootMode;
      options.remap(bootMode, bootMode);
      options.portsChanged();
    },
    setBootMode(mode) {
      bootMode = mode;
    },
    portOf: (line) => (exticr[line >> 2]! >>> ((line & 3) * 4)) & options.portMask,
  };
}
