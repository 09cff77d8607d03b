import { type Deviation, deviation, type FactorValue, valuesOf } from './sweep-row.ts';

/** Either the answer, or the question that has to be answered by a run before there is one. */
export type Minimised = { readonly minimal: Deviation } | { readonly ask: Deviation };

/**
 * Reduces a set of factor values for which something holds to a part for which it still holds, and no longer does when any single
 * value of it is taken out (delta debugging: Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
 * Unlike `findMinimal` it keeps no state: called again with more answers it walks the same way further, so that a search can be
 * broken off and gone on with.
 * @param holds Whether it holds for a set; undefined if that was not tried yet. A set that shows neither counts as false.
 * @param always What stays in the set at all times and is not part of the result.
 */
export function minimise(
  whole: Deviation,
  holds: (set: Deviation) => boolean | undefined,
  always: Deviation = {},
): Minimised {
  let current = valuesOf(whole).filter(({ factor }) => always[factor] === undefined);
  let parts = Math.min(2, current.length);
  const ask = (values: readonly FactorValue[]): { readonly held?: boolean; readonly ask?: Deviation } => {
    const set = { ...always, ...deviation(values) };
    const held = holds(set);
    return held === undefined ? { ask: set } : { held };
  };
  while (current.length > 1) {
    const chunks = split(current, parts);
    const complements = chunks.map((chunk) => current.filter((value) => !chunk.includes(value)));
    // With two parts the complements are the parts themselves.
    const tries = parts === 2 ? chunks : [...chunks, ...complements];
    let next: readonly FactorValue[] | undefined;
    for (const candidate of tries) {
      const answer = ask(candidate);
      if (answer.ask !== undefined) return { ask: answer.ask };
      if (answer.held === true) {
        next = candidate;
        break;
      }
    }
    if (next !== undefined) {
      parts = chunks.includes(next as FactorValue[]) ? 2 : Math.max(2, parts - 1);
      current = [...next];
      parts = Math.min(parts, current.length);
    } else if (parts < current.length) {
      parts = Math.min(current.length, parts * 2);
    } else {
      break;
    }
  }
  return { minimal: deviation(current) };
}

function split(values: readonly FactorValue[], parts: number): readonly FactorValue[][] {
  const chunks: FactorValue[][] = [];
  for (let i = 0; i < parts; i++) {
    const from = Math.floor((i * values.length) / parts);
    const to = Math.floor(((i + 1) * values.length) / parts);
    chunks.push(values.slice(from, to));
  }
  return chunks.filter((chunk) => chunk.length > 0);
}
