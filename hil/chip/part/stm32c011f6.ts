import type { Chip } from '../chip.ts';
import { C0_SOURCES, c0, optionBytesC0 } from './family-c0.ts';
import { flashControllerG0 } from './flash-g0.ts';
import { commonSources, corroborated, documented, GET_V3_1, hypothesis, reported } from './sources.ts';

/** In 20 pins PA9 and PA10 share the pads of PA11 and PA12. */
export const stm32c011f6: Chip = {
  ...c0,
  name: 'STM32C011F6',
  board: {
    name: 'STM32C0116-DK',
    console: { usart: 'USART1', tx: 'PA9', rx: 'PA10' },
    ledPin: 'PB6',
    hasLse: false,
  },
  core: { ...c0.core, interrupts: { FLASH: 3, RCC: 4, I2C1: 23, SPI1: 25, USART1: 27, USART2: 28 } },
  identity: { ...c0.identity, devId: 0x443 },
  flash: {
    ...c0.flash,
    size: 32 * 1024,
    pages: [{ count: 16, size: 2048, eraseMs: 40 }],
    controller: flashControllerG0(1, 6),
  },
  sram: { base: 0x2000_0000, size: 6 * 1024 },
  systemMemory: { base: 0x1fff_0000, size: 6 * 1024 },
  optionBytes: optionBytesC0,
  rom: {
    idAddress: 0x1fff_17fe,
    versions: [{ id: 0x51, version: 'V5.1' }],
    protocolVersion: 0x31,
    getCommands: GET_V3_1,
    usarts: [{ name: 'USART1', tx: 'PA9', rx: 'PA10', baudDetection: 'hardware', jitterPercent: 0 }],
    ramUsed: { base: 0x2000_0000, size: 3584 },
    ramValid: { base: 0x2000_1000, size: 0x2000_1800 - 0x2000_1000 },
    sysclkHz: 24_000_000,
    clockSource: 'HSI48 divided by 2',
    startupMs: 2.1,
    bootPattern: 11,
    writeAlignment: 8,
    securableMemoryExit: 0x1fff_1600,
  },
  provenance: {
    ...commonSources('stm32c011xx.h', 'T10, T11'),
    ...C0_SOURCES,
    'board.console': reported(
      'a public demo for the board with an adapter on its Grove connector CN4; Zephyr board files (console on USART1)',
      "Zephyr's page calls these pins the ST-LINK's virtual COM port, and names none among what the ST-LINK offers; UM2970 was not read",
    ),
    'board.ledPin': reported('Zephyr stm32c0116_dk.dts (LD3, lit by 0)'),
    'board.hasLse': hypothesis('no crystal is named for the board; UM2970 was not read'),
    'rom.usarts': documented('AN2606 r70 T10', 'in 20 pins the pads are PA11 [PA9] and PA12 [PA10]'),
    'rom.ramValid': hypothesis(
      'AN2606 r70 T226 prints 0x20000000 to 0x20002FFF, which is more RAM than there is',
      'the next 4 KB border above the 3.5 KB that the ROM uses, to the end of the RAM',
    ),
    sram: corroborated('ST header stm32c011xx.h, SRAM_SIZE_MAX; Zephyr stm32c011X6.dtsi'),
  },
};
