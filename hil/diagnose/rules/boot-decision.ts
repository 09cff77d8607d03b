import { hex } from '../../error/format-error.ts';
import { bootChoice, whyRomIsOutOfReach } from '../../guard/boot-choice.ts';
import { flashIsErased } from '../read-machine.ts';
import { consistent, decisive, type Rule } from '../rule.ts';

export const bootPinIgnored: Rule = {
  id: 'boot-pin-ignored',
  attempt: 'any',
  look: ({ e, chip }) => {
    if (e.attempt !== 'none' || e.now.where === 'system memory') return undefined;
    // Who asked the application to make way did not count on the pin.
    if (e.usb?.detach !== undefined) return undefined;
    const why = whyRomIsOutOfReach(chip, e.boot.optionWords);
    return why === undefined ? undefined : decisive(`the option bytes say: ${why}`);
  },
  says: ({ chip }) =>
    `BOOT0 (${chip.boot0Pin}) does not lead to the ROM on this chip: the option bytes do not let it decide.`,
  fix: 'clear nBOOT_SEL (F0: set BOOT_SEL) in the option bytes and power-cycle; or enter the ROM by a jump.',
  provenance: {
    source:
      'AN2606 r70 T2 (pattern of the part); parts come with nBOOT_SEL = 1 from the factory; ST community 865307, katapult issue 82',
    confidence: 'documented',
  },
};

export const emptyFlagLatched: Rule = {
  id: 'empty-flag-latched',
  attempt: 'any',
  look: ({ e, chip }) => {
    if (e.boot.emptyFlag !== true || flashIsErased(chip, e.boot) || e.now.where !== 'system memory') return undefined;
    return decisive(
      `FLASH_ACR.EMPTY is 1, while the first word of flash is ${hex(e.boot.flash[0])}`,
      `the core is at ${hex(e.now.pc)} in system memory`,
    );
  },
  says: () =>
    'The chip still counts as empty: EMPTY was latched before the flash was programmed, and every reset boots the ROM.',
  fix: 'clear FLASH_ACR.EMPTY after programming, load the option bytes (OBL_LAUNCH), or cut the power once.',
  provenance: { source: 'AN2606 r70 48.3.1; stlink issue 1482; RM0454 FLASH_ACR', confidence: 'documented' },
};

export const emptyFlagCleared: Rule = {
  id: 'empty-flag-cleared',
  attempt: 'any',
  look: ({ e, chip }) => {
    if (e.boot.emptyFlag !== false || !flashIsErased(chip, e.boot) || e.now.where === 'system memory') return undefined;
    const choice = bootChoice(chip, e.boot.optionWords, true);
    if (choice.by === 'unknown pattern') return undefined;
    return decisive(
      `the flash is erased (${hex(e.boot.flash[0])}), but FLASH_ACR.EMPTY is 0`,
      `the core is at ${hex(e.now.pc)}, exception ${e.now.ipsr}: it booted erased flash`,
    );
  },
  says: () =>
    'The flash is erased and the chip does not know it: something cleared EMPTY (some ROMs do at their start), so a plain reset boots erased flash.',
  fix: 'cut the power, or load the option bytes: only then EMPTY is looked up again. Do not toggle NRST to enter the ROM of a blank chip.',
  provenance: {
    source: 'AN2606 r70: known limitations of C071 V13.1, C051, C09x, G0B0 V13.0, G07 V11.3, G0B1',
    confidence: 'documented',
  },
};

export const erasedFlash: Rule = {
  id: 'erased-flash',
  attempt: 'any',
  look: ({ e, chip }) => {
    if (e.attempt !== 'none' || !flashIsErased(chip, e.boot) || e.boot.emptyFlag === false) return undefined;
    return decisive(
      `the first word of flash is ${hex(e.boot.flash[0])}`,
      `the core is at ${hex(e.now.pc)} in ${e.now.where}`,
    );
  },
  says: ({ e }) =>
    e.now.where === 'system memory'
      ? 'The flash is erased, so the chip booted its ROM.'
      : 'The flash is erased: there is no application to run.',
  fix: 'program the flash.',
  provenance: { source: 'AN2606 r70 T2 and the chapter of the part (empty check)', confidence: 'documented' },
};

export const readoutProtected: Rule = {
  id: 'readout-protected',
  attempt: 'any',
  look: ({ e }) => {
    const refused = (e.operations ?? []).filter(
      ({ name, result }) => (name === 'read' || name === 'write') && result === 'refused',
    );
    if (refused.length === 0) return undefined;
    return consistent(`the ROM refused ${refused.map(({ name }) => name).join(' and ')}`);
  },
  says: () => 'The ROM refuses to read or write: readout protection is what it refuses for.',
  fix: 'look at RDP in the option bytes (`hil doctor`). Removing level 1 erases the flash.',
  provenance: { source: 'AN3155 r20 3.4, 3.6 (NACK while RDP is active)', confidence: 'documented' },
};
