import { contains, endOf, fieldOf } from '../../chip/chip.ts';
import { enterWithoutErasing } from '../enter-without-erasing.ts';
import { hex32, type Question } from '../question.ts';

/** `b .` (Armv6-M A6.7.10, T2). */
const BRANCH_TO_SELF = 0xe7fe;
/** Exceptions of the core: NMI to SysTick (Armv6-M B1.5.2). */
const FIRST_EXCEPTION = 2;
const LAST_EXCEPTION = 15;

/** How far a stack pointer may have gone down from where it was put, in bytes. */
const NEAR = 1024;

export const machineInRom: readonly Question[] = [
  {
    id: 'vtor-in-rom',
    entry: 'without erasing',
    asks: 'What is in VTOR while the ROM waits for commands?',
    cost: 'reads',
    notFor: (chip) => (chip.core.hasVtor ? undefined : 'a Cortex-M0 has no VTOR'),
    async ask(bench) {
      const { rom, entry } = await enterWithoutErasing(bench);
      const { core } = rom.proof;
      return { answer: { vtor: hex32(core.vtor) }, evidence: { entry, pc: hex32(core.pc), icsr: hex32(core.icsr) } };
    },
  },
  {
    id: 'exception-slots',
    asks: 'Which exceptions of its vector table does the ROM handle by an endless loop?',
    cost: 'reads',
    async ask(bench) {
      const { probe, chip } = bench;
      await probe.reacquire();
      const slots = await probe.readWords(
        Array.from({ length: LAST_EXCEPTION + 1 }, (_, i) => chip.systemMemory.base + 4 * i),
      );
      const answer: Record<string, string> = {};
      for (let exception = FIRST_EXCEPTION; exception <= LAST_EXCEPTION; exception++) {
        const handler = slots[exception] as number;
        if (handler === 0) continue;
        if (
          ![chip.systemMemory, chip.systemMemory2].some((region) => region !== undefined && contains(region, handler))
        ) {
          answer[`exception ${exception}`] = 'not in system memory';
          continue;
        }
        const [code] = await probe.readMemory((handler & ~1) >>> 0, 16, 1);
        answer[`exception ${exception}`] = code === BRANCH_TO_SELF ? 'endless loop' : 'code';
      }
      await probe.release();
      return { answer, evidence: { table: slots.map(hex32) } };
    },
  },
  {
    id: 'msp-in-rom',
    entry: 'jump',
    asks: 'On which stack does the ROM run when a jump brings another MSP than its own?',
    cost: 'reads',
    async ask(bench) {
      const given = endOf(bench.chip.sram);
      const { rom, entry } = await enterWithoutErasing(bench, { msp: given });
      const { core } = rom.proof;
      const below = given - core.msp;
      const own = (await readStackWord(bench)) - core.msp;
      const near = (distance: number): boolean => distance >= 0 && distance <= NEAR;
      return {
        answer: { stack: near(below) ? 'the one given' : near(own) ? 'its own' : 'another' },
        evidence: { entry, given: hex32(given), msp: hex32(core.msp) },
      };
    },
  },
  {
    id: 'mem-mode-in-rom',
    entry: 'jump',
    asks: 'Does the ROM change what is mapped at address 0?',
    cost: 'reads',
    async ask(bench) {
      const { chip } = bench;
      const { rom, entry, memoryRemap } = await enterWithoutErasing(bench);
      const mapped = (register: number): number => fieldOf(register, chip.memoryRemap.field);
      const inRom = rom.proof.core.memoryRemap;
      const found = memoryRemap as number;
      return {
        answer: { 'MEM_MODE at the jump': mapped(found), 'MEM_MODE in the ROM': mapped(inRom) },
        evidence: { entry, 'at the jump': hex32(found), 'in the ROM': hex32(inRom) },
      };
    },
  },
];

async function readStackWord(bench: Parameters<Question['ask']>[0]): Promise<number> {
  await bench.probe.reacquire();
  const [word] = await bench.probe.readWords([bench.chip.systemMemory.base]);
  await bench.probe.release();
  return word as number;
}
