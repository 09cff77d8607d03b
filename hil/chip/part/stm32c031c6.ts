import type { Chip } from '../chip.ts';
import { C0_NUCLEO_SOURCES, C0_SOURCES, c0, optionBytesC0 } from './family-c0.ts';
import { flashControllerG0 } from './flash-g0.ts';
import { commonSources, GET_V3_1, hypothesis } from './sources.ts';

export const stm32c031c6: Chip = {
  ...c0,
  name: 'STM32C031C6',
  board: {
    name: 'NUCLEO-C031C6',
    vcp: { usart: 'USART2', tx: 'PA2', rx: 'PA3' },
    console: { usart: 'USART2', tx: 'PA2', rx: 'PA3' },
    ledPin: 'PA5',
    buttonPin: 'PC13',
    hseHz: 48_000_000,
    hasLse: true,
  },
  core: { ...c0.core, interrupts: { FLASH: 3, RCC: 4, I2C1: 23, SPI1: 25, USART1: 27, USART2: 28 } },
  identity: { ...c0.identity, devId: 0x453 },
  flash: {
    ...c0.flash,
    size: 32 * 1024,
    pages: [{ count: 16, size: 2048, eraseMs: 40 }],
    controller: flashControllerG0(1, 6),
  },
  sram: { base: 0x2000_0000, size: 12 * 1024 },
  systemMemory: { base: 0x1fff_0000, size: 6 * 1024 },
  optionBytes: optionBytesC0,
  rom: {
    idAddress: 0x1fff_17fe,
    versions: [{ id: 0x52, version: 'V5.2' }],
    protocolVersion: 0x31,
    getCommands: GET_V3_1,
    usarts: [{ name: 'USART1', tx: 'PA9', rx: 'PA10', baudDetection: 'hardware', jitterPercent: 0 }],
    ramUsed: { base: 0x2000_0000, size: 3584 },
    ramValid: { base: 0x2000_1000, size: 0x2000_3000 - 0x2000_1000 },
    sysclkHz: 24_000_000,
    clockSource: 'HSI48 divided by 2',
    startupMs: 2.1,
    bootPattern: 11,
    writeAlignment: 8,
    securableMemoryExit: 0x1fff_1600,
  },
  provenance: {
    ...commonSources('stm32c031xx.h', 'T12, T13'),
    ...C0_SOURCES,
    ...C0_NUCLEO_SOURCES,
    'rom.ramValid': hypothesis(
      'AN2606 r70 T226 prints 0x20002000 to 0x200017FF, which cannot be',
      'the next 4 KB border above the 3.5 KB that the ROM uses, to the end of the RAM',
    ),
  },
};
