import { createIwdg } from '../../peripheral/iwdg.ts';
import type { Peripheral } from '../../peripheral/peripheral.ts';
import { createWwdg } from '../../peripheral/wwdg.ts';
import type { PartKit } from './definition.ts';

/** IWDG of a part: `freeze` is its bit in DBGMCU, `softwareStart` the option field that is 0 when reset starts it. */
export function independentWatchdog(facts: {
  readonly freeze: number;
  readonly softwareStart: string;
}): (kit: PartKit) => Peripheral {
  return (kit) =>
    createIwdg({
      host: kit.host,
      lsi: kit.clocks.lsi,
      forceLsi: () => kit.clocks.forceLsi(true),
      expired: () => kit.host.requestReset('iwdg'),
      softwareStart: () => kit.option(facts.softwareStart) !== 0,
      frozen: () => kit.frozen(facts.freeze),
    });
}

/** WWDG of a part, on APB 1. */
export function windowWatchdog(facts: { readonly freeze: number; readonly irq: number }): (kit: PartKit) => Peripheral {
  return (kit) =>
    createWwdg({
      host: kit.host,
      irq: facts.irq,
      pclkHz: () => kit.clocks.pclkHz(1),
      expired: () => kit.host.requestReset('wwdg'),
      frozen: () => kit.frozen(facts.freeze),
    });
}
