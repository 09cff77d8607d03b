/**
 * How sure a fact is. `documented`: stated in an ST document, header or .ioc file. `corroborated`: several public sources that
 * agree. `reported`: one public report. `hypothesis`: our inference, to be confirmed on silicon.
 */
export type Confidence = 'documented' | 'corroborated' | 'reported' | 'hypothesis';

export interface Provenance {
  readonly source: string;
  readonly confidence: Confidence;
  /** What is doubtful, or how the value must be used. */
  readonly note?: string;
}
