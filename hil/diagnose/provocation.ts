import type { Chip } from '../chip/chip.ts';
import { isHilError } from '../error/hil-error.ts';
import type { Image } from '../image/image.ts';
import type { Probe } from '../probe/probe.ts';
import type { DeadlineScope } from '../trace/deadline.ts';
import type { Answer, Attempt } from './evidence.ts';

/** The board that is diagnosed. A `Bench` fits. */
export interface Subject {
  readonly board: string;
  readonly kind: 'virtual' | 'real';
  readonly chip: Chip;
  readonly probe: Probe;
  readonly scope: DeadlineScope;
  romId(): Promise<number>;
}

/**
 * An attempt that can be repeated: each experiment is one more repetition. `prepare`, then `trigger`, then `answers`.
 */
export interface Provocation {
  /** In words: `the jump by the console's command`. */
  readonly title: string;
  readonly attempt: Exclude<Attempt, 'none'>;
  /** The program whose functions name the PC. */
  readonly image?: Image;
  /**
   * What sets it off. `port`: a byte, a pin, a command; measured with the probe released before. `probe`: the probe starts it, and is
   * released right after.
   */
  readonly by: 'port' | 'probe';
  /** GO: address of the vector table that it was given. */
  readonly table?: number;
  /** Brings the board, from any state, to where `trigger` works. The core runs then; the probe is left as it pleases. */
  prepare(): Promise<void>;
  /**
   * Sets it off and does not wait for what comes of it. The core runs. In an instrumented run the probe is acquired, with breakpoints
   * set: the core may stop before this returns.
   */
  trigger(): Promise<void>;
  /** Who answers, by the ports; the probe is released before. */
  answers(): Promise<Answer>;
}

/** A conversation that broke off: 3xx, the protocol; 428, the ROM answered and was gone before the core was looked at. */
const PROTOCOL = { first: 300, last: 399 };
const GONE_MEANWHILE = 428;

/**
 * Who answers; a conversation that breaks off in the middle (a ROM that is reset while it speaks) is an answer, too.
 * @throws what `answers` throws otherwise
 */
export async function answersOf(provocation: Pick<Provocation, 'answers'>): Promise<Answer> {
  try {
    return await provocation.answers();
  } catch (error) {
    if (!isHilError(error)) throw error;
    const { code } = error;
    if ((code < PROTOCOL.first || code > PROTOCOL.last) && code !== GONE_MEANWHILE) throw error;
    const says = error.message.replace(/ {2}\[HIL-\d+\]$/, '').replace(/^[^:]*: /, '');
    return { what: 'silent', works: false, saw: `the conversation broke off: ${says}` };
  }
}
