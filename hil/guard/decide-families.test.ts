import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Chip, flashKeys, flashRegister } from '../chip/chip.ts';
import { chipNamed, chips } from '../chip/lookup.ts';
import { type Access, type KnownState, NO_PERMISSIONS, type Path, type Permissions } from './access.ts';
import { decide } from './decide.ts';
import { complementAddresses, halfWordsOf, payloadAddresses } from './option-area.ts';

const EVERYTHING: Permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true };

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) new DataView(bytes.buffer).setUint32(i * 4, value, true);
  return bytes;
}
const write = (via: Path, address: number, bytes: Uint8Array): Access => ({ kind: 'write', via, address, bytes });
const register = (address: number, value: number): Access => write('swd', address, words(value));
const factoryOf = (chip: Chip): KnownState => ({
  optionWords: Object.fromEntries(chip.optionBytes.words.map((word) => [word.name, word.factory])),
});

type Row = readonly [
  what: string,
  access: Access,
  withNothing: number | 'yes',
  least: Partial<Permissions> | undefined,
];

/** What happens without permissions, and the least that allows it (undefined: nothing does). */
function judges(part: string, rows: (chip: Chip) => readonly Row[]): void {
  const chip = chipNamed(part);
  const verdict = (permissions: Permissions, access: Access): number | 'yes' => {
    const decision = decide(chip, permissions, access, factoryOf(chip));
    return decision.allowed ? 'yes' : decision.code;
  };
  describe(part, () => {
    test.each(rows(chip))('%s', (_what, access, withNothing, least) => {
      expect(verdict(NO_PERMISSIONS, access)).toBe(withNothing);
      if (least === undefined) expect(verdict(EVERYTHING, access)).not.toBe('yes');
      else expect(verdict({ ...NO_PERMISSIONS, ...least }, access)).toBe('yes');
    });
  });
}

judges('STM32L073RZ', (chip) => {
  const at = (name: string): number => flashRegister(chip, name);
  return [
    ['PEKEYR, the key before all others', register(at('PEKEYR'), 0x89ab_cdef), 451, { option_bytes: true }],
    ['PEKEYR for a page', register(at('PEKEYR'), 0x89ab_cdef), 451, { erase: 'pages' }],
    ['PRGKEYR', register(at('PRGKEYR'), 0x8c9d_aebf), 451, { erase: 'pages' }],
    ['OPTKEYR', register(at('OPTKEYR'), 0xfbea_d9c8), 453, { option_bytes: true }],
    ['PDKEYR, which a reset undoes', register(at('PDKEYR'), 0x0415_2637), 'yes', {}],
    ['PECR with ERASE and PROG', register(at('PECR'), 0x208), 451, { erase: 'pages' }],
    ['PECR with FPRG and PROG', register(at('PECR'), 0x408), 451, { erase: 'pages' }],
    ['PECR with OBL_LAUNCH', register(at('PECR'), 0x4_0000), 'yes', {}],
    ['PECR locked', register(at('PECR'), 7), 'yes', {}],
    ['data memory', write('usart', 0x0808_0000, words(1)), 451, { erase: 'pages' }],
    ['across the end of data memory', write('usart', 0x0808_17fc, words(1, 2)), 456, undefined],
    ['OPTR in place, low half as it is', write('swd', 0x1ff8_0000, words(0xff55_00aa)), 453, { ...EVERYTHING }],
    [
      'OPTR in place with BFB2 set',
      write('usart', 0x1ff8_0000, words(0xff55_00aa, 0x7f0f_80f0)),
      453,
      { option_bytes: true },
    ],
    [
      'OPTR in place at level 1',
      write('usart', 0x1ff8_0000, words(0xff44_00bb, 0x7f8f_8070)),
      453,
      { option_bytes: true, rdp1: true },
    ],
    ['OPTR in place at level 2', write('swd', 0x1ff8_0000, words(0xff33_00cc, 0x7f8f_8070)), 455, undefined],
    ['the RDP byte alone at level 2', write('swd', 0x1ff8_0000, Uint8Array.of(0xcc)), 455, undefined],
    ['the RDP half at level 2', write('swd', 0x1ff8_0000, Uint8Array.of(0xcc, 0x00)), 455, undefined],
    [
      'WPRMOD, which makes WRP a protection of code',
      write('usart', 0x1ff8_0000, words(0xfe55_01aa, 0x7f8f_8070)),
      453,
      { ...EVERYTHING },
    ],
    ['WRPR in place', write('swd', 0x1ff8_0008, words(0xfffe_0001, 0xffff_0000)), 453, { ...EVERYTHING }],
    ['OPTR by its register, as it is', register(at('OPTR'), 0x8070_00aa), 'yes', {}],
    ['OPTR by its register at level 2', register(at('OPTR'), 0x8070_00cc), 455, undefined],
    ['WRPR2 by its register', register(0x4002_2080, 1), 452, { write_protection: true }],
  ];
});

judges('STM32F042K6', (chip) => {
  const at = (name: string): number => flashRegister(chip, name);
  return [
    ['KEYR', register(at('KEYR'), 0x4567_0123), 451, { erase: 'pages' }],
    ['OPTKEYR', register(at('OPTKEYR'), 0x4567_0123), 453, { write_protection: true }],
    ['AR, which only names a page', register(at('AR'), 0x0800_0400), 'yes', {}],
    ['CR with MER and STRT', register(at('CR'), 0x44), 451, { erase: 'mass' }],
    ['CR with PER', register(at('CR'), 0x02), 451, { erase: 'pages' }],
    ['CR with OPTER: all option bytes at once', register(at('CR'), 0x220), 453, { option_bytes: true }],
    ['CR with OPTPG', register(at('CR'), 0x210), 453, { option_bytes: true }],
    ['CR with OBL_LAUNCH', register(at('CR'), 0x2000), 'yes', {}],
    ['RDP at level 2, half-word with complement', write('swd', 0x1fff_f800, Uint8Array.of(0xcc, 0x33)), 455, undefined],
    ['RDP at level 2, complement left out', write('usart', 0x1fff_f800, Uint8Array.of(0xcc)), 455, undefined],
    ['USER alone', write('swd', 0x1fff_f802, Uint8Array.of(0x7f, 0x80)), 453, { ...EVERYTHING }],
    [
      'all of RDP, USER and DATA, BOOT_SEL cleared',
      write('usart', 0x1fff_f800, words(0x807f_55aa, 0x00ff_00ff)),
      453,
      { option_bytes: true },
    ],
    [
      'all of RDP, USER and DATA, RDP at level 1',
      write('usart', 0x1fff_f800, words(0x00ff_44bb, 0x00ff_00ff)),
      453,
      { option_bytes: true, rdp1: true },
    ],
    ['WRP0', write('usb', 0x1fff_f808, Uint8Array.of(0xfe, 0x01)), 453, { ...EVERYTHING }],
    ['the last word of system memory', write('swd', 0x1fff_f7fc, words(0)), 456, undefined],
    ['behind the option bytes', write('swd', 0x1fff_f80c, words(0, 0)), 456, undefined],
  ];
});

judges('STM32F411RE', (chip) => {
  const at = (name: string): number => flashRegister(chip, name);
  return [
    ['CR with SER and a sector', register(at('CR'), 0x0a), 451, { erase: 'pages' }],
    ['CR with MER', register(at('CR'), 0x04), 451, { erase: 'mass' }],
    ['OPTCR as it is', register(at('OPTCR'), 0x0fff_aaed), 'yes', {}],
    ['OPTCR unlocked, otherwise as it is', register(at('OPTCR'), 0x0fff_aaec), 'yes', {}],
    ['OPTCR as it is with OPTSTRT', register(at('OPTCR'), 0x0fff_aaee), 453, { option_bytes: true }],
    ['OPTCR with sector 0 protected', register(at('OPTCR'), 0x0ffe_aaec), 452, { write_protection: true }],
    ['OPTCR with sector 0 protected, started', register(at('OPTCR'), 0x0ffe_aaee), 452, { write_protection: true }],
    ['OPTCR with WDG_SW cleared', register(at('OPTCR'), 0x0fff_aacc), 453, { option_bytes: true }],
    ['OPTCR with SPRMOD', register(at('OPTCR'), 0x8fff_aaec), 452, { ...EVERYTHING }],
    ['OPTCR at level 1', register(at('OPTCR'), 0x0fff_bbec), 454, { rdp1: true }],
    ['OPTCR at level 2', register(at('OPTCR'), 0x0fff_ccec), 455, undefined],
    ['the RDP byte of OPTCR at level 2', write('swd', at('OPTCR') + 1, Uint8Array.of(0xcc)), 455, undefined],
    ['the half of OPTCR that holds RDP', write('swd', at('OPTCR'), Uint8Array.of(0xec, 0xcc)), 455, undefined],
    [
      'the half of OPTCR that holds nWRP',
      write('swd', at('OPTCR') + 2, Uint8Array.of(0xfe, 0x0f)),
      453,
      { ...EVERYTHING },
    ],
    ['USER and RDP by USART at level 2', write('usart', 0x1fff_c000, Uint8Array.of(0xed, 0xcc)), 455, undefined],
    [
      'the whole area by USART, sector 1 protected',
      write('usart', 0x1fff_c000, words(0xaaed, 0, 0x0ffd, 0)),
      453,
      { option_bytes: true, write_protection: true },
    ],
    ['the voltage range by USART', write('usart', 0xffff_0000, Uint8Array.of(3, 0xff, 0xff, 0xff)), 'yes', {}],
    ['a range that needs VPP', write('usart', 0xffff_0000, Uint8Array.of(4, 0xff, 0xff, 0xff)), 456, undefined],
    ['half a voltage range', write('usart', 0xffff_0000, Uint8Array.of(3, 0xff)), 456, undefined],
    ['one-time programmable memory', write('usart', 0x1fff_7800, words(0)), 456, undefined],
  ];
});

judges('STM32L476RG', (chip) => {
  const at = (name: string): number => flashRegister(chip, name);
  return [
    ['CR with MER2: the other bank', register(at('CR'), 0x8000), 451, { erase: 'mass' }],
    ['CR with PER in bank 2', register(at('CR'), 0x802), 451, { erase: 'pages' }],
    ['PDKEYR', register(at('PDKEYR'), 0x0415_2637), 'yes', {}],
    ['SRAM2', write('swd', 0x1000_0000, words(1)), 'yes', {}],
    ['OPTR with BFB2', register(at('OPTR'), 0xffff_f8aa), 453, { option_bytes: true }],
    ['OPTR at level 2', register(at('OPTR'), 0xffef_f8cc), 455, undefined],
    ['WRP2AR by its register', register(0x4002_204c, 0xff07_ff00), 452, { write_protection: true }],
    ['PCROP1SR by its register', register(0x4002_2024, 0xffff_0000), 452, { ...EVERYTHING }],
    ['WRP2AR in the second area', write('usart', 0x1fff_f818, words(0xff07_ff00, 0x00f8_00ff)), 453, { ...EVERYTHING }],
    ['0xCC at the base of the second area', write('usart', 0x1fff_f800, words(0xcc, 0x33)), 455, undefined],
    ['across the end of the first area', write('usart', 0x1fff_7824, words(0, 0)), 456, undefined],
  ];
});

judges('STM32G0B1RE', (chip) => {
  const at = (name: string): number => flashRegister(chip, name);
  return [
    ['CR with MER2: the other bank', register(at('CR'), 0x8000), 451, { erase: 'mass' }],
    ['OPTR with DUAL_BANK cleared', register(at('OPTR'), 0xffdf_feaa), 453, { option_bytes: true }],
    ['WRP2BR by its register', register(0x4002_2050, 0x0003_0000), 452, { write_protection: true }],
    ['PCROP1AER with PCROP_RDP', register(0x4002_2028, 0x8000_0000), 452, { ...EVERYTHING }],
    ['SECR with a securable area', register(0x4002_2080, 4), 453, { option_bytes: true }],
    ['SECR with BOOT_LOCK', register(0x4002_2080, 0x1_0000), 455, undefined],
    ['the byte of SECR that holds BOOT_LOCK', write('swd', 0x4002_2082, Uint8Array.of(1)), 453, undefined],
    ['SECR in the area with BOOT_LOCK', write('usart', 0x1fff_7870, words(0x1_0000, 0xfffe_ffff)), 455, undefined],
  ];
});

judges('STM32C031C6', (chip) => {
  const at = (name: string): number => flashRegister(chip, name);
  return [
    ['OPTKEYR', register(at('OPTKEYR'), 0x0819_2a3b), 453, { rdp1: true }],
    ['CR with MER1', register(at('CR'), 0x4), 451, { erase: 'mass' }],
    ['OPTR with nBOOT0 cleared', register(at('OPTR'), 0xfbff_feaa), 453, { option_bytes: true }],
    ['OPTR at level 2', register(at('OPTR'), 0xffff_fecc), 455, undefined],
    ['SECR with BOOT_LOCK', register(0x4002_2080, 0x1_0000), 455, undefined],
    ['the securable memory exit, which is system memory', write('usart', 0x1fff_1600, words(0)), 456, undefined],
  ];
});

describe.each(chips.map((chip) => [chip.name, chip] as const))('readout protection level 2 on %s', (_name, chip) => {
  const word = chip.optionBytes.words.find(({ fields }) => fields.RDP !== undefined);
  if (word?.fields.RDP === undefined) throw new Error(`${chip.name} has no RDP`);
  const byte = word.fields.RDP.lsb / 8;
  const places = [payloadAddresses(word, chip.optionBytes.layout)[byte] as number, word.register + byte];

  test('is reached by no write that puts 0xCC on the RDP byte, by any path, whatever is permitted and known', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Path>('swd', 'usart', 'usb'),
        fc.constantFrom(...places),
        fc.uint8Array({ maxLength: 16 }),
        fc.uint8Array({ maxLength: 16 }),
        fc.boolean(),
        (via, place, before, after, known) => {
          const access = write(via, place - before.length, Uint8Array.of(...before, 0xcc, ...after));
          expect(decide(chip, EVERYTHING, access, known ? factoryOf(chip) : {}).allowed).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is the reason told for exactly the byte', () => {
    for (const place of places) {
      const decision = decide(chip, EVERYTHING, write('swd', place, Uint8Array.of(0xcc)), factoryOf(chip));
      expect(decision).toMatchObject({ allowed: false, code: 455 });
    }
  });

  test('has keys that no option byte is unlocked with unless something of it is permitted', () => {
    const key = flashKeys(chip, 'option bytes') as readonly [number, number];
    const { register: name } = chip.flash.controller.keys.find(({ opens }) => opens === 'option bytes') as {
      register: string;
    };
    const access = register(flashRegister(chip, name), key[0]);
    expect(decide(chip, { ...NO_PERMISSIONS, erase: 'mass' }, access)).toMatchObject({ allowed: false, code: 453 });
  });
});

describe('places of option words', () => {
  const wordOf = (part: string, name: string) => {
    const chip = chipNamed(part);
    const word = chip.optionBytes.words.find((one) => one.name === name);
    if (word === undefined) throw new Error(`${part} has no ${name}`);
    return { chip, word };
  };

  test.each([
    ['STM32G070RB', 'WRP1AR', [0x1fff_7818, 0x1fff_7819, 0x1fff_781a, 0x1fff_781b], 0x1fff_781c],
    ['STM32L073RZ', 'OPTR', [0x1ff8_0000, 0x1ff8_0001, 0x1ff8_0004, 0x1ff8_0005], 0x1ff8_0002],
    ['STM32L073RZ', 'WRPR2', [0x1ff8_0010, 0x1ff8_0011], 0x1ff8_0012],
    ['STM32F091RC', 'OBR', [0x1fff_f800, 0x1fff_f802, 0x1fff_f804, 0x1fff_f806], 0x1fff_f801],
    ['STM32F042K6', 'WRPR', [0x1fff_f808], 0x1fff_f809],
    ['STM32F411RE', 'OPTCR', [0x1fff_c000, 0x1fff_c001, 0x1fff_c008, 0x1fff_c009], undefined],
  ])('%s %s stands at %j', (part, name, payload, firstComplement) => {
    const { chip, word } = wordOf(part, name);
    expect(payloadAddresses(word, chip.optionBytes.layout)).toEqual(payload);
    expect(complementAddresses(word, chip.optionBytes.layout)[0]).toBe(firstComplement);
  });

  test.each([
    [
      'STM32F091RC',
      'OBR',
      0x00ff_7faa,
      [
        [0x1fff_f800, 0x55aa],
        [0x1fff_f802, 0x807f],
        [0x1fff_f804, 0x00ff],
        [0x1fff_f806, 0xff00],
      ],
    ],
    [
      'STM32L031K6',
      'OPTR',
      0x8070_00aa,
      [
        [0x1ff8_0000, 0x00aa],
        [0x1ff8_0002, 0xff55],
        [0x1ff8_0004, 0x8070],
        [0x1ff8_0006, 0x7f8f],
      ],
    ],
    ['STM32F042K6', 'WRPR', 0xfe, [[0x1fff_f808, 0x01fe]]],
  ])('%s %s of value %i is programmed as half-words %j', (part, name, value, halves) => {
    const { chip, word } = wordOf(part, name);
    expect(halfWordsOf(chip, word, value)).toEqual(halves);
  });
});
