import type { Chip } from '../chip/chip.ts';
import { HilError } from '../error/hil-error.ts';
import type { Image } from '../image/image.ts';
import type { LineFormat } from '../transport/serial-line.ts';
import { parseSignOfLife, type SignOfLife } from './sign-of-life.ts';
import { type Start, startOf } from './start-address.ts';
import { addressOrSymbol, type ChosenTrigger, chooseTrigger, type TriggerWords } from './trigger.ts';

/** How the ROM starts the application again. */
export type GoTarget =
  /** GO to a vector table: the application's own, or another that the image holds (a reset vtable). */
  | { readonly kind: 'table'; readonly name: string; readonly address: number }
  /** A routine that the ROM is given in RAM and that resets the chip. */
  | { readonly kind: 'ram-stub' };

/** What `hil run --app` was asked for, as text. */
export interface PlanWords extends TriggerWords {
  readonly alive?: string | undefined;
  readonly go?: string | undefined;
  readonly baud?: string | undefined;
  readonly format?: string | undefined;
  readonly within?: string | undefined;
  readonly watch?: string | undefined;
}

/** Everything that is known before the board is touched. */
export interface AppPlan {
  readonly image: Image;
  readonly start: Start;
  readonly chosen: ChosenTrigger;
  readonly sign: SignOfLife | undefined;
  readonly go: GoTarget;
  /** Frame of the application's console. */
  readonly format: LineFormat;
  /** How long the application may take for the jump, and for its way back. */
  readonly withinMs: number;
  /** How long its life is observed before the jump and after GO. */
  readonly watchMs: number;
}

const BAUD = { least: 300, most: 4_000_000, usual: 115_200 };
const WITHIN_S = { least: 0.1, most: 600, usual: 5 };
const WATCH_S = { least: 0.2, most: 60, usual: 1.2 };

/**
 * Understands what was asked for, against the image and the chip.
 * @throws HilError 623, 627, 629, 670, 671
 */
export function makePlan(image: Image, chip: Chip, words: PlanWords): AppPlan {
  const start = startOf(image, chip);
  return {
    image,
    start,
    chosen: chooseTrigger(words, image),
    sign: words.alive === undefined ? undefined : parseSignOfLife(words.alive, image),
    go: goTarget(words.go, image, start),
    format: { baudRate: number('--baud', words.baud, BAUD), ...frameOf(words.format ?? '8N1') },
    withinMs: Math.round(number('--within', words.within, WITHIN_S) * 1000),
    watchMs: Math.round(number('--watch', words.watch, WATCH_S) * 1000),
  };
}

function goTarget(text: string | undefined, image: Image, start: Start): GoTarget {
  if (text === 'ram-stub') return { kind: 'ram-stub' };
  if (text === undefined || text === 'vector-table') {
    return { kind: 'table', name: "the application's vector table", address: start.table };
  }
  const { name, address } = addressOrSymbol(text, image, '--go', 'any');
  return { kind: 'table', name, address };
}

function number(
  option: string,
  text: string | undefined,
  range: { readonly least: number; readonly most: number; readonly usual: number },
): number {
  if (text === undefined) return range.usual;
  const value = Number(text);
  if (text.trim() !== '' && value >= range.least && value <= range.most) return value;
  throw new HilError(670, `${option} '${text}' is no number from ${range.least} to ${range.most}`, {
    blame: 'test',
    context: { option, text },
  });
}

const PARITIES = { N: 'none', E: 'even', O: 'odd' } as const;

function frameOf(text: string): Omit<LineFormat, 'baudRate'> {
  const found = /^([78])([NEO])([12])$/.exec(text.toUpperCase());
  if (found === null) {
    throw new HilError(670, `--format '${text}' is no frame of a serial line; 8N1, 8E1 and 7E2 are of its form`, {
      blame: 'test',
      context: { text },
    });
  }
  return {
    dataBits: found[1] === '7' ? 7 : 8,
    parity: PARITIES[found[2] as keyof typeof PARITIES],
    stopBits: found[3] === '2' ? 2 : 1,
  };
}
