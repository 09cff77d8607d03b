/** A seeded generator: the same seed and name give the same sequence on every machine. */
export interface Random {
  /** Uniform unsigned 32-bit integer. */
  word(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
}

/** One independent stream per `name`, so that a new consumer does not shift the numbers of the others. */
export function createRandom(seed: number, name: string): Random {
  let state = seed >>> 0;
  for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 0x0100_0193) >>> 0;
  // splitmix32 (public domain, after Steele, Lea and Flood 2014)
  const word = (): number => {
    state = (state + 0x9e37_79b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return { word, between: (low, high) => low + (word() / 2 ** 32) * (high - low) };
}
