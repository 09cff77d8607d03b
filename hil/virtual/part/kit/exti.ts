import { createExtiG0 } from '../../peripheral/exti-g0.ts';
import type { Peripheral } from '../../peripheral/peripheral.ts';
import type { PartKit } from './definition.ts';

/** EXTI of G0 and C0 with its interrupts for lines 0 to 1, 2 to 3 and 4 to 15. */
export function extiG0(irqs: readonly [number, number, number]): (kit: PartKit) => Peripheral {
  return (kit) => createExtiG0({ nets: kit.portNets, pending: extiRequestsInThree(kit, irqs) });
}

/** Requests of the interrupts of F0, G0, C0 and L0: lines 0 to 1, 2 to 3 and 4 to 15. */
export function extiRequestsInThree(kit: PartKit, irqs: readonly [number, number, number]): (lines: number) => void {
  const [low, middle, high] = irqs.map(kit.irqSource);
  return (lines) => {
    low!((lines & 0x0003) !== 0);
    middle!((lines & 0x000c) !== 0);
    high!((lines & 0xfff0) !== 0);
  };
}

/** Lines 0 to 4 alone, 5 to 9 and 10 to 15 together, and others with an interrupt of their own: line → interrupt. */
export interface ExtiIrqs {
  readonly single: readonly [number, number, number, number, number];
  readonly lines5to9: number;
  readonly lines10to15: number;
  readonly others: Readonly<Record<number, number>>;
}

/** Requests of the interrupts of F4 and L4 for the pending lines. */
export function extiRequests(kit: PartKit, irqs: ExtiIrqs): (lines: number) => void {
  const groups: [mask: number, request: (asserted: boolean) => void][] = [
    ...irqs.single.map((irq, line): [number, (asserted: boolean) => void] => [1 << line, kit.irqSource(irq)]),
    [0x03e0, kit.irqSource(irqs.lines5to9)],
    [0xfc00, kit.irqSource(irqs.lines10to15)],
  ];
  for (const [line, irq] of Object.entries(irqs.others)) groups.push([1 << Number(line), kit.irqSource(irq)]);
  return (lines) => {
    for (const [mask, request] of groups) request((lines & mask) !== 0);
  };
}

/** SYSCFG_EXTICR was written: pins that a line has been switched to are to report their edges. */
export function rearmLines(kit: PartKit, portOf: (line: number) => number): void {
  for (let line = 0; line < 16; line++) kit.portNets[portOf(line)]?.[line]?.rearm();
}
