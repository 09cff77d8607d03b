import type { Provenance } from '../chip/provenance.ts';
import type { Evidence } from './evidence.ts';

/**
 * How sure a cause is. `proved by experiment`: with this alone repaired at the moment of the handover, the board does what it should.
 * `decisive evidence`: what was captured has no other explanation. `consistent with`: it fits, and nothing more is known.
 */
export type Certainty = 'proved by experiment' | 'decisive evidence' | 'consistent with' | 'cannot tell';

/** A cause, on evidence of this board. */
export interface Finding {
  /** Id of a rule in `rules/`: what a case's `cause.rule` names. */
  readonly rule: string;
  readonly certainty: Exclude<Certainty, 'cannot tell'>;
  /** One sentence, with the numbers of this board. */
  readonly says: string;
  /** What it rests on, one line each. */
  readonly because: readonly string[];
  /** What to try. */
  readonly fix: string;
  /** Where the rule comes from, and how sure the rule itself is. */
  readonly provenance: Provenance;
}

/** One replay of the attempt, with these factors repaired at the handover. */
export interface Experiment {
  /** Ids of factors; none: the attempt watched, with nothing repaired. */
  readonly repaired: readonly string[];
  readonly works: boolean;
  readonly saw: string;
}

/** Something that was suspected and is not the cause, and how that is known. */
export interface RuledOut {
  readonly what: string;
  readonly how: string;
}

export interface Diagnosis {
  readonly board: string;
  /** The answer, one sentence: the cause, or that it cannot be told. */
  readonly sentence: string;
  readonly certainty: Certainty;
  /** Most certain first. */
  readonly findings: readonly Finding[];
  readonly ruledOut: readonly RuledOut[];
  readonly experiments: readonly Experiment[];
  readonly evidence: Evidence;
}
