import type { Bus, MemoryRegion } from '../bus.ts';
import type { EventHandle, Schedule } from '../schedule.ts';

/** One operation of a flash interface. */
export interface FlashOperation {
  /** Memories whose reads wait until the operation is over. */
  readonly stalls: readonly MemoryRegion[];
  readonly timeNs: number;
  readonly finish: () => void;
  /** A reset or a loss of power cut the operation short. */
  readonly abort: () => void;
  /** After `finish`, when the memories can be read again. */
  readonly done: () => void;
}

/** Carries out operations one after the other and holds up who reads meanwhile. */
export interface FlashSequencer {
  readonly busy: boolean;
  begin(operation: FlashOperation): void;
  /** Do `action` when the running operation is over. */
  afterwards(action: () => void): void;
  /** Reset. True if that cut an operation short. */
  cut(): boolean;
}

export function createFlashSequencer(bus: Bus, schedule: Schedule): FlashSequencer {
  let running: { readonly operation: FlashOperation; readonly event: EventHandle } | undefined;
  let waiting: (() => void)[] = [];

  function stall(operation: FlashOperation, stalled: boolean): void {
    for (const memory of operation.stalls) bus.setStalled(memory, stalled);
  }
  /** Actions that waited run in order, up to the one that begins the next operation. */
  function resume(): void {
    while (running === undefined && waiting.length > 0) waiting.shift()!();
  }

  return {
    get busy() {
      return running !== undefined;
    },
    begin(operation) {
      stall(operation, true);
      const event = schedule.after(operation.timeNs, () => {
        running = undefined;
        operation.finish();
        stall(operation, false);
        operation.done();
        resume();
      });
      running = { operation, event };
    },
    afterwards: (action) => void waiting.push(action),
    cut() {
      waiting = [];
      if (running === undefined) return false;
      const { operation, event } = running;
      running = undefined;
      schedule.cancel(event);
      operation.abort();
      stall(operation, false);
      return true;
    },
  };
}
