import type { Bench, Port } from '../board/bench-types.ts';
import type { Permissions } from '../guard/access.ts';

/** What a suite may know of its board before any test runs. */
export interface BoardFacts {
  readonly board: string;
  readonly chip: string;
  readonly kind: 'virtual' | 'real';
  readonly permissions: Permissions;
  /** ROM ID byte, where the rig file promises one: of a virtual board. A real one is asked by its probe. */
  readonly romId?: number;
  /** A virtual board after the first of its part in this run: alike but for its ROM. Two real boards are never alike. */
  readonly twin: boolean;
  /** True when a wire of the rig reaches a USART of the ROM. */
  readonly romPort: boolean;
  /** True when a cable of the rig reaches the USB of the part. */
  readonly usbPort: boolean;
  /** True when power, NRST, BOOT0 and button can be worked from here. */
  readonly controls: boolean;
}

/** What the environment puts into the test file's world. */
export interface HilGlobal {
  readonly facts: BoardFacts;
  /** The bench of the test in whose course the caller runs. @throws HilError 504 outside of a test */
  bench(): Bench<Port>;
  /** Says why the tests of a describe will not run on this board. */
  skip(describeTitle: string, reason: string): void;
  /** Says why the test that runs cannot show on this board what it is about: it counts as skipped, unless it fails. */
  skipTest(reason: string): void;
  /** The wire of the ROM that the tests of a describe speak on; USART if nothing is said. */
  port(describeTitle: string, port: Port): void;
  /** Another deadline for the tests of a describe, in ms. */
  limit(describeTitle: string, ms: number): void;
}

/** The environment's end of the seam; undefined when a file runs outside of a HIL project. */
export function hilGlobal(): HilGlobal | undefined {
  return (globalThis as { __hil?: HilGlobal }).__hil;
}
