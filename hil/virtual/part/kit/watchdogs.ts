import { createIwdg } from '../../peripheral/iwdg.ts';
import type { Peripheral } from '../../peripheral/peripheral.ts';
import { createWwdg } from '../../peripheral/wwdg.ts';
import type { PartKit } from './definition.ts';

/** IWDG of a part: `freeze` is its bit in DBGMCU, `softwareStart` the option field that is 0 when reset starts it. */
export function independentWatchdog(facts: {
  readonly freeze: number;
  readonly softwareStart: string;
  /** WINR exists: not on F4. Default true. */
  readonly window?: boolean;
}): (kit: PartKit) => Peripheral {
  return (kit) =>
    createIwdg({
      host: kit.host,
      lsi: kit.clocks.lsi,
      forceLsi: () => kit.clocks.forceLsi(true),
      expired: () => kit.host.requestReset('iwdg'),
      softwareStart: () => kit.option(facts.softwareStart) !== 0,
      frozen: () => kit.frozen(facts.freeze),
      window: facts.window ?? true,
    });
}

/** WDGTB of F0, F4, L0 and L4. */
export const WDGTB_TWO_BITS = { lsb: 7, width: 2 } as const;

/** WWDG of a part, on APB 1. `wdgtb`: its prescaler field; default that of G0 and C0. */
export function windowWatchdog(facts: {
  readonly freeze: number;
  readonly irq: number;
  readonly wdgtb?: { readonly lsb: number; readonly width: number };
}): (kit: PartKit) => Peripheral {
  return (kit) =>
    createWwdg({
      host: kit.host,
      irq: facts.irq,
      pclkHz: () => kit.clocks.pclkHz(1),
      expired: () => kit.host.requestReset('wwdg'),
      frozen: () => kit.frozen(facts.freeze),
      ...(facts.wdgtb === undefined ? {} : { wdgtb: facts.wdgtb }),
    });
}
