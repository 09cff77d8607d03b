import type { Chip, FlashController, OptionWord } from '../chip.ts';
import type { Provenance } from '../provenance.ts';
import { corroborated, documented, hypothesis } from './sources.ts';

const FLASH_REGISTERS = 0x4002_2000;
const OPTION_BYTES = 0x1ff8_0000;

/** What the parts of the L0 line have alike. */
export const l0 = {
  family: 'L0',
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
    uniqueId: { base: 0x1ff8_0050, size: 24, words: [0x00, 0x04, 0x14] },
    flashSizeAddress: 0x1ff8_007c,
  },
  debugMcu: {
    CR: 0x4001_5804,
    freezes: [0x4001_5808, 0x4001_580c],
    clock: { register: 0x4002_1034, bit: 22 },
  },
  flash: { base: 0x0800_0000, programUnit: 4, erasedByte: 0x00, programUs: 3940 },
  memoryRemap: {
    register: 0x4001_0000,
    field: { lsb: 0, width: 2 },
    mainFlash: 0,
    systemMemory: 1,
    sram: 3,
  },
} as const satisfies Partial<Record<keyof Chip, unknown>>;

/** Longest erase of one 128-byte page, in ms. */
export const L0_PAGE_ERASE_MS = 3.94;

/** The FLASH interface. */
export const flashControllerL0: FlashController = {
  ip: 'l0',
  base: FLASH_REGISTERS,
  registers: {
    ACR: 0x00,
    PECR: 0x04,
    PDKEYR: 0x08,
    PEKEYR: 0x0c,
    PRGKEYR: 0x10,
    OPTKEYR: 0x14,
    SR: 0x18,
    OPTR: 0x1c,
  },
  keys: [
    { register: 'PDKEYR', words: [0x0415_2637, 0xfafb_fcfd], opens: 'power-down' },
    { register: 'PEKEYR', words: [0x89ab_cdef, 0x0203_0405], opens: 'data memory' },
    { register: 'PRGKEYR', words: [0x8c9d_aebf, 0x1314_1516], opens: 'flash' },
    { register: 'OPTKEYR', words: [0xfbea_d9c8, 0x2425_2627], opens: 'option bytes' },
  ],
  control: {
    register: 'PECR',
    bits: {
      PELOCK: 0,
      PRGLOCK: 1,
      OPTLOCK: 2,
      PROG: 3,
      DATA: 4,
      FIX: 8,
      ERASE: 9,
      FPRG: 10,
      PARALLELBANK: 15,
      EOPIE: 16,
      ERRIE: 17,
      OBL_LAUNCH: 18,
      HALF_ARRAY: 19,
      NZDISABLE: 22,
    },
    // There is none; whoever writes option bytes needs no bit, only OPTKEYR.
    massErase: [],
    change: ['PROG', 'DATA', 'ERASE', 'FPRG'],
    optionStart: [],
  },
  // WRPERR, PGAERR, SIZERR, OPTVERR, RDERR, NOTZEROERR, FWWERR.
  status: { errors: 0x0003_2f00, busy: 1 },
};

/** OPTR, with the part's own fields, and WRPR with one bit per sector of 4 KB. */
export function optionBytesL0(sectors: number, fields: OptionWord['fields'] = {}): Chip['optionBytes'] {
  const wrpr: OptionWord = {
    name: 'WRPR',
    register: FLASH_REGISTERS + 0x20,
    address: OPTION_BYTES + 8,
    factory: 0,
    fields: { WRP: { lsb: 0, width: Math.min(sectors, 32) } },
  };
  const wrpr2: OptionWord = {
    name: 'WRPR2',
    register: FLASH_REGISTERS + 0x80,
    address: OPTION_BYTES + 16,
    factory: 0,
    width: 16,
    fields: { WRP: { lsb: 0, width: sectors - 32 } },
  };
  return {
    base: OPTION_BYTES,
    size: 32,
    layout: 'half-complement',
    words: [
      {
        name: 'OPTR',
        register: FLASH_REGISTERS + 0x1c,
        address: OPTION_BYTES,
        factory: 0x8070_00aa,
        fields: {
          RDP: { lsb: 0, width: 8 },
          WPRMOD: { lsb: 8, width: 1 },
          BOR_LEV: { lsb: 16, width: 4 },
          WDG_SW: { lsb: 20, width: 1 },
          nRST_STOP: { lsb: 21, width: 1 },
          nRST_STDBY: { lsb: 22, width: 1 },
          nBOOT1: { lsb: 31, width: 1 },
          ...fields,
        },
      },
      wrpr,
      ...(sectors > 32 ? [wrpr2] : []),
    ],
  };
}

const TIMES = hypothesis('datasheets, flash memory characteristics, recalled');

export const L0_SOURCES: Readonly<Record<string, Provenance>> = {
  'core.cpuid': hypothesis('Arm Cortex-M0+ r0p1 TRM', 'the revision that debuggers report on L0, G0 and C0'),
  'core.dpidr': documented('OpenOCD target/stm32l0.cfg'),
  'identity.uniqueId.words': documented('RM0377 28.2', 'not contiguous on this family'),
  debugMcu: corroborated(
    'ST header stm32l073xx.h: DBGMCU, RCC_APB2ENR bit 22 DBGEN; OpenOCD target/stm32l0.cfg sets CR and APB1_FZ',
  ),
  'flash.size': corroborated('ST order code; stm32flash'),
  'flash.pages': corroborated('OpenOCD stm32lx driver; DFU string of the L073'),
  'flash.pages.0.eraseMs': TIMES,
  'flash.programUs': TIMES,
  'flash.banks': corroborated('OpenOCD; RM0367, RM0377'),
  'flash.programUnit': corroborated('RM0377 3.3.4; OpenOCD (half pages of 64 bytes too)'),
  'flash.erasedByte': corroborated('OpenOCD stm32lx driver; RM0377 3.3.4 recalled'),
  'flash.controller': documented('ST header stm32l073xx.h'),
  dataMemory: hypothesis('ST header DATA_EEPROM_BASE; size from the datasheet, recalled'),
  'optionBytes.base': documented('ST header, OB_BASE'),
  'optionBytes.size': corroborated('DFU string of the L073: 32 bytes; stm32flash'),
  'optionBytes.layout': documented('RM0377 3.4 (value in the low half, complement in the high half)'),
  'optionBytes.words': documented('ST header stm32l073xx.h; RM0377 3.8.1 calls WRPR FLASH_WRPROT1'),
  'optionBytes.words.0.factory': corroborated('RM0376 and RM0367 as quoted by several public projects; Renode'),
  'optionBytes.words.1.factory': hypothesis('no sector is protected while the bits are 0 and WPRMOD is 0'),
  'rom.massErase': corroborated('AN2606 r70 4.4: no mass erase on L0; stm32flash marks it as unsupported'),
  'rom.writeProtectPages': documented('RM0377 3.4.4, WRPROT: a bit for a sector of 4 KiB'),
  'rom.clockSource': documented('AN2606 r70', 'HSI16; a PLL is implied by 32 MHz'),
};
