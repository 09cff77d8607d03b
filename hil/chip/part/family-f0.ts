import type { Chip, FlashController, OptionWord } from '../chip.ts';
import type { Provenance } from '../provenance.ts';
import { corroborated, documented, hypothesis, reported } from './sources.ts';

const FLASH_REGISTERS = 0x4002_2000;
const OPTION_BYTES = 0x1fff_f800;

/** What the parts of the F0 line have alike. */
export const f0 = {
  family: 'F0',
  core: {
    architecture: 'armv6-m',
    name: 'Cortex-M0',
    cpuid: 0x410c_c200,
    hasVtor: false,
    hasFpu: false,
    dpidr: 0x0bb1_1477,
  },
  identity: {
    idcodeAddress: 0x4001_5800,
    uniqueId: { base: 0x1fff_f7ac, size: 12 },
    flashSizeAddress: 0x1fff_f7cc,
  },
  debugMcu: {
    CR: 0x4001_5804,
    freezes: [0x4001_5808, 0x4001_580c],
    clock: { register: 0x4002_1018, bit: 22 },
  },
  flash: { base: 0x0800_0000, banks: 1, programUnit: 2, erasedByte: 0xff, massEraseMs: 40, programUs: 60 },
  memoryRemap: {
    register: 0x4001_0000,
    field: { lsb: 0, width: 2 },
    mainFlash: 0,
    systemMemory: 1,
    sram: 3,
  },
} as const satisfies Partial<Record<keyof Chip, unknown>>;

export const flashControllerF0: FlashController = {
  ip: 'f0',
  base: FLASH_REGISTERS,
  registers: { ACR: 0x00, KEYR: 0x04, OPTKEYR: 0x08, SR: 0x0c, CR: 0x10, AR: 0x14, OBR: 0x1c },
  keys: [
    { register: 'KEYR', words: [0x4567_0123, 0xcdef_89ab], opens: 'flash' },
    { register: 'OPTKEYR', words: [0x4567_0123, 0xcdef_89ab], opens: 'option bytes' },
  ],
  control: {
    register: 'CR',
    bits: {
      PG: 0,
      PER: 1,
      MER: 2,
      OPTPG: 4,
      OPTER: 5,
      STRT: 6,
      LOCK: 7,
      OPTWRE: 9,
      ERRIE: 10,
      EOPIE: 12,
      OBL_LAUNCH: 13,
    },
    massErase: ['MER'],
    change: ['PG', 'PER'],
    optionStart: ['OPTPG', 'OPTER'],
  },
  // PGERR, WRPRTERR.
  status: { errors: 0x14, busy: 1 },
};

/** OBR (with RDP in bits 7:0, see `OptionLayout`) and WRPR of so many bytes; a WRP bit that is 0 protects. */
export function optionBytesF0(wrpBytes: 1 | 4): Chip['optionBytes'] {
  const bit = (lsb: number): OptionWord['fields'][string] => ({ lsb, width: 1 });
  return {
    base: OPTION_BYTES,
    size: 16,
    layout: 'byte-complement',
    words: [
      {
        name: 'OBR',
        register: FLASH_REGISTERS + 0x1c,
        address: OPTION_BYTES,
        factory: 0xffff_ffaa,
        fields: {
          RDP: { lsb: 0, width: 8 },
          WDG_SW: bit(8),
          nRST_STOP: bit(9),
          nRST_STDBY: bit(10),
          nBOOT0: bit(11),
          nBOOT1: bit(12),
          VDDA_MONITOR: bit(13),
          RAM_PARITY_CHECK: bit(14),
          BOOT_SEL: bit(15),
          DATA0: { lsb: 16, width: 8 },
          DATA1: { lsb: 24, width: 8 },
        },
      },
      {
        name: 'WRPR',
        register: FLASH_REGISTERS + 0x20,
        address: OPTION_BYTES + 8,
        factory: wrpBytes === 4 ? 0xffff_ffff : 0xff,
        ...(wrpBytes === 1 ? { width: 8 } : {}),
        fields: { WRP: { lsb: 0, width: 8 * wrpBytes } },
      },
    ],
  };
}

const TIMES = hypothesis('datasheets, flash memory characteristics, recalled');

export const F0_SOURCES: Readonly<Record<string, Provenance>> = {
  'core.cpuid': hypothesis('Arm Cortex-M0 r0p0 TRM; OpenOCD names r0p0 on F0'),
  'core.dpidr': documented('OpenOCD target/stm32f0x.cfg'),
  debugMcu: corroborated(
    'ST header stm32f091xc.h: DBGMCU, RCC_APB2ENR bit 22 DBGMCUEN; OpenOCD target/stm32f0x.cfg sets CR and APB1_FZ',
  ),
  'flash.size': documented('ST order code; OpenOCD stm32f1x driver'),
  'flash.pages': corroborated('OpenOCD stm32f1x driver; RM0091 table 3'),
  'flash.pages.0.eraseMs': TIMES,
  'flash.massEraseMs': TIMES,
  'flash.programUs': TIMES,
  'flash.banks': corroborated('OpenOCD; stm32flash'),
  'flash.programUnit': documented('RM0091 3.2.2; HAL F0 flash driver'),
  'flash.erasedByte': documented('RM0091 3.2.2'),
  'flash.controller': documented('ST header stm32f091xc.h; RM0091 3.5'),
  'optionBytes.base': documented('ST header, OB_BASE'),
  'optionBytes.size': corroborated('DFU string of the F042: 16 bytes; stm32flash'),
  'optionBytes.layout': documented('RM0091 table 6'),
  'optionBytes.words': documented('ST header stm32f091xc.h; RM0091 3.5.7'),
  'optionBytes.words.0.factory': reported(
    'a public table of F03x: 0x00FF55AA; RM0091 4.1',
    'data bytes erased; OBR itself shows flags in bits 7:0',
  ),
  'optionBytes.words.1.factory': documented('RM0091 4.1.3: all bits 1, nothing protected'),
  'rom.writeProtectPages': documented('RM0091 4.3.4: a bit of WRP for 4 KiB'),
  'rom.ramValid': documented('AN2606 r70 T226 lists none'),
};
