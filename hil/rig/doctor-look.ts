import type { BoardWires } from '../board/bench-types.ts';
import { erasedWord, flashRegister } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { type HilError, isHilError } from '../error/hil-error.ts';
import type { OptionWords } from '../guard/with-restored.ts';
import { DHCSR, dhcsr } from '../probe/debug-registers.ts';
import type { Identity } from '../probe/identity.ts';
import type { OpenOcdFacts } from '../probe/openocd-log.ts';
import { type OpenOcdVersion, requireOpenOcd } from '../probe/openocd-version.ts';
import type { Probe } from '../probe/probe.ts';
import { lookHot } from './hot-look.ts';
import { examineSerial, type SerialHealth } from './serial-health.ts';

/** Something that was looked at: what was seen, or why it was not. */
export type Seen<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: HilError };

export interface EmptySight {
  /** FLASH_ACR.EMPTY, which hardware sets when it loads the option bytes and boot selection looks at. */
  readonly flag: boolean;
  /** The first word of the flash is erased. */
  readonly flashIsErased: boolean;
}

export type CoreState = 'running' | 'sleeping' | 'halted' | 'locked up';

/** What the probe showed. Parts that only make sense on the right chip are absent on another. */
export interface ProbeSight {
  readonly facts: OpenOcdFacts;
  readonly identity: Seen<Identity>;
  readonly options?: Seen<OptionWords>;
  readonly empty?: Seen<EmptySight>;
  readonly core?: Seen<CoreState>;
  readonly leftAs: 'running' | 'halted';
  readonly notReleased?: HilError;
}

/** All that was seen of one board: plain data, judged elsewhere. */
export interface BoardEvidence {
  readonly openocd: Seen<OpenOcdVersion>;
  /** Absent if OpenOCD cannot be used. */
  readonly probe?: Seen<ProbeSight>;
  readonly serial: Seen<SerialHealth>;
}

export interface LookOptions {
  /** The OpenOCD program; default `openocd` on the PATH. */
  readonly openocd?: string;
}

/** Looks at a board without disturbing it: no reset, no halt, no byte on its serial line. */
export async function lookAtBoard(wires: BoardWires, options: LookOptions = {}): Promise<BoardEvidence> {
  const [openocd, serial] = await Promise.all([
    seen(() => requireOpenOcd(options.openocd)),
    seen(() => examineSerial(wires.console)),
  ]);
  if (!openocd.ok) return { openocd, serial };
  return { openocd, serial, probe: await seen(() => lookThroughProbe(wires, options)) };
}

async function lookThroughProbe(wires: BoardWires, options: LookOptions): Promise<ProbeSight> {
  const chip = chipNamed(wires.chip);
  const { result, leftAs, notReleased } = await lookHot(
    wires,
    async (probe) => {
      const identity = await seen(() => probe.identity());
      const facts = probe.facts();
      // On another chip these addresses mean something else.
      if (!identity.ok || identity.value.devId !== chip.identity.devId) return { facts, identity };
      return {
        facts,
        identity,
        options: await seen(() => probe.readOptionWords()),
        empty: await seen(async (): Promise<EmptySight> => {
          const { emptyFlag } = chip.flash.controller;
          const flashIsErased = (await word(probe, chip.flash.base)) === erasedWord(chip);
          if (emptyFlag === undefined) return { flag: false, flashIsErased };
          return { flag: ((await word(probe, flashRegister(chip, 'ACR'))) & (2 ** emptyFlag)) !== 0, flashIsErased };
        }),
        core: await seen(async () => coreState(await word(probe, DHCSR))),
      };
    },
    options,
  );
  return {
    ...result,
    leftAs,
    ...(notReleased !== undefined && isHilError(notReleased) ? { notReleased } : {}),
  };
}

/** From DHCSR (Armv6-M, C1.6.3): S_HALT 17, S_SLEEP 18, S_LOCKUP 19. */
export function coreState(value: number): CoreState {
  if ((value & (1 << 19)) !== 0) return 'locked up';
  if ((value & dhcsr.S_HALT) !== 0) return 'halted';
  return (value & (1 << 18)) !== 0 ? 'sleeping' : 'running';
}

async function word(probe: Probe, address: number): Promise<number> {
  return (await probe.readMemory(address, 32, 1))[0] as number;
}

async function seen<T>(look: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { ok: true, value: await look() };
  } catch (error) {
    if (isHilError(error)) return { ok: false, error };
    throw error;
  }
}
