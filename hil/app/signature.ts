import type { CoreSight } from '../board/bench-types.ts';
import { type Chip, fieldOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { type Image, wordAt } from '../image/image.ts';
import { type ClockTree, clockTreeOf } from './clock-facts.ts';
import type { Life } from './life.ts';

/** SYST_CSR (Armv6-M B3.3.3). */
const SYST_CSR_ENABLE = 1 << 0;
const SYST_CSR_TICKINT = 1 << 1;
/** `B .` in Thumb: a branch to itself. */
const BRANCH_TO_SELF = 0xe7fe;
const CONTROL_SPSEL_NPRIV = 0b11;
/** Exceptions 2 to 6: NMI, HardFault, and on Armv7-M MemManage, BusFault, UsageFault. */
const FAULTS: Readonly<Record<number, string>> = {
  2: 'NMI',
  3: 'HardFault',
  4: 'MemManage',
  5: 'BusFault',
  6: 'UsageFault',
};

/** Why an application that stands is not one that lives. */
export interface Trouble {
  readonly kind: 'another program' | 'fault' | 'hung in a handler' | 'hung with interrupts off' | 'ROM' | 'nowhere';
  /** A clause: `it stands in HardFault at 0x0800_0123 (HardFault_Handler)`. */
  readonly says: string;
}

export type SysTickState = 'off' | 'counts' | 'counts and interrupts';

/**
 * What of an application's life stays the same from look to look, and so can be compared after the way through the ROM. A value that
 * differed between looks is undefined: it is part of its work.
 */
export interface Signature {
  readonly trouble?: Trouble;
  /** `handler of exception N`: it was never seen in thread mode, so it runs inside a handler. */
  readonly mode: string;
  /** Memories in which code was seen. */
  readonly memories: readonly CoreSight['where'][];
  /** Address of the vector table that exceptions use: VTOR, the alias at 0 followed. */
  readonly vectors: number | undefined;
  readonly primask: number | undefined;
  /** CONTROL.SPSEL and nPRIV in thread mode. */
  readonly control: number | undefined;
  readonly clock: ClockTree | undefined;
  readonly sysTick: SysTickState | undefined;
  /** Interrupts 0 to 31 that were enabled in every look. */
  readonly interrupts: number;
}

/** The later half of the looks: an application needs some time until it is what it stays. */
export function settledLooks({ looks }: Pick<Life, 'looks'>): readonly CoreSight[] {
  return looks.slice(Math.floor(looks.length / 2));
}

/** @throws RangeError if there was no look at all */
export function signatureOf(life: Pick<Life, 'looks'>, chip: Chip, image: Image | undefined): Signature {
  const looks = settledLooks(life);
  const last = looks.at(-1);
  if (last === undefined) throw new RangeError('an observation without a look has no signature');
  const constant = <T>(of: (look: CoreSight) => T): T | undefined => {
    const [first, ...others] = looks.map(of);
    return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : undefined;
  };
  const thread = looks.filter(({ ipsr }) => ipsr === 0);
  const handlers = new Set(looks.map(({ ipsr }) => ipsr));
  const controls = new Set(thread.map(({ control }) => control & CONTROL_SPSEL_NPRIV));
  const trouble = troubleOf(looks, image);
  return {
    ...(trouble === undefined ? {} : { trouble }),
    mode: thread.length > 0 ? 'thread' : handlers.size === 1 ? `handler of exception ${last.ipsr}` : 'handlers',
    memories: [...new Set(looks.map(({ where }) => where))].toSorted(),
    vectors: constant((look) => vectorTableOf(look, chip)),
    primask: constant(({ primask }) => primask),
    control: controls.size === 1 ? [...controls][0] : undefined,
    clock: constant(({ registers }) => clockTreeOf(chip.family, registers)),
    sysTick: constant(({ registers }) => sysTickOf(registers.SYST_CSR ?? 0)),
    interrupts: looks.reduce((all, { registers }) => (all & (registers.NVIC_ISER ?? 0)) >>> 0, 0xffff_ffff),
  };
}

function sysTickOf(csr: number): SysTickState {
  if ((csr & SYST_CSR_ENABLE) === 0) return 'off';
  return (csr & SYST_CSR_TICKINT) === 0 ? 'counts' : 'counts and interrupts';
}

/** The table that exceptions go through. At VTOR 0 (and on a Cortex-M0 always) that is what MEM_MODE shows at 0. */
export function vectorTableOf(look: Pick<CoreSight, 'vtor' | 'memoryRemap'>, chip: Chip): number {
  if (chip.core.hasVtor && look.vtor !== 0) return look.vtor;
  const { field, systemMemory, sram } = chip.memoryRemap;
  const mode = fieldOf(look.memoryRemap, field);
  if (mode === systemMemory) return chip.systemMemory.base;
  return mode === sram ? chip.sram.base : chip.flash.base;
}

/** What is wrong in all of these looks; undefined if the application may be at work. */
export function troubleOf(looks: readonly CoreSight[], image: Image | undefined): Trouble | undefined {
  const last = looks.at(-1);
  if (last === undefined) return undefined;
  const at = `${hex(last.pc)}${last.symbol === undefined ? '' : ` (${last.symbol})`}`;
  const all = (is: (look: CoreSight) => boolean): boolean => looks.every(is);
  if (all(({ where }) => where === 'system memory')) {
    return { kind: 'ROM', says: `the core is in system memory, at ${at}` };
  }
  if (all(({ where }) => where === 'elsewhere')) {
    return { kind: 'nowhere', says: `the core is at ${at}, where there is no memory for code` };
  }
  if (image !== undefined && all(({ where, pc }) => where === 'flash' && wordAt(image, pc - (pc % 4)) === undefined)) {
    return { kind: 'another program', says: `another program in flash runs, at ${at}` };
  }
  if (all(({ ipsr }) => ipsr === last.ipsr && FAULTS[ipsr] !== undefined)) {
    return { kind: 'fault', says: `it stands in ${FAULTS[last.ipsr]} at ${at}` };
  }
  const stands = looks.length > 1 && all(({ pc }) => pc === last.pc) && branchesToSelf(image, last.pc);
  if (!stands) return undefined;
  if (last.ipsr !== 0 && all(({ ipsr }) => ipsr === last.ipsr)) {
    return { kind: 'hung in a handler', says: `it stands in an endless loop in exception ${last.ipsr}, at ${at}` };
  }
  // Nothing but a reset, an NMI or a fault can leave such a loop with PRIMASK set: the usual Error_Handler.
  if (last.ipsr === 0 && all(({ primask, ipsr }) => primask === 1 && ipsr === 0)) {
    return {
      kind: 'hung with interrupts off',
      says: `it stands in an endless loop with interrupts disabled (PRIMASK = 1), at ${at}`,
    };
  }
  return last.symbol === 'Error_Handler'
    ? { kind: 'hung in a handler', says: `it stands in an endless loop, at ${at}` }
    : undefined;
}

function branchesToSelf(image: Image | undefined, pc: number): boolean {
  if (image === undefined) return false;
  const word = wordAt(image, pc - (pc % 4));
  return word !== undefined && (pc % 4 === 0 ? word & 0xffff : word >>> 16) === BRANCH_TO_SELF;
}
