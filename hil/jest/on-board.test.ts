import { describe, expect, test } from '@jest/globals';
import type { BoardFacts } from './hil-global.ts';
import { onBoard, unmet } from './on-board.ts';

const everything: BoardFacts = {
  board: 'one',
  chip: 'STM32G070RB',
  kind: 'virtual',
  permissions: { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true },
  twin: false,
  romPort: true,
  usbPort: true,
  controls: true,
};
const lab: BoardFacts = {
  ...everything,
  kind: 'real',
  permissions: { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false },
  controls: false,
};

describe('what a group of tests needs', () => {
  test.each([
    ['nothing special', {}],
    ['the ROM port', { port: 'usart' }],
    ['its part', { chip: ['STM32F411RE', 'STM32G070RB'] }],
  ] as const)('is met by a bench board that may be erased page by page: %s', (_what, needs) => {
    expect(unmet(needs, lab)).toBeUndefined();
  });

  test.each([
    ['another part', { chip: ['STM32F411RE'] }, /for STM32F411RE only/],
    ['a virtual board', { kind: 'virtual' }, /for virtual boards only/],
    ['mass erase', { erase: 'mass' }, /does not permit mass erase/],
    ['write protection', { write_protection: true }, /does not permit write_protection/],
    ['option bytes', { option_bytes: true }, /does not permit option_bytes/],
    ['readout protection', { rdp1: true }, /does not permit rdp1/],
    ['a hand', { controls: true }, /nobody can work power, NRST and BOOT0/],
  ] as const)(
    'is not met by it: %s; a virtual board of the default rig does or is another part',
    (_what, needs, why) => {
      expect(unmet(needs, lab)).toMatch(why);
      expect(unmet({ ...needs, chip: undefined } as never, everything)).toBeUndefined();
    },
  );

  test('is not met by a rig whose wires do not reach the ROM: the reason names the pins that do', () => {
    expect(unmet({ port: 'usart' }, { ...lab, romPort: false })).toBe(
      'no wire of the rig reaches the ROM: the console of a NUCLEO-G070RB is on USART2 PA2/PA3, the ROM listens on USART1 PA9/PA10, USART2 PA2/PA3, USART3 PC10/PC11',
    );
    expect(unmet({}, { ...lab, romPort: false })).toBeUndefined();
  });

  test('on USB is met where a cable reaches the part; else the reason names its pins', () => {
    const g0b1: BoardFacts = { ...lab, chip: 'STM32G0B1RE' };
    expect(unmet({ port: 'usb' }, g0b1)).toBeUndefined();
    expect(unmet({ port: 'usb' }, { ...g0b1, usbPort: false })).toBe(
      'no USB cable of the rig reaches PA11/PA12 of the STM32G0B1RE',
    );
  });

  test('is never met by a board that nobody permitted to erase: every suite flashes its application', () => {
    expect(unmet({}, { ...lab, permissions: { ...lab.permissions, erase: 'none' } })).toMatch(
      /does not permit to erase/,
    );
  });
});

test('a suite outside of a board project is told how to run it', () => {
  expect(() => onBoard('x', {}, () => {})).toThrow(/run this file by `hil run`.*HIL-504/);
});
