import { describe, expect, test } from '@jest/globals';
import { type Chip, flashRegister } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { createFlashControl } from './flash-control.ts';
import { type OptionChange, readOptionWords, writeOptionWords } from './option-bytes.ts';
import type { TclCommands } from './tcl-commands.ts';

/** Memory of a halted chip, with a log of what was written: `address=value`. */
function fakeTarget(chip: Chip, content: Readonly<Record<number, number>> = {}) {
  const memory = new Map<number, number>(Object.entries(content).map(([address, value]) => [Number(address), value]));
  const written: (readonly [number, number])[] = [];
  const tcl: TclCommands = {
    run: async () => '',
    readMemory: async (address, _width, count) =>
      Array.from({ length: count }, (_, i) => memory.get(address + 4 * i) ?? 0),
    readWords: async (addresses) => addresses.map((address) => memory.get(address) ?? 0),
    writeWords: async () => {
      throw new Error('not part of these tests');
    },
    changeBit: async () => {
      throw new Error('not part of these tests');
    },
    async writeMemory(address, _width, values) {
      for (const value of values) written.push([address, value]);
    },
    readRegisters: async () => {
      throw new Error('not part of these tests');
    },
    writeRegister: async () => {},
    startedElsewhere: () => {},
    state: async () => 'halted',
  };
  return { tcl, written, flash: createFlashControl('board', chip, tcl, {}) };
}

const change = (chip: Chip, name: string, value: number): OptionChange => {
  const word = chip.optionBytes.words.find((one) => one.name === name);
  if (word === undefined) throw new Error(`no ${name}`);
  return { word, value };
};

/** Writes to registers by name, others by address. */
function named(chip: Chip, written: readonly (readonly [number, number])[]): readonly string[] {
  const { base, registers } = chip.flash.controller;
  const name = (address: number): string =>
    Object.entries(registers).find(([, offset]) => base + offset === address)?.[0] ?? `0x${address.toString(16)}`;
  return written.map(([address, value]) => `${name(address)}=${value.toString(16)}`);
}

describe('what is sent to program option bytes', () => {
  test('F4: keys, the options, OPTSTRT, the lock', async () => {
    const chip = chipNamed('STM32F411RE');
    const { tcl, written, flash } = fakeTarget(chip, { [flashRegister(chip, 'OPTCR')]: 0x0fff_aaed });
    await writeOptionWords(flash, tcl, [change(chip, 'OPTCR', 0x0ffe_aaed)]);
    expect(named(chip, written)).toEqual([
      'SR=1f2',
      'OPTKEYR=8192a3b',
      'OPTKEYR=4c5d6e7f',
      'OPTCR=ffeaaec',
      'OPTCR=ffeaaee',
      'CR=80000000',
      'OPTCR=fffaaed',
    ]);
  });

  test('L0: the key of PECR, then that of the option bytes; each half with its complement', async () => {
    const chip = chipNamed('STM32L073RZ');
    const { tcl, written, flash } = fakeTarget(chip, { [flashRegister(chip, 'PECR')]: 7 });
    await writeOptionWords(flash, tcl, [change(chip, 'OPTR', 0x80f0_00aa), change(chip, 'WRPR2', 1)]);
    expect(named(chip, written)).toEqual([
      'SR=32f00',
      'PEKEYR=89abcdef',
      'PEKEYR=2030405',
      'OPTKEYR=fbead9c8',
      'OPTKEYR=24252627',
      '0x1ff80000=ff5500aa',
      '0x1ff80004=7f0f80f0',
      '0x1ff80010=fffe0001',
      'PECR=7',
    ]);
  });

  test('F0: the area is erased and programmed anew, RDP first, with what was there', async () => {
    const chip = chipNamed('STM32F042K6');
    const { tcl, written, flash } = fakeTarget(chip, {
      [flashRegister(chip, 'CR')]: 0x80,
      [flashRegister(chip, 'OBR')]: 0x12ff_ff00,
      [0x1fff_f800]: 0xaa,
      [flashRegister(chip, 'OBR') + 4]: 0xff,
    });
    await writeOptionWords(flash, tcl, [change(chip, 'WRPR', 0xfe)]);
    expect(named(chip, written)).toEqual([
      'SR=14',
      'KEYR=45670123',
      'KEYR=cdef89ab',
      'OPTKEYR=45670123',
      'OPTKEYR=cdef89ab',
      'CR=220',
      'CR=260',
      'CR=210',
      '0x1ffff800=55aa',
      '0x1ffff802=ff',
      '0x1ffff804=ff',
      '0x1ffff806=ed12',
      '0x1ffff808=1fe',
      'CR=80',
    ]);
  });

  test('L4: both locks, the words by their registers, OPTSTRT once', async () => {
    const chip = chipNamed('STM32L476RG');
    const { tcl, written, flash } = fakeTarget(chip, { [flashRegister(chip, 'CR')]: 0xc000_0000 });
    await writeOptionWords(flash, tcl, [change(chip, 'WRP1AR', 1), change(chip, 'WRP2AR', 2)]);
    expect(named(chip, written)).toEqual([
      'SR=c3fa',
      'KEYR=45670123',
      'KEYR=cdef89ab',
      'OPTKEYR=8192a3b',
      'OPTKEYR=4c5d6e7f',
      '0x4002202c=1',
      '0x4002204c=2',
      'CR=20000',
      'CR=80000000',
    ]);
  });

  test('no key is sent to a lock that is open: it would close until the next reset', async () => {
    const chip = chipNamed('STM32G0B1RE');
    const { tcl, written, flash } = fakeTarget(chip, { [flashRegister(chip, 'CR')]: 0 });
    await writeOptionWords(flash, tcl, [change(chip, 'WRP1AR', 1)]);
    expect(named(chip, written).filter((line) => line.includes('KEYR'))).toEqual([]);
  });

  test('an error flag ends it with what FLASH_SR reads', async () => {
    const chip = chipNamed('STM32C031C6');
    const { tcl, flash } = fakeTarget(chip, { [flashRegister(chip, 'SR')]: 0x8000 });
    await expect(writeOptionWords(flash, tcl, [change(chip, 'WRP1AR', 1)])).rejects.toMatchObject({
      code: 412,
      context: { sr: 0x8000 },
    });
  });
});

describe('what is read as option words', () => {
  const read = async (name: string, content: Readonly<Record<number, number>>) => {
    const chip = chipNamed(name);
    return readOptionWords(chip, fakeTarget(chip, content).tcl);
  };

  test.each([
    ['level 0', 0x00ff_ff00, 0xaa, 0x00ff_ffaa],
    ['level 0, whatever waits to be loaded', 0x00ff_ff00, 0x55, 0x00ff_ffaa],
    ['level 1', 0x00ff_ff02, 0x55, 0x00ff_ff55],
    ['level 1, level 0 waits to be loaded', 0x00ff_ff02, 0xaa, 0x00ff_ffff],
    ['level 2', 0x00ff_ff06, 0xcc, 0x00ff_ffcc],
  ])('F0, %s: OBR %i and the byte %i are %i', async (_what, obr, byte, word) => {
    expect(await read('STM32F091RC', { 1073881116: obr, 536868864: byte })).toMatchObject({ OBR: word });
  });

  test('F4: lock and start do not count', async () => {
    expect(await read('STM32F411RE', { 1073888276: 0x0fff_aaee })).toEqual({ OPTCR: 0x0fff_aaed });
  });

  test('L0: a word of 16 bits has no more', async () => {
    expect(await read('STM32L073RZ', { 1073881216: 0xabcd_0001 })).toMatchObject({ WRPR2: 1 });
  });
});
