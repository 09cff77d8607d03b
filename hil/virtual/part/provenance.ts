import type { ModelledBehaviour } from './provenance/behaviour.ts';
import { stm32f0Behaviours } from './provenance/stm32f0.ts';
import { stm32f411Behaviours } from './provenance/stm32f411.ts';
import { stm32g0c0Behaviours } from './provenance/stm32g0-c0.ts';
import { stm32g070Behaviours } from './provenance/stm32g070.ts';
import { stm32l0Behaviours } from './provenance/stm32l0.ts';
import { stm32l476Behaviours } from './provenance/stm32l476.ts';
import { usbFsdevBehaviours } from './provenance/usb-fsdev.ts';

/** What reports count as "not confirmed on silicon": one list per part. */
export const modelledBehaviours: readonly ModelledBehaviour[] = [
  ...stm32g070Behaviours,
  ...stm32g0c0Behaviours,
  ...stm32l0Behaviours,
  ...stm32f0Behaviours,
  ...stm32l476Behaviours,
  ...stm32f411Behaviours,
  ...usbFsdevBehaviours,
];
