import { HilError } from '../error/hil-error.ts';
import { type Case, concerns } from './case.ts';

/** As much of a board of a rig as a choice needs. */
export interface Candidate {
  readonly name: string;
  readonly chip: string;
  /** Unknown for a real board before it is asked. */
  readonly romId?: number | undefined;
  readonly kind: 'virtual' | 'real';
}

/**
 * The board to run a case on: the one that was named, or the first of the rig that the case concerns, in the order in which the case
 * names its parts.
 * @throws HilError 633 if none does, 635 if the case cannot be run here at all
 */
export function boardFor<T extends Candidate>(kase: Case, boards: readonly T[], named: string | undefined): T {
  requireTestable(kase);
  const candidates = named === undefined ? boards : boards.filter((board) => board.name === named);
  const fitting = candidates
    .filter((board) => concerns(kase, board) && (kase.needs.kind ?? board.kind) === board.kind)
    .sort((a, b) => kase.chips.indexOf(a.chip) - kase.chips.indexOf(b.chip));
  const [first] = fitting;
  if (first !== undefined) return first;
  const rom =
    kase.rom === undefined ? '' : ` with ROM ${kase.rom.map((id) => `0x${id.toString(16).toUpperCase()}`).join(', ')}`;
  const who = named === undefined ? 'no board of the rig is' : `${named} is not`;
  const kind = kase.needs.kind === undefined ? '' : `, on a ${kase.needs.kind} board`;
  throw new HilError(633, `${kase.id}: ${who} one of ${kase.chips.join(', ')}${rom}${kind}`, {
    blame: 'test',
    context: { case: kase.id, chips: kase.chips },
  });
}

/** @throws HilError 635 for a case that is listed only */
export function requireTestable({ id, not_testable: elsewhere }: Pick<Case, 'id' | 'not_testable'>): void {
  if (elsewhere === undefined) return;
  throw new HilError(635, `${id} is about ${elsewhere.parts} and cannot be run here: ${elsewhere.why}`, {
    blame: 'test',
    context: { case: id, look: elsewhere.look },
  });
}
