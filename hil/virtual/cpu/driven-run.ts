/**
 * Runs an image of the oracle (firmware/oracle) on a core: a driver and many small programs, whose records leave by semihosting.
 * For the comparison with another implementation and for its kept answers.
 */
import type { Bus } from '../bus.ts';
import { createBus } from '../bus.ts';
import { createCore } from './create-core.ts';
import type { Processor } from './options.ts';

const RAM_BASE = 0x2000_0000;
const DHCSR = 0xe000_edf0;
const DCRSR = 0xe000_edf4;
const DCRDR = 0xe000_edf8;
const RUN = 0xa05f_0001; // C_DEBUGEN, so that BKPT halts

// Operations of ARM's semihosting interface, in r0 at BKPT 0xAB.
const SYS_WRITE = 5;
const SYS_EXIT = 0x18;

export interface DrivenRunOptions {
  readonly processor: Processor;
  readonly image: Uint8Array;
  readonly flashSize: number;
  readonly ramSize: number;
  /** Where the driver keeps the number of the running program. */
  readonly index: number;
  readonly cycleLimit: number;
  /** Addresses where the other implementation's board has something that ours has not. */
  readonly isForeign: (address: number) => boolean;
}

export interface DrivenRun {
  readonly records: Uint8Array;
  /** Programs that touched a foreign address or wrote to flash: no comparison says anything about them. */
  readonly foreign: ReadonlySet<number>;
  /** Undefined after SYS_EXIT, else how it ended. */
  readonly failure: string | undefined;
}

function withForeign(bus: Bus, isForeign: (address: number) => boolean, touch: () => void): Bus {
  return {
    ...bus,
    get alias() {
      return bus.alias;
    },
    read(address, width) {
      if (!isForeign(address)) return bus.read(address, width);
      touch();
      return 0;
    },
    write(address, value, width) {
      if (isForeign(address)) touch();
      else bus.write(address, value, width);
    },
  };
}

export function drivenRun(options: DrivenRunOptions): DrivenRun {
  const bus = createBus();
  const foreign = new Set<number>();
  const touch = () => foreign.add(bus.read(options.index, 4));
  const flash = bus.addMemory({ name: 'flash', base: 0, size: options.flashSize, onWrite: touch });
  flash.bytes.set(options.image);
  const ram = bus.addMemory({ name: 'ram', base: RAM_BASE, size: options.ramSize, writable: true });
  const core = createCore({ bus: withForeign(bus, options.isForeign, touch), processor: options.processor });
  core.reset('power');
  core.debugWrite(DHCSR, RUN, 4);
  const register = (n: number): number => {
    core.debugWrite(DCRSR, n, 4);
    return core.debugRead(DCRDR, 4);
  };
  const setRegister = (n: number, value: number): void => {
    core.debugWrite(DCRDR, value, 4);
    core.debugWrite(DCRSR, n | 0x1_0000, 4);
  };
  const chunks: Uint8Array[] = [];
  let failure: string | undefined;
  for (;;) {
    const reason = core.run(core.cycles + options.cycleLimit);
    if (reason !== 'halt') {
      failure = `'${reason}' at 0x${core.pc.toString(16)} in program ${bus.read(options.index, 4)}`;
      break;
    }
    const operation = register(0);
    if (operation === SYS_EXIT) break;
    if (operation === SYS_WRITE) {
      const block = register(1);
      const from = bus.read(block + 4, 4) - RAM_BASE;
      chunks.push(ram.bytes.slice(from, from + bus.read(block + 8, 4)));
    }
    setRegister(0, operation === SYS_WRITE ? 0 : 1); // all written; or a file handle
    setRegister(15, core.pc + 2);
    core.debugWrite(DHCSR, RUN, 4);
  }
  return { records: Buffer.concat(chunks), foreign, failure };
}
