import { createTimUpdate } from '../../peripheral/tim-update.ts';
import type { Gate, PartKit, Placement } from './definition.ts';

/** A timer of APB 1 with its update event; its DMA request line is `<name>_UP`. */
export function updateTimer<R extends string>(facts: {
  readonly name: string;
  readonly base: number;
  readonly clock: Gate<R>;
  readonly irq: number;
}): Placement<R> {
  const { name, base, clock, irq } = facts;
  return {
    base,
    clock,
    create: (kit: PartKit<R>) =>
      createTimUpdate({
        name,
        host: kit.host,
        setIrq: kit.irqSource(irq),
        requestDma: () => kit.dmaRequests.pulse(`${name}_UP`),
        clockHz: () => (kit.clocks.enabled(...clock) ? timerHz(kit) : 0),
      }),
  };
}

/** PCLK, doubled when its prescaler divides (RM0454 5.2.13, and the same section of the other manuals: documented). */
function timerHz<R extends string>({ clocks }: PartKit<R>): number {
  const pclk = clocks.pclkHz(1);
  return pclk === clocks.hclkHz() ? pclk : 2 * pclk;
}
