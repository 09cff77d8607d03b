import type { Chip } from '../chip.ts';
import type { Provenance } from '../provenance.ts';
import { USB_F411_SOURCES, usbF411 } from './rom-usb.ts';
import { corroborated, documented, GET_V3_1, hypothesis, reported } from './sources.ts';

const FLASH_REGISTERS = 0x4002_3c00;
const OPTION_BYTES = 0x1fff_c000;

/** STM32F411xE, on whatever board. */
export const f411xe = {
  family: 'F4',
  core: {
    architecture: 'armv7-m',
    name: 'Cortex-M4',
    cpuid: 0x410f_c241,
    hasVtor: true,
    hasFpu: true,
    dpidr: 0x2ba0_1477,
    interrupts: { FLASH: 4, RCC: 5, I2C1_EV: 31, SPI1: 35, USART1: 37, USART2: 38, OTG_FS: 67, USART6: 71 },
  },
  identity: {
    devId: 0x431,
    idcodeAddress: 0xe004_2000,
    uniqueId: { base: 0x1fff_7a10, size: 12 },
    flashSizeAddress: 0x1fff_7a22,
  },
  debugMcu: { CR: 0xe004_2004, freezes: [0xe004_2008, 0xe004_200c] },
  flash: {
    base: 0x0800_0000,
    size: 512 * 1024,
    // Times at byte parallelism, the slowest.
    pages: [
      { count: 4, size: 16 * 1024, eraseMs: 800 },
      { count: 1, size: 64 * 1024, eraseMs: 2400 },
      { count: 3, size: 128 * 1024, eraseMs: 4000 },
    ],
    banks: 1,
    programUnit: 4,
    erasedByte: 0xff,
    massEraseMs: 16_000,
    programUs: 100,
    controller: {
      ip: 'f4',
      base: FLASH_REGISTERS,
      registers: { ACR: 0x00, KEYR: 0x04, OPTKEYR: 0x08, SR: 0x0c, CR: 0x10, OPTCR: 0x14 },
      keys: [
        { register: 'KEYR', words: [0x4567_0123, 0xcdef_89ab], opens: 'flash' },
        { register: 'OPTKEYR', words: [0x0819_2a3b, 0x4c5d_6e7f], opens: 'option bytes' },
      ],
      control: {
        register: 'CR',
        bits: { PG: 0, SER: 1, MER: 2, STRT: 16, EOPIE: 24, ERRIE: 25, LOCK: 31 },
        massErase: ['MER'],
        change: ['PG', 'SER'],
        optionStart: [],
        pageNumber: { lsb: 3, width: 4 },
      },
      optionControl: { register: 'OPTCR', lock: 0, start: 1 },
      status: { errors: 0x01f2, busy: 0x0001_0000 },
    },
  },
  sram: { base: 0x2000_0000, size: 128 * 1024 },
  otp: { base: 0x1fff_7800, size: 528 },
  systemMemory: { base: 0x1fff_0000, size: 30 * 1024 },
  optionBytes: {
    base: OPTION_BYTES,
    size: 16,
    layout: 'register',
    words: [
      {
        name: 'OPTCR',
        register: FLASH_REGISTERS + 0x14,
        address: OPTION_BYTES,
        factory: 0x0fff_aaed,
        fields: {
          BOR_LEV: { lsb: 2, width: 2 },
          WDG_SW: { lsb: 5, width: 1 },
          nRST_STOP: { lsb: 6, width: 1 },
          nRST_STDBY: { lsb: 7, width: 1 },
          RDP: { lsb: 8, width: 8 },
          nWRP: { lsb: 16, width: 8 },
          SPRMOD: { lsb: 31, width: 1 },
        },
      },
    ],
  },
  memoryRemap: { register: 0x4001_3800, field: { lsb: 0, width: 2 }, mainFlash: 0, systemMemory: 1, sram: 3 },
  boot0Pin: 'BOOT0',
  rom: {
    idAddress: 0x1fff_76de,
    versions: [{ id: 0xd0, version: 'V13.0' }],
    protocolVersion: 0x31,
    getCommands: GET_V3_1,
    usarts: [
      { name: 'USART1', tx: 'PA9', rx: 'PA10', baudDetection: 'software', jitterPercent: -6 },
      { name: 'USART2', tx: 'PD5', rx: 'PD6', baudDetection: 'software', jitterPercent: -6, bonded: false },
    ],
    usb: usbF411,
    ramUsed: { base: 0x2000_0000, size: 12 * 1024 },
    ramValid: { base: 0x2000_3000, size: 0x2002_0000 - 0x2000_3000 },
    sysclkHz: 60_000_000,
    clockSource: 'HSI and PLL',
    startupMs: 85,
    bootPattern: 1,
    writeAlignment: 4,
    voltageRange: { address: 0xffff_0000, values: [0, 1, 2, 3], words: 3 },
  },
} as const satisfies Omit<Chip, 'name' | 'board' | 'provenance'>;

const DATASHEET = hypothesis('DS10314, flash memory characteristics, recalled', 'byte parallelism; x32 takes half');

export const F411_SOURCES: Readonly<Record<string, Provenance>> = {
  ...USB_F411_SOURCES,
  'core.cpuid': hypothesis('Arm Cortex-M4 r0p1 TRM; ST header __CM4_REV 1'),
  'core.dpidr': documented('OpenOCD target/stm32f4x.cfg'),
  debugMcu: corroborated('ST header stm32f411xe.h: DBGMCU; OpenOCD target/stm32f4x.cfg sets CR and APB1_FZ'),
  'flash.size': documented('ST header stm32f411xe.h, FLASH_END'),
  'flash.pages': corroborated('DFU string of the ROM; stm32flash'),
  'flash.pages.0.eraseMs': DATASHEET,
  'flash.pages.1.eraseMs': DATASHEET,
  'flash.pages.2.eraseMs': DATASHEET,
  'flash.massEraseMs': DATASHEET,
  'flash.programUs': DATASHEET,
  'flash.banks': corroborated('OpenOCD; stm32flash'),
  'flash.programUnit': documented(
    'RM0383 3.5.2: PSIZE, 32 bits from 2.7 to 3.6 V',
    'the ROM writes bytes unless told otherwise through 0xFFFF0000 (AN2606 r70 T4)',
  ),
  'flash.erasedByte': documented('RM0383 3.5.4'),
  'flash.controller': documented('ST header stm32f411xe.h'),
  sram: documented('AN2606 r70 T226 (end 0x2001FFFF)'),
  otp: corroborated('DFU string of the ROM: 512 and 16 bytes; OpenOCD target/stm32f4x.cfg'),
  'optionBytes.base': corroborated('DFU string of the ROM; stm32flash'),
  'optionBytes.size': corroborated('DFU string of the ROM; stm32flash'),
  'optionBytes.layout': documented('RM0383 3.6'),
  'optionBytes.words': documented(
    'ST header stm32f411xe.h; RM0383 3.8.6 recalled for nRST_STOP, nRST_STDBY and SPRMOD',
  ),
  'optionBytes.words.0.factory': reported(
    'stlink PR 1141 (value written on a F411E-DISCO)',
    'bits 0 and 1 are OPTLOCK and OPTSTRT: locked, as it reads after reset',
  ),
  boot0Pin: documented('AN2606 r70 T2 pattern 1; BOOT1 is PB2'),
  'rom.usarts': documented('AN2606 r70 T83', 'PD5 and PD6 are not bonded in 64 pins and fewer'),
  'rom.ramValid': corroborated('AN2606 r70 T226; stm32flash'),
  'rom.sysclkHz': documented('AN2606 r70 T83', 'from HSE only once DFU was chosen'),
  'rom.voltageRange': documented('AN2606 r70 T4', '4 would be double words with VPP; bytes 1 to 3 must be 0xFF'),
  'rom.startupMs': documented('AN2606 r70 T227', 'at least 74.5 ms; 85 ms is the time-out for HSE'),
};
