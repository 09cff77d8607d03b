import { createDmaV1, type DmaV1 } from '../../peripheral/dma-v1.ts';
import { createDmaV2 } from '../../peripheral/dma-v2.ts';
import { createDmamux, type Dmamux } from '../../peripheral/dmamux.ts';
import type { Gate, PartKit, Placement } from './definition.ts';

/** One controller of a part. */
export interface DmaFacts<R extends string> {
  readonly name: string;
  readonly base: number;
  readonly clock: Gate<R>;
  /** Interrupt of each channel; its length is the number of channels. */
  readonly irqs: readonly number[];
}

interface Serving {
  linesOf(channel: number, select: number): readonly string[];
  readonly hasCselr: boolean;
}

function controller<R extends string>(kit: PartKit<R>, facts: DmaFacts<R>, serving: Serving): DmaV1 {
  const { name, clock, irqs } = facts;
  const sources = irqs.map(kit.irqSource);
  return createDmaV1({
    name,
    host: kit.host,
    bus: kit.host.bus,
    channels: irqs.length,
    setIrq: (channel, asserted) => sources[channel]!(asserted),
    requests: kit.dmaRequests,
    hclkHz: () => kit.clocks.hclkHz(),
    clocked: () => kit.clocks.enabled(...clock),
    ...serving,
  });
}

/**
 * Lines by channel (counted from 0) and value of its CSELR field (F09x, L0, L4), or by stream and CHSEL (F4).
 * Source: the manual's table of DMA requests for each channel.
 */
export type SelectTable = Readonly<Record<number, Readonly<Record<number, string>>>>;

/** DMA whose channels choose their request by CSELR. */
export function dmaWithSelection<R extends string>(facts: DmaFacts<R>, table: SelectTable): Placement<R, DmaV1> {
  const linesOf = (channel: number, select: number): readonly string[] => {
    const line = table[channel]?.[select];
    return line === undefined ? [] : [line];
  };
  return {
    base: facts.base,
    clock: facts.clock,
    create: (kit) => controller(kit, facts, { linesOf, hasCselr: true }),
  };
}

/**
 * DMA whose channels are each wired to some requests, ORed (F0).
 * @param linesOf requests of a channel, counted from 0, as remap bits elsewhere have them now
 */
export function dmaWithFixedLines<R extends string>(
  facts: DmaFacts<R>,
  linesOf: (channel: number) => readonly string[],
): Placement<R, DmaV1> {
  return {
    base: facts.base,
    clock: facts.clock,
    create: (kit) => controller(kit, facts, { linesOf, hasCselr: false }),
  };
}

/** DMA with streams, whose CHSEL fields choose by the same kind of table (F4). */
export function dmaWithStreams<R extends string>(
  facts: DmaFacts<R> & { readonly peripheralPort: 'APB1' | 'bus matrix' },
  table: SelectTable,
): Placement<R> {
  const { name, base, clock, irqs, peripheralPort } = facts;
  return {
    base,
    clock,
    create(kit) {
      const sources = irqs.map(kit.irqSource);
      return createDmaV2({
        name,
        host: kit.host,
        bus: kit.host.bus,
        setIrq: (stream, asserted) => sources[stream]!(asserted),
        requests: kit.dmaRequests,
        lineOf: (stream, channel) => table[stream]?.[channel],
        peripheralPort,
        hclkHz: () => kit.clocks.hclkHz(),
        clocked: () => kit.clocks.enabled(...clock),
      });
    },
  };
}

/**
 * Request identifications of the DMAMUX of G0 and C0 whose lines a model drives.
 * Source: RM0454 table 52, RM0444 table 59, RM0490 table 46 (documented: ST's LL driver has the same numbers).
 */
const MUX_LINES: Readonly<Record<number, string>> = Object.fromEntries<string>([
  [37, 'TIM3_UP'],
  ...[
    [50, 'USART1'],
    [52, 'USART2'],
    [54, 'USART3'],
    [56, 'USART4'],
    [74, 'USART5'],
    [76, 'USART6'],
  ].flatMap(([id, usart]): [number, string][] => [
    [Number(id), `${usart}_RX`],
    [Number(id) + 1, `${usart}_TX`],
  ]),
]);

/** Controllers whose channels, one after the other, are the outputs of one DMAMUX (G0, C0). For one board: call it per definition. */
export function dmaWithMux<R extends string>(
  controllers: readonly DmaFacts<R>[],
  mux: { readonly base: number; readonly clock: Gate<R> },
): readonly Placement<R>[] {
  function create(kit: PartKit<R>): { readonly dmas: readonly DmaV1[]; readonly dmamux: Dmamux } {
    const outputs = controllers.reduce((sum, { irqs }) => sum + irqs.length, 0);
    const dmamux = createDmamux(outputs, MUX_LINES, () => {
      for (const dma of dmas) dma.requestsChanged();
    });
    let first = 0;
    const dmas = controllers.map((facts) => {
      const from = first;
      first += facts.irqs.length;
      const linesOf = (channel: number): readonly string[] => {
        const line = dmamux.lineOf(from + channel);
        return line === undefined ? [] : [line];
      };
      return controller(kit, facts, { linesOf, hasCselr: false });
    });
    return { dmas, dmamux };
  }
  let made: ReturnType<typeof create> | undefined;
  const group = (kit: PartKit<R>): ReturnType<typeof create> => {
    made ??= create(kit);
    return made;
  };
  return [
    ...controllers.map(({ base, clock }, i): Placement<R> => ({ base, clock, create: (kit) => group(kit).dmas[i]! })),
    { ...mux, create: (kit) => group(kit).dmamux },
  ];
}
