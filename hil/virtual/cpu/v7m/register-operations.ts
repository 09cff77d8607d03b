/** Extensions, parallel arithmetic and saturation on registers. ARMv7-M A5.3.12-A5.3.15; operations A7.7. */
import type { CoreState } from '../state.ts';
import { rotateRight } from './arithmetic.ts';
import { clip, saturateSigned } from './saturate.ts';

function byte(a: number, i: number, signed: boolean): number {
  return signed ? (a << (24 - 8 * i)) >> 24 : (a >>> (8 * i)) & 0xff;
}

function half(a: number, i: number, signed: boolean): number {
  return signed ? (a << (16 - 16 * i)) >> 16 : (a >>> (16 * i)) & 0xffff;
}

/** SXTAH UXTAH SXTAB16 UXTAB16 SXTAB UXTAB; without an addend when Rn = 15. */
function extend(s: CoreState, h: number, h2: number): number {
  const op = (h >> 4) & 7;
  const n = h & 15;
  const addend = n === 15 ? 0 : s.r[n]!;
  const value = rotateRight(s.r[h2 & 15]!, ((h2 >> 4) & 3) * 8);
  const signed = (op & 1) === 0;
  if (op < 2) return addend + half(value, 0, signed);
  if (op >= 4) return addend + byte(value, 0, signed);
  const low = (addend & 0xffff) + byte(value, 0, signed);
  return (((addend >>> 16) + byte(value, 2, signed)) << 16) | (low & 0xffff);
}

/** How the lanes of a parallel operation are treated. */
const PLAIN = 0;
const SATURATING = 1;

/** One lane's sum to its result; `bits` wide. */
function lane(value: number, bits: number, kind: number, signed: boolean): number {
  if (kind === PLAIN) return value;
  if (kind !== SATURATING) return value >> 1;
  const span = 2 ** bits;
  return signed ? clip(value, -span / 2, span / 2 - 1) : clip(value, 0, span - 1);
}

/** GE of a lane: the sum is not negative (signed or a difference), or carries out (unsigned sum). A7.7 SADD16, UADD16. */
function greaterOrEqual(value: number, bits: number, signed: boolean, adds: boolean): boolean {
  return signed || !adds ? value >= 0 : value >= 2 ** bits;
}

function parallel8(s: CoreState, a: number, b: number, adds: boolean, kind: number, signed: boolean): number {
  let result = 0;
  let ge = 0;
  for (let i = 0; i < 4; i++) {
    const x = byte(a, i, signed);
    const y = byte(b, i, signed);
    const value = adds ? x + y : x - y;
    if (greaterOrEqual(value, 8, signed, adds)) ge |= 1 << i;
    result |= (lane(value, 8, kind, signed) & 0xff) << (8 * i);
  }
  if (kind === PLAIN) s.v7m.ge = ge;
  return result;
}

/** `low` and `high` say whether that half is an addition; `exchange`: it takes the other half of the second operand. */
function parallel16(
  s: CoreState,
  a: number,
  b: number,
  halves: { readonly low: boolean; readonly high: boolean; readonly exchange: boolean },
  kind: number,
  signed: boolean,
): number {
  let result = 0;
  let ge = 0;
  for (let i = 0; i < 2; i++) {
    const adds = i === 0 ? halves.low : halves.high;
    const x = half(a, i, signed);
    const y = half(b, halves.exchange ? 1 - i : i, signed);
    const value = adds ? x + y : x - y;
    if (greaterOrEqual(value, 16, signed, adds)) ge |= 3 << (2 * i);
    result |= (lane(value, 16, kind, signed) & 0xffff) << (16 * i);
  }
  if (kind === PLAIN) s.v7m.ge = ge;
  return result;
}

/** A5.3.13, A5.3.14 */
function parallel(s: CoreState, h: number, h2: number): number {
  const a = s.r[h & 15]!;
  const b = s.r[h2 & 15]!;
  const kind = (h2 >> 4) & 3;
  const signed = (h2 & 0x40) === 0;
  switch ((h >> 4) & 7) {
    case 0:
      return parallel8(s, a, b, true, kind, signed);
    case 1:
      return parallel16(s, a, b, { low: true, high: true, exchange: false }, kind, signed);
    case 2: // ASX
      return parallel16(s, a, b, { low: false, high: true, exchange: true }, kind, signed);
    case 4:
      return parallel8(s, a, b, false, kind, signed);
    case 5:
      return parallel16(s, a, b, { low: false, high: false, exchange: false }, kind, signed);
    default: // SAX
      return parallel16(s, a, b, { low: true, high: false, exchange: true }, kind, signed);
  }
}

/** QADD, QDADD, QSUB, QDSUB: Rm with Rn, which may be doubled and saturated first. */
function saturatingAdd(s: CoreState, n: number, m: number, op: number): number {
  const second = (op & 1) !== 0 ? saturateSigned(s, 2 * n, 32) : n;
  return saturateSigned(s, (op & 2) !== 0 ? m - second : m + second, 32);
}

/** SEL: each byte from Rn where its GE bit is set, else from Rm. */
function select(s: CoreState, n: number, m: number): number {
  let mask = 0;
  for (let i = 0; i < 4; i++) if (((s.v7m.ge >> i) & 1) !== 0) mask |= 0xff << (8 * i);
  return (n & mask) | (m & ~mask);
}

export function executeRegister(s: CoreState, operand: number): void {
  const h = operand >>> 16;
  const h2 = operand & 0xffff;
  const d = (h2 >> 8) & 15;
  if ((h & 0x80) === 0) s.r[d] = extend(s, h, h2);
  else if ((h2 & 0x80) === 0) s.r[d] = parallel(s, h, h2);
  else if ((h & 0x30) === 0) s.r[d] = saturatingAdd(s, s.r[h & 15]!, s.r[h2 & 15]!, (h2 >> 4) & 3);
  else s.r[d] = select(s, s.r[h & 15]!, s.r[h2 & 15]!);
}
