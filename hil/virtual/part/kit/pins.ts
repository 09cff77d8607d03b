import { createGpio, type GpioPort } from '../../peripheral/gpio.ts';
import { createNet, type Net } from '../../peripheral/net.ts';
import type { PartHost } from '../part.ts';
import type { AlternateTable, PortFacts } from './definition.ts';

/** Nets, ports and what is switched to which pin. */
export interface Pins {
  readonly ports: readonly { readonly facts: PortFacts; readonly gpio: GpioPort }[];
  /** @throws RangeError if the part has no such pin */
  net(pin: string): Net;
  /** The sixteen nets of each port, by EXTICR code. */
  readonly byCode: Readonly<Record<number, readonly Net[]>>;
  /** Pins that the table lets carry `signal`. */
  pinsFor(signal: string): readonly string[];
  /** `pin` is switched to `signal` now. */
  carries(pin: string, signal: string): boolean;
  /** Nets that are switched to `signal` now. */
  routedNets(signal: string): readonly Net[];
}

export interface PinsOptions {
  readonly host: PartHost;
  readonly partName: string;
  readonly ports: readonly PortFacts[];
  readonly alternates: AlternateTable;
  readonly hasBrr: boolean;
  /** A pin of its own, without a GPIO behind it: `BOOT0` of parts that have it. */
  readonly extraPins: readonly string[];
  /** Modes or alternate functions changed. */
  routed(): void;
}

/** Pins by signal. Asked at every read of a status register, so the table is turned round once. */
function carriersOf(table: AlternateTable): ReadonlyMap<string, readonly string[]> {
  const carriers = new Map<string, string[]>();
  for (const [pin, functions] of Object.entries(table)) {
    for (const signal of Object.values(functions)) carriers.set(signal, [...(carriers.get(signal) ?? []), pin]);
  }
  return carriers;
}

export function createPins(options: PinsOptions): Pins {
  const { host, alternates } = options;
  const carriers = carriersOf(alternates);
  const nets = new Map<string, Net>();
  const add = (name: string): Net => {
    const net = createNet(name, host.schedule, host.random(name));
    nets.set(name, net);
    return net;
  };
  const byCode: Record<number, readonly Net[]> = {};
  const byLetter = new Map<string, GpioPort>();
  const ports = options.ports.map((facts) => {
    const own = Array.from({ length: 16 }, (_, i) => add(`P${facts.letter}${i}`));
    byCode[facts.code] = own;
    const gpio = createGpio({
      letter: facts.letter,
      pinMask: facts.pinMask,
      reset: facts.reset,
      nets: own,
      hasBrr: options.hasBrr,
      alternate: (index, af) => alternates[`P${facts.letter}${index}`]?.[af],
      drives: (signal) => signal.endsWith('_TX'),
      routed: options.routed,
      now: host.schedule.now,
    });
    byLetter.set(facts.letter, gpio);
    return { facts, gpio };
  });
  for (const name of options.extraPins) add(name);

  function net(pin: string): Net {
    const found = nets.get(pin);
    if (found === undefined) throw new RangeError(`${options.partName} has no pin ${pin}`);
    return found;
  }
  const carries = (pin: string, signal: string): boolean =>
    byLetter.get(pin[1]!)?.signalOf(Number(pin.slice(2))) === signal;
  const pinsFor = (signal: string): readonly string[] => carriers.get(signal) ?? [];
  return {
    ports,
    net,
    byCode,
    pinsFor,
    carries,
    routedNets: (signal) =>
      pinsFor(signal)
        .filter((pin) => carries(pin, signal))
        .map(net),
  };
}
