import type { Chip } from '../chip.ts';
import { F0_SOURCES, f0, flashControllerF0, optionBytesF0 } from './family-f0.ts';
import { USB_F042_SOURCES, usbF042 } from './rom-usb.ts';
import { commonSources, corroborated, documented, FROM_IOC, GET_V3_1, hypothesis, NUCLEO_32_PINS } from './sources.ts';

export const stm32f042k6: Chip = {
  ...f0,
  name: 'STM32F042K6',
  board: {
    name: 'NUCLEO-F042K6',
    vcp: { usart: 'USART2', tx: 'PA2', rx: 'PA15' },
    console: { usart: 'USART2', tx: 'PA2', rx: 'PA15' },
    ledPin: 'PB3',
    hasLse: false,
  },
  core: {
    ...f0.core,
    interrupts: { FLASH: 3, RCC_CRS: 4, I2C1: 23, SPI1: 25, USART1: 27, USART2: 28, USB: 31 },
  },
  identity: { ...f0.identity, devId: 0x445 },
  flash: {
    ...f0.flash,
    size: 32 * 1024,
    pages: [{ count: 32, size: 1024, eraseMs: 40 }],
    controller: flashControllerF0,
  },
  sram: { base: 0x2000_0000, size: 6 * 1024 },
  systemMemory: { base: 0x1fff_c400, size: 13 * 1024 },
  optionBytes: optionBytesF0(1),
  boot0Pin: 'PB8',
  rom: {
    idAddress: 0x1fff_f6a6,
    versions: [
      { id: 0xa0, version: 'V10.0' },
      { id: 0xa1, version: 'V10.1' },
    ],
    protocolVersion: 0x31,
    getCommands: GET_V3_1,
    usarts: [
      { name: 'USART1', tx: 'PA9', rx: 'PA10', baudDetection: 'software', jitterPercent: -1 },
      { name: 'USART2', tx: 'PA14', rx: 'PA15', baudDetection: 'software', jitterPercent: -1 },
    ],
    usb: usbF042,
    ramUsed: { base: 0x2000_0000, size: 6 * 1024 },
    ramValid: { base: 0x2000_1800, size: 0 },
    sysclkHz: 48_000_000,
    clockSource: 'HSI48',
    startupMs: 0.058,
    bootPattern: 6,
    writeAlignment: 4,
    writeProtectPages: 4,
  },
  provenance: {
    ...commonSources('stm32f042x6.h', 'T35, T36'),
    ...USB_F042_SOURCES,
    ...F0_SOURCES,
    'board.vcp': FROM_IOC,
    'board.console': documented('the VCP'),
    'board.ledPin': NUCLEO_32_PINS,
    'board.hasLse': hypothesis('UM1956 (MB1180: no crystal on the F0 boards), recalled'),
    sram: corroborated('DS9405; stm32flash ends at 0x20001800'),
    boot0Pin: documented('AN2606 r70 T35: PB8 in 32 pins'),
    'rom.usarts': documented('AN2606 r70 T35', 'PA14 is SWCLK: SWD is gone once USART2 is used'),
    'rom.ramValid': corroborated('AN2606 r70 T226 lists none; stm32flash'),
  },
};
