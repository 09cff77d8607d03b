import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chipNamed } from '../chip/lookup.ts';
import { isHilError } from '../error/hil-error.ts';
import { type Access, type KnownState, NO_PERMISSIONS, type Path, type Permissions } from './access.ts';
import { decide, requirePermission } from './decide.ts';

const chip = chipNamed('STM32G070RB');
const FLASH = 0x4002_2000;
const FLASH_KEYR = FLASH + 0x08;
const FLASH_OPTKEYR = FLASH + 0x0c;
const FLASH_SR = FLASH + 0x10;
const FLASH_CR = FLASH + 0x14;
const FLASH_OPTR = FLASH + 0x20;
const FLASH_WRP1AR = FLASH + 0x2c;
const OPTIONS = 0x1fff_7800;
const FACTORY_OPTR = 0xdfff_e1aa;
const factory: KnownState = { optionWords: { OPTR: FACTORY_OPTR, WRP1AR: 0x3f, WRP1BR: 0x3f } };

const EVERYTHING: Permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true };
const grants = (some: Partial<Permissions>): Permissions => ({ ...NO_PERMISSIONS, ...some });

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) new DataView(bytes.buffer).setUint32(i * 4, value, true);
  return bytes;
}

const write = (via: Path, address: number, bytes: Uint8Array): Access => ({ kind: 'write', via, address, bytes });
const register = (address: number, value: number): Access => write('swd', address, words(value));

/** The code of the refusal, or `yes`. */
function verdict(permissions: Permissions, access: Access, known: KnownState = factory): number | 'yes' {
  const decision = decide(chip, permissions, access, known);
  return decision.allowed ? 'yes' : decision.code;
}

/** access | permitted by nothing | the least that permits it (undefined: nothing ever does) */
const table: readonly (readonly [string, Access, number | 'yes', Partial<Permissions> | undefined])[] = [
  ['RAM by SWD', write('swd', 0x2000_0000, words(1)), 'yes', {}],
  ['RAM by USART', write('usart', 0x2000_3000, words(1)), 'yes', {}],
  ['last byte of RAM', write('swd', 0x2000_8fff, Uint8Array.of(1)), 'yes', {}],
  ['across the end of RAM', write('swd', 0x2000_8ffe, words(1)), 456, undefined],
  ['nothing at all', write('swd', 0x0800_0000, new Uint8Array(0)), 'yes', {}],

  ['flash by SWD', write('swd', 0x0800_0000, words(1, 2)), 451, { erase: 'pages' }],
  ['flash by USART', write('usart', 0x0801_fff8, words(1, 2)), 451, { erase: 'pages' }],
  ['flash by USB', write('usb', 0x0800_0000, words(1)), 451, { erase: 'pages' }],
  ['across the end of flash', write('usart', 0x0801_fffc, words(1, 2)), 456, undefined],
  ['flash at its alias 0', write('swd', 0x0000_0000, words(1)), 451, { erase: 'pages' }],
  ['pages by USART', { kind: 'erase-pages', via: 'usart', pages: [3] }, 451, { erase: 'pages' }],
  ['pages by SWD', { kind: 'erase-pages', via: 'swd', pages: [0, 63] }, 451, { erase: 'pages' }],
  ['mass erase by USART', { kind: 'erase-all', via: 'usart' }, 451, { erase: 'mass' }],
  ['RAM by USB', write('usb', 0x2000_3000, words(1)), 'yes', {}],
  ['pages by USB', { kind: 'erase-pages', via: 'usb', pages: [3] }, 451, { erase: 'pages' }],
  ['mass erase by USB', { kind: 'erase-all', via: 'usb' }, 451, { erase: 'mass' }],
  [
    'an image by USB',
    { kind: 'image', via: 'usb', segments: [{ address: 0x0800_0000, bytes: words(1, 2) }] },
    451,
    { erase: 'pages' },
  ],
  [
    'an image by USB with one word outside',
    {
      kind: 'image',
      via: 'usb',
      segments: [
        { address: 0x1fff_0000, bytes: words(1) },
        { address: 0x0800_0000, bytes: words(1) },
      ],
    },
    456,
    undefined,
  ],
  ['Read Unprotect by USB', { kind: 'readout-protection', via: 'usb', set: false }, 454, { rdp1: true, erase: 'mass' }],
  ['a peripheral by USB', write('usb', 0x4002_1000, words(1)), 456, undefined],
  [
    'FLASH_OPTR by USB, as the map of newer ROMs names it',
    write('usb', FLASH_OPTR, words(FACTORY_OPTR)),
    456,
    undefined,
  ],
  ['one-time programmable memory by USB', write('usb', 0x1fff_7000, words(1)), 456, undefined],
  ['mass erase by SWD', { kind: 'erase-all', via: 'swd' }, 451, { erase: 'mass' }],

  ['Write Protect', { kind: 'write-protection', via: 'usart', set: true }, 452, { write_protection: true }],
  ['Write Unprotect', { kind: 'write-protection', via: 'usart', set: false }, 452, { write_protection: true }],
  ['Readout Protect', { kind: 'readout-protection', via: 'usart', set: true }, 454, { rdp1: true }],
  ['Readout Unprotect', { kind: 'readout-protection', via: 'usart', set: false }, 454, { rdp1: true, erase: 'mass' }],

  ['system memory', write('usart', 0x1fff_0000, words(1)), 456, undefined],
  ['one-time programmable memory', write('swd', 0x1fff_7000, words(1)), 456, undefined],
  ['engineering bytes (UID)', write('swd', 0x1fff_7590, words(1)), 456, undefined],
  ['a hole in the map', write('swd', 0x3000_0000, words(1)), 456, undefined],
  ['into the option bytes from below', write('swd', OPTIONS - 4, words(1, 2)), 456, undefined],
  ['past the top of the address space', write('swd', 0xffff_fffe, words(1)), 456, undefined],
  ['a peripheral by SWD', register(0x4002_1000, 1), 'yes', {}],
  ['a core register by SWD', register(0xe000_ed0c, 0x05fa_0004), 'yes', {}],
  ['a peripheral by USART', write('usart', 0x4002_1000, words(1)), 456, undefined],

  ['FLASH_KEYR by SWD', register(FLASH_KEYR, 0x4567_0123), 451, { erase: 'pages' }],
  ['FLASH_OPTKEYR by SWD', register(FLASH_OPTKEYR, 0x0819_2a3b), 453, { option_bytes: true }],
  ['FLASH_SR by SWD', register(FLASH_SR, 0xc3fb), 'yes', {}],
  ['FLASH_ACR by SWD', register(FLASH, 0x0004_0600), 'yes', {}],
  ['FLASH_CR with PER', register(FLASH_CR, 0x0000_0002), 451, { erase: 'pages' }],
  ['FLASH_CR with PG', register(FLASH_CR, 0x0000_0001), 451, { erase: 'pages' }],
  ['FLASH_CR with FSTPG', register(FLASH_CR, 0x0004_0000), 451, { erase: 'pages' }],
  ['FLASH_CR with MER1', register(FLASH_CR, 0x0000_0004), 451, { erase: 'mass' }],
  ['FLASH_CR with MER1 and STRT', register(FLASH_CR, 0x0001_0004), 451, { erase: 'mass' }],
  ['FLASH_CR with OPTSTRT', register(FLASH_CR, 0x0002_0000), 453, { option_bytes: true }],
  ['FLASH_CR with LOCK', register(FLASH_CR, 0x8000_0000), 'yes', {}],
  ['FLASH_CR with OBL_LAUNCH', register(FLASH_CR, 0x0800_0000), 'yes', {}],
  ['a byte of FLASH_CR', write('swd', FLASH_CR, Uint8Array.of(4)), 456, undefined],
  ['a FLASH register that is not known', register(FLASH + 0x80, 1), 453, undefined],
  ['a block over the FLASH registers', write('swd', FLASH + 0x10, words(0, 4)), 451, { erase: 'mass' }],

  ['FLASH_OPTR as it is', register(FLASH_OPTR, FACTORY_OPTR), 'yes', {}],
  ['FLASH_OPTR with nBOOT_SEL cleared', register(FLASH_OPTR, 0xdeff_e1aa), 453, { option_bytes: true }],
  ['FLASH_OPTR with RDP level 1', register(FLASH_OPTR, 0xdfff_e100), 454, { rdp1: true }],
  ['FLASH_OPTR with RDP level 2', register(FLASH_OPTR, 0xdfff_e1cc), 455, undefined],
  ['RDP level 2 as the low byte of FLASH_OPTR', write('swd', FLASH_OPTR, Uint8Array.of(0xcc)), 455, undefined],
  ['RDP level 2 as the low half of FLASH_OPTR', write('swd', FLASH_OPTR, Uint8Array.of(0xcc, 0xe1)), 455, undefined],
  [
    'RDP level 2 in a block that ends inside FLASH_OPTR',
    write('swd', FLASH_OPTR - 4, Uint8Array.of(0, 0, 0, 0, 0xcc)),
    455,
    undefined,
  ],
  ['FLASH_WRP1AR', register(FLASH_WRP1AR, 0x0003_0000), 452, { write_protection: true }],

  [
    'option bytes by USART, nBOOT_SEL cleared',
    write('usart', OPTIONS, words(0xdeff_e1aa, 0x2100_1e55)),
    453,
    { option_bytes: true },
  ],
  [
    'option bytes by USART, RDP level 1',
    write('usart', OPTIONS, words(0xdfff_e1bb)),
    453,
    { option_bytes: true, rdp1: true },
  ],
  ['option bytes by USART, RDP level 2', write('usart', OPTIONS, words(0xdfff_e1cc)), 455, undefined],
  ['option bytes by USB, RDP level 2', write('usb', OPTIONS, words(0xdfff_e1cc)), 455, undefined],
  ['option bytes by SWD, RDP level 2', write('swd', OPTIONS, words(0xdfff_e1cc)), 455, undefined],
  [
    '0xCC behind the base by USART, where a ROM may start at the base',
    write('usart', OPTIONS + 8, words(0xcc)),
    455,
    undefined,
  ],
  [
    'write protection word by USART',
    write('usart', OPTIONS, words(FACTORY_OPTR, 0x2000_1e55, 0, 0, 0, 0, 0x0003_0000)),
    453,
    { option_bytes: true, write_protection: true },
  ],

  [
    'an image in flash',
    { kind: 'image', via: 'usart', segments: [{ address: 0x0800_0000, bytes: words(1) }] },
    451,
    { erase: 'pages' },
  ],
  [
    'an image with option bytes at level 2',
    {
      kind: 'image',
      via: 'swd',
      segments: [
        { address: 0x0800_0000, bytes: words(1) },
        { address: OPTIONS, bytes: words(0xffff_ffcc) },
      ],
    },
    451,
    undefined,
  ],
];

describe('with no permission', () => {
  test.each(table)('%s', (_what, access, withNothing) => {
    expect(verdict(NO_PERMISSIONS, access)).toBe(withNothing);
  });
});

describe('with the least permission that is needed', () => {
  test.each(table.filter(([, , , least]) => least !== undefined))('%s is allowed', (_what, access, _code, least) => {
    expect(verdict(grants(least ?? {}), access)).toBe('yes');
  });
});

describe('with page erase permitted and everything else but mass erase', () => {
  test.each(table.filter(([, , , least]) => least?.erase === 'mass'))('%s is refused', (_what, access) => {
    expect(verdict({ ...EVERYTHING, erase: 'pages' }, access)).toBe(451);
  });
});

describe('with every permission', () => {
  test.each(table.filter(([, , , least]) => least === undefined))('%s is still refused', (_what, access) => {
    expect(verdict(EVERYTHING, access)).not.toBe('yes');
  });
});

describe('what is not known counts as changed', () => {
  test('writing OPTR without having read it needs the permissions for all its fields', () => {
    const access = register(FLASH_OPTR, FACTORY_OPTR);
    expect(verdict(grants({ option_bytes: true }), access, {})).toBe(454);
    expect(verdict(grants({ option_bytes: true, rdp1: true }), access, {})).toBe(451);
    expect(verdict(grants({ option_bytes: true, rdp1: true, erase: 'mass' }), access, {})).toBe('yes');
  });

  test('going back from level 1 to level 0 needs mass erase, since the chip erases itself', () => {
    const atLevel1: KnownState = { optionWords: { OPTR: 0xdfff_e1bb } };
    const access = register(FLASH_OPTR, FACTORY_OPTR);
    expect(verdict(grants({ rdp1: true, erase: 'pages' }), access, atLevel1)).toBe(451);
    expect(verdict(grants({ rdp1: true, erase: 'mass' }), access, atLevel1)).toBe('yes');
  });
});

describe('readout protection level 2', () => {
  const anyPermissions = fc.record({
    erase: fc.constantFrom('none' as const, 'pages' as const, 'mass' as const),
    write_protection: fc.boolean(),
    option_bytes: fc.boolean(),
    rdp1: fc.boolean(),
  });
  const anyPath = fc.constantFrom<Path>('swd', 'usart', 'usb');
  const anyKnown = fc.oneof(
    fc.constant({}),
    fc.integer({ min: 0, max: 0xffff_ffff }).map((OPTR) => ({ optionWords: { OPTR } })),
  );
  /** Bytes around a place that holds RDP, with 0xCC on the RDP byte. */
  const hit = (place: number) =>
    fc.tuple(fc.uint8Array({ maxLength: 16 }), fc.uint8Array({ maxLength: 16 })).map(([before, after]) => ({
      address: place - before.length,
      bytes: Uint8Array.of(...before, 0xcc, ...after),
    }));

  test('is reached by no write that would put 0xCC on an RDP byte, by any path, with any permission', () => {
    fc.assert(
      fc.property(
        anyPermissions,
        anyPath,
        anyKnown,
        fc.oneof(hit(FLASH_OPTR), hit(OPTIONS)),
        (permissions, via, known, where) => {
          expect(decide(chip, permissions, { kind: 'write', via, ...where }, known).allowed).toBe(false);
          expect(decide(chip, permissions, { kind: 'image', via, segments: [where] }, known).allowed).toBe(false);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('is the reason that is told, whatever else is missing', () => {
    fc.assert(
      fc.property(anyPermissions, anyKnown, fc.integer({ min: 0, max: 0xff_ffff }), (permissions, known, rest) => {
        expect(verdict(permissions, register(FLASH_OPTR, rest * 256 + 0xcc), known)).toBe(455);
      }),
    );
  });
});

test('more permission never turns a yes into a no', () => {
  const order = ['none', 'pages', 'mass'] as const;
  const anyAccess = fc.oneof(
    fc.constantFrom(...table.map(([, access]) => access)),
    fc
      .tuple(
        fc.constantFrom<Path>('swd', 'usart', 'usb'),
        fc.integer({ min: FLASH, max: FLASH + 0x40 }),
        fc.uint8Array({ minLength: 1, maxLength: 12 }),
      )
      .map(([via, address, bytes]) => write(via, address, bytes)),
  );
  fc.assert(
    fc.property(
      anyAccess,
      fc.nat(2),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (access, level, write_protection, option_bytes, rdp1) => {
        const less: Permissions = { erase: order[level] ?? 'none', write_protection, option_bytes, rdp1 };
        if (verdict(less, access) === 'yes') expect(verdict(EVERYTHING, access)).toBe('yes');
      },
    ),
    { numRuns: 1000 },
  );
});

describe('requirePermission', () => {
  const board = { name: 'g070-1', chip, permissions: NO_PERMISSIONS };

  test('throws before anything is sent, naming board, path and reason', () => {
    let thrown: unknown;
    try {
      requirePermission(board, { kind: 'erase-all', via: 'usart' });
    } catch (error) {
      thrown = error;
    }
    if (!isHilError(thrown)) throw new Error('nothing was thrown');
    expect(thrown.message).toBe(
      'g070-1: refused before anything was sent (erase-all by usart): would erase the whole flash  [HIL-451]',
    );
  });

  test('returns when it is permitted', () => {
    expect(
      requirePermission({ ...board, permissions: EVERYTHING }, { kind: 'erase-all', via: 'usart' }),
    ).toBeUndefined();
  });
});
