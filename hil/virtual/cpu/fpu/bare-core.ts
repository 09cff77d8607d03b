/** The state of a Cortex-M4 of which tests use the FPU alone: it executes no program. */
import type { Bus } from '../../bus.ts';
import { createState } from '../state.ts';
import { armv6m } from '../v6m/architecture.ts';
import type { FpCore } from './state.ts';

/** A privileged thread with full access to the FPU. */
export function bareCore(bus: Bus): FpCore {
  const state = createState({ bus, processor: 'cortex-m4' }, armv6m);
  const { fpu } = state;
  if (fpu === undefined) throw new Error('a Cortex-M4 has an FPU here');
  state.cpacr = 0x00f0_0000;
  return Object.assign(state, { fpu });
}
