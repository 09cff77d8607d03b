import type { Peripheral, Width } from './peripheral.ts';

/** CRC unit. Source: RM0454 chapter 12; RM0383 chapter 4 for the one without settings (documented). */
const DR = 0x00;
const IDR = 0x04;
const CR = 0x08;
const INIT = 0x10;
const POL = 0x14;
const RESET_POLYNOMIAL = 0x04c1_1db7;

function reverse(value: number, bits: number): number {
  let out = 0;
  for (let i = 0; i < bits; i++) if ((value >>> i) & 1) out |= 1 << (bits - 1 - i);
  return out >>> 0;
}

/** @param programmable polynomial, initial value, width and reversal can be set (F0, G0, L0, L4, C0); F4 knows CRC-32 alone */
export function createCrc(programmable = true): Peripheral {
  let crc = 0xffff_ffff;
  let idr = 0;
  let cr = 0;
  let init = 0xffff_ffff;
  let polynomial = RESET_POLYNOMIAL;
  const size = (): number => [32, 16, 8, 7][(cr >>> 3) & 3]!;

  /** REV_IN: 1 reverses bits of each byte, 2 of each half-word, 3 of the word. */
  function reversedInput(data: number, bits: number): number {
    const unit = [0, 8, 16, 32][(cr >>> 5) & 3]!;
    if (unit === 0) return data;
    const step = Math.min(unit, bits);
    let out = 0;
    for (let at = 0; at < bits; at += step) {
      const part = (data >>> at) & (step === 32 ? 0xffff_ffff : (1 << step) - 1);
      out |= reverse(part, step) << at;
    }
    return out >>> 0;
  }

  function feed(data: number, width: Width): void {
    const bits = width * 8;
    const value = reversedInput(data, bits);
    const top = size() - 1;
    for (let i = bits - 1; i >= 0; i--) {
      const carry = ((crc >>> top) ^ (value >>> i)) & 1;
      crc = ((crc << 1) ^ (carry ? polynomial : 0)) >>> 0;
      if (top < 31) crc &= (1 << (top + 1)) - 1;
    }
    crc >>>= 0;
  }

  return {
    name: 'CRC',
    size: 0x400,
    read(offset, width) {
      const shown = cr & 0x80 ? reverse(crc, size()) : crc;
      const word = (programmable ? [shown, idr, cr, 0, init, polynomial] : [shown, idr])[offset >> 2] ?? 0;
      return (word >>> ((offset & 3) * 8)) & (width === 4 ? 0xffff_ffff : (1 << (8 * width)) - 1);
    },
    write(offset, value, width) {
      if (offset === DR) feed(value, width);
      else if (offset === IDR) idr = programmable ? value >>> 0 : value & 0xff;
      else if (offset === CR) {
        if (programmable) cr = value & 0xf8;
        if (value & 1) crc = init;
      } else if (!programmable) {
        return;
      } else if (offset === INIT) {
        init = value >>> 0;
        crc = init;
      } else if (offset === POL) polynomial = value >>> 0;
    },
    quietRead: () => true,
    reset() {
      crc = init = 0xffff_ffff;
      idr = cr = 0;
      polynomial = RESET_POLYNOMIAL;
    },
  };
}
