import { flashKeys, pageAt } from '../../../chip/chip.ts';
import type { FlashG0Options } from '../../peripheral/flash-g0.ts';
import { createOptionBytes } from '../../peripheral/option-bytes.ts';
import type { PartKit } from './definition.ts';

/** What a FLASH interface of 64-bit units (G0, C0, L4) needs of its part, from the chip facts. */
export function doubleWordFlash(kit: PartKit): Omit<FlashG0Options, 'irq'> {
  const { chip, host, memories } = kit;
  const { controller } = chip.flash;
  const { optionArea } = memories;
  return {
    host,
    bus: host.bus,
    random: host.random('flash'),
    base: controller.base,
    keys: { flash: flashKeys(chip, 'flash')!, option: flashKeys(chip, 'option bytes')! },
    main: memories.banks[0]!,
    otp: memories.otp,
    memories: memories.nonVolatile,
    pageSize: pageAt(chip, 0)!.size,
    options: createOptionBytes(
      chip.optionBytes.words.map((word) => ({
        name: word.name,
        register: word.register - controller.base,
        place: word.address - chip.optionBytes.base,
        factory: word.factory,
      })),
      optionArea.words,
      (offset, length) => host.bus.invalidate(optionArea, offset, length),
    ),
    launch: () => host.requestReset('option-load'),
    regression: kit.clearBackup,
  };
}
