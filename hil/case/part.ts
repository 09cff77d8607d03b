/** A part of an explanation, so that a terminal and a forum post can show the same. */
export interface Part {
  readonly title: string;
  readonly lines?: readonly string[];
  /** The first row is the head. */
  readonly table?: readonly (readonly string[])[];
  /** What differs, one heading and its lines per place. */
  readonly code?: readonly string[];
}
