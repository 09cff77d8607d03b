import { overlaps } from '../../chip/chip.ts';
import { consistent, type Rule, type Seen } from '../rule.ts';

const failed = ({ e }: Seen): boolean => e.answer?.works === false;

export const dmaRunning: Rule = {
  id: 'dma-running',
  attempt: 'entry',
  factor: 'dma',
  look: (seen) => {
    const into = (seen.handover?.dma ?? []).filter(({ memory }) => overlaps(seen.chip.rom.ramUsed, memory, 1));
    if (into.length === 0 || !failed(seen)) return undefined;
    return consistent(seen.suspects.dma ?? '', 'that is RAM of the ROM');
  },
  says: ({ suspects }) => `DMA of the application still ran in the ROM: ${suspects.dma ?? 'a channel was left on'}.`,
  fix: 'reset the DMA (RCC_AHBRSTR) or disable its channels before the jump; HAL_DeInit does it.',
  provenance: {
    source: 'AN2606 r70 4.1 (peripherals off), RAM used by the ROM in the chapter of the part',
    confidence: 'documented',
  },
};

export const flashLeftOpen: Rule = {
  id: 'flash-left-open',
  attempt: 'entry',
  factor: 'flash-lock',
  look: (seen) => {
    const words = seen.suspects['flash-lock'];
    const touched = seen.e.operations?.some(({ result }) => result !== 'done') === true;
    return words !== undefined && touched ? consistent(words) : undefined;
  },
  says: ({ suspects }) =>
    `The flash interface was not locked at the handover: ${suspects['flash-lock'] ?? 'it was left open'}.`,
  fix: 'wait for BSY, clear PG, PER and the like, and set LOCK before the jump; or jump after a reset.',
  provenance: {
    source:
      'FLASH chapters (a wrong key sequence, as keys to an open interface, is a fault until reset); stlink PR 137, c61f160',
    confidence: 'corroborated',
  },
};

export const flashErrorsLeft: Rule = {
  id: 'flash-errors-left',
  attempt: 'entry',
  factor: 'flash-errors',
  look: (seen) => {
    const words = seen.suspects['flash-errors'];
    const touched = seen.e.operations?.some(({ result }) => result !== 'done') === true;
    return words !== undefined && touched ? consistent(words) : undefined;
  },
  says: ({ suspects }) =>
    `FLASH_SR still held errors of the application at the handover (${suspects['flash-errors'] ?? ''}).`,
  fix: 'write the error flags of FLASH_SR with 1 before the jump; or jump after a reset.',
  provenance: {
    source: 'FLASH chapters (errors stick and block programming); ST community 780607, 9397',
    confidence: 'corroborated',
  },
};

export const clockLeft: Rule = {
  id: 'clock-left',
  attempt: 'entry',
  factor: 'clock',
  says: ({ suspects }) => `The ROM was entered with another clock tree than that of a reset: ${suspects.clock ?? ''}.`,
  fix: 'go back to the oscillator of the reset, all prescalers included, with the PLL off (HAL_RCC_DeInit leaves some on C0 and F0); or jump after a reset.',
  provenance: { source: 'AN2606 r70 4.1 (clocks and PLL off before the jump)', confidence: 'documented' },
};

export const peripheralLeftOn: Rule = {
  id: 'peripheral-left-on',
  attempt: 'any',
  factor: 'peripherals',
  says: () => 'A peripheral was left as the application used it: with all peripherals reset at the handover it works.',
  fix: 'reset all peripherals through RCC_xRSTR before the jump, as HAL_DeInit does; or jump after a reset.',
  provenance: { source: 'AN2606 r70 4.1 (disable all peripheral clocks)', confidence: 'documented' },
};
