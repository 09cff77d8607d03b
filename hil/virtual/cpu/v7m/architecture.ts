import type { Architecture } from '../state.ts';
import { decode } from './decode.ts';
import { beginEntry, exceptionReturn, finishEntry } from './exceptions.ts';
import { execute } from './execute.ts';
import { raiseFault } from './faults.ts';

export const armv7m: Architecture = { decode, execute, raiseFault, beginEntry, finishEntry, exceptionReturn };
