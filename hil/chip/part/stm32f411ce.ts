import type { Chip } from '../chip.ts';
import { F411_SOURCES, f411xe } from './family-f4.ts';
import { commonSources, corroborated, hypothesis } from './sources.ts';

const BOARD = corroborated('Zephyr blackpill_f411ce.dts; WeAct schematic STM32F4x1 V3.x');

/** The chip of the NUCLEO-F411RE in 48 pins, on a board without debugger and VCP: its wires are an adapter and a probe. */
export const stm32f411ce: Chip = {
  ...f411xe,
  name: 'STM32F411CE',
  board: {
    name: 'BLACKPILL-F411CE',
    console: { usart: 'USART1', tx: 'PA9', rx: 'PA10' },
    ledPin: 'PC13',
    buttonPin: 'PA0',
    hseHz: 25_000_000,
    hasLse: true,
  },
  provenance: {
    ...commonSources('stm32f411xe.h', 'T83, T84'),
    ...F411_SOURCES,
    'board.name': hypothesis('our name for the WeAct board'),
    'board.console': hypothesis('our choice: the pins on which the ROM listens, too'),
    'board.ledPin': BOARD,
    'board.buttonPin': BOARD,
    'board.hseHz': BOARD,
    'board.hasLse': BOARD,
  },
};
