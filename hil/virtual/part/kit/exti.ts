import { createExtiG0 } from '../../peripheral/exti-g0.ts';
import type { Peripheral } from '../../peripheral/peripheral.ts';
import type { PartKit } from './definition.ts';

/** EXTI of G0 and C0 with its interrupts for lines 0 to 1, 2 to 3 and 4 to 15. */
export function extiG0(irqs: readonly [number, number, number]): (kit: PartKit) => Peripheral {
  return (kit) => {
    const [low, middle, high] = irqs.map(kit.irqSource);
    return createExtiG0({
      nets: kit.portNets,
      pending(lines) {
        low!((lines & 0x0003) !== 0);
        middle!((lines & 0x000c) !== 0);
        high!((lines & 0xfff0) !== 0);
      },
    });
  };
}
