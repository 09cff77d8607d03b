import { hex } from '../../error/format-error.ts';
import { registersOf } from '../registers.ts';
import { consistent, decisive, type Rule, type Seen } from '../rule.ts';

/** The ROM runs and nothing answers on the port that was asked. */
function deaf({ e }: Seen): boolean {
  return e.now.where === 'system memory' && e.now.ipsr === 0 && e.answer?.what !== 'rom' && e.answer?.works !== true;
}

/** Ports of the ROM by what their registers say: a baud rate is set on one that was chosen. */
function ports({
  e,
  chip,
}: Seen): readonly { readonly name: string; readonly rx: string; readonly chosen: boolean; readonly low: boolean }[] {
  return chip.rom.usarts
    .filter(({ bonded }) => bonded !== false)
    .map(({ name, rx }) => ({
      name,
      rx,
      chosen:
        ((e.now.registers[`${name}_BRR`] ?? 0) & 0xffff) !== 0 &&
        (((e.now.registers[`${name}_CR1`] ?? 0) >>> registersOf(chip).usartEnable) & 1) === 1,
      low: e.now.registers[`${name}_RX`] === 0,
    }));
}

export const otherPortChosen: Rule = {
  id: 'other-interface-won',
  attempt: 'any',
  look: (seen) => {
    if (!deaf(seen) || seen.e.answer === undefined) return undefined;
    const chosen = ports(seen).filter((port) => port.chosen);
    // While it listens a ROM may keep several enabled: one alone is a choice.
    if (chosen.length !== 1) return undefined;
    return consistent(
      `the ROM runs (PC ${hex(seen.e.now.pc)}) and does not answer`,
      ...chosen.map(({ name }) => `${name} is enabled with BRR = ${hex(seen.e.now.registers[`${name}_BRR`] ?? 0)}`),
    );
  },
  says: (seen) =>
    `The ROM has settled on a port or a baud rate: ${ports(seen)
      .filter(({ chosen }) => chosen)
      .map(({ name, rx }) => `${name} (${rx})`)
      .join(', ')}; it does not listen to others until it is reset.`,
  fix: 'hold every RX pin of the ROM that is not used at a level (a pull-up will do), and keep traffic off them while the ROM starts.',
  provenance: {
    source: 'AN2606 r70 section 3 (the first interface that is heard wins); Betaflight 4122, 8103',
    confidence: 'documented',
  },
};

export const rxHeldLow: Rule = {
  id: 'rx-held-low',
  attempt: 'any',
  look: (seen) => {
    if (!deaf(seen)) return undefined;
    const low = ports(seen).filter((port) => port.low);
    return low.length === 0
      ? undefined
      : consistent(
          ...low.map(({ name, rx }) => `${rx} (${name}_RX) reads low`),
          `the ROM runs (PC ${hex(seen.e.now.pc)}) and does not answer`,
        );
  },
  says: (seen) =>
    `An RX pin of the ROM is held low (${ports(seen)
      .filter(({ low }) => low)
      .map(({ rx }) => rx)
      .join(', ')}): some ROMs wait there for the end of the first frame and hear nothing else.`,
  fix: 'let the pin rise: disconnect what drives it, or add a pull-up.',
  provenance: {
    source: 'AN2606 r70: known limitations of G03x V5.1 and V5.2 (PA3), G07 V11.3 (PC11)',
    confidence: 'documented',
  },
};

export const wrongParity: Rule = {
  id: 'wrong-parity',
  attempt: 'any',
  look: ({ e }) => {
    if (e.contact === undefined || e.contact.format.endsWith('8E1')) return undefined;
    return consistent(
      `0x7F was sent with ${e.contact.format}; ${e.contact.came.length === 0 ? 'nothing came' : `${e.contact.came.map(hex).join(' ')} came`}`,
      ...e.contact.lineErrors,
    );
  },
  says: ({ e }) =>
    `The ROM speaks 8 data bits with even parity; the host used ${e.contact?.format ?? 'another format'}.`,
  fix: 'open the port with 8E1.',
  provenance: { source: 'AN3155 r20 2.1 and AN2606 r70 (even parity)', confidence: 'documented' },
};

export const eraseOfSeveralPages: Rule = {
  id: 'erase-of-several-pages',
  attempt: 'any',
  look: ({ e, chip }) => {
    if (chip.name !== 'STM32G070RB' || e.romId !== 0xb3) return undefined;
    const bad = e.operations?.find(
      ({ name, result, pages }) => name === 'erase' && result !== 'done' && (pages ?? 1) > 1,
    );
    return bad === undefined
      ? undefined
      : consistent(
          `ROM ID ${hex(e.romId)}; the erase of ${bad.pages ?? 'several'} pages in one command was ${bad.result}`,
        );
  },
  says: () => 'This ROM (V11.3) looks at the wrong busy bit: erasing several pages in one command fails.',
  fix: 'erase one page per command and wait 40 ms before the next.',
  provenance: { source: 'AN2606 r70 T108 (known limitations of G07 V11.3)', confidence: 'documented' },
};

export const romListens: Rule = {
  id: 'rom-runs',
  attempt: 'any',
  general: true,
  look: ({ e }) =>
    e.attempt === 'none' && e.now.where === 'system memory' && e.now.ipsr === 0
      ? consistent(`the PC is ${hex(e.now.pc)}, no exception is active`)
      : undefined,
  says: () => 'The board is in its ROM, and the ROM runs.',
  fix: 'nothing is wrong by itself: speak to the ROM, or reset the board to start the application.',
  provenance: { source: 'core registers', confidence: 'documented' },
};

export const romHung: Rule = {
  id: 'rom-in-exception',
  attempt: 'any',
  general: true,
  look: ({ e }) =>
    e.attempt === 'none' && e.now.where === 'system memory' && e.now.ipsr !== 0
      ? decisive(
          `the PC is ${hex(e.now.pc)} in system memory, exception ${e.now.ipsr} is active, VTOR is ${hex(e.now.vtor)}`,
        )
      : undefined,
  says: ({ e }) =>
    `The core hangs in exception ${e.now.ipsr} inside the ROM: an exception ran through the ROM's vector table, of the ROM itself or of an application that left VTOR there.`,
  fix: 'diagnose the jump or GO that led here, with `hil diagnose --jump` or `--go`.',
  provenance: { source: 'core registers; AN3155 r20 3.5', confidence: 'documented' },
};

export const applicationRuns: Rule = {
  id: 'application-runs',
  attempt: 'any',
  general: true,
  look: ({ e }) =>
    e.attempt === 'none' && e.now.where === 'flash' && e.now.ipsr === 0
      ? consistent(
          `the PC is ${hex(e.now.pc)}${e.now.symbol === undefined ? '' : ` in ${e.now.symbol}`}, no exception is active`,
        )
      : undefined,
  says: () => 'The board runs a program in flash.',
  fix: 'nothing is wrong by itself: diagnose a jump or a GO.',
  provenance: { source: 'core registers', confidence: 'documented' },
};
