import fc from 'fast-check';

/**
 * Property tests draw the same cases in every run, so that a red one is red for everybody; `HIL_SEED=4711 npm run unit` draws
 * others, and a counterexample names its seed.
 */
fc.configureGlobal({ seed: Number(process.env.HIL_SEED ?? 70) });
