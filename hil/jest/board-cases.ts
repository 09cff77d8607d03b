import { type Case, type CaseVariant, variantsFor } from '../case/case.ts';
import { loadCases } from '../case/load-case.ts';
import { HilError } from '../error/hil-error.ts';
import { casesFolder } from '../rig/paths.ts';
import { hilGlobal } from './hil-global.ts';

/** A case and those of its variants that concern a board. */
export interface BoardCase {
  readonly kase: Case;
  readonly variants: readonly CaseVariant[];
}

/**
 * The cases that concern the board of this project, by part and ROM. Others are not planned for it, so that they are no skips. Of virtual
 * boards of one part the first has them all, and the others those in which the ROM matters.
 * @param folder Folder with case files; those that ship if absent.
 * @throws HilError 504 outside of a board's project, 631 for a case file with mistakes
 */
export function casesOfBoard(folder = casesFolder()): readonly BoardCase[] {
  const facts = hilGlobal()?.facts;
  if (facts === undefined) {
    throw new HilError(504, 'casesOfBoard() needs a board: run this file by `hil run`', { blame: 'test' });
  }
  return loadCases(folder)
    .filter((kase) => !facts.twin || asksForRom(kase))
    .map((kase) => ({ kase, variants: variantsFor(kase, facts) }))
    .filter(({ variants }) => variants.length > 0);
}

function asksForRom(kase: Case): boolean {
  return kase.rom !== undefined || kase.variants.some((variant) => variant.rom !== undefined);
}
