import { type Blame, isHilError } from '../error/hil-error.ts';

/** A rig fault among the errors explains the others; a failed expectation speaks of the firmware; anything else of the test. */
export function blameOf(errors: readonly unknown[]): Blame {
  const blames = errors.map((error): Blame => {
    if (isHilError(error)) return error.blame;
    const expectation = typeof error === 'object' && error !== null && 'matcherResult' in error;
    return expectation ? 'firmware' : 'test';
  });
  return blames.includes('rig') ? 'rig' : (blames[0] ?? 'unknown');
}
