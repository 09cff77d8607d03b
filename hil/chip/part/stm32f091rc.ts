import type { Chip } from '../chip.ts';
import { F0_SOURCES, f0, flashControllerF0, optionBytesF0 } from './family-f0.ts';
import { commonSources, corroborated, documented, FROM_IOC, GET_V3_1, hypothesis, NUCLEO_64_PINS } from './sources.ts';

export const stm32f091rc: Chip = {
  ...f0,
  name: 'STM32F091RC',
  board: {
    name: 'NUCLEO-F091RC',
    vcp: { usart: 'USART2', tx: 'PA2', rx: 'PA3' },
    console: { usart: 'USART2', tx: 'PA2', rx: 'PA3' },
    ledPin: 'PA5',
    buttonPin: 'PC13',
    hseHz: 8_000_000,
    hasLse: true,
  },
  core: {
    ...f0.core,
    interrupts: { FLASH: 3, RCC_CRS: 4, I2C1: 23, SPI1: 25, USART1: 27, USART2: 28, USART3_8: 29 },
  },
  identity: { ...f0.identity, devId: 0x442 },
  flash: {
    ...f0.flash,
    size: 256 * 1024,
    pages: [{ count: 128, size: 2048, eraseMs: 40 }],
    controller: flashControllerF0,
  },
  sram: { base: 0x2000_0000, size: 32 * 1024 },
  systemMemory: { base: 0x1fff_d800, size: 8 * 1024 },
  optionBytes: optionBytesF0(4),
  boot0Pin: 'PF11',
  rom: {
    idAddress: 0x1fff_f796,
    versions: [{ id: 0x50, version: 'V5.0' }],
    protocolVersion: 0x31,
    getCommands: GET_V3_1,
    usarts: [
      { name: 'USART1', tx: 'PA9', rx: 'PA10', baudDetection: 'software', jitterPercent: -1 },
      { name: 'USART2', tx: 'PA2', rx: 'PA3', baudDetection: 'software', jitterPercent: -1 },
      { name: 'USART2', tx: 'PA14', rx: 'PA15', baudDetection: 'software', jitterPercent: -1 },
    ],
    ramUsed: { base: 0x2000_0000, size: 6 * 1024 },
    ramValid: { base: 0x2000_1800, size: 0x2000_8000 - 0x2000_1800 },
    sysclkHz: 48_000_000,
    clockSource: 'HSI48',
    startupMs: 2,
    bootPattern: 6,
    writeAlignment: 4,
    writeProtectPages: 2,
  },
  provenance: {
    ...commonSources('stm32f091xc.h', 'T43, T44'),
    ...F0_SOURCES,
    'board.vcp': FROM_IOC,
    'board.console': documented('the VCP'),
    'board.ledPin': NUCLEO_64_PINS,
    'board.buttonPin': NUCLEO_64_PINS,
    'board.hseHz': corroborated('Zephyr board file; UM1724: MCO of the ST-LINK on MB1136 C-02 and later'),
    'board.hasLse': hypothesis('UM1724 (MB1136), recalled'),
    sram: corroborated('DS10360; stm32flash ends at 0x20008000'),
    boot0Pin: documented('UM1724, connectors of the NUCLEO-F091RC: PF11-BOOT0'),
    'rom.ramValid': corroborated(
      'AN2606 r70 T226 for F030xC, which has the same product id; stm32flash',
      'for F09x the table lists none',
    ),
  },
};
