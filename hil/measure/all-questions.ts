import { type RomBehaviour, romBehavioursOf } from '../chip/rom-behaviours.ts';
import type { Question } from './question.ts';
import { addressRanges } from './questions/address-ranges.ts';
import { flashOperations } from './questions/flash-operations.ts';
import { jumpAndGo } from './questions/jump-and-go.ts';
import { machineInRom } from './questions/machine-in-rom.ts';

/** The questions this tool can ask by itself. */
export const questions: readonly Question[] = [...machineInRom, ...addressRanges, ...flashOperations, ...jumpAndGo];

const ON_USB = 'by hand, with `dfu-util -v -v`: the questions of this tool go over the serial line';

/** Questions that a person with the board has to ask, and why this tool does not. */
export const byHand: Readonly<Record<string, string>> = {
  'dfu-after-bus-reset': ON_USB,
  'dfu-clrstatus': ON_USB,
  'dfu-default-pointer': ON_USB,
  'dfu-direction': ON_USB,
  'dfu-first-status': ON_USB,
  'dfu-leave-answer': ON_USB,
  'dfu-long-block': ON_USB,
  'dfu-poll-times': ON_USB,
  'dfu-tail': ON_USB,
  'dfu-upload-end': ON_USB,
  'dfu-while-busy': ON_USB,
  'entry-registers':
    'by hand: what the ROM resets at its start shows in registers that it sets up itself soon after; step through it with gdb',
  'nvic-after-leave': ON_USB,
  'rdp-byte': 'by hand: it sets readout protection, and leaving that again erases the whole flash',
  'rdu-at-level0': 'by hand: Readout Unprotect may erase the whole flash and reset the chip',
  'usb-descriptors':
    'by hand: `dfu-util -l` and `lsusb -v` show them; the questions of this tool go over the serial line',
  'usb-with-primask': ON_USB,
  'watchdog-during-erase':
    'by hand: a watchdog has to run through an erase, and its time differs from chip to chip more than erases do',
  'write-time': 'by hand: it wants a logic analyser, since serial adapters add more time than is looked for',
};

/** What is modelled of a part's ROM on less than a document, by the question that would settle it. */
export interface OpenQuestion {
  readonly id: string;
  readonly behaviours: readonly RomBehaviour[];
  /** Undefined: this tool does not ask it, a person with the board can: `byHand` says why. */
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
