import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { type Image, symbolNamed } from '../image/image.ts';
import { bytesOfText, textOfBytes } from './line-text.ts';

/** What makes the application jump into the ROM. */
export type Trigger =
  /** The probe lets the running core call this function. `address` without the Thumb bit. */
  | { readonly kind: 'call'; readonly name: string; readonly address: number }
  /** These bytes on the application's console. */
  | { readonly kind: 'uart'; readonly bytes: Uint8Array }
  /** The board's button, pressed by its control or by a person. */
  | { readonly kind: 'button' }
  /** It jumps by itself. */
  | { readonly kind: 'none' };

export interface TriggerWords {
  /** `--call` */
  readonly call?: string | undefined;
  /** `--trigger` */
  readonly trigger?: string | undefined;
}

/** Function names that occur in published code for the jump; compared without case and underscores. */
const KNOWN_NAMES = new Set([
  'jumptobootloader',
  'jumptosystembootloader',
  'jumptosystemmemory',
  'jumptosysmem',
  'jumptodfu',
  'bootloaderjump',
  'bootjump',
  'gotobootloader',
  'enterbootloader',
  'entersystembootloader',
  'enterdfu',
  'enterdfumode',
  'startbootloader',
  'rebootintobootloader',
  'reboottobootloader',
  'reboottodfu',
  'rebootdfu',
  'dfureboot',
]);

/** A trigger and how it was chosen, in words for the report. */
export interface ChosenTrigger {
  readonly trigger: Trigger;
  readonly why: string;
}

/**
 * The trigger that the command line asks for. Where it asks for none, the one function of the image that is called as such functions
 * are, else none: the application then has to jump by itself.
 * @throws HilError 629 (no such symbol), 670 (not understood; both given; the address is no code of the image)
 */
export function chooseTrigger(words: TriggerWords, image: Image): ChosenTrigger {
  const { call, trigger } = words;
  if (call !== undefined && trigger !== undefined) {
    throw new HilError(670, 'give either --call or --trigger: one thing makes the application jump', { blame: 'test' });
  }
  if (call !== undefined) return { trigger: callOf(call, image), why: `--call ${call}` };
  if (trigger !== undefined) return { trigger: parseTrigger(trigger), why: `--trigger ${trigger}` };
  const known = jumpFunctionsOf(image);
  const [only] = known;
  if (only !== undefined && known.length === 1) {
    return {
      trigger: callOf(only, image),
      why: `nothing was asked for, and the image has a function ${only}`,
    };
  }
  const why =
    known.length > 1
      ? `the image has more than one function with such a name (${known.join(', ')}; choose with --call)`
      : 'no function of the image has a name that such functions have';
  return { trigger: { kind: 'none' }, why: `nothing was asked for, and ${why}: it has to jump by itself` };
}

/** Functions that by their names jump into the ROM. */
export function jumpFunctionsOf(image: Image): readonly string[] {
  return [...image.symbols.values()]
    .filter(({ kind, name }) => kind === 'function' && KNOWN_NAMES.has(name.toLowerCase().replaceAll('_', '')))
    .map(({ name }) => name);
}

function parseTrigger(text: string): Trigger {
  if (text === 'none') return { kind: 'none' };
  if (text === 'button') return { kind: 'button' };
  if (text.startsWith('uart:')) return { kind: 'uart', bytes: bytesOfText(text.slice('uart:'.length), '--trigger') };
  throw new HilError(670, `--trigger '${text}' is not understood; there are uart:TEXT, button, none`, {
    blame: 'test',
    context: { text },
  });
}

function callOf(text: string, image: Image): Trigger {
  const named = addressOrSymbol(text, image, '--call', 'function');
  return { kind: 'call', name: named.name, address: named.address - (named.address % 2) };
}

/**
 * An address as `0x0800_1234`, or the address of a symbol.
 * @throws HilError 629, 670
 */
export function addressOrSymbol(
  text: string,
  image: Image,
  option: string,
  wanted: 'function' | 'any',
): { readonly name: string; readonly address: number } {
  if (/^0x/i.test(text)) {
    const digits = text.slice(2).replaceAll('_', '');
    if (!/^[0-9a-f]{1,8}$/i.test(digits)) {
      throw new HilError(670, `${option} '${text}' is no address of 32 bits`, { blame: 'test', context: { text } });
    }
    return { name: text, address: Number.parseInt(digits, 16) };
  }
  const symbol = symbolNamed(image, text);
  if (wanted === 'function' && symbol.kind === 'object') {
    throw new HilError(670, `${option}: '${text}' is a variable at ${hex(symbol.address)}, no function`, {
      blame: 'test',
      context: { text },
    });
  }
  return { name: symbol.name, address: symbol.address };
}

/** For reports, to follow "jumps by": `call of JumpToBootloader (0x0800_1234) by the probe`. */
export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'call':
      return `call of ${trigger.name} (${hex(trigger.address)}) by the probe`;
    case 'uart':
      return `'${textOfBytes(trigger.bytes)}' on the console`;
    case 'button':
      return 'the button';
    case 'none':
      return 'itself, without a trigger';
  }
}
