import type { PeripheralHost } from '../../peripheral/peripheral.ts';
import type { ClockTree, UsartModel } from '../../peripheral/roles.ts';
import type { UsartFacts } from './definition.ts';
import type { DmaRequests } from './dma-requests.ts';
import type { Pins } from './pins.ts';

interface Surroundings {
  readonly host: PeripheralHost;
  readonly pins: Pins;
  readonly clocks: ClockTree;
  readonly dmaRequests: DmaRequests;
  irqSource(irq: number): (asserted: boolean) => void;
}

export interface Usarts<R extends string> {
  readonly all: readonly { readonly facts: UsartFacts<R>; readonly usart: UsartModel }[];
  /** Modes or alternate functions of pins changed. */
  routed(): void;
}

/** Create the USARTs and connect them to pins, clocks, interrupt lines and DMA requests. */
export function wireUsarts<R extends string>(table: readonly UsartFacts<R>[], around: Surroundings): Usarts<R> {
  const { pins } = around;
  const all = table.map((facts) => {
    const { name } = facts;
    const rx = `${name}_RX`;
    const usart = facts.create({
      name,
      host: around.host,
      setIrq: around.irqSource(facts.irq),
      setDmaRequest: (direction, asserted) => around.dmaRequests.set(`${name}_${direction}`, asserted),
      kernelHz: () => around.clocks.usartHz(name),
      rxNets: () => pins.routedNets(rx),
      txNets: () => pins.routedNets(`${name}_TX`),
    });
    for (const pin of pins.pinsFor(rx)) usart.listenOn(pins.net(pin), () => pins.carries(pin, rx));
    return { facts, usart };
  });
  return {
    all,
    routed() {
      for (const { usart } of all) usart.routed();
    },
  };
}
