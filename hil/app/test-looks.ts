import type { BoardScope, CoreSight } from '../board/bench-types.ts';
import { createRecorder, type StepSink } from '../trace/recorder.ts';

/** A look at an application at work on an STM32G070RB: its reset clock, SysTick on, vectors in flash. For tests. */
export function look(change: Partial<CoreSight> = {}): CoreSight {
  return {
    wasRunning: true,
    pc: 0x0800_0200,
    lr: 0x0800_0101,
    xpsr: 0x0100_0000,
    ipsr: 0,
    msp: 0x2000_7ff0,
    psp: 0,
    primask: 0,
    control: 0,
    vtor: 0x0800_0000,
    icsr: 0,
    memoryRemap: 0,
    where: 'flash',
    ...change,
    registers: { RCC_CR: 0x500, RCC_CFGR: 0, RCC_PLLCFGR: 0x1000, SYST_CSR: 7, NVIC_ISER: 0, ...change.registers },
  };
}

/** The scope of a board that does not lag. */
export function testScope({
  signal = new AbortController().signal,
  sink = () => {},
}: {
  signal?: AbortSignal;
  sink?: StepSink;
} = {}): BoardScope {
  return {
    board: 'g070',
    signal,
    lag: () => 0,
    lagForGood: () => 0,
    askLag: async () => {},
    recorder: createRecorder(sink),
  };
}
