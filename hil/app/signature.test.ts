import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { makeImage } from '../image/image.ts';
import { compareHeard, compareSignatures } from './compare-life.ts';
import { signatureOf, troubleOf, vectorTableOf } from './signature.ts';
import { look } from './test-looks.ts';

const chip = chipNamed('STM32G070RB');
/** NOPs, with `B .` at 0x0800_0300. */
const code = new Uint8Array(1024);
code.set([0xfe, 0xe7], 0x300);
const image = makeImage('app.elf', [{ address: 0x0800_0000, bytes: code }]);
const signature = (...looks: readonly ReturnType<typeof look>[]) => signatureOf({ looks }, chip, image);

describe('an application that stands', () => {
  test.each([
    ['in a fault handler', { ipsr: 3 }, 'fault'],
    ['in system memory', { pc: 0x1fff_0100, where: 'system memory' }, 'ROM'],
    ['where no code is', { pc: 0x6000_0000, where: 'elsewhere' }, 'nowhere'],
    ['in flash outside of its image', { pc: 0x0801_0000 }, 'another program'],
    ['in an endless loop with interrupts off', { pc: 0x0800_0300, primask: 1 }, 'hung with interrupts off'],
    ['in an endless loop in an interrupt', { pc: 0x0800_0300, ipsr: 16 }, 'hung in a handler'],
    ['in the endless loop of Error_Handler', { pc: 0x0800_0300, symbol: 'Error_Handler' }, 'hung in a handler'],
  ] as const)('%s is told', (_place, change, kind) => {
    expect(troubleOf([look(change), look(change)], image)?.kind).toBe(kind);
  });

  test.each([
    ['in an endless loop that interrupts can leave', [{ pc: 0x0800_0300 }, { pc: 0x0800_0300 }]],
    ['once in a fault handler, then not', [{ ipsr: 3 }, {}]],
    ['with interrupts off at one place by chance', [{ primask: 1 }, { primask: 1 }]],
    [
      'in RAM',
      [
        { pc: 0x2000_0100, where: 'RAM' },
        { pc: 0x2000_0100, where: 'RAM' },
      ],
    ],
  ] as const)('%s may be at work', (_place, changes) => {
    expect(troubleOf(changes.map(look), image)).toBeUndefined();
  });

  test('without an image nothing is known of loops and other programs', () => {
    const stands = look({ pc: 0x0801_0000, primask: 1 });
    expect(troubleOf([stands, stands], undefined)).toBeUndefined();
  });
});

describe('the vector table in use', () => {
  test.each([
    ['VTOR', { vtor: 0x0800_4000, memoryRemap: 1 }, 0x0800_4000],
    ['flash at 0', { vtor: 0, memoryRemap: 0 }, 0x0800_0000],
    ['system memory at 0', { vtor: 0, memoryRemap: 1 }, 0x1fff_0000],
    ['RAM at 0', { vtor: 0, memoryRemap: 3 }, 0x2000_0000],
  ])('is that of %s', (_of, state, table) => {
    expect(vectorTableOf(state, chip)).toBe(table);
  });

  test('of a Cortex-M0 is always what lies at 0', () => {
    const f091 = chipNamed('STM32F091RC');
    expect(vectorTableOf({ vtor: 0x0800_4000, memoryRemap: 1 }, f091)).toBe(f091.systemMemory.base);
  });
});

describe('back from the ROM', () => {
  const before = signature(look(), look({ pc: 0x0800_0210 }));
  const demanded = (after: typeof before) =>
    compareSignatures(before, after)
      .filter(({ weight }) => weight === 'demanded')
      .map(({ what }) => what);

  test('an application that lives as before has no difference', () => {
    expect(compareSignatures(before, signature(look({ pc: 0x0800_0220 }), look()))).toEqual([]);
  });

  test.each([
    ['VTOR on the ROM', { vtor: 0x1fff_0000 }, ['vector table in use']],
    ['interrupts masked', { primask: 1 }, ['PRIMASK']],
    ['on the PLL', { registers: { RCC_CFGR: 0x12 } }, ['clock tree']],
    ['another prescaler', { registers: { RCC_CFGR: 0x800 } }, ['clock tree']],
    ['SysTick without its interrupt', { registers: { SYST_CSR: 5 } }, ['SysTick']],
    ['on the process stack', { control: 2 }, ['CONTROL (SPSEL, nPRIV)']],
    ['never out of a handler', { ipsr: 15 }, ['mode']],
  ])('with %s it is not as it was', (_how, change, what) => {
    expect(demanded(signature(look(change), look(change)))).toEqual(what);
  });

  test('an equal table through the alias at 0 is no difference', () => {
    expect(demanded(signature(look({ vtor: 0 }), look({ vtor: 0 })))).toEqual([]);
  });

  test('the factors of a PLL that is not in use do not count', () => {
    const change = { registers: { RCC_PLLCFGR: 0x7000_0c12 } };
    expect(demanded(signature(look(change), look(change)))).toEqual([]);
  });

  test('an interrupt that is enabled no more is demanded, one more is noted', () => {
    const irq = (NVIC_ISER: number) => look({ registers: { NVIC_ISER } });
    const had = signature(irq(0b11), irq(0b11));
    expect(compareSignatures(had, signature(irq(0b01), irq(0b01)))).toMatchObject([{ weight: 'demanded' }]);
    expect(compareSignatures(had, signature(irq(0b111), irq(0b111)))).toMatchObject([{ weight: 'noted' }]);
  });

  test('what changed from look to look before is part of its work', () => {
    // The later half of the looks counts.
    const mixed = signature(look(), look(), look({ primask: 1 }), look({ primask: 0 }));
    const after = signature(look({ primask: 1 }), look({ primask: 1 }));
    expect(compareSignatures(mixed, after)).toEqual([]);
  });

  test('of one that stands the state is told, with where it stands', () => {
    const stands = look({ ipsr: 3, pc: 0x0800_0300 });
    expect(compareSignatures(before, signature(stands, stands))).toMatchObject([
      { what: 'state', after: 'it stands in HardFault at 0x0800_0300' },
    ]);
  });
});

describe('its words on the console', () => {
  const heard = (text: string, goesOn: boolean) => ({
    bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)),
    goesOn,
  });
  const silence = heard('', false);
  const talks = heard('alive 100\r\nalive 200\r\n', true);
  const banner = heard('hello\r\n', false);

  test.each([
    ['silent before and now', silence, silence, true, []],
    ['talking before and now', talks, heard('alive 900\r\n', true), true, []],
    ['talking before, silent now', talks, silence, true, ['demanded']],
    ['talking before, at the start only now', talks, heard('al', false), true, ['demanded']],
    ['garbled now', talks, heard('\xf0\x80\xe1\x90\xf8', true), true, ['demanded']],
    ['a banner that fell into the change of frames', banner, silence, true, ['noted']],
    ['no banner on a line of its own', banner, silence, false, ['demanded']],
    ['words that were not there before', silence, talks, true, ['noted']],
  ])('%s', (_what, before, after, shared, weights) => {
    expect(compareHeard(before, after, shared).map(({ weight }) => weight)).toEqual(weights);
  });
});
