/** What experiments with sets of repairs showed. */
export interface Search<T> {
  /** Each of these alone cures. */
  readonly singles: readonly T[];
  /** Where no single one cures: a set of which each member is needed. Empty if not even all together cure. */
  readonly together: readonly T[];
}

/**
 * Finds what has to be repaired. First all together: if that does not cure, nothing of them does. Then each alone; several may cure,
 * as a defect can need two things to meet. If none does, what can be left out is left out, one after the other, until every member is
 * needed: the last step of delta debugging (Zeller and Hildebrandt 2002), which at a dozen members needs no halving before it.
 * @param cures Repeats the attempt with a set repaired. Never called twice with the same set.
 */
export async function findMinimal<T>(
  all: readonly T[],
  cures: (set: readonly T[]) => Promise<boolean>,
): Promise<Search<T>> {
  if (all.length === 0 || !(await cures(all))) return { singles: [], together: [] };
  if (all.length === 1) return { singles: all, together: [] };
  const singles: T[] = [];
  for (const one of all) if (await cures([one])) singles.push(one);
  if (singles.length > 0) return { singles, together: [] };
  let needed = all;
  for (const one of all) {
    const without = needed.filter((other) => other !== one);
    // A single member is known not to cure.
    if (without.length > 1 && (await cures(without))) needed = without;
  }
  return { singles: [], together: needed };
}
