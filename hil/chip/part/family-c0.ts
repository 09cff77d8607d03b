import type { Chip, OptionWord } from '../chip.ts';
import type { Provenance } from '../provenance.ts';
import {
  FLASH_G0_SOURCES,
  OPTION_BYTES_G0,
  OPTR_FIELDS_G0,
  pcropEnd,
  pcropStart,
  word,
  writeProtection,
} from './flash-g0.ts';
import { corroborated, documented, FROM_IOC, hypothesis, NUCLEO_64_PINS } from './sources.ts';

/** What the parts of the C0 line have alike. */
export const c0 = {
  family: 'C0',
  core: {
    architecture: 'armv6-m',
    name: 'Cortex-M0+',
    cpuid: 0x410c_c601,
    hasVtor: true,
    hasFpu: false,
    dpidr: 0x0bc1_1477,
  },
  identity: {
    idcodeAddress: 0x4001_5800,
    uniqueId: { base: 0x1fff_7550, size: 12 },
    flashSizeAddress: 0x1fff_75a0,
  },
  debugMcu: {
    CR: 0x4001_5804,
    freezes: [0x4001_5808, 0x4001_580c],
    clock: { register: 0x4002_103c, bit: 27 },
  },
  flash: { base: 0x0800_0000, banks: 1, programUnit: 8, erasedByte: 0xff, massEraseMs: 40.1, programUs: 125 },
  otp: { base: 0x1fff_7000, size: 1024 },
  memoryRemap: {
    register: 0x4001_0000,
    field: { lsb: 0, width: 2 },
    mainFlash: 0,
    systemMemory: 1,
    sram: 3,
  },
  boot0Pin: 'PA14',
} as const satisfies Partial<Record<keyof Chip, unknown>>;

/** Option words of RM0490 table 18. */
export function optionWordsC0(): readonly OptionWord[] {
  return [
    word('OPTR', 0x20, 0x00, 0xffff_feaa, {
      ...OPTR_FIELDS_G0,
      HSE_NOT_REMAPPED: { lsb: 21, width: 1 },
      SECURE_MUXING_EN: { lsb: 23, width: 1 },
    }),
    pcropStart('PCROP1ASR', 'PCROP1A_STRT', [0x24, 0x08], 9),
    pcropEnd('PCROP1AER', 'PCROP1A_END', [0x28, 0x10], 9),
    writeProtection('WRP1AR', 'WRP1A', [0x2c, 0x18], 7),
    writeProtection('WRP1BR', 'WRP1B', [0x30, 0x20], 7),
    pcropStart('PCROP1BSR', 'PCROP1B_STRT', [0x34, 0x28], 9),
    pcropEnd('PCROP1BER', 'PCROP1B_END', [0x38, 0x30], 9),
    word('SECR', 0x80, 0x70, 0, { SEC_SIZE: { lsb: 0, width: 7 }, BOOT_LOCK: { lsb: 16, width: 1 } }),
  ];
}

export const optionBytesC0: Chip['optionBytes'] = {
  base: OPTION_BYTES_G0,
  size: 128,
  layout: 'double-word',
  words: optionWordsC0(),
};

/** What surrounds the part on a Nucleo-64 of the line. */
export const C0_NUCLEO_SOURCES: Readonly<Record<string, Provenance>> = {
  'board.vcp': FROM_IOC,
  'board.console': documented('the VCP'),
  'board.hseHz': corroborated('Zephyr board files; UM2953, UM3353 (crystal on the board)'),
  'board.hasLse': corroborated('Zephyr board files; UM2953, UM3353'),
  'board.ledPin': NUCLEO_64_PINS,
  'board.buttonPin': NUCLEO_64_PINS,
};

export const C0_SOURCES: Readonly<Record<string, Provenance>> = {
  ...FLASH_G0_SOURCES,
  'core.cpuid': hypothesis('Arm Cortex-M0+ r0p1 TRM', 'the revision that debuggers report on L0, G0 and C0'),
  'core.dpidr': documented('OpenOCD master, target/stm32c0x.cfg'),
  debugMcu: corroborated('ST header stm32c071xx.h: DBG_BASE, RCC_APBENR1 bit 27 DBGEN; OpenOCD master stm32c0x.cfg'),
  'flash.size': documented('ST order code; OpenOCD master'),
  'flash.banks': documented('RM0490 4.3.1'),
  sram: documented('ST header, SRAM_SIZE_MAX'),
  otp: documented('RM0490 table 9: 1 KB at 0x1FFF7000'),
  optionBytes: documented('RM0490 4.4.1 table 18'),
  'optionBytes.size': hypothesis('the last word, SECR, ends at 0x78'),
  'optionBytes.words.0.factory': documented(
    'RM0490 r5 table 18 (BOR_EN = 0)',
    'Black Magic Probe writes 0xFFFFFFAA on C0; bits 31:30 and 20 are not used on these parts and taken as 1',
  ),
  boot0Pin: documented('AN2606 r70 T12, T16: PA14 = SWCLK'),
  'rom.clockSource': hypothesis('AN2606 r70: 24 MHz from HSI, no PLL; the divider is inferred'),
  'rom.securableMemoryExit': documented('AN2606 r70 T8'),
};
