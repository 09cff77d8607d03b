import type { Level, LineFrame } from '../board-types.ts';

export type Parity = 'none' | 'odd' | 'even' | 'mark' | 'space';

/** How one end of a serial line shapes its frames. */
export interface UartFormat {
  readonly baud: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: Parity;
  readonly stopBits: 1 | 1.5 | 2;
}

/** What RFC 2217 and npm serialport both call the defaults of a port nobody has set up. */
export const DEFAULT_FORMAT: UartFormat = { baud: 115_200, dataBits: 8, parity: 'none', stopBits: 1 };

export function bitNs(format: UartFormat): number {
  return 1e9 / format.baud;
}

/** Time from one start bit to the next when frames follow each other without a gap. */
export function frameNs(format: UartFormat): number {
  const bits = 1 + format.dataBits + (format.parity === 'none' ? 0 : 1) + format.stopBits;
  return bits * bitNs(format);
}

export function parityBit(value: number, parity: Parity): Level {
  if (parity === 'mark') return 1;
  if (parity === 'space') return 0;
  let ones = 0;
  for (let v = value; v !== 0; v >>>= 1) ones += v & 1;
  const even = (ones & 1) as Level;
  return parity === 'odd' ? ((even ^ 1) as Level) : even;
}

/**
 * The levels of one frame. A stop bit and a half is one stop level; the other half is idle time between frames, which
 * `frameNs` includes.
 */
export function toFrame(value: number, format: UartFormat, startNs: number): LineFrame {
  const levels: Level[] = [0];
  const data = value & ((1 << format.dataBits) - 1);
  for (let i = 0; i < format.dataBits; i++) levels.push(((data >> i) & 1) as Level);
  if (format.parity !== 'none') levels.push(parityBit(data, format.parity));
  for (let i = 1; i <= format.stopBits; i++) levels.push(1);
  return { startNs, bitNs: bitNs(format), levels };
}

const LETTER: Readonly<Record<Parity, string>> = { none: 'N', odd: 'O', even: 'E', mark: 'M', space: 'S' };

/** `115200 8E1`, as tools print it. */
export function formatText(format: UartFormat): string {
  return `${format.baud} ${format.dataBits}${LETTER[format.parity]}${format.stopBits}`;
}

/** Inverse of `formatText`; undefined when `text` is not one. */
export function parseFormat(text: string): UartFormat | undefined {
  const match = /^(\d+(?:\.\d+)?) ([5-8])([NOEMS])(1|1\.5|2)$/.exec(text);
  if (match === null) return undefined;
  const parity = (Object.keys(LETTER) as Parity[]).find((name) => LETTER[name] === match[3]);
  if (parity === undefined) return undefined;
  return {
    baud: Number(match[1]),
    dataBits: Number(match[2]) as UartFormat['dataBits'],
    parity,
    stopBits: Number(match[4]) as UartFormat['stopBits'],
  };
}
