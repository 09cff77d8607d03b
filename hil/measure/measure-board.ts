import { createHash } from 'node:crypto';
import type { Bench } from '../board/bench-types.ts';
import { entryRow } from '../chip/entry-table.ts';
import { isHilError } from '../error/hil-error.ts';
import type { Permissions } from '../guard/access.ts';
import { byHand, openQuestions } from './all-questions.ts';
import { goesBack } from './enter-without-erasing.ts';
import type { Measurement } from './measurement.ts';
import type { Answered, Cost, Question } from './question.ts';

/** What became of a question on a board. */
export type Asked =
  | { readonly id: string; readonly how: 'answered'; readonly answered: Answered }
  | { readonly id: string; readonly how: 'not asked'; readonly why: string }
  | { readonly id: string; readonly how: 'no answer'; readonly why: string };

/** Why a question is not asked of this board; undefined if it can be. */
export function whyNotAsked(
  question: Question,
  board: {
    readonly chip: Bench['chip'];
    readonly workable: boolean;
    readonly romWire: boolean;
    /** Its ROM goes back to a program in flash when it is jumped to. */
    readonly goesBack: boolean;
    readonly permissions: Permissions;
    /** What the person has agreed to lose. */
    readonly costs: readonly Cost[];
  },
): string | undefined {
  const { cost, controls, entry, notFor } = question;
  const misfit = notFor?.(board.chip);
  if (misfit !== undefined) return misfit;
  if (!board.romWire) return 'no wire of the rig reaches the ROM';
  if (board.goesBack && entry === 'jump') return 'this ROM goes back to a program in flash when it is jumped to';
  if (board.goesBack && entry === 'without erasing' && !board.workable)
    return 'this ROM goes back to a program in flash when it is jumped to, and nobody can work BOOT0 of this board';
  if (controls === true && !board.workable) return 'nobody can work BOOT0 and NRST of this board';
  if (cost === 'reads') return undefined;
  if (!board.costs.includes(cost)) return `it costs ${costText[cost]}: ask with --allow ${cost}`;
  if (board.permissions.erase === 'none') return 'the rig file does not permit to erase';
  if (cost === 'mass' && board.permissions.erase !== 'mass') return 'the rig file does not permit mass erase';
  if (cost === 'write_protection' && !board.permissions.write_protection)
    return 'the rig file does not permit write_protection';
  return undefined;
}

const costText: Readonly<Record<Exclude<Cost, 'reads'>, string>> = {
  pages: 'pages of the flash',
  mass: 'the whole flash',
  write_protection: 'write protection, taken back afterwards',
};

/** The questions of a board's part and ROM, in order, each with the reason if it is not to be asked. */
export function planQuestions(
  bench: Pick<Bench, 'chip' | 'workable' | 'romUsart' | 'permissions'>,
  romId: number,
  options: { readonly costs: readonly Cost[]; readonly only?: readonly string[] },
): readonly { readonly id: string; readonly question: Question | undefined; readonly whyNot: string | undefined }[] {
  const { chip, workable, permissions } = bench;
  const board = {
    chip,
    workable,
    permissions,
    romWire: bench.romUsart !== undefined,
    goesBack: goesBack(entryRow(chip.name, romId)),
    costs: options.costs,
  };
  return openQuestions(chip.name, romId)
    .filter(({ id }) => options.only?.includes(id) ?? true)
    .map(({ id, question }) => ({
      id,
      question,
      whyNot: question === undefined ? byHand[id] : whyNotAsked(question, board),
    }));
}

/**
 * Asks one question. The board is the caller's to bring back.
 * @throws HilError whatever the rig is to blame for; what the board does not answer is a result
 */
export async function askQuestion(bench: Bench<'usart'>, question: Question): Promise<Asked> {
  try {
    const answered = await question.ask(bench);
    bench.measured(question.id, { ...answered });
    return { id: question.id, how: 'answered', answered };
  } catch (error) {
    if (!isHilError(error) || error.blame === 'rig' || (error.code >= 500 && error.code < 600)) throw error;
    return { id: question.id, how: 'no answer', why: error.message };
  }
}

/** What the file of a real chip's answer says of the chip. Its unique id is shown as a hash: it identifies a device. */
export async function describeChip(
  bench: Bench,
): Promise<Pick<Measurement, 'part' | 'rom_id' | 'die_revision' | 'uid_hash' | 'board'>> {
  await bench.probe.reacquire();
  const { uniqueId, romId, revisionId } = await bench.probe.identity();
  await bench.probe.release();
  return {
    part: bench.chip.name,
    rom_id: romId,
    die_revision: `0x${revisionId.toString(16).toUpperCase().padStart(4, '0')}`,
    uid_hash: createHash('sha256').update(uniqueId).digest('hex').slice(0, 16),
    board: bench.chip.board.name,
  };
}
