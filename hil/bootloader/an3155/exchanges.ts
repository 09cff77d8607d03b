import { ACK, type Command, commands, NACK, SYNC } from './coder.ts';
import type { Turn } from './pty-tap.ts';

/** One command with everything said about it, as it went over the wire. */
export interface Exchange {
  /** `WM`, `EER`, ...; `SYNC` for 0x7F; `?` for what is no command. */
  readonly name: string;
  /** Host and board in turn, in hex: `> 31ce < 79 > 0800000008 < 79 ...`. Where a `>` follows a `<`, the host has waited. */
  readonly text: string;
  /** What the host sent after the command, in hex: address, length, data. */
  readonly parameters: readonly string[];
}

/** How many times the host speaks in a command that is not refused (AN3155, section 3). */
const hostTurns: Readonly<Record<string, number>> = { RM: 3, WM: 3, GO: 2, ER: 2, EER: 2, WP: 2, CRC: 5 };

/** Cuts the turns of a conversation into commands. */
export function intoExchanges(turns: readonly Turn[]): readonly Exchange[] {
  const exchanges: Exchange[] = [];
  let open: { name: string; parts: string[]; left: number; parameters: string[] } | undefined;
  const finish = (): void => {
    if (open !== undefined)
      exchanges.push({ name: open.name, text: open.parts.join(' '), parameters: open.parameters });
    open = undefined;
  };
  for (const turn of turns) {
    const hex = Buffer.from(turn.bytes).toString('hex');
    if (turn.from === 'host') {
      if (open === undefined || open.left === 0) {
        finish();
        const name = nameOf(turn.bytes);
        open = { name, parts: [`> ${hex}`], left: (hostTurns[name] ?? 1) - 1, parameters: [] };
      } else {
        open.parts.push(`> ${hex}`);
        open.parameters.push(hex);
        open.left--;
      }
    } else if (open !== undefined) {
      open.parts.push(`< ${hex}`);
      if (turn.bytes[0] === NACK || turn.bytes[0] !== ACK) open.left = 0;
    }
  }
  finish();
  return exchanges;
}

function nameOf(bytes: readonly number[]): string {
  if (bytes.length === 1 && bytes[0] === SYNC) return 'SYNC';
  const [code, complement] = bytes;
  if (bytes.length !== 2 || code === undefined || complement === undefined || (code ^ complement) !== 0xff) return '?';
  const known = (Object.entries(commands) as [string, Command][]).find(([, command]) => command.code === code);
  return known?.[0] ?? '?';
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
