import { describe, expect, test } from '@jest/globals';
import type { Chip, RomUsb } from '../../chip/chip.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { type Shown, serialOfUniqueId, type Who, whoIsIt } from './who-is-it.ts';

const g0b1 = chipNamed('STM32G0B1RE');
const c071 = chipNamed('STM32C071RB');
const f042 = chipNamed('STM32F042K6');
const UID = '2b0007000c50425539393020';
/** The unique ID of a board as its words read: the bytes that Klipper printed are 2B0007000C50425539393020. */
const UID_WORDS = '0007002b5542500c20303939';

function shownBy(chip: Chip, some: Partial<Shown> = {}): Shown {
  const { bcdDevice, alternates, serial } = chip.rom.usb as RomUsb;
  return {
    vendorId: 0x0483,
    productId: 0xdf11,
    bcdDevice,
    alternates,
    serial: serial === 'unique-id' ? '203739645542' : serial,
    ...some,
  };
}

const who = (chip: Chip, some: Partial<Shown>, uniqueId?: string): Who =>
  whoIsIt(chip, chip.rom.usb as RomUsb, shownBy(chip, some), uniqueId).who;

test('the serial number of a ROM is made of the unique ID (a G0B1 that printed both)', () => {
  expect(serialOfUniqueId(UID_WORDS)).toBe('203739645542');
  expect(serialOfUniqueId('f'.repeat(24))).toBe('FFFFFFFEFFFF');
  expect(serialOfUniqueId(UID)).not.toBe('203739645542');
});

describe('who a device in DFU mode is', () => {
  const ours = (g0b1.rom.usb as RomUsb).alternates;
  test.each<[string, Chip, Partial<Shown>, string | undefined, Who]>([
    ['the ROM', g0b1, {}, undefined, 'rom'],
    ['the ROM of this very chip', g0b1, {}, UID_WORDS, 'rom'],
    ['the ROM of another chip of the part', g0b1, { serial: '20653172574B' }, UID_WORDS, 'wrong-board'],
    ['blanks lost on the way', g0b1, { alternates: ours.map((name) => name.replace(/ +/g, ' ')) }, undefined, 'rom'],
    ['the fixed serial of F042', f042, {}, UID_WORDS, 'rom'],
    ['another serial on F042', f042, { serial: '203739645542' }, undefined, 'application'],
    [
      'an application that protects itself',
      g0b1,
      { alternates: ['@Internal Flash /0x08000000/6*02Ka,250*02Kg'] },
      undefined,
      'application',
    ],
    [
      'a loader whose map says (r)',
      g0b1,
      { alternates: ['@Internal Flash /0x08000000/256*02Ka'] },
      undefined,
      'application',
    ],
    ['names that are no maps', g0b1, { alternates: ['UNKNOWN'] }, undefined, 'application'],
    ['ids of its own', g0b1, { vendorId: 0x1209 }, undefined, 'application'],
    ['another bcdDevice', g0b1, { bcdDevice: 0x2200 }, undefined, 'application'],
    ['a serial that is no ROM’s', g0b1, { serial: 'My Board 7' }, undefined, 'application'],
    ['no serial', g0b1, { serial: undefined }, undefined, 'application'],
    [
      'the ROM of a G0B1 of 128 KB',
      g0b1,
      { alternates: Array(3).fill('@Internal Flash   /0x08000000/64*02Kg') },
      undefined,
      'other-rom',
    ],
    ['the ROM of an F4', g0b1, shownBy(chipNamed('STM32F411RE')), undefined, 'other-rom'],
  ])('%s', (_, chip, some, uniqueId, expected) => {
    expect(who(chip, some, uniqueId)).toBe(expected);
  });

  test('facts that no listing of a board gives are not held against one (C071)', () => {
    expect(c071.provenance['rom.usb.alternates']?.confidence).toBe('hypothesis');
    const size = c071.flash.size / 2048;
    const other = {
      alternates: [`@Internal Flash    /0x08000000/${size}*02Kg`],
      serial: 'anything',
      bcdDevice: 0x0200,
    };
    expect(who(c071, other)).toBe('rom');
    expect(who(c071, { ...other, bcdDevice: 0x0100 })).toBe('application');
    expect(who(c071, { ...other, alternates: [`@Internal Flash /0x08000000/2*02Ka,${size - 2}*02Kg`] })).toBe(
      'application',
    );
    expect(who(c071, { ...other, alternates: [`@Internal Flash /0x08000000/${size + 1}*02Kg`] })).toBe('other-rom');
  });

  test('each thing that speaks against it is a sentence of its own', () => {
    const { against } = whoIsIt(g0b1, g0b1.rom.usb as RomUsb, shownBy(g0b1, { bcdDevice: 0x2200, serial: 'x' }));
    expect(against).toEqual([
      'its bcdDevice is 0x2200, that ROM has 0x0200',
      'its serial number is x, that ROM makes twelve hexadecimal digits of the unique ID',
    ]);
  });
});
