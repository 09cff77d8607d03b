import type { Bus, MemoryRegion } from '../bus.ts';
import type { PeripheralHost } from './peripheral.ts';

/** Which memories behind a flash interface can be read: enough wait states, and not forbidden by RDP. */
export interface FlashReach {
  /** Wait states set, and wait states needed at this clock and voltage. */
  setLatency(latency: number): void;
  setNeeded(needed: number): void;
  /** RDP level 1 with an intruder: main flash answers with a bus error. */
  setOutOfReach(outOfReach: boolean): void;
}

export function createFlashReach(
  bus: Bus,
  host: PeripheralHost,
  memories: readonly MemoryRegion[],
  main: readonly MemoryRegion[],
): FlashReach {
  let latency = 0;
  let needed = 0;
  let tooFast = false;
  let outOfReach = false;

  function update(): void {
    // Too few wait states give wrong data on silicon; the model answers with a fault, so that the error is not missed
    // (behaviour outside the specification: hypothesis).
    const next = latency < needed;
    if (next && !tooFast) host.note('too few flash wait states', { latency, needed });
    tooFast = next;
    for (const memory of memories) {
      bus.setWaitStates(memory, latency);
      bus.setReadFault(memory, tooFast || (outOfReach && main.includes(memory)));
    }
  }
  return {
    setLatency(next) {
      latency = next;
      update();
    },
    setNeeded(next) {
      needed = next;
      update();
    },
    setOutOfReach(next) {
      outOfReach = next;
      update();
    },
  };
}
