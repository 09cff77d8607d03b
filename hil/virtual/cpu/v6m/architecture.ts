import { beginEntry, exceptionReturn, finishEntry, raiseHardFault } from '../exceptions.ts';
import type { Architecture } from '../state.ts';
import { decode } from './decode.ts';
import { execute } from './execute.ts';

export const armv6m: Architecture = {
  decode: ({ region }, slot) => decode(region.halfwords, slot, region.size >> 1),
  execute,
  raiseFault: raiseHardFault,
  beginEntry,
  finishEntry,
  exceptionReturn,
};
