import { describe } from '@jest/globals';
import type { Bench, Port } from '../board/bench-types.ts';
import type { Chip } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { HilError } from '../error/hil-error.ts';
import { type BoardFacts, hilGlobal } from './hil-global.ts';

/** What a group of tests needs of a board. A board that does not have it skips the group, and the report says why. */
export interface Needs<P extends Port = Port> {
  /** The ROM's wire that is used. On a part whose ROM has no USB, a group for `usb` does not exist: it is no skip. */
  readonly port?: P;
  /** Part names; any part if absent. */
  readonly chip?: readonly string[];
  readonly kind?: 'virtual' | 'real';
  /** Flash that is lost: some pages (the default, since every suite flashes its application), or all of it. */
  readonly erase?: 'pages' | 'mass';
  readonly write_protection?: boolean;
  readonly option_bytes?: boolean;
  readonly rdp1?: boolean;
  /** Power, NRST, BOOT0 and button must be workable from here. */
  readonly controls?: boolean;
  /** How long one test may take, in ms; 30 s if absent. Then its bench is revoked. */
  readonly deadlineMs?: number;
}

/**
 * A `describe` whose tests get a bench: what they may do with the board of their project. Each test has its own bench; it is
 * revoked when the test ends or its deadline passes, and the board is brought back to known-good before the next one.
 * @param needs Tests are skipped, with the reason, on a board that does not meet them.
 */
export function onBoard<P extends Port = 'usart'>(
  title: string,
  needs: Needs<P>,
  body: (bench: Bench<P>) => void,
): void {
  const hil = hilGlobal();
  if (hil === undefined) {
    throw new HilError(
      504,
      `onBoard('${title}') needs a board: run this file by \`hil run\`, or in a Jest project made by boardProjects()`,
      { blame: 'test' },
    );
  }
  if (needs.port === 'usb' && chipNamed(hil.facts.chip).rom.usb === undefined) return;
  const missing = unmet(needs, hil.facts);
  if (missing !== undefined) hil.skip(title, missing);
  if (needs.port !== undefined) hil.port(title, needs.port);
  if (needs.deadlineMs !== undefined) hil.limit(title, needs.deadlineMs);
  (missing === undefined ? describe : describe.skip)(title, () => body(currentBench as Bench<Port> as Bench<P>));
}

/**
 * For a test that finds out in its course that this board cannot show what it is about: another version of the ROM, say. The report counts
 * it as skipped, with the reason; a test that fails all the same has failed.
 * @throws HilError 504 outside of a board's project
 */
export function skipTest(reason: string): void {
  const hil = hilGlobal();
  if (hil === undefined) throw new HilError(504, 'skipTest() needs a test on a board', { blame: 'test' });
  hil.skipTest(reason);
}

/** Follows the test in whose course it is used: code left over from an earlier test still holds that test's revoked bench. */
const currentBench = new Proxy({} as Bench<Port>, {
  get: (_target, name) => Reflect.get(hilGlobal()?.bench() ?? {}, name),
  has: (_target, name) => Reflect.has(hilGlobal()?.bench() ?? {}, name),
});

function romOutOfReach({ board, rom }: Chip): string {
  const { usart, tx, rx } = board.console;
  const ports = rom.usarts.map((port) => `${port.name} ${port.tx}/${port.rx}`).join(', ');
  return `no wire of the rig reaches the ROM: the console of a ${board.name} is on ${usart} ${tx}/${rx}, the ROM listens on ${ports}`;
}

function usbOutOfReach({ name, rom }: Chip): string {
  return `no USB cable of the rig reaches ${rom.usb?.dm}/${rom.usb?.dp} of the ${name}`;
}

/** Why a board does not meet the needs; undefined if it does. */
export function unmet(needs: Needs, facts: BoardFacts): string | undefined {
  const { permissions } = facts;
  if (needs.port === 'usart' && !facts.romPort) return romOutOfReach(chipNamed(facts.chip));
  if (needs.port === 'usb' && !facts.usbPort) return usbOutOfReach(chipNamed(facts.chip));
  if (needs.chip !== undefined && !needs.chip.includes(facts.chip)) return `for ${needs.chip.join(', ')} only`;
  if (needs.kind !== undefined && needs.kind !== facts.kind) return `for ${needs.kind} boards only`;
  if (permissions.erase === 'none') return 'the rig file does not permit to erase';
  if (needs.erase === 'mass' && permissions.erase !== 'mass') return 'the rig file does not permit mass erase';
  for (const name of ['write_protection', 'option_bytes', 'rdp1'] as const) {
    if (needs[name] === true && !permissions[name]) return `the rig file does not permit ${name}`;
  }
  if (needs.controls === true && !facts.controls) return 'nobody can work power, NRST and BOOT0 of this board';
  return undefined;
}
