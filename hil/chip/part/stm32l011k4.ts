import type { Chip } from '../chip.ts';
import { flashControllerL0, L0_PAGE_ERASE_MS, L0_SOURCES, l0, optionBytesL0 } from './family-l0.ts';
import { L0_CATEGORY_1_2_USARTS, NUCLEO_32_L0_SOURCES, nucleo32L0 } from './nucleo-l0-32.ts';
import { commonSources, corroborated, documented, GET_V3_1, hypothesis } from './sources.ts';

export const stm32l011k4: Chip = {
  ...l0,
  name: 'STM32L011K4',
  board: nucleo32L0('NUCLEO-L011K4'),
  core: { ...l0.core, interrupts: { FLASH: 3, RCC: 4, I2C1: 23, SPI1: 25, USART2: 28, LPUART1: 29 } },
  identity: { ...l0.identity, devId: 0x457 },
  flash: {
    ...l0.flash,
    size: 16 * 1024,
    pages: [{ count: 128, size: 128, eraseMs: L0_PAGE_ERASE_MS }],
    banks: 1,
    controller: flashControllerL0,
  },
  sram: { base: 0x2000_0000, size: 2 * 1024 },
  dataMemory: { base: 0x0808_0000, size: 512 },
  systemMemory: { base: 0x1ff0_0000, size: 4 * 1024 },
  optionBytes: optionBytesL0(4, { nBOOT_SEL: { lsb: 29, width: 1 }, nBOOT0: { lsb: 30, width: 1 } }),
  boot0Pin: 'PB9',
  rom: {
    idAddress: 0x1ff0_0ffe,
    versions: [
      { id: 0xc2, version: 'V12.2' },
      { id: 0xc3, version: 'V12.3' },
    ],
    protocolVersion: 0x31,
    getCommands: GET_V3_1,
    usarts: L0_CATEGORY_1_2_USARTS,
    ramUsed: { base: 0x2000_0000, size: 2 * 1024 },
    ramValid: { base: 0x2000_0800, size: 0 },
    sysclkHz: 32_000_000,
    clockSource: 'HSI16 and PLL',
    startupMs: 0.63,
    bootPattern: 6,
    writeAlignment: 8,
    massErase: false,
    writeProtectPages: 32,
  },
  provenance: {
    ...commonSources('stm32l011xx.h', 'T142, T143'),
    ...L0_SOURCES,
    ...NUCLEO_32_L0_SOURCES,
    sram: documented('ST header stm32l011xx.h, SRAM_SIZE_MAX'),
    'optionBytes.words.0.fields.nBOOT_SEL': hypothesis(
      'RM0377 3.8.9 (category 1), recalled: 0 takes BOOT0 from the pin',
      'AN2606 T2 writes pattern 6 as for F0, where 1 takes the pin; the factory value has 0',
    ),
    'optionBytes.words.0.fields.nBOOT0': hypothesis('RM0377 3.8.9 (category 1), recalled'),
    boot0Pin: hypothesis('DS10332: PB9 carries BOOT0, recalled'),
    'rom.ramValid': corroborated('AN2606 r70 T226 lists none; stm32flash'),
  },
};
