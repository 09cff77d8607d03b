import type { Bench, BootloaderHandle } from '../board/bench-types.ts';
import type { Family } from '../chip/chip.ts';
import { type EntryRow, entryRow } from '../chip/entry-table.ts';
import { HilError } from '../error/hil-error.ts';

export interface ProbeEntry {
  /** MSP at the jump; the first word of the ROM's table if absent. */
  readonly msp?: number;
}

export interface Entered {
  readonly rom: BootloaderHandle;
  readonly entry: 'probe' | 'boot0';
  /** The register with the mapping of address 0, as the ROM found it; undefined where nobody could look (BOOT0). */
  readonly memoryRemap?: number;
}

/** Where SYSCFG gets its clock, on the parts that need the remap (RM0351 6.4.21: RCC_APB2ENR.SYSCFGEN). */
const SYSCFG_CLOCK: Partial<Record<Family, { readonly register: number; readonly bit: number }>> = {
  L4: { register: 0x4002_1060, bit: 0 },
};

const XPSR_THUMB = 0x0100_0000;

/** Whether a ROM goes back to the application when it is jumped to, so that BOOT0 alone leads into it while flash holds a program. */
export function goesBack(row: EntryRow | undefined): boolean {
  return row?.jump === 'returns';
}

/**
 * Meets the ROM without an erase and without an application's part: by the probe, as a jump straight after a reset does (with system
 * memory mapped at 0 where the documents ask for it), or by BOOT0 and reset where the ROM repeats the boot decision.
 * @throws HilError 301, 302, 428 when the ROM does not answer
 */
export async function enterWithoutErasing(bench: Bench, start: ProbeEntry = {}): Promise<Entered> {
  const row = entryRow(bench.chip.name, await bench.romId());
  return goesBack(row) ? byBoot0(bench) : byProbe(bench, row?.needsRemap === true, start);
}

async function byProbe(bench: Bench, remap: boolean, { msp }: ProbeEntry): Promise<Entered> {
  const { probe, chip } = bench;
  await probe.reacquire();
  await probe.resetHalt();
  if (remap) await mapSystemMemory(bench);
  const [stack, entry, memoryRemap] = (await probe.readWords([
    chip.systemMemory.base,
    chip.systemMemory.base + 4,
    chip.memoryRemap.register,
  ])) as [number, number, number];
  await probe.releaseAt({ sp: msp ?? stack, pc: (entry & ~1) >>> 0, xpsr: XPSR_THUMB });
  return { rom: await bench.meetBootloader(), entry: 'probe', memoryRemap };
}

async function mapSystemMemory({ board, probe, chip }: Bench): Promise<void> {
  const { register, field, systemMemory } = chip.memoryRemap;
  const clock = SYSCFG_CLOCK[chip.family];
  if (clock === undefined) {
    throw new HilError(604, `${board}: the ${chip.name} has no known clock of SYSCFG`, { blame: 'test' });
  }
  const [enabled] = (await probe.readWords([clock.register])) as [number];
  await probe.writeMemory(clock.register, 32, [(enabled | (1 << clock.bit)) >>> 0]);
  const [remap] = (await probe.readWords([register])) as [number];
  const mask = ((1 << field.width) - 1) << field.lsb;
  await probe.writeMemory(register, 32, [((remap & ~mask) | (systemMemory << field.lsb)) >>> 0]);
}

/** Some ROMs look at BOOT0 themselves when they start, so the pin is let go only when the ROM has answered. */
async function byBoot0(bench: Bench): Promise<Entered> {
  const { controls } = bench;
  await controls.boot0(1);
  try {
    await controls.nrst(true);
    await controls.nrst(false);
    return { rom: await bench.meetBootloader(), entry: 'boot0' };
  } finally {
    await controls.boot0('released');
  }
}
