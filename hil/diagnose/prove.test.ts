import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import { HilError } from '../error/hil-error.ts';
import type { Probe } from '../probe/probe.ts';
import type { BootSight } from './evidence.ts';
import { judge } from './judge.ts';
import { prove } from './prove.ts';
import { answersOf, type Provocation, type Subject } from './provocation.ts';
import { readMachine } from './read-machine.ts';
import { core } from './registers.ts';
import { watch } from './watch.ts';

const chip = chipNamed('STM32G070RB');
const boot: BootSight = { optionWords: {}, flash: [0x2000_8000, 0x0800_0101], rom: [0x2000_2700, 0x1fff_00d5] };
const ROM_ENTRY = 0x1fff_00d4;
const CLEAN = { [core.SYST_CSR]: 0, [core.ICSR]: 0, 1073876992: 0x500, 1073877004: 0x1000, 1073881108: 0xc000_0000 };

interface Handover {
  readonly primask?: number;
  readonly msp?: number;
  readonly systCsr?: number;
}

/** An imagined G070 behind a probe: the jump leaves the state given, and the ROM lives if `lives` says so when the core goes on. */
function imagine(left: Handover, lives: (state: Required<Handover>) => boolean, reached: () => boolean = () => true) {
  const clean = { pc: 0x0800_0200, lr: 0, xPSR: 0x0100_0000, msp: 0x2000_8000, psp: 0, primask: 0, control: 0 };
  let registers: Record<string, number> = { ...clean };
  let memory: Record<number, number> = {};
  let breakpoints = new Set<number>();
  let jumped = false;
  const probe = {
    reacquire: async () => {},
    release: async () => {},
    halt: async () => {},
    resume: async () => {},
    setBreakpoint: async (address: number) => void breakpoints.add(address),
    clearBreakpoint: async (address: number) => void breakpoints.delete(address),
    catchFaults: async () => {},
    readRegisters: async (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, registers[name] ?? 0])),
    writeRegister: async (name: string, value: number) => {
      registers[name] = value;
    },
    readMemory: async (address: number, _width: number, count: number) =>
      Array.from({ length: count }, (_, i) => word(address + 4 * i)),
    writeMemory: async (address: number, _width: number, words: readonly number[]) => {
      for (const [i, value] of words.entries()) memory[address + 4 * i] = value;
    },
    async waitUntilHalted() {
      if (!jumped || !reached() || !breakpoints.has(ROM_ENTRY)) throw new HilError(411, 'one: not halted');
      registers.pc = ROM_ENTRY;
    },
  };
  const word = (address: number): number => {
    if (memory[address] !== undefined) return memory[address];
    // System memory is mapped at 0, and stands where it stands.
    if (address === 0 || address === chip.systemMemory.base) return boot.rom[0];
    return address === 4 || address === chip.systemMemory.base + 4 ? boot.rom[1] : 0;
  };
  const provocation: Provocation = {
    title: 'an imagined jump',
    attempt: 'entry',
    by: 'port',
    async prepare() {
      registers = { ...clean };
      memory = { ...CLEAN };
      breakpoints = new Set();
      jumped = false;
    },
    async trigger() {
      jumped = true;
      registers.primask = left.primask ?? 0;
      registers.msp = left.msp ?? boot.rom[0];
      memory[core.SYST_CSR] = left.systCsr ?? 0;
    },
    async answers() {
      const [primask = 0, msp = 0, systCsr = 0] = [registers.primask, registers.msp, memory[core.SYST_CSR]];
      const works = lives({ primask, msp, systCsr });
      return { what: works ? 'rom' : 'silent', works, saw: works ? 'the ROM answers' : 'nobody answers' };
    },
  };
  const subject: Subject = {
    board: 'one',
    kind: 'virtual',
    chip,
    probe: probe as unknown as Probe,
    scope: {},
    romId: async () => 0xb4,
  };
  return { subject, provocation };
}

async function proofOf(left: Handover, lives: Parameters<typeof imagine>[1], reached?: () => boolean) {
  const { subject, provocation } = imagine(left, lives, reached);
  await provocation.prepare();
  await provocation.trigger();
  const machine = await readMachine(subject.probe, chip, boot);
  return prove(subject, provocation, boot, machine);
}

const DIRTY = { primask: 1, msp: 0x3000_0000, systCsr: 7 };

describe('experiments at the handover', () => {
  test('prove the one thing that has to be repaired, and exonerate what also differed', async () => {
    const proof = await proofOf(DIRTY, ({ systCsr }) => systCsr === 0);
    expect(proof).toMatchObject({ outcome: 'cured', singles: ['systick'], together: [] });
    expect(Object.keys(proof.suspects).sort()).toEqual(['msp', 'primask', 'systick']);
  });

  test('prove two that must be repaired together', async () => {
    const proof = await proofOf(DIRTY, ({ systCsr, msp }) => systCsr === 0 && msp === boot.rom[0]);
    expect(proof).toMatchObject({ outcome: 'cured', singles: [], together: ['systick', 'msp'] });
  });

  test('name nothing when everything repaired is not enough', async () => {
    const proof = await proofOf(DIRTY, () => false);
    expect(proof).toMatchObject({ outcome: 'not cured', singles: [], together: [] });
    // Nothing, all that differs, and that with the peripherals: no more repetitions than these.
    expect(proof.experiments).toHaveLength(3);
  });

  test('prove nothing when the attempt succeeds under the eyes of the probe', async () => {
    const proof = await proofOf(DIRTY, () => true);
    expect(proof).toMatchObject({ outcome: 'not reproduced', singles: [], together: [] });
  });

  test('count for nothing when the handover is not reached: no repair was made then', async () => {
    let runs = 0;
    const proof = await proofOf(
      DIRTY,
      () => runs > 1,
      () => {
        runs += 1;
        return runs === 1;
      },
    );
    expect(proof.outcome).toBe('not cured');
    expect(proof.experiments[1]?.saw).toMatch(/^the handover was not reached/);
  });
});

describe('an instrumented run', () => {
  test('stops at the first instruction of the ROM and shows the machine there', async () => {
    const { subject, provocation } = imagine(DIRTY, () => false);
    const { handover, stops, begins } = await watch(subject, provocation, boot, { atHandover: async () => {} });
    expect({ begins, at: stops.map(({ at }) => at) }).toEqual({ begins: 'flash', at: ['rom entry'] });
    expect(handover).toMatchObject({ pc: ROM_ENTRY, primask: 1, msp: 0x3000_0000 });
  });

  test('does not begin when the program has gone into the ROM already', async () => {
    const { subject, provocation } = imagine({}, () => true);
    const prepare = async (): Promise<void> => {
      await provocation.prepare();
      await subject.probe.writeRegister('pc', 0x1fff_0400);
    };
    expect(await watch(subject, { ...provocation, prepare }, boot)).toEqual({ begins: 'system memory', stops: [] });
  });
});

describe('an answer', () => {
  const failing = (code: number) => ({
    answers: async (): Promise<never> => {
      throw new HilError(code, 'one: no ACK to Get (0x00) within 1001 ms');
    },
  });

  test('is also a conversation that breaks off', async () => {
    expect(await answersOf(failing(305))).toEqual({
      what: 'silent',
      works: false,
      saw: 'the conversation broke off: no ACK to Get (0x00) within 1001 ms',
    });
  });

  test('is not a rig that fails', async () => {
    await expect(answersOf(failing(205))).rejects.toMatchObject({ code: 205 });
  });
});

describe('the sentence', () => {
  const judged = async (lives: Parameters<typeof imagine>[1], left: Handover = DIRTY) => {
    const { subject, provocation } = imagine(left, lives);
    await provocation.prepare();
    await provocation.trigger();
    const now = await readMachine(subject.probe, chip, boot);
    const { stops } = await watch(subject, provocation, boot, { atHandover: async () => {} });
    const proof = await prove(subject, provocation, boot, now);
    const answer = { what: 'silent', works: false, saw: 'nobody answers' } as const;
    return judge(
      chip,
      { board: 'one', chip: chip.name, kind: 'virtual', attempt: 'entry', answer, boot, now, resetFlags: [], stops },
      proof,
    );
  };

  test('names the proved cause, and lists what is ruled out', async () => {
    const { sentence, certainty, ruledOut, findings } = await judged(({ systCsr }) => systCsr === 0);
    expect(sentence).toMatch(/^SysTick of the application reached the ROM/);
    expect(certainty).toBe('proved by experiment');
    expect(findings.map(({ rule }) => rule)).toEqual(['systick-left-on']);
    expect(ruledOut.map(({ what }) => what).join('; ')).toMatch(/PRIMASK is 1.*MSP is 0x3000_0000/);
  });

  test('says of two that are both needed that each is enough to fail', async () => {
    const { sentence, findings } = await judged(({ systCsr, primask }) => systCsr === 0 && primask === 0);
    expect(sentence).toMatch(/^2 causes, each of which is enough to fail: /);
    expect(findings.map(({ certainty }) => certainty)).toEqual(['proved by experiment', 'proved by experiment']);
  });

  test('says of two of which either cures that they meet', async () => {
    const { sentence } = await judged(({ systCsr, primask }) => systCsr === 0 || primask === 0);
    expect(sentence).toMatch(/^These meet, and the cure of either is enough: /);
  });

  test('says that it cannot tell, and how much is ruled out', async () => {
    const { sentence, certainty, findings } = await judged(() => false);
    expect(sentence).toMatch(/^Cannot tell: 3 things that differ from a clean handover are ruled out by experiment\./);
    expect({ certainty, findings }).toEqual({ certainty: 'cannot tell', findings: [] });
  });

  test('says that watched it succeeds', async () => {
    expect((await judged(() => true)).sentence).toMatch(/^Cannot tell: watched by the probe, the attempt succeeds/);
  });
});
