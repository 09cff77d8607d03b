import { createEventQueue } from '../event-queue.ts';
import { createRandom } from '../random.ts';
import { createNet, type Net } from './net.ts';
import type { PeripheralHost } from './peripheral.ts';

/** One IP model without the part around it: time, interrupt lines and notes for tests. */
export interface IpBench {
  readonly host: PeripheralHost;
  readonly irqs: ReadonlySet<number>;
  readonly notes: readonly string[];
  now(): number;
  /** Let time pass, in ns. */
  pass(ns: number): void;
  /** Let time pass in steps of `stepNs` until `done`; throws after `limitNs`. Returns the time that passed. */
  until(done: () => boolean, limitNs: number, stepNs?: number): number;
  net(name: string): Net;
}

export function createIpBench(seed = 1): IpBench {
  let now = 0;
  const queue = createEventQueue(
    () => now,
    () => undefined,
  );
  const irqs = new Set<number>();
  const notes: string[] = [];
  function pass(ns: number): void {
    const end = now + ns;
    for (;;) {
      queue.runDue(now);
      const next = queue.nextNs();
      if (next > end) break;
      now = next;
    }
    now = end;
  }
  return {
    host: {
      schedule: queue,
      setIrq: (irq, asserted) => (asserted ? irqs.add(irq) : irqs.delete(irq)),
      note: (event) => notes.push(event),
    },
    irqs,
    notes,
    now: () => now,
    pass,
    until(done, limitNs, stepNs = 1_000) {
      const start = now;
      while (!done()) {
        if (now - start > limitNs) throw new Error(`not done after ${limitNs} ns`);
        pass(stepNs);
      }
      return now - start;
    },
    net: (name) => createNet(name, queue, createRandom(seed, name)),
  };
}
