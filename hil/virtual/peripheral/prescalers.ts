/** Divider of a four-bit HPRE: below 8 none; then 2, 4, 8, 16 and 64 .. 512 (32 is left out). Source: RM0376 7.3.4 (documented). */
export function hpreDivider(field: number): number {
  if (field < 8) return 1;
  return field < 12 ? 2 << (field - 8) : 64 << (field - 12);
}

/** Divider of a three-bit PPRE: below 4 none; then 2, 4, 8, 16. */
export function ppreDivider(field: number): number {
  return field < 4 ? 1 : 2 << (field - 4);
}
