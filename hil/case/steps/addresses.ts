import * as z from 'zod';

/** `0x0800_0000` is text in YAML 1.2, `0x08000000` a number: both are meant as numbers. */
const HEX = /^0x[0-9a-f]+(_[0-9a-f]+)*$/i;

/** The number that a text in hex stands for; anything else as it is. */
export function numberIfHex<T>(value: T): T | number {
  return typeof value === 'string' && HEX.test(value) ? Number(value.replaceAll('_', '')) : value;
}

/** A number of 32 bits, plain or in hex with underscores. */
export const word = z.preprocess(
  numberIfHex,
  z.int({ error: 'a number of 32 bits, as 0x0800_0000' }).min(0).max(0xffff_ffff),
);

export const address = word;
