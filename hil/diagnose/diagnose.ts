import type { Chip } from '../chip/chip.ts';
import type { Probe } from '../probe/probe.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Answer, BootSight, Evidence, MachineSight, Stop } from './evidence.ts';
import { judge } from './judge.ts';
import { type Proof, prove, suspectsAt } from './prove.ts';
import { answersOf, type Provocation, type Subject } from './provocation.ts';
import { clearResetFlags, readBoot, readMachine } from './read-machine.ts';
import { resetFlagNames } from './registers.ts';
import { prepared, watch } from './watch.ts';

export interface DiagnoseOptions {
  /** How long after the trigger the handover may come, in ms. Default 700. */
  readonly triggerMs?: number;
  /** False: no repairs are tried, the attempt is measured and watched once each. Default true. */
  readonly experiments?: boolean;
  /** What is known from elsewhere: operations through the ROM, the first contact, what a host saw on USB. */
  readonly also?: Pick<Evidence, 'operations' | 'contact' | 'usb'>;
}

/**
 * Explains an attempt that can be repeated: measured once with the probe released, watched once with breakpoints on both entries and
 * faults caught, then repeated with repairs at the handover until it is known which of them are needed. Some ten repetitions at most.
 * @throws what `provocation` throws; as Probe
 */
export async function diagnose(
  subject: Subject,
  provocation: Provocation,
  { triggerMs, experiments = true, also = {} }: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const { board, kind, chip } = subject;
  const released = await measure(subject, provocation);
  const { boot, answer } = released;
  const common = { board, kind, chip: chip.name, attempt: provocation.attempt, romId: await subject.romId(), ...also };
  const go = await goWords(subject.probe, provocation);
  const evidence = {
    ...common,
    boot,
    answer,
    now: released.now,
    resetFlags: released.resetFlags,
    ...(go === undefined ? {} : { go }),
  };
  if (answer.works) return judge(chip, evidence);

  const watched = await watch(subject, provocation, boot, triggerMs === undefined ? {} : { triggerMs });
  const full: Evidence = { ...evidence, begins: watched.begins, stops: watched.stops };
  if (watched.handover === undefined || !experiments) {
    const suspects =
      watched.handover === undefined ? {} : suspectsAt(subject, provocation.attempt, boot, watched.handover);
    return judge(chip, full, undefined, suspects);
  }
  const proof: Proof = await prove(subject, provocation, boot, watched.handover, triggerMs);
  return judge(chip, full, proof);
}

interface Measured {
  readonly boot: BootSight;
  readonly answer: Answer;
  readonly now: MachineSight;
  readonly resetFlags: readonly string[];
}

/** The attempt as in the field: the probe is released while it happens, and looks when it is over. */
async function measure(subject: Subject, provocation: Provocation): Promise<Measured> {
  const { probe, chip } = subject;
  await prepared(provocation);
  await probe.reacquire();
  const boot = await readBoot(probe, chip);
  await clearResetFlags(probe, chip);
  if (provocation.by === 'port') await probe.release();
  await provocation.trigger();
  if (provocation.by === 'probe') await probe.release();
  const answer = await answersOf(provocation);
  return { boot, answer, ...(await lookNow(probe, chip, boot, provocation.image)) };
}

/** Halts for the look and lets the core go on as it was. */
async function lookNow(
  probe: Probe,
  chip: Chip,
  boot: BootSight,
  image: Provocation['image'],
): Promise<{ readonly now: MachineSight; readonly resetFlags: readonly string[] }> {
  await probe.reacquire();
  const wasHalted = await probe.isHalted();
  if (!wasHalted) await probe.halt();
  try {
    const now = await readMachine(probe, chip, boot, image);
    return { now, resetFlags: resetFlagNames(chip, now.registers.RCC_CSR ?? 0) };
  } finally {
    if (!wasHalted) await probe.resume();
  }
}

async function goWords(probe: Probe, { attempt, table }: Provocation): Promise<Evidence['go']> {
  if (attempt !== 'go' || table === undefined) return undefined;
  return { table, words: (await probe.readMemory(table, 32, 2)) as unknown as [number, number] };
}

/**
 * Explains a board as it stands: nothing is set off, nothing written; a running core is halted for some milliseconds. The probe is
 * acquired and stays so.
 */
export async function explainAsItStands(
  subject: Omit<Subject, 'scope'>,
  options: { readonly image?: Provocation['image']; readonly also?: DiagnoseOptions['also'] } = {},
): Promise<Diagnosis> {
  const { board, kind, chip, probe } = subject;
  const boot = await readBoot(probe, chip);
  const { now, resetFlags } = await lookNow(probe, chip, boot, options.image);
  const evidence: Evidence = {
    board,
    kind,
    chip: chip.name,
    romId: await subject.romId(),
    attempt: 'none',
    boot,
    now,
    resetFlags,
    ...options.also,
  };
  return judge(chip, evidence);
}

/** The evidence of a run that somebody else made, judged without experiments: what a case's runner can give. */
export function explainEvidence(chip: Chip, evidence: Evidence): Diagnosis {
  const handover = evidence.stops?.find(
    ({ at }: Stop) => at === (evidence.attempt === 'go' ? 'application entry' : 'rom entry'),
  );
  const suspects =
    handover === undefined || evidence.attempt === 'none'
      ? {}
      : suspectsAt({ chip }, evidence.attempt, evidence.boot, handover.machine);
  return judge(chip, evidence, undefined, suspects);
}
