import type { Chip } from '../chip.ts';
import { C0_NUCLEO_SOURCES, C0_SOURCES, c0, optionBytesC0 } from './family-c0.ts';
import { flashControllerG0 } from './flash-g0.ts';
import { USB_C071_SOURCES, usbC071 } from './rom-usb.ts';
import { commonSources, documented, GET_V3_1 } from './sources.ts';

export const stm32c071rb: Chip = {
  ...c0,
  name: 'STM32C071RB',
  board: {
    name: 'NUCLEO-C071RB',
    vcp: { usart: 'USART2', tx: 'PA2', rx: 'PA3' },
    console: { usart: 'USART2', tx: 'PA2', rx: 'PA3' },
    ledPin: 'PA5',
    buttonPin: 'PC13',
    hseHz: 48_000_000,
    hasLse: true,
  },
  core: {
    ...c0.core,
    interrupts: { FLASH: 3, RCC_CRS: 4, USB_DRD_FS: 8, I2C1: 23, SPI1: 25, USART1: 27, USART2: 28 },
  },
  identity: { ...c0.identity, devId: 0x493 },
  flash: {
    ...c0.flash,
    size: 128 * 1024,
    pages: [{ count: 64, size: 2048, eraseMs: 40 }],
    controller: flashControllerG0(1, 6),
  },
  sram: { base: 0x2000_0000, size: 24 * 1024 },
  systemMemory: { base: 0x1fff_0000, size: 28 * 1024 },
  optionBytes: optionBytesC0,
  rom: {
    idAddress: 0x1fff_67fe,
    versions: [{ id: 0xd1, version: 'V13.1' }],
    protocolVersion: 0x31,
    getCommands: GET_V3_1,
    usarts: [
      { name: 'USART1', tx: 'PA9', rx: 'PA10', baudDetection: 'hardware', jitterPercent: 0 },
      { name: 'USART2', tx: 'PA2', rx: 'PA3', baudDetection: 'software', jitterPercent: -2 },
    ],
    usb: usbC071,
    ramUsed: { base: 0x2000_0000, size: 0x2300 },
    ramValid: { base: 0x2000_2300, size: 0x2000_6000 - 0x2000_2300 },
    sysclkHz: 24_000_000,
    clockSource: 'HSI48 divided by 2',
    startupMs: 2.358,
    bootPattern: 11,
    writeAlignment: 8,
    securableMemoryExit: 0x1fff_1600,
  },
  provenance: {
    ...commonSources('stm32c071xx.h', 'T16, T17'),
    ...USB_C071_SOURCES,
    ...C0_SOURCES,
    ...C0_NUCLEO_SOURCES,
    'rom.idAddress': documented('AN2606 r70 T3', 'inside system memory, not at its end as elsewhere'),
  },
};
