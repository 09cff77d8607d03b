import { type RomBehaviour, romBehavioursOf } from '../chip/rom-behaviours.ts';
import type { Question } from './question.ts';
import { addressRanges } from './questions/address-ranges.ts';
import { flashOperations } from './questions/flash-operations.ts';
import { jumpAndGo } from './questions/jump-and-go.ts';
import { machineInRom } from './questions/machine-in-rom.ts';

/** The questions this tool can ask by itself. */
export const questions: readonly Question[] = [...machineInRom, ...addressRanges, ...flashOperations, ...jumpAndGo];

/** What is modelled of a part's ROM on less than a document, by the question that would settle it. */
export interface OpenQuestion {
  readonly id: string;
  readonly behaviours: readonly RomBehaviour[];
  /** Undefined: this tool cannot ask it; a person with the board can. */
  readonly question?: Question;
}

/** @param romId All versions of the part if absent. */
export function openQuestions(chip: string, romId?: number): readonly OpenQuestion[] {
  const open = romBehavioursOf(chip, romId).filter(({ confidence }) => confidence !== 'documented');
  return [...new Set(open.map((row) => row.question))].sort().map((id) => {
    const question = questions.find((one) => one.id === id);
    return {
      id,
      behaviours: open.filter((row) => row.question === id),
      ...(question === undefined ? {} : { question }),
    };
  });
}
