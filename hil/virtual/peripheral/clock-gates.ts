/** Offsets of an enable register and of the reset register with the same bits, and what is implemented of them. */
export interface GateRegister {
  readonly enable: number;
  /** Undefined: the bus has no reset register. */
  readonly reset: number | undefined;
  /** Enable bits that exist. Reset bits are the same unless `resetMask` says otherwise. */
  readonly mask: number;
  readonly resetMask?: number;
  /** Value after a reset. */
  readonly initial?: number;
  /** Bits that software can set and only a reset clears (WWDGEN). */
  readonly sticky?: number;
}

/** Enable and reset registers of an RCC. */
export interface ClockGates<R extends string> {
  /** The peripheral of this enable bit has its clock and is not held in reset. */
  enabled(register: R, bit: number): boolean;
  /** False if `offset` is none of these registers. */
  write(offset: number, value: number): boolean;
  read(offset: number): number | undefined;
  reset(): void;
}

interface State {
  enabled: number;
  held: number;
}

/** @param peripheralReset a bit of a reset register went from 0 to 1 */
export function createClockGates<R extends string>(
  registers: Readonly<Record<R, GateRegister>>,
  peripheralReset: (register: R, bit: number) => void,
): ClockGates<R> {
  const names = Object.keys(registers) as R[];
  const state = Object.fromEntries(names.map((name) => [name, { enabled: 0, held: 0 }])) as Record<R, State>;
  const byEnable = new Map(names.map((name) => [registers[name].enable, name]));
  const byReset = new Map(names.map((name) => [registers[name].reset, name]));

  function writeReset(name: R, value: number): void {
    const { mask, resetMask = mask } = registers[name];
    const rising = value & ~state[name].held & resetMask;
    state[name].held = value & resetMask;
    for (let bit = 0; bit < 32; bit++) if ((rising >>> bit) & 1) peripheralReset(name, bit);
  }

  return {
    enabled: (register, bit) => ((state[register].enabled & ~state[register].held) >>> bit) % 2 === 1,
    write(offset, value) {
      const enable = byEnable.get(offset);
      if (enable !== undefined) {
        const { mask, sticky = 0 } = registers[enable];
        state[enable].enabled = ((value & mask) | (state[enable].enabled & sticky)) >>> 0;
        return true;
      }
      const reset = byReset.get(offset);
      if (reset === undefined) return false;
      writeReset(reset, value);
      return true;
    },
    read(offset) {
      const enable = byEnable.get(offset);
      if (enable !== undefined) return state[enable].enabled;
      const reset = byReset.get(offset);
      return reset === undefined ? undefined : state[reset].held >>> 0;
    },
    reset() {
      for (const name of names) {
        state[name].enabled = registers[name].initial ?? 0;
        state[name].held = 0;
      }
    },
  };
}
