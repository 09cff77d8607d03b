import { contains, erasedWord } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import { bootChoice } from '../../guard/boot-choice.ts';
import { sysclkSource } from '../registers.ts';
import { consistent, decisive, type Rule, type Seen } from '../rule.ts';

const afterGo = ({ last, e }: Seen) => last?.machine ?? e.now;
const failed = ({ e }: Seen): boolean => e.answer?.works === false;

/** An exception was taken through the ROM's table. By VTOR; a Cortex-M0 takes what is mapped at 0. */
function inHandlerOfRom(seen: Seen): boolean {
  const { ipsr, where, vtor, mapped } = seen.e.now;
  const table =
    seen.chip.core.hasVtor && vtor !== 0 ? vtor === seen.chip.systemMemory.base : mapped === 'system memory';
  return ipsr !== 0 && where === 'system memory' && table;
}

const FIRST_INTERRUPT = 14;

/** The application was seen to start, and what it died of is an interrupt, not a fault of its own. */
function byInterruptOfApplication(seen: Seen): boolean {
  return seen.handover !== undefined && seen.e.now.ipsr >= FIRST_INTERRUPT;
}

export const vtorLeftOnRom: Rule = {
  id: 'vtor-left-on-rom',
  attempt: 'go',
  factor: 'vtor',
  look: (seen) => {
    if (!failed(seen) || !seen.chip.core.hasVtor || !inHandlerOfRom(seen)) return undefined;
    const { ipsr, pc, vtor } = seen.e.now;
    const said = [
      `exception ${ipsr} is active, and the core is at ${hex(pc)} in system memory`,
      `VTOR is ${hex(vtor)}: the vectors in force are the ROM's`,
    ];
    return byInterruptOfApplication(seen)
      ? decisive(...said, 'the application had started before')
      : consistent(...said);
  },
  says: ({ handover, e }) =>
    `After GO, VTOR still points to the ROM's table (${hex(handover?.vtor ?? e.now.vtor)}), and the application does not set it: its first interrupt runs into the ROM.`,
  fix: 'write the address of the vector table to VTOR in the first line of SystemInit (USER_VECT_TAB_ADDRESS), or GO to a table whose reset handler requests a system reset.',
  provenance: {
    source:
      'AN3155 r20 3.5 (the jump works only if the application sets its vector table); candleLight_fw PR 319; stm32duino PR 1653',
    confidence: 'documented',
  },
};

export const memModeLeftOnRom: Rule = {
  id: 'alias-on-rom',
  attempt: 'go',
  factor: 'mem-mode',
  look: (seen) => {
    if (!failed(seen) || seen.chip.core.hasVtor || !inHandlerOfRom(seen)) return undefined;
    const { ipsr, pc } = seen.e.now;
    const said = [
      `exception ${ipsr} is active, and the core is at ${hex(pc)} in system memory`,
      'system memory is mapped at 0, where this core takes its vectors',
    ];
    return byInterruptOfApplication(seen)
      ? decisive(...said, 'the application had started before')
      : consistent(...said);
  },
  says: ({ handover, e }) =>
    `After GO, ${handover?.mapped ?? e.now.mapped} is mapped at 0 and the application does not change it: its vectors are the ROM's.`,
  fix: 'set MEM_MODE to main flash in the first lines of the reset handler, or copy the vectors to RAM and map that.',
  provenance: {
    source: 'Armv6-M B1.5.3 (vectors at 0 without VTOR); ST community 26534, 133230 (F0)',
    confidence: 'corroborated',
  },
};

export const pllLeftOn: Rule = {
  id: 'pll-left-on',
  attempt: 'go',
  factor: 'clock',
  look: (seen) => {
    const { symbol, primask, registers } = seen.e.now;
    const source = sysclkSource(seen.chip, registers.RCC_CFGR ?? 0);
    if (!failed(seen) || symbol !== 'Error_Handler' || primask !== 1 || source !== 'PLL') return undefined;
    return consistent(`the application is in Error_Handler with PRIMASK = 1, and SYSCLK is the ${source}`);
  },
  says: ({ suspects }) =>
    `The ROM left its clock tree at GO (${suspects.clock ?? 'SYSCLK is the PLL'}), and the application's clock setup does not cope with it.`,
  fix: 'go back to the oscillator of the reset and switch the PLL off before HAL_RCC_OscConfig (HAL_RCC_DeInit), or GO to a table whose reset handler requests a system reset.',
  provenance: {
    source: 'AN2606 r70 4.1 (registers are not restored at GO), T107; stm32duino issue 1637 and PR 1653',
    confidence: 'corroborated',
  },
};

export const watchdogUpdateStuck: Rule = {
  id: 'iwdg-update-stuck',
  attempt: 'go',
  factor: 'iwdg-update',
  look: (seen) => {
    const words = seen.suspects['iwdg-update'];
    return words !== undefined && failed(seen) && afterGo(seen).where === 'flash' && afterGo(seen).ipsr === 0
      ? consistent(words)
      : undefined;
  },
  says: () =>
    'The ROM wrote the prescaler of the watchdog with LSI off, so PVU of IWDG_SR stays 1 after GO, and the application waits for it to clear.',
  fix: 'start the watchdog (which starts LSI) before waiting for IWDG_SR = 0.',
  provenance: { source: 'AN2606 r70 4.9 (PVU stays set after GO)', confidence: 'documented' },
};

export const ccmClockOff: Rule = {
  id: 'ahb1enr-cleared',
  attempt: 'go',
  factor: 'ahb1enr',
  says: ({ suspects }) =>
    `The ROM left the CCM without clock at GO (${suspects.ahb1enr ?? ''}), and the application keeps data there.`,
  fix: 'set RCC_AHB1ENR.CCMDATARAMEN in the reset handler before the first access to the CCM.',
  provenance: { source: 'AN2606 r70, known limitations of F401, F42x, F446', confidence: 'documented' },
};

export const maskedAtStart: Rule = {
  id: 'masked-at-start',
  attempt: 'go',
  factor: 'primask',
  look: (seen) => {
    const words = seen.suspects.primask;
    return words !== undefined && failed(seen) ? consistent(words) : undefined;
  },
  says: () =>
    'The application was started with PRIMASK = 1, which a reset never leaves, and it waits for an interrupt.',
  fix: 'enable interrupts (cpsie i) in the reset handler, before anything waits for a tick.',
  provenance: { source: 'Armv6-M B1.4.3: PRIMASK is 0 after a reset; AN2606 r70 4.1', confidence: 'documented' },
};

export const interruptAtStart: Rule = {
  id: 'interrupt-at-start',
  attempt: 'go',
  factor: 'nvic',
  says: ({ suspects }) => `An interrupt of the ROM reached the application: ${suspects.nvic ?? 'one was left on'}.`,
  fix: 'write ones to ICER and ICPR in the reset handler, or GO to a table whose reset handler requests a system reset.',
  provenance: { source: 'AN2606 r70 4.1 (registers are not restored at GO)', confidence: 'documented' },
};

export const systickAtStart: Rule = {
  id: 'systick-at-start',
  attempt: 'go',
  factor: 'systick',
  says: ({ suspects }) => `SysTick of the ROM reached the application: ${suspects.systick ?? 'it was left on'}.`,
  fix: 'stop SysTick in the reset handler, or GO to a table whose reset handler requests a system reset.',
  provenance: { source: 'AN2606 r70 4.1 (registers are not restored at GO)', confidence: 'documented' },
};

export const goToErased: Rule = {
  id: 'go-to-erased-table',
  attempt: 'go',
  look: ({ e, chip }) => {
    const erased = erasedWord(chip);
    if (e.go === undefined || e.go.words.some((word) => word !== erased)) return undefined;
    return decisive(`the words at ${hex(e.go.table)} are both ${hex(erased)}: erased flash`);
  },
  says: ({ e }) => `GO was sent to ${hex(e.go?.table ?? 0)}, where the flash is erased: there is no vector table.`,
  fix: 'write the image before GO; a second table (as for a restart by reset) must be in the image that was written last.',
  provenance: {
    source: 'AN3155 r20 3.5 (GO loads the stack and branches to the word at address + 4)',
    confidence: 'documented',
  },
};

export const goToNoTable: Rule = {
  id: 'go-to-no-table',
  attempt: 'go',
  look: ({ e, chip }) => {
    if (e.go === undefined || e.go.words.every((word) => word === erasedWord(chip))) return undefined;
    const [stack, reset] = e.go.words;
    const ram = [chip.sram, ...(chip.sram2 === undefined ? [] : [chip.sram2])];
    const said = [
      ...(ram.some((region) => contains(region, stack - 4))
        ? []
        : [`the first word at ${hex(e.go.table)} is ${hex(stack)}, which is no stack pointer into RAM`]),
      ...((reset & 1) === 1 ? [] : [`the second word is ${hex(reset)}: even, so no reset vector`]),
    ];
    return said.length === 0 ? undefined : decisive(...said);
  },
  says: ({ e }) => `GO was sent to ${hex(e.go?.table ?? 0)}, and no vector table stands there.`,
  fix: 'send the address of a vector table: its first word is the initial stack pointer, its second the odd address of the reset handler.',
  provenance: { source: 'AN3155 r20 3.5', confidence: 'documented' },
};

export const resetReturnsToRom: Rule = {
  id: 'reset-returns-to-rom',
  attempt: 'go',
  look: (seen) => {
    const { e, chip } = seen;
    if (!failed(seen) || e.now.where !== 'system memory' || !e.resetFlags.includes('SFTRSTF')) return undefined;
    const choice = bootChoice(chip, e.boot.optionWords, e.boot.emptyFlag === true);
    const chosen = (choice.by === 'options' || choice.by === 'empty flag') && choice.memory === 'system memory';
    const said = ['the application requested a reset (SFTRSTF), and the core is in system memory'];
    return chosen ? decisive(...said, `the option bytes choose system memory (by ${choice.by})`) : consistent(...said);
  },
  says: () =>
    'The restart by a reset works, but the reset boots the ROM again: the boot choice still names system memory.',
  fix: 'release BOOT0, or set nBOOT0 back, before the restart; or GO to the application itself.',
  provenance: {
    source: 'ST community 148428 (G071 stays in the ROM: nBOOT0 = 0 persists); AN2606 r70 T2',
    confidence: 'corroborated',
  },
};
