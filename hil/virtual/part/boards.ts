import type { Level } from '../board-types.ts';
import type { BuildPart } from './part.ts';
import { buildStm32g070 } from './stm32g070.ts';

/** A UART that a connector of the board brings out. */
export interface WireFacts {
  readonly name: string;
  readonly role: 'vcp' | 'rom' | 'both';
  readonly txPin: string;
  readonly rxPin: string;
}

/** A Nucleo board: what surrounds the part. */
export interface BoardFacts {
  readonly build: BuildPart;
  readonly dpidr: number;
  readonly apIdr: number;
  readonly wires: readonly WireFacts[];
  readonly clocks: { readonly hseHz: number | undefined; readonly hasLse: boolean };
  readonly button: { readonly pin: string; readonly pressed: Level; readonly pull: Level };
  readonly boot0Pin: string;
}

export const boards: Readonly<Record<string, BoardFacts>> = {
  'NUCLEO-G070RB': {
    build: buildStm32g070,
    dpidr: 0x0bc1_1477,
    apIdr: 0x0477_0031,
    // ST .ioc file of the board for USART2 = VCP; AN2606 r70 T107 for the pins on which the ROM listens (documented).
    wires: [
      { name: 'USART2', role: 'both', txPin: 'PA2', rxPin: 'PA3' },
      { name: 'USART1', role: 'rom', txPin: 'PA9', rxPin: 'PA10' },
      { name: 'USART3', role: 'rom', txPin: 'PC10', rxPin: 'PC11' },
    ],
    // MB1360: 32.768 kHz crystal fitted, no HSE crystal, MCO of the ST-LINK not connected (UM2324, recalled: hypothesis).
    clocks: { hseHz: undefined, hasLse: true },
    button: { pin: 'PC13', pressed: 0, pull: 1 },
    boot0Pin: 'PA14',
  },
};
