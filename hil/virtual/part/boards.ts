import { type Chip, romUsartOn } from '../../chip/chip.ts';
import type { Level } from '../board-types.ts';
import type { CoreOptions, Processor } from '../cpu/options.ts';
import type { Part } from './part.ts';
import { stm32c011 } from './stm32c011.ts';
import { stm32c031 } from './stm32c031.ts';
import { stm32c071 } from './stm32c071.ts';
import { stm32f042 } from './stm32f042.ts';
import { stm32f091 } from './stm32f091.ts';
import { stm32f411, stm32f411BlackPill } from './stm32f411.ts';
import { stm32g0b1 } from './stm32g0b1.ts';
import { stm32g070 } from './stm32g070.ts';
import { stm32l011 } from './stm32l011.ts';
import { stm32l031 } from './stm32l031.ts';
import { stm32l073 } from './stm32l073.ts';
import { stm32l476 } from './stm32l476.ts';

/** A UART that a connector of the board brings out. */
export interface WireFacts {
  readonly name: string;
  /** `vcp` reaches the application only, `rom` are pins for an adapter, `both` is a VCP on pins on which the ROM listens. */
  readonly role: 'vcp' | 'rom' | 'both';
  readonly txPin: string;
  readonly rxPin: string;
}

/** A Nucleo board: what surrounds the part. */
export interface VirtualBoardFacts {
  readonly part: Part;
  readonly core: Omit<CoreOptions, 'bus' | 'onSystemReset'>;
  readonly dpidr: number;
  readonly apIdr: number;
  /** The VCP first. */
  readonly wires: readonly WireFacts[];
  readonly clocks: { readonly hseHz: number | undefined; readonly hasLse: boolean };
  readonly button: { readonly pin: string; readonly pressed: Level; readonly pull: Level } | undefined;
  readonly boot0Pin: string;
}

/** Every part that a virtual board can carry. */
const parts: readonly Part[] = [
  stm32g070,
  stm32g0b1,
  stm32c011,
  stm32c031,
  stm32c071,
  stm32l476,
  stm32f411,
  stm32f411BlackPill,
  stm32l011,
  stm32l031,
  stm32l073,
  stm32f042,
  stm32f091,
];

interface CoreFacts {
  readonly processor: Processor;
  /** IDR of the AHB-AP, as debuggers report it (corroborated). */
  readonly apIdr: number;
}

const cores: Readonly<Record<Chip['core']['name'], CoreFacts>> = {
  'Cortex-M0': { processor: 'cortex-m0', apIdr: 0x0477_0021 },
  'Cortex-M0+': { processor: 'cortex-m0plus', apIdr: 0x0477_0031 },
  'Cortex-M4': { processor: 'cortex-m4', apIdr: 0x2477_0011 },
};

/** Wires from the chip facts: the VCP, then the ROM's other ports. A second wire of one USART is named with its TX pin. */
export function wiresOf(chip: Chip): readonly WireFacts[] {
  const { vcp } = chip.board;
  const wires: WireFacts[] = [];
  if (vcp !== undefined) {
    const role = romUsartOn(chip, vcp) === undefined ? 'vcp' : 'both';
    wires.push({ name: vcp.usart, role, txPin: vcp.tx, rxPin: vcp.rx });
  }
  for (const { name, tx, rx, bonded } of chip.rom.usarts) {
    if (bonded === false || (tx === vcp?.tx && rx === vcp.rx)) continue;
    const taken = wires.some((wire) => wire.name === name);
    wires.push({ name: taken ? `${name}@${tx}` : name, role: 'rom', txPin: tx, rxPin: rx });
  }
  return wires;
}

function boardOf(part: Part): VirtualBoardFacts {
  const { chip } = part;
  const { board } = chip;
  const core = cores[chip.core.name];
  return {
    part,
    core: { processor: core.processor, ...part.core },
    dpidr: chip.core.dpidr,
    apIdr: core.apIdr,
    wires: wiresOf(chip),
    clocks: { hseHz: board.hseHz, hasLse: board.hasLse },
    // B1 of a Nucleo-64 pulls its pin down (board manuals: UM1724, UM2324, UM2953; documented).
    button: board.buttonPin === undefined ? undefined : { pin: board.buttonPin, pressed: 0, pull: 1 },
    boot0Pin: chip.boot0Pin,
  };
}

export const boards: Readonly<Record<string, VirtualBoardFacts>> = Object.fromEntries(
  parts.map((part) => [part.chip.board.name, boardOf(part)]),
);
