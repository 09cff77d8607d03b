import type { Chip } from '../chip.ts';
import { F411_SOURCES, f411xe } from './family-f4.ts';
import { commonSources, corroborated, documented, FROM_IOC, hypothesis, NUCLEO_64_PINS } from './sources.ts';

export const stm32f411re: Chip = {
  ...f411xe,
  name: 'STM32F411RE',
  board: {
    name: 'NUCLEO-F411RE',
    vcp: { usart: 'USART2', tx: 'PA2', rx: 'PA3' },
    console: { usart: 'USART2', tx: 'PA2', rx: 'PA3' },
    ledPin: 'PA5',
    buttonPin: 'PC13',
    hseHz: 8_000_000,
    hasLse: true,
  },
  provenance: {
    ...commonSources('stm32f411xe.h', 'T83, T84'),
    ...F411_SOURCES,
    'board.vcp': FROM_IOC,
    'board.console': documented('the VCP'),
    'board.ledPin': NUCLEO_64_PINS,
    'board.buttonPin': NUCLEO_64_PINS,
    'board.hseHz': corroborated('Zephyr board file; UM1724: MCO of the ST-LINK on MB1136 C-02 and later'),
    'board.hasLse': hypothesis('UM1724 (MB1136), recalled'),
  },
};
