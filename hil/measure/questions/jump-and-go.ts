import type { Bench, JumpOutcome } from '../../board/bench-types.ts';
import { type Answered, hex32, type Question } from '../question.ts';

/** IWDG_SR: the same address on every part this tool knows (memory maps of the reference manuals). */
const IWDG_SR = 0x4000_300c;
const PVU = 1;

function whoWas({ what, core }: JumpOutcome): Answered {
  return {
    answer: { 'who answers': what, 'PC in': core.where },
    evidence: { pc: hex32(core.pc), ipsr: core.ipsr, vtor: hex32(core.vtor) },
  };
}

async function jumped(bench: Bench, settings: Readonly<Record<string, string>>): Promise<Answered> {
  const app = await bench.flash('handover');
  return whoWas(await app.jump(settings));
}

export const jumpAndGo: readonly Question[] = [
  {
    id: 'jump-with-program',
    asks: 'Where does a right jump end while flash holds a program?',
    cost: 'pages',
    ask: (bench) => jumped(bench, {}),
  },
  {
    id: 'jump-with-remap',
    asks: 'Where does a jump end that has mapped system memory at 0?',
    cost: 'pages',
    ask: (bench) => jumped(bench, { 'jump.mem_mode': 'system' }),
  },
  {
    id: 'jump-without-remap',
    asks: 'Where does a jump end with main flash mapped at 0?',
    cost: 'pages',
    ask: (bench) => jumped(bench, { 'jump.mem_mode': 'main' }),
  },
  {
    id: 'boot0-with-program',
    asks: 'Does a reset with BOOT0 high end in the ROM while flash holds a program?',
    cost: 'pages',
    controls: true,
    async ask(bench) {
      await bench.flash('handover');
      const { controls } = bench;
      await controls.boot0(1);
      await controls.nrst(true);
      await controls.nrst(false);
      const outcome = await bench.whoAnswers();
      await controls.boot0('released');
      return whoWas(outcome);
    },
  },
  {
    id: 'registers-after-go',
    asks: 'What does an application find in VTOR, the clock tree and SysTick after GO?',
    cost: 'pages',
    async ask(bench) {
      // Its record is of its first instructions; what follows them is to succeed whatever they found.
      const { rom, entry } = await bench.reachBootloader({ 'start.rcc': 'reset', 'start.primask': 'clear' });
      const { application, core } = await rom.goAndLook(bench.chip.flash.base);
      if (application === undefined) return { answer: { started: false }, evidence: { entry, pc: hex32(core.pc) } };
      const { boot } = application;
      const text = (name: string): string => {
        const value = boot[name];
        return typeof value === 'number' ? hex32(value) : 'not there';
      };
      return {
        answer: {
          started: true,
          vtor: text('vtor'),
          rcc_cfgr: text('rcc_cfgr'),
          primask: text('primask'),
          'SysTick enabled': typeof boot.systick_ctrl === 'number' && (boot.systick_ctrl & 1) === 1,
        },
        evidence: { entry, ...boot },
      };
    },
  },
  {
    id: 'iwdg-sr-after-go',
    asks: 'Is PVU in IWDG_SR still set after GO, with no watchdog running?',
    cost: 'pages',
    async ask(bench) {
      const { rom, entry } = await bench.reachBootloader();
      const { core } = await rom.goAndLook(bench.chip.flash.base);
      await bench.probe.reacquire();
      const [status] = await bench.probe.readWords([IWDG_SR]);
      await bench.probe.release();
      return {
        answer: { PVU: (status as number) & PVU },
        evidence: { entry, IWDG_SR: hex32(status as number), pc: hex32(core.pc) },
      };
    },
  },
];
