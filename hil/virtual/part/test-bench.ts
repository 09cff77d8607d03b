import type { LineFrame } from '../board-types.ts';
import { type Bus, createBus } from '../bus.ts';
import { createEventQueue } from '../event-queue.ts';
import type { ResetCause } from '../peripheral/roles.ts';
import { frameOf } from '../peripheral/usart-transmitter.ts';
import type { FrameFormat } from '../peripheral/usart-v3-registers.ts';
import { createRandom } from '../random.ts';
import type { Part, PartModel } from './part.ts';
import { stm32g070 } from './stm32g070.ts';

/** A part without a core: a test reads and writes registers and lets time pass. */
export interface TestBench {
  readonly bus: Bus;
  readonly part: PartModel;
  /** Interrupt lines asserted now. */
  readonly irqs: ReadonlySet<number>;
  /** Resets that the part asked for, oldest first. They are carried out. */
  readonly resets: readonly ResetCause[];
  readonly notes: readonly string[];
  now(): number;
  read(address: number): number;
  write(address: number, value: number): void;
  /** Set bits. */
  set(address: number, bits: number): void;
  /** Let time pass, in ns. */
  pass(ns: number): void;
  /** Let time pass in steps of `stepNs` until `done`; throws after `limitNs`. Returns the time that passed. */
  until(done: () => boolean, limitNs: number, stepNs?: number): number;
  reset(cause: ResetCause): void;
  powerCycle(): void;
}

/** The STM32G070. */
export function createTestBench(seed = 1, haltedCore = false): TestBench {
  return createBenchOf(stm32g070, { seed, haltedCore });
}

export interface BenchSettings {
  readonly seed?: number;
  readonly haltedCore?: boolean;
  /** Where the core that the bench does not have executes. */
  readonly programCounter?: number;
  /** What the board puts around the chip; default: LSE crystal, no HSE. */
  readonly clocks?: { readonly hseHz: number | undefined; readonly hasLse: boolean };
}

export function createBenchOf(model: Part, settings: BenchSettings = {}): TestBench {
  const { seed = 1, haltedCore = false, programCounter, clocks = { hseHz: undefined, hasLse: true } } = settings;
  const bus = createBus();
  let now = 0;
  const queue = createEventQueue(
    () => now,
    () => undefined,
  );
  const irqs = new Set<number>();
  const resets: ResetCause[] = [];
  const notes: string[] = [];
  const part = model.build({
    bus,
    schedule: queue,
    setIrq: (irq, asserted) => (asserted ? irqs.add(irq) : irqs.delete(irq)),
    note: (event) => notes.push(event),
    random: (name) => createRandom(seed, name),
    clocks,
    clockChanged: () => undefined,
    requestReset(cause) {
      queue.at(now, () => {
        resets.push(cause);
        part.reset('system', cause);
      });
    },
    coreHalted: () => haltedCore,
    ...(programCounter === undefined ? {} : { programCounter: () => programCounter }),
  });
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
  part.reset('power', 'power');
  return {
    bus,
    part,
    irqs,
    resets,
    notes,
    now: () => now,
    read: (address) => bus.read(address, 4),
    write: (address, value) => bus.write(address, value, 4),
    set: (address, bits) => bus.write(address, bus.read(address, 4) | bits, 4),
    pass,
    until(done, limitNs, stepNs = 1_000) {
      const start = now;
      while (!done()) {
        if (now - start > limitNs) throw new Error(`not done after ${limitNs} ns`);
        pass(stepNs);
      }
      return now - start;
    },
    reset: (cause) => void part.reset('system', cause),
    powerCycle: () => void part.reset('power', 'power'),
  };
}

/** A frame as a host would send it. */
export function hostFrame(data: number, baud: number, startNs: number, format: Partial<FrameFormat> = {}): LineFrame {
  const full: FrameFormat = { bits: 8, parity: 'none', stopBits: 1, ...format };
  return { startNs, bitNs: 1e9 / baud, levels: frameOf(data, full) };
}
