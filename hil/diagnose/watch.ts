import { type Chip, contains } from '../chip/chip.ts';
import { isHilError } from '../error/hil-error.ts';
import { whereIs } from '../probe/inspect.ts';
import type { Probe } from '../probe/probe.ts';
import type { BootSight, MachineSight, Stop, StopPlace } from './evidence.ts';
import type { Provocation, Subject } from './provocation.ts';
import { clearResetFlags, readMachine } from './read-machine.ts';
import { rccAddress, registersOf, resetFlagNames } from './registers.ts';

export interface WatchOptions {
  /** How long a stop is waited for after the trigger, in ms: from the command to the ROM's first instruction. Default 700. */
  readonly triggerMs?: number;
  /** Called at the handover, the core halted there: what is put right here is what an experiment changes. */
  readonly atHandover?: (machine: MachineSight) => Promise<void>;
}

export interface Watched {
  /** Where the core stood before the trigger. In system memory there is nothing to watch of an entry: it has been made. */
  readonly begins: MachineSight['where'];
  /** In order; the last is where it ended. */
  readonly stops: readonly Stop[];
  /** The handover was reached: the ROM's first instruction, or the application's after GO. */
  readonly handover?: MachineSight;
}

const TRIGGER_MS = 700;
/** Observation window after a stop: longer than a ROM needs to repeat the boot decision, a fault to come, or a window watchdog to bite. */
const AFTER_MS = 900;
/** A reset and a jump at once make three; more are a loop. */
const MOST_STOPS = 5;
const NOT_HALTED = 411;
const HARD_FAULT = 3;

/** First instructions where an instrumented run stops. */
export function entriesOf(
  chip: Chip,
  boot: BootSight,
  provocation: Pick<Provocation, 'attempt' | 'table'>,
  go?: number,
) {
  const rom = even(boot.rom[1]);
  const application = even(boot.flash[1]);
  const started = provocation.attempt === 'go' && go !== undefined ? even(go) : application;
  const { base } = chip.systemMemory;
  return { rom: contains(chip.systemMemory, rom) ? rom : undefined, table: [base, base + 4], application: started };
}

/**
 * Repeats the attempt with breakpoints on the first instructions of the ROM and of the application, and with faults caught. With
 * `atHandover` it stops there, lets that be done, takes breakpoints away and lets go; the caller then asks who answers.
 * At the end the core runs, breakpoints and catches are off.
 */
export async function watch(
  subject: Subject,
  provocation: Provocation,
  boot: BootSight,
  options: WatchOptions = {},
): Promise<Watched> {
  const { probe, chip } = subject;
  await prepared(provocation);
  await probe.reacquire();
  await probe.halt();
  const begins = whereIs(chip, (await probe.readRegisters(['pc'])).pc);
  if (provocation.attempt === 'entry' && begins === 'system memory') {
    await probe.resume();
    return { begins, stops: [] };
  }
  const go = provocation.table === undefined ? undefined : await resetVector(probe, provocation.table);
  const entries = entriesOf(chip, boot, provocation, go);
  const breakpoints = [
    // With the application's that makes four, which is what a breakpoint unit of Armv6-M has here.
    ...(provocation.attempt === 'entry' ? entries.table : []),
    ...(provocation.attempt === 'entry' && entries.rom !== undefined ? [entries.rom] : []),
    ...(contains(chip.flash, entries.application) || contains(chip.sram, entries.application)
      ? [entries.application]
      : []),
  ];
  try {
    await clearResetFlags(probe, chip);
    for (const address of breakpoints) await probe.setBreakpoint(address);
    await probe.catchFaults(true);
    await probe.resume();
    await provocation.trigger();
    return { begins, ...(await collect(subject, provocation, boot, entries, options)) };
  } finally {
    await probe.halt().catch(() => {});
    await probe.catchFaults(false);
    for (const address of breakpoints) await probe.clearBreakpoint(address).catch(() => {});
    await probe.resume();
  }
}

/** ROM or application silent, or a frame lost, while the stage was being set: that is not what is measured, and one more try may do. */
const ONCE_MORE = [301, 302, 303, 420, 422];

/** @throws what the second `prepare` throws */
export async function prepared(provocation: Provocation): Promise<void> {
  try {
    await provocation.prepare();
  } catch (error) {
    if (!isHilError(error) || !ONCE_MORE.includes(error.code)) throw error;
    await provocation.prepare();
  }
}

async function resetVector(probe: Probe, table: number): Promise<number> {
  return (await probe.readMemory(table + 4, 32, 1))[0] as number;
}

async function collect(
  subject: Subject,
  provocation: Provocation,
  boot: BootSight,
  entries: ReturnType<typeof entriesOf>,
  { triggerMs = TRIGGER_MS, atHandover }: WatchOptions,
): Promise<Omit<Watched, 'begins'>> {
  const { probe, chip } = subject;
  const handoverPlace: StopPlace = provocation.attempt === 'entry' ? 'rom entry' : 'application entry';
  const stops: Stop[] = [];
  let handover: MachineSight | undefined;
  for (;;) {
    const halted = await haltsWithin(probe, stops.length === 0 ? triggerMs : AFTER_MS);
    if (!halted) await probe.halt();
    const machine = await readMachine(probe, chip, boot, provocation.image);
    // A fault right after a resume can slip past the catch: it then stands in its handler.
    const at = halted ? placeOf(machine, entries) : machine.ipsr === HARD_FAULT ? 'fault' : 'nowhere';
    stops.push({ at, machine, resetFlags: resetFlagNames(chip, machine.registers.RCC_CSR ?? 0) });
    if (at === handoverPlace && handover === undefined) {
      handover = machine;
      if (atHandover !== undefined) {
        await atHandover(machine);
        break;
      }
    }
    if (at === 'fault' || at === 'nowhere' || at === 'table as code' || stops.length === MOST_STOPS) break;
    await probe.resume();
  }
  return { stops, ...(handover === undefined ? {} : { handover }) };
}

function placeOf({ pc }: MachineSight, entries: ReturnType<typeof entriesOf>): StopPlace {
  if (pc === entries.rom) return 'rom entry';
  if (pc === entries.application) return 'application entry';
  if (entries.table.includes(pc)) return 'table as code';
  return 'fault';
}

async function haltsWithin(probe: Probe, ms: number): Promise<boolean> {
  try {
    await probe.waitUntilHalted(ms);
    return true;
  } catch (error) {
    if (isHilError(error) && error.code === NOT_HALTED) return false;
    throw error;
  }
}

function even(address: number): number {
  return (address & ~1) >>> 0;
}

/** Reset flags read now. */
export async function resetFlagsNow(probe: Probe, chip: Chip): Promise<readonly string[]> {
  const { register } = registersOf(chip).resetFlags;
  return resetFlagNames(chip, (await probe.readMemory(rccAddress(chip, register), 32, 1))[0] as number);
}
