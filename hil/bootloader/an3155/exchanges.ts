import type { Exchange } from '../exchange.ts';
import { ACK, type Command, commands, NACK, SYNC } from './coder.ts';
import type { Turn } from './pty-tap.ts';

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
