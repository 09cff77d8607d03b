import type { ModelledBehaviour } from './provenance/behaviour.ts';
import { stm32g070Behaviours } from './provenance/stm32g070.ts';

/** What reports count as "not confirmed on silicon": one list per part. */
export const modelledBehaviours: readonly ModelledBehaviour[] = [...stm32g070Behaviours];
