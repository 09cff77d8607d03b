import { isDeepStrictEqual } from 'node:util';
import type { Bench } from '../board/bench-types.ts';
import { romBehavioursOf } from '../chip/rom-behaviours.ts';
import { questions } from './all-questions.ts';
import { askQuestion } from './measure-board.ts';
import type { Measurement } from './measurement.ts';

/** How a virtual board compares with what silicon was seen to do. */
export type Replayed =
  | { readonly verdict: 'agrees' }
  | {
      readonly verdict: 'contradicts';
      readonly question: string;
      readonly silicon: string;
      readonly model: string;
      /** The modelled behaviours that the question is about, each with its confidence and source. */
      readonly modelledBy: readonly string[];
    }
  | { readonly verdict: 'not compared'; readonly why: string };

/** A virtual board, as far as it decides what it can be compared with. */
export interface Comparable {
  /** Name of the part, as measurements have it. */
  readonly part: string;
  readonly romId: number;
}

/** The board to compare a measurement with: the same part with the same version of the ROM. */
export function boardToCompare<T extends Comparable>(
  { part, rom_id }: Measurement,
  boards: readonly T[],
): T | undefined {
  return boards.find((board) => board.part === part && board.romId === rom_id);
}

/** Why a measurement cannot be compared with any virtual board, whatever that answers; undefined if it can. */
export function whyNotCompared({ question }: Pick<Measurement, 'question'>): string | undefined {
  return questions.some(({ id }) => id === question)
    ? undefined
    : `nothing asks ${question} by itself: a person has to compare`;
}

/** Asks a virtual board what a chip was asked, and compares the answers. A contradiction means that model or expectation must change. */
export async function replay(bench: Bench<'usart'>, measurement: Measurement): Promise<Replayed> {
  const question = questions.find(({ id }) => id === measurement.question);
  if (question === undefined) return { verdict: 'not compared', why: whyNotCompared(measurement) as string };
  const asked = await askQuestion(bench, question);
  const ways = [measurement.evidence.entry, asked.how === 'answered' ? asked.answered.evidence.entry : undefined];
  if (ways.every((way) => typeof way === 'string') && ways[0] !== ways[1]) {
    return {
      verdict: 'not compared',
      why: `the chip was brought into its ROM by ${ways[0]}, the virtual board by ${ways[1]}`,
    };
  }
  if (asked.how === 'answered' && isDeepStrictEqual({ ...asked.answered.answer }, { ...measurement.answer })) {
    return { verdict: 'agrees' };
  }
  return {
    verdict: 'contradicts',
    question: question.id,
    silicon: JSON.stringify(measurement.answer),
    model: asked.how === 'answered' ? JSON.stringify(asked.answered.answer) : asked.why,
    modelledBy: romBehavioursOf(measurement.part, measurement.rom_id)
      .filter((row) => row.question === question.id)
      .map(({ id, behaviour, confidence, source }) => `${id}: ${behaviour} [${confidence}: ${source}]`),
  };
}

/** What is said of one file. */
export function replayText(file: string, replayed: Replayed): string {
  switch (replayed.verdict) {
    case 'agrees':
      return `${file}  agrees`;
    case 'not compared':
      return `${file}  not compared: ${replayed.why}`;
    case 'contradicts':
      return [
        `${file}  CONTRADICTS the model`,
        `  question   ${replayed.question}`,
        `  measured   ${replayed.silicon}`,
        `  modelled   ${replayed.model}`,
        ...replayed.modelledBy.map((row) => `  source     ${row}`),
      ].join('\n');
  }
}
