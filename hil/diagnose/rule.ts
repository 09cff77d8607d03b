import type { Chip } from '../chip/chip.ts';
import type { Provenance } from '../chip/provenance.ts';
import type { Evidence, MachineSight, Stop } from './evidence.ts';

/** Evidence, with what most rules ask of it. */
export interface Seen {
  readonly e: Evidence;
  readonly chip: Chip;
  /** The machine at the handover, if the instrumented run came there. */
  readonly handover: MachineSight | undefined;
  /** What differs there from a clean handover, by factor. */
  readonly suspects: Readonly<Record<string, string>>;
  /** Where the instrumented run ended. */
  readonly last: Stop | undefined;
}

/** What a rule sees in the evidence without an experiment. */
export interface Sight {
  readonly certainty: 'decisive evidence' | 'consistent with';
  readonly because: readonly string[];
}

/**
 * One cause. It may look at evidence, or be proved by an experiment on its factor, or both. A look says `decisive evidence` only where
 * what was captured has no other explanation.
 */
export interface Rule {
  readonly id: string;
  readonly attempt: 'entry' | 'go' | 'any';
  /** Factor whose repair proves the rule. */
  readonly factor?: string;
  /** Where several rules share a factor: this one applies. */
  readonly applies?: (seen: Seen) => boolean;
  readonly look?: (seen: Seen) => Sight | undefined;
  /** It only says where things ended: it steps back when another rule says more. */
  readonly general?: true;
  /** One sentence, with the numbers of this board. */
  readonly says: (seen: Seen) => string;
  readonly fix: string;
  readonly provenance: Provenance;
}

export function consistent(...because: readonly string[]): Sight {
  return { certainty: 'consistent with', because };
}

export function decisive(...because: readonly string[]): Sight {
  return { certainty: 'decisive evidence', because };
}
