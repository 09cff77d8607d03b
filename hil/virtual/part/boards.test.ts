import { describe, expect, test } from '@jest/globals';
import type { Chip } from '../../chip/chip.ts';
import { stm32g070rb } from '../../chip/part/stm32g070rb.ts';
import { boards, wiresOf } from './boards.ts';

const board = (usart: string, tx: string, rx: string, roms: readonly (readonly [string, string, string])[]): Chip => ({
  ...stm32g070rb,
  board: { ...stm32g070rb.board, vcp: { usart, tx, rx } },
  rom: {
    ...stm32g070rb.rom,
    usarts: roms.map(([name, romTx, romRx]) => ({
      name,
      tx: romTx,
      rx: romRx,
      baudDetection: 'hardware',
      jitterPercent: 0,
    })),
  },
});

describe('the wires of a board', () => {
  test('a VCP on pins of the ROM serves both, the other ports of the ROM are pins for an adapter', () => {
    expect(boards['NUCLEO-C071RB']?.wires).toEqual([
      { name: 'USART2', role: 'both', txPin: 'PA2', rxPin: 'PA3' },
      { name: 'USART1', role: 'rom', txPin: 'PA9', rxPin: 'PA10' },
    ]);
  });
  test('a VCP elsewhere does not reach the ROM', () => {
    expect(boards['NUCLEO-C031C6']?.wires).toEqual([
      { name: 'USART2', role: 'vcp', txPin: 'PA2', rxPin: 'PA3' },
      { name: 'USART1', role: 'rom', txPin: 'PA9', rxPin: 'PA10' },
    ]);
  });
  test('one shared pin is not enough', () => {
    const chip = board('USART2', 'PA2', 'PA15', [['USART2', 'PA14', 'PA15']]);
    expect(wiresOf(chip).map(({ name, role }) => [name, role])).toEqual([
      ['USART2', 'vcp'],
      ['USART2@PA14', 'rom'],
    ]);
  });
  test('every name is different on every board', () => {
    for (const { wires } of Object.values(boards)) {
      expect(new Set(wires.map(({ name }) => name)).size).toBe(wires.length);
    }
  });
});

test('a board is named and dressed by its chip facts', () => {
  for (const [name, facts] of Object.entries(boards)) {
    const { chip } = facts.part;
    expect([name, facts.dpidr, facts.boot0Pin, facts.button?.pin]).toEqual([
      chip.board.name,
      chip.core.dpidr,
      chip.boot0Pin,
      chip.board.buttonPin,
    ]);
    expect(facts.clocks).toEqual({ hseHz: chip.board.hseHz, hasLse: chip.board.hasLse });
  }
});
