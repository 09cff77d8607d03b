import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import type { Image } from '../image/image.ts';
import { bytesOfText, textOfBytes } from './line-text.ts';
import { addressOrSymbol } from './trigger.ts';

/** What shows, beyond the state of the core, that the application does its work. */
export type SignOfLife =
  /** It prints this by itself. */
  | { readonly kind: 'prints'; readonly text: Uint8Array }
  /** Asked so, it answers with this. */
  | { readonly kind: 'answers'; readonly question: Uint8Array; readonly answer: Uint8Array }
  /** The 32-bit variable changes, e.g. `uwTick`. */
  | { readonly kind: 'changes'; readonly name: string; readonly address: number };

/**
 * `uart:TEXT`, `uart:QUESTION=>ANSWER`, `symbol:NAME` or `symbol:0xADDRESS`.
 * @throws HilError 629, 670
 */
export function parseSignOfLife(text: string, image: Image): SignOfLife {
  if (text.startsWith('uart:')) {
    const rest = text.slice('uart:'.length);
    const at = rest.indexOf('=>');
    if (at < 0) return { kind: 'prints', text: bytesOfText(rest, '--alive') };
    return {
      kind: 'answers',
      question: bytesOfText(rest.slice(0, at), '--alive'),
      answer: bytesOfText(rest.slice(at + 2), '--alive'),
    };
  }
  if (text.startsWith('symbol:')) {
    const { name, address } = addressOrSymbol(text.slice('symbol:'.length), image, '--alive', 'any');
    if (address % 4 !== 0) {
      throw new HilError(670, `--alive: ${name} is at ${hex(address)}, which is no place of a 32-bit word`, {
        blame: 'test',
      });
    }
    return { kind: 'changes', name, address };
  }
  throw new HilError(
    670,
    `--alive '${text}' is not understood; there are uart:TEXT, uart:QUESTION=>ANSWER, symbol:NAME`,
    { blame: 'test', context: { text } },
  );
}

/** For reports, to follow "the application": `prints 'tick'`. */
export function signText(sign: SignOfLife): string {
  switch (sign.kind) {
    case 'prints':
      return `prints '${textOfBytes(sign.text)}'`;
    case 'answers':
      return `answers '${textOfBytes(sign.question)}' with '${textOfBytes(sign.answer)}'`;
    case 'changes':
      return `changes its variable ${sign.name} (${hex(sign.address)})`;
  }
}
