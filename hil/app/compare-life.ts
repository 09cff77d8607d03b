import { hex } from '../error/format-error.ts';
import { clockText } from './clock-facts.ts';
import type { Life } from './life.ts';
import { READABLE_ENOUGH, readableShare, textOfBytes } from './line-text.ts';
import type { Signature } from './signature.ts';

/** One thing that is not as it was before the way through the ROM. */
export interface Difference {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** `demanded`: the application did not come back as it was. `noted`: a healthy application can differ in it. */
  readonly weight: 'demanded' | 'noted';
}

/** Text that is readable by this share was surely read at its own baud rate. */
const READABLE = 0.95;

/** Compares how an application lives after the way through the ROM with how it lived before. */
export function compareSignatures(before: Signature, after: Signature): readonly Difference[] {
  const found: Difference[] = [];
  const differ = (
    what: string,
    was: string | undefined,
    is: string | undefined,
    weight: Difference['weight'] = 'demanded',
  ): void => {
    // What changed from look to look before is part of the application's work.
    if (was !== undefined && was !== is) found.push({ what, before: was, after: is ?? 'changing', weight });
  };
  const number = (value: number | undefined): string | undefined => (value === undefined ? undefined : hex(value));
  const clock = (of: Signature): string | undefined => (of.clock === undefined ? undefined : clockText(of.clock));
  differ('state', before.trouble?.kind ?? 'runs', after.trouble?.says ?? before.trouble?.kind ?? 'runs');
  // An application that was seen asleep in RAM or flash may be seen in the other of the two: both are its own.
  differ('vector table in use', number(before.vectors), number(after.vectors));
  differ('PRIMASK', number(before.primask), number(after.primask));
  differ('clock tree', clock(before), clock(after));
  // The rest belongs to an application at work: of one that stands it says nothing more.
  if (after.trouble !== undefined) return found;
  differ('mode', before.mode, after.mode);
  if (after.mode === before.mode) differ('CONTROL (SPSEL, nPRIV)', number(before.control), number(after.control));
  differ('SysTick', before.sysTick, after.sysTick);
  const lost = (before.interrupts & ~after.interrupts) >>> 0;
  if (lost !== 0) differ('enabled interrupts (NVIC_ISER)', hex(before.interrupts), hex(after.interrupts));
  else differ('enabled interrupts (NVIC_ISER)', hex(before.interrupts), hex(after.interrupts), 'noted');
  differ('memories of its code', before.memories.join(', '), after.memories.join(', '), 'noted');
  return found;
}

/**
 * Compares what came on the line. Words at the start alone are noted: they may come while the line still has the ROM's frame.
 * @param sharedLine The application's line is the ROM's too.
 */
export function compareHeard(before: Life['heard'], after: Life['heard'], sharedLine: boolean): readonly Difference[] {
  const was = before.bytes.length;
  const is = after.bytes.length;
  const text = ({ bytes }: Life['heard']): string =>
    bytes.length === 0 ? 'nothing' : `${bytes.length} bytes, '${textOfBytes(bytes, 40)}'`;
  const found = (weight: Difference['weight']): readonly Difference[] => [
    { what: 'the console', before: text(before), after: text(after), weight },
  ];
  if (was === 0) return is === 0 ? [] : found('noted');
  if (is === 0) return found(before.goesOn || !sharedLine ? 'demanded' : 'noted');
  const garbled = readableShare(before.bytes) >= READABLE && readableShare(after.bytes) < READABLE_ENOUGH;
  // A few bytes between two formats prove nothing; a garbled stream is an application at another clock.
  if (garbled && (after.goesOn || !sharedLine)) return found('demanded');
  return before.goesOn && !after.goesOn ? found('demanded') : [];
}

/** For a report: one line per difference. */
export function differenceText({ what, before, after }: Difference): string {
  return `${what}: ${before} before, ${after} now`;
}
