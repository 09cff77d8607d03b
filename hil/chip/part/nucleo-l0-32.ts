import type { BoardFacts, RomUsart } from '../chip.ts';
import type { Provenance } from '../provenance.ts';
import { documented, FROM_IOC, hypothesis, NUCLEO_32_PINS } from './sources.ts';

/** The Nucleo-32 boards with L011 and L031: the VCP drives PA15, which is no pin of the ROM. */
export function nucleo32L0(name: string): BoardFacts {
  const vcp = { usart: 'USART2', tx: 'PA2', rx: 'PA15' };
  return { name, vcp, console: vcp, ledPin: 'PB3', hasLse: true };
}

/** USART2 on either of two pairs of pins. */
export const L0_CATEGORY_1_2_USARTS: readonly RomUsart[] = [
  { name: 'USART2', tx: 'PA9', rx: 'PA10', baudDetection: 'software', jitterPercent: -2 },
  { name: 'USART2', tx: 'PA2', rx: 'PA3', baudDetection: 'software', jitterPercent: -2 },
];

export const NUCLEO_32_L0_SOURCES: Readonly<Record<string, Provenance>> = {
  'board.vcp': FROM_IOC,
  'board.console': documented('the VCP'),
  'board.ledPin': NUCLEO_32_PINS,
  'board.hasLse': hypothesis('UM1956 (MB1180: crystal X1 on PC14 and PC15 of the L0 boards), recalled'),
};
