/** Length of the line's low and high times at the start of a character: edges from the first falling edge on, in ns. */
export interface AutoBaudAnswer {
  /** `wait`: more edges are needed. `failed`: not the expected character. `found`: `bitNs` measured. */
  readonly state: 'wait' | 'failed' | 'found';
  readonly bitNs: number;
}

const WAIT: AutoBaudAnswer = { state: 'wait', bitNs: 0 };
const FAILED: AutoBaudAnswer = { state: 'failed', bitNs: 0 };
/** How far the start bit may differ from the whole measurement. Hypothesis: the manual gives no number. */
const TOLERANCE = 0.25;

/**
 * The measurement of CR2.ABRMOD.
 *
 * Source: RM0454 26.5.8 (documented): mode 0 the start bit of a character that begins with a 1; mode 1 falling edge to falling
 * edge of a character 10xx; mode 2 a 0x7F frame: start bit, then up to the falling edge after bit 6; mode 3 a 0x55 frame: start
 * bit, up to the end of bit 0, up to the end of bit 6.
 * @param edgesNs times of the edges since the start bit's falling edge, which is the first; they alternate
 */
export function measureAutoBaud(mode: number, edgesNs: readonly number[]): AutoBaudAnswer {
  const span = (from: number, to: number): number => edgesNs[to]! - edgesNs[from]!;
  if (edgesNs.length < 2) return WAIT;
  const startBit = span(0, 1);
  if (mode === 0) return { state: 'found', bitNs: startBit };
  const agrees = (bitNs: number): AutoBaudAnswer =>
    Math.abs(startBit - bitNs) <= bitNs * TOLERANCE ? { state: 'found', bitNs } : FAILED;
  if (mode === 1) return edgesNs.length < 3 ? WAIT : { state: 'found', bitNs: span(0, 2) / 2 };
  if (mode === 2) return edgesNs.length < 3 ? WAIT : agrees(span(0, 2) / 8);
  return edgesNs.length < 9 ? WAIT : agrees(span(0, 8) / 8);
}
