/** One command with everything said about it, as it went over a wire. */
export interface Exchange {
  /** As the protocol names it: `WM`, `EER` of AN3155 (`SYNC` for 0x7F, `?` for what is no command); `DNLOAD`, `ERASE` of AN3156. */
  readonly name: string;
  /** All of it as text, so that two that say the same are equal. On a USART host and board in turn, in hex: `> 31ce < 79 > 0800000008 < 79 ...`. Where a `>` follows a `<`, the host has waited. */
  readonly text: string;
  /** What the host sent with the command, in hex: address, length, data. */
  readonly parameters: readonly string[];
}

/** The exchanges that only one side has, the common ones taken in order (longest common subsequence). */
export function unmatched(
  left: readonly Exchange[],
  right: readonly Exchange[],
): { readonly left: readonly Exchange[]; readonly right: readonly Exchange[] } {
  const rows = left.length + 1;
  const columns = right.length + 1;
  const longest = new Uint16Array(rows * columns);
  const at = (i: number, j: number): number => longest[i * columns + j] as number;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      longest[i * columns + j] =
        left[i]?.text === right[j]?.text ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const only: { left: Exchange[]; right: Exchange[] } = { left: [], right: [] };
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const mine = left[i];
    const theirs = right[j];
    if (mine !== undefined && theirs !== undefined && mine.text === theirs.text) {
      i++;
      j++;
    } else if (mine !== undefined && (theirs === undefined || at(i + 1, j) >= at(i, j + 1))) {
      only.left.push(mine);
      i++;
    } else if (theirs !== undefined) {
      only.right.push(theirs);
      j++;
    }
  }
  return only;
}
