import type { FlashController, OptionWord } from '../chip.ts';
import type { Provenance } from '../provenance.ts';
import { corroborated, documented, hypothesis } from './sources.ts';

/** FLASH interface of G0 and C0. */
export const FLASH_G0_BASE = 0x4002_2000;
/** Option-byte area of G0 and C0: words eight bytes apart, each followed by its complement. */
export const OPTION_BYTES_G0 = 0x1fff_7800;

const ONE_BANK_BITS = {
  PG: 0,
  PER: 1,
  MER1: 2,
  STRT: 16,
  OPTSTRT: 17,
  FSTPG: 18,
  EOPIE: 24,
  ERRIE: 25,
  OBL_LAUNCH: 27,
  OPTLOCK: 30,
  LOCK: 31,
};

/** The FLASH interface of a part with `banks` banks, whose page number has `pageBits` bits. */
export function flashControllerG0(banks: 1 | 2, pageBits: number): FlashController {
  return {
    ip: 'g0',
    base: FLASH_G0_BASE,
    registers: {
      ACR: 0x00,
      KEYR: 0x08,
      OPTKEYR: 0x0c,
      SR: 0x10,
      CR: 0x14,
      ECCR: 0x18,
      ...(banks === 2 ? { ECC2R: 0x1c } : {}),
      OPTR: 0x20,
    },
    keys: [
      { register: 'KEYR', words: [0x4567_0123, 0xcdef_89ab], opens: 'flash' },
      { register: 'OPTKEYR', words: [0x0819_2a3b, 0x4c5d_6e7f], opens: 'option bytes' },
    ],
    control: {
      register: 'CR',
      bits: { ...ONE_BANK_BITS, ...(banks === 2 ? { BKER: 13, MER2: 15 } : {}) },
      massErase: banks === 2 ? ['MER1', 'MER2'] : ['MER1'],
      change: ['PER', 'PG', 'FSTPG'],
      optionStart: ['OPTSTRT'],
      pageNumber: { lsb: 3, width: pageBits },
    },
    // OPERR, PROGERR to FASTERR, RDERR, OPTVERR; BSY1, BSY2 of two banks, CFGBSY.
    status: { errors: 0xc3fa, busy: banks === 2 ? 0x0007_0000 : 0x0005_0000 },
    emptyFlag: 16,
  };
}

/** Fields of OPTR that G0 and C0 have alike, on parts with brown-out levels. */
export const OPTR_FIELDS_G0 = {
  RDP: { lsb: 0, width: 8 },
  BOR_EN: { lsb: 8, width: 1 },
  BORR_LEV: { lsb: 9, width: 2 },
  BORF_LEV: { lsb: 11, width: 2 },
  nRST_STOP: { lsb: 13, width: 1 },
  nRST_STDBY: { lsb: 14, width: 1 },
  nRST_SHDW: { lsb: 15, width: 1 },
  IWDG_SW: { lsb: 16, width: 1 },
  IWDG_STOP: { lsb: 17, width: 1 },
  IWDG_STDBY: { lsb: 18, width: 1 },
  WWDG_SW: { lsb: 19, width: 1 },
  RAM_PARITY_CHECK: { lsb: 22, width: 1 },
  nBOOT_SEL: { lsb: 24, width: 1 },
  nBOOT1: { lsb: 25, width: 1 },
  nBOOT0: { lsb: 26, width: 1 },
  NRST_MODE: { lsb: 27, width: 2 },
  IRHEN: { lsb: 29, width: 1 },
};

type Place = readonly [register: number, area: number];

/** Start of a PCROP area, in sub-pages of 512 bytes; nothing is protected while the start lies above the end. */
export function pcropStart(name: string, field: string, [register, area]: Place, width: number): OptionWord {
  return word(name, register, area, 2 ** width - 1, { [field]: { lsb: 0, width } });
}

/** End of a PCROP area; that of area 1A also says whether going back to RDP level 0 erases it. */
export function pcropEnd(name: string, field: string, [register, area]: Place, width: number): OptionWord {
  const rdp = name === 'PCROP1AER' ? { PCROP_RDP: { lsb: 31, width: 1 } } : {};
  return word(name, register, area, 0, { [field]: { lsb: 0, width }, ...rdp });
}

/** A write-protected area, first and last page; nothing is protected while the first lies above the last. */
export function writeProtection(name: string, field: string, [register, area]: Place, width: number): OptionWord {
  return word(name, register, area, 2 ** width - 1, {
    [`${field}_STRT`]: { lsb: 0, width },
    [`${field}_END`]: { lsb: 16, width },
  });
}

export function word(
  name: string,
  register: number,
  area: number,
  factory: number,
  fields: OptionWord['fields'],
): OptionWord {
  return { name, register: FLASH_G0_BASE + register, address: OPTION_BYTES_G0 + area, factory, fields };
}

export const FLASH_G0_SOURCES: Readonly<Record<string, Provenance>> = {
  'flash.pages': corroborated('OpenOCD stm32l4x driver; HAL G0'),
  'flash.pages.0.eraseMs': hypothesis('datasheets, flash memory characteristics, recalled'),
  'flash.massEraseMs': hypothesis('datasheets, flash memory characteristics, recalled'),
  'flash.programUs': hypothesis('datasheets, flash memory characteristics, recalled'),
  'flash.programUnit': documented('ST SVD STM32G0/C0, FLASH_SR: only double words are programmed'),
  'flash.erasedByte': documented('AN2606 r70 48.3.1 (empty check against 0xFFFFFFFF)'),
  'flash.controller': documented('ST headers stm32g0b1xx.h, stm32c071xx.h; HAL G0 flash driver'),
  'flash.controller.status': documented('ST SVD STM32G0/C0, FLASH_SR'),
};
