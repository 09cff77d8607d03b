import { flashKeys, pageAt } from '../../../chip/chip.ts';
import type { FlashG0Options } from '../../peripheral/flash-g0.ts';
import { createOptionBytes, type OptionBytes } from '../../peripheral/option-bytes.ts';
import type { PartKit } from './definition.ts';

/** The option words of the chip facts in their area, each followed by its complement. */
export function doubleWordOptions({ chip, host, memories }: PartKit): OptionBytes {
  const { controller } = chip.flash;
  const { optionArea } = memories;
  return createOptionBytes(
    chip.optionBytes.words.map((word) => ({
      name: word.name,
      register: word.register - controller.base,
      place: word.address - chip.optionBytes.base,
      factory: word.factory,
    })),
    optionArea.words,
    (offset, length) => host.bus.invalidate(optionArea, offset, length),
  );
}

/** What the FLASH interface of G0 and C0 needs of its part, from the chip facts. */
export function doubleWordFlash(kit: PartKit): Omit<FlashG0Options, 'irq' | 'hasDebugSwitch'> {
  const { chip, host, memories } = kit;
  const { banks, nonVolatile } = memories;
  // The second piece of system memory stands in bank 2 (hypothesis: RM0444 table 9 was not read).
  const inBank2 = nonVolatile.filter((memory) => memory === memories.system2);
  const inBank1 = nonVolatile.filter((memory) => !banks.includes(memory) && !inBank2.includes(memory));
  return {
    host,
    bus: host.bus,
    random: host.random('flash'),
    base: chip.flash.controller.base,
    keys: { flash: flashKeys(chip, 'flash')!, option: flashKeys(chip, 'option bytes')! },
    banks,
    others: [inBank1, inBank2],
    otp: memories.otp,
    pageSize: pageAt(chip, 0)!.size,
    options: doubleWordOptions(kit),
    option: kit.option,
    launch: () => host.requestReset('option-load'),
    regression: kit.clearBackup,
  };
}
