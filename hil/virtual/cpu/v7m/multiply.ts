/** Multiplications of the DSP extension and 64-bit accumulation. ARMv7-M A5.3.16, A5.3.17; operations A7.7. */
import type { CoreState } from '../state.ts';
import { halfword, multiplyHigh, multiplyHighUnsigned } from './arithmetic.ts';
import { wrapSigned } from './saturate.ts';

/** Product of two halfwords of Rn and Rm, or of the swapped Rm. */
function dual(a: number, b: number, swap: number): readonly [number, number] {
  return [halfword(a, 0) * halfword(b, swap), halfword(a, 1) * halfword(b, swap ^ 1)];
}

/** Sum of the absolute differences of four bytes. */
function absoluteDifferences(a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < 32; i += 8) sum += Math.abs(((a >>> i) & 0xff) - ((b >>> i) & 0xff));
  return sum;
}

/** (accumulator:0 +- a * b, rounded) bits 63:32. */
function mostSignificant(a: number, b: number, accumulator: number, round: boolean, subtract: boolean): number {
  let high = multiplyHigh(a, b);
  let low = Math.imul(a, b);
  if (subtract) {
    high = accumulator - high - (low !== 0 ? 1 : 0);
    low = -low | 0;
  } else high += accumulator;
  return round && low < 0 ? high + 1 : high;
}

function result32(s: CoreState, h: number, h2: number, a: number, b: number, accumulator: number): number {
  const swap = (h2 >> 4) & 1;
  switch ((h >> 4) & 7) {
    case 1: // SMULxy, SMLAxy
      return wrapSigned(s, halfword(a, (h2 >> 5) & 1) * halfword(b, swap) + accumulator);
    case 2: {
      const [low, high] = dual(a, b, swap); // SMUAD, SMLAD
      return wrapSigned(s, low + high + accumulator);
    }
    case 3: // SMULWy, SMLAWy
      return wrapSigned(s, Math.floor((a * halfword(b, swap)) / 0x1_0000) + accumulator);
    case 4: {
      const [low, high] = dual(a, b, swap); // SMUSD, SMLSD
      return wrapSigned(s, low - high + accumulator);
    }
    case 5: // SMMUL, SMMLA
      return mostSignificant(a, b, accumulator, swap !== 0, false);
    case 6: // SMMLS
      return mostSignificant(a, b, accumulator, swap !== 0, true);
    default: // USAD8, USADA8
      return absoluteDifferences(a, b) + accumulator;
  }
}

/** Add `high`:`low` to the pair of registers. */
function accumulate(s: CoreState, lowRegister: number, highRegister: number, low: number, high: number): void {
  const sum = (s.r[lowRegister]! >>> 0) + (low >>> 0);
  s.r[highRegister] = s.r[highRegister]! + high + (sum > 0xffff_ffff ? 1 : 0);
  s.r[lowRegister] = sum | 0;
}

/** A sum of products below 2^33 in magnitude as a pair of words. */
function accumulateSmall(s: CoreState, lowRegister: number, highRegister: number, value: number): void {
  accumulate(s, lowRegister, highRegister, value | 0, Math.floor(value / 0x1_0000_0000));
}

function executeLong(s: CoreState, h: number, h2: number, a: number, b: number): void {
  const low = h2 >> 12;
  const high = (h2 >> 8) & 15;
  const op2 = (h2 >> 4) & 15;
  switch ((h >> 4) & 7) {
    case 4:
      if (op2 === 0)
        accumulate(s, low, high, Math.imul(a, b), multiplyHigh(a, b)); // SMLAL
      else if (op2 < 12)
        accumulateSmall(s, low, high, halfword(a, (op2 >> 1) & 1) * halfword(b, op2 & 1)); // SMLALxy
      else {
        const [first, second] = dual(a, b, op2 & 1); // SMLALD
        accumulateSmall(s, low, high, first + second);
      }
      break;
    case 5: {
      const [first, second] = dual(a, b, op2 & 1); // SMLSLD
      accumulateSmall(s, low, high, first - second);
      break;
    }
    default: {
      const productLow = Math.imul(a, b);
      const productHigh = multiplyHighUnsigned(a, b);
      if (op2 === 0)
        accumulate(s, low, high, productLow, productHigh); // UMLAL
      else {
        // UMAAL: both registers are added to the product; that fits in 64 bits.
        const sum = (s.r[low]! >>> 0) + (s.r[high]! >>> 0) + (productLow >>> 0);
        s.r[high] = (productHigh >>> 0) + Math.floor(sum / 0x1_0000_0000);
        s.r[low] = sum | 0;
      }
    }
  }
}

export function executeMultiply(s: CoreState, operand: number): void {
  const h = operand >>> 16;
  const h2 = operand & 0xffff;
  const a = s.r[h & 15]!;
  const b = s.r[h2 & 15]!;
  if ((h & 0x80) !== 0) {
    executeLong(s, h, h2, a, b);
    return;
  }
  const accumulator = h2 >> 12 === 15 ? 0 : s.r[h2 >> 12]!;
  s.r[(h2 >> 8) & 15] = result32(s, h, h2, a, b, accumulator);
}
