import { isDeepStrictEqual } from 'node:util';
import type { Bench } from '../board/bench-types.ts';
import { questions } from './all-questions.ts';
import { askQuestion } from './measure-board.ts';
import type { Measurement } from './measurement.ts';

/** How a virtual board compares with what silicon was seen to do. */
export type Replayed =
  | { readonly verdict: 'agrees' }
  | { readonly verdict: 'contradicts'; readonly silicon: string; readonly model: string }
  | { readonly verdict: 'not asked'; readonly why: string };

/** Asks a virtual board what a chip was asked, and compares the answers. A contradiction means that model or expectation must change. */
export async function replay(bench: Bench, measurement: Measurement): Promise<Replayed> {
  const question = questions.find(({ id }) => id === measurement.question);
  if (question === undefined) {
    return { verdict: 'not asked', why: `nothing asks ${measurement.question} by itself: a person has to compare` };
  }
  const asked = await askQuestion(bench, question);
  const ways = [measurement.evidence.entry, asked.how === 'answered' ? asked.answered.evidence.entry : undefined];
  if (ways.every((way) => typeof way === 'string') && ways[0] !== ways[1]) {
    return {
      verdict: 'not asked',
      why: `the chip was brought into its ROM by ${ways[0]}, the virtual board by ${ways[1]}: their answers cannot be compared`,
    };
  }
  if (asked.how === 'answered' && isDeepStrictEqual(asked.answered.answer, measurement.answer)) {
    return { verdict: 'agrees' };
  }
  return {
    verdict: 'contradicts',
    silicon: JSON.stringify(measurement.answer),
    model: asked.how === 'answered' ? JSON.stringify(asked.answered.answer) : asked.why,
  };
}
