import type { Chip } from '../chip.ts';
import { flashControllerL0, L0_PAGE_ERASE_MS, L0_SOURCES, l0, optionBytesL0 } from './family-l0.ts';
import { L0_CATEGORY_1_2_USARTS, NUCLEO_32_L0_SOURCES, nucleo32L0 } from './nucleo-l0-32.ts';
import { commonSources, corroborated, documented, GET_V3_1, hypothesis } from './sources.ts';

export const stm32l031k6: Chip = {
  ...l0,
  name: 'STM32L031K6',
  board: nucleo32L0('NUCLEO-L031K6'),
  core: { ...l0.core, interrupts: { FLASH: 3, RCC: 4, I2C1: 23, SPI1: 25, USART2: 28, LPUART1: 29 } },
  identity: { ...l0.identity, devId: 0x425 },
  flash: {
    ...l0.flash,
    size: 32 * 1024,
    pages: [{ count: 256, size: 128, eraseMs: L0_PAGE_ERASE_MS }],
    banks: 1,
    controller: flashControllerL0,
  },
  sram: { base: 0x2000_0000, size: 8 * 1024 },
  dataMemory: { base: 0x0808_0000, size: 1024 },
  systemMemory: { base: 0x1ff0_0000, size: 4 * 1024 },
  optionBytes: optionBytesL0(8),
  boot0Pin: 'BOOT0',
  rom: {
    idAddress: 0x1ff0_0ffe,
    versions: [{ id: 0xc0, version: 'V12.0' }],
    protocolVersion: 0x31,
    getCommands: GET_V3_1,
    usarts: L0_CATEGORY_1_2_USARTS,
    ramUsed: { base: 0x2000_0000, size: 4 * 1024 },
    ramValid: { base: 0x2000_1000, size: 4 * 1024 },
    sysclkHz: 32_000_000,
    clockSource: 'HSI16 and PLL',
    startupMs: 0.62,
    bootPattern: 2,
    writeAlignment: 8,
    massErase: false,
    writeProtectPages: 32,
  },
  provenance: {
    ...commonSources('stm32l031xx.h', 'T144, T145'),
    ...L0_SOURCES,
    ...NUCLEO_32_L0_SOURCES,
    sram: documented('ST header stm32l031xx.h, SRAM_SIZE_MAX'),
    boot0Pin: hypothesis('DS10668: BOOT0 is a pin of its own, recalled'),
    'rom.ramValid': corroborated(
      'AN2606 r70 T226; stm32flash',
      'section 64.1 of AN2606 says that Read and Write do not take SRAM on this product',
    ),
  },
};
