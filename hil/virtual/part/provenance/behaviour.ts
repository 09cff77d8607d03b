import type { Confidence } from '../../../chip/provenance.ts';

/** A modelled behaviour of silicon that is less than documented, with the question that a real chip would have to answer. */
export interface ModelledBehaviour {
  readonly id: string;
  readonly part: string;
  readonly behaviour: string;
  readonly source: string;
  readonly confidence: Exclude<Confidence, 'documented'>;
  readonly question: string;
}
