import type { Application, Bench, BootRecord, CoreSight, JumpOutcome } from '../../board/bench-types.ts';
import { contains } from '../../chip/chip.ts';
import { resetFlagNames } from '../../diagnose/registers.ts';
import type { Reading } from '../case.ts';
import type { Stage } from './stage.ts';

type Found = Record<string, Reading | undefined>;

const HARD_FAULT = 3;
/** Configurable Fault Status and HardFault Status (Armv7-M B3.2.15, B3.2.16). */
const CFSR = 0xe000_ed28;
const HFSR = 0xe000_ed2c;
/** `magic` of the retained words (docs/handover.md, By the probe). */
const RETAINED_MAGIC = 0x4e54_4552;
const THUMB = 0x0100_0000;

/** Readings of where the core stands. */
export function coreReadings(core: CoreSight): Found {
  return {
    'core.where': core.where,
    'core.pc': core.pc,
    'core.lr': core.lr,
    'core.ipsr': core.ipsr,
    'core.vtor': core.vtor,
    'core.primask': core.primask,
    'core.xpsr': core.xpsr,
    'core.msp': core.msp,
    'core.psp': core.psp,
    'core.control': core.control,
    'core.symbol': core.symbol,
    ...Object.fromEntries(Object.entries(core.registers).map(([name, value]) => [`register.${name}`, value])),
  };
}

/** Readings of a start of the application: its banner, and why it started. */
export function startReadings(stage: Stage, boot: BootRecord): Found {
  return {
    ...Object.fromEntries(Object.entries(boot).map(([name, value]) => [`boot.${name}`, value])),
    'reset.flags': resetFlagNames(stage.bench.chip, boot.csr),
    'app.starts': startsSince(stage, boot),
    'app.fresh': boot.fresh,
  };
}

/** Counters are made anew at power-on. */
function startsSince(stage: Stage, boot: BootRecord): number {
  return boot.fresh === 1 ? boot.n : boot.n - stage.counted.starts;
}

function faultReadings(frame: { readonly pc: number; readonly xpsr: number } | undefined, more: Found = {}): Found {
  if (frame === undefined) return { 'fault.pc': 'none', 'fault.cfsr': 0, 'fault.hfsr': 0 };
  return { 'fault.pc': frame.pc, 'fault.xpsr': frame.xpsr, 'fault.thumb': (frame.xpsr & THUMB) !== 0, ...more };
}

/** The last HardFault as the application tells it, if there was one since the counters were taken. */
async function faultTold(stage: Stage, app: Application): Promise<Found> {
  const before = app.boot.fresh === 1 ? 0 : stage.counted.faults;
  if (Number(app.boot.faults ?? 0) <= before) return faultReadings(undefined);
  const { pc, xpsr, cfsr, hfsr } = (await app.fault()) ?? {};
  if (typeof pc !== 'number' || typeof xpsr !== 'number') return {};
  return faultReadings({ pc, xpsr }, { 'fault.cfsr': cfsr, 'fault.hfsr': hfsr });
}

/**
 * What the probe finds of the application's counters and of a HardFault: the application's own record, or the frame on the stack of a
 * core that is in a HardFault handler now. Where the ROM has used the RAM of the record, nothing is said.
 */
async function probeReadings(stage: Stage, core: CoreSight): Promise<Found> {
  const { bench } = stage;
  if (core.where === 'system memory' && isInRamOfRom(stage, 'retained')) return {};
  await bench.probe.reacquire();
  try {
    const retained = await wordsAt(bench, stage.flashed, 'retained', 4);
    const known = retained?.[0] === RETAINED_MAGIC;
    const found: Found = known ? { 'app.starts': Number(retained[1]) - stage.counted.starts } : {};
    if (known && Number(retained[3]) > stage.counted.faults) {
      const record = await wordsAt(
        bench,
        stage.flashed,
        'fault_record',
        bench.chip.core.architecture === 'armv7-m' ? 5 : 3,
      );
      const [pc, xpsr, , cfsr, hfsr] = record ?? [];
      if (pc !== undefined && xpsr !== undefined)
        return { ...found, ...faultReadings({ pc, xpsr }, { 'fault.cfsr': cfsr, 'fault.hfsr': hfsr }) };
    }
    if (core.ipsr === HARD_FAULT) return { ...found, ...(await stackedFault(bench, core)) };
    return { ...found, ...faultReadings(undefined) };
  } finally {
    await bench.probe.release();
  }
}

/** On parts whose ROM takes all of the RAM: words that look like the application's record may be the ROM's by now. */
function isInRamOfRom({ bench, flashed }: Stage, symbol: string): boolean {
  const place = flashed === undefined ? undefined : bench.image(flashed).symbols.get(symbol);
  return place !== undefined && contains(bench.chip.rom.ramUsed, place.address);
}

async function wordsAt(
  bench: Bench,
  image: string | undefined,
  symbol: string,
  count: number,
): Promise<readonly number[] | undefined> {
  const place = image === undefined ? undefined : bench.image(image).symbols.get(symbol);
  return place === undefined ? undefined : bench.probe.readMemory(place.address, 32, count);
}

/** LR still is EXC_RETURN (Armv6-M B1.5.8, Armv7-M B1.5.8) in a handler that has called nothing; bit 2 names the stack of the frame. */
export async function stackedFault(bench: Bench, core: Pick<CoreSight, 'lr' | 'msp' | 'psp'>): Promise<Found> {
  if (core.lr < 0xffff_ffe0) return {};
  const stack = (core.lr & 4) === 0 ? core.msp : core.psp;
  const frame = await bench.probe.readMemory(stack, 32, 8).catch(() => undefined);
  const [pc, xpsr] = [frame?.[6], frame?.[7]];
  if (pc === undefined || xpsr === undefined) return {};
  if (bench.chip.core.architecture !== 'armv7-m') return faultReadings({ pc, xpsr });
  const word = async (address: number): Promise<number | undefined> =>
    (await bench.probe.readMemory(address, 32, 1))[0];
  return faultReadings({ pc, xpsr }, { 'fault.cfsr': await word(CFSR), 'fault.hfsr': await word(HFSR) });
}

/**
 * Takes in who answers after something was done: readings of answer, core, start, reset flags and last fault.
 * @param name Reading that says who: `jump.what`.
 */
export async function takeOutcome(stage: Stage, outcome: JumpOutcome, name: string): Promise<void> {
  stage.forget('core.', 'register.', 'fault.', 'reset.flags', 'app.');
  stage.app = outcome.application;
  stage.rom = outcome.rom;
  stage.read({
    [name]: outcome.what,
    answers: outcome.what,
    'rom.answers': outcome.rom !== undefined,
    ...coreReadings(outcome.core),
  });
  if (outcome.application !== undefined) {
    stage.read(startReadings(stage, outcome.application.boot));
    stage.read(await faultTold(stage, outcome.application));
    return;
  }
  if (outcome.rom !== undefined) stage.read({ 'rom.id': outcome.rom.proof.romId });
  stage.read(await probeReadings(stage, outcome.core));
}

/** From here on starts and faults are counted. */
export function countFrom(stage: Stage, boot: BootRecord): void {
  stage.counted = { starts: boot.n, faults: Number(boot.faults ?? 0) };
}
