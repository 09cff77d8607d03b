import type { EventHandle, Schedule } from './schedule.ts';

interface QueuedEvent extends EventHandle {
  readonly timeNs: number;
  readonly sequence: number;
  action: (() => void) | undefined;
}

/** The schedule of one board with what only its run loop may do. */
export interface EventQueue extends Schedule {
  /** Time of the first event, or Infinity. */
  nextNs(): number;
  /** Run every event that is due at `nowNs`, in order, including those that such an event adds. True if any ran. */
  runDue(nowNs: number): boolean;
}

/** Events due within this time of now count as due: a cycle boundary is a rounded multiple of the clock period. */
export const ROUNDING_NS = 1e-3;

/**
 * A binary heap ordered by (time, insertion).
 * @param now virtual time in ns
 * @param onScheduled told of each new event's time, so that a running core can be asked to stop early enough
 */
export function createEventQueue(now: () => number, onScheduled: (timeNs: number) => void): EventQueue {
  const heap: QueuedEvent[] = [];
  let sequence = 0;

  const before = (a: QueuedEvent, b: QueuedEvent): boolean =>
    a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.sequence < b.sequence);

  function push(event: QueuedEvent): void {
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  function pop(): QueuedEvent | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  function dropCancelled(): void {
    while (heap.length > 0 && heap[0]!.action === undefined) pop();
  }

  function at(timeNs: number, action: () => void): EventHandle {
    const event: QueuedEvent = { timeNs: Math.max(timeNs, now()), sequence: sequence++, action };
    push(event);
    onScheduled(event.timeNs);
    return event;
  }

  return {
    now,
    at,
    after: (delayNs, action) => at(now() + delayNs, action),
    cancel(handle) {
      if (handle !== undefined) (handle as QueuedEvent).action = undefined;
    },
    nextNs() {
      dropCancelled();
      return heap[0]?.timeNs ?? Number.POSITIVE_INFINITY;
    },
    runDue(nowNs) {
      let ran = false;
      for (;;) {
        dropCancelled();
        const first = heap[0];
        if (first === undefined || first.timeNs > nowNs + ROUNDING_NS) return ran;
        pop();
        const action = first.action;
        first.action = undefined;
        ran = true;
        action?.();
      }
    },
  };
}
