import { contains } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import { consistent, decisive, type Rule } from '../rule.ts';

const HARD_FAULT = 3;
const NPRIV = 1;
const PRECISERR = 1 << 9;
const SYSTEM_CONTROL_SPACE = { base: 0xe000_e000, size: 0x1000 };

export const unprivileged: Rule = {
  id: 'unprivileged',
  attempt: 'entry',
  look: ({ last, e }) => {
    const machine = last?.machine ?? e.now;
    if (machine.ipsr !== HARD_FAULT || (machine.control & NPRIV) === 0) return undefined;
    const { CFSR = 0, BFAR = 0 } = machine.registers;
    const said = [`a fault came while CONTROL was ${hex(machine.control)} (nPRIV = 1)`];
    if ((CFSR & PRECISERR) !== 0 && contains(SYSTEM_CONTROL_SPACE, BFAR)) {
      return decisive(...said, `the access that faulted was to ${hex(BFAR)} in the system control space (BFAR)`);
    }
    return consistent(...said, ...(machine.frame === undefined ? [] : [`it faulted at ${hex(machine.frame.pc)}`]));
  },
  says: () =>
    'The jump is made by an unprivileged task: it may not write SysTick, NVIC, VTOR, CONTROL or MSP, and the first attempt faults.',
  fix: 'jump from privileged code: by an SVC handler that lowers nPRIV, or set a flag and reset.',
  provenance: { source: 'Armv6-M B1.4.4, B3.1; Armv7-M B1.4.4, B3.1; ArduPilot PR 14022', confidence: 'documented' },
};

export const processStack: Rule = {
  id: 'process-stack',
  attempt: 'entry',
  factor: 'control',
  says: ({ handover }) =>
    `The ROM was entered with CONTROL = ${hex(handover?.control ?? 0)}: on the process stack, or unprivileged.`,
  fix: 'write CONTROL = 0 and ISB before MSP is loaded, from privileged code.',
  provenance: {
    source: 'Armv7-M B1.4.4; ArduPilot PR 14022 and issue 14023; seed guide (CONTROL = 0)',
    confidence: 'corroborated',
  },
};

export const stackPointer: Rule = {
  id: 'stack-pointer',
  attempt: 'entry',
  factor: 'msp',
  look: ({ handover, chip, e, suspects }) => {
    if (handover === undefined || suspects.msp === undefined || e.answer?.works !== false) return undefined;
    const sp = (handover.control & 2) === 0 ? handover.msp : handover.psp;
    const ram = [chip.sram, ...(chip.sram2 === undefined ? [] : [chip.sram2])];
    if (!ram.some((region) => contains(region, sp - 4)))
      return consistent(`the stack pointer is ${hex(sp)}, where there is no RAM`);
    if (contains(chip.rom.ramUsed, sp - 4) && sp !== e.boot.rom[0])
      return consistent(`the stack (${hex(sp)}) lies in the RAM that the ROM uses`);
    return undefined;
  },
  says: ({ handover, e }) =>
    `The ROM was entered with MSP = ${hex(handover?.msp ?? 0)} instead of the first word of its table (${hex(e.boot.rom[0])}).`,
  fix: 'load MSP from the first word of system memory right before the branch, in a function that does not use the stack any more.',
  provenance: {
    source: 'Armv6-M B1.5.5 (a reset loads MSP from the table); AN2606 r70 (RAM used by the ROM)',
    confidence: 'documented',
  },
};

const MPU_ENABLE = 1;
/** IACCVIOL and DACCVIOL of CFSR: faults that only the MPU, or execution from memory that never executes, can raise. */
const MEMORY_VIOLATIONS = 3;

export const mpuOn: Rule = {
  id: 'mpu-left-on',
  attempt: 'any',
  factor: 'mpu',
  look: ({ last, e }) => {
    const machine = last?.machine ?? e.now;
    const { MPU_CTRL = 0, CFSR = 0, MMFAR = 0 } = machine.registers;
    if (machine.ipsr !== HARD_FAULT || (MPU_CTRL & MPU_ENABLE) === 0) return undefined;
    const said = [
      `the MPU is on (MPU_CTRL ${hex(MPU_CTRL)})`,
      `a fault came${machine.frame === undefined ? '' : ` at ${hex(machine.frame.pc)}`}`,
    ];
    if ((CFSR & MEMORY_VIOLATIONS) === 0) return consistent(...said);
    return decisive(
      ...said,
      `CFSR ${hex(CFSR)} says that the MPU refused ${(CFSR & 1) === 0 ? `the access to ${hex(MMFAR)}` : 'to fetch that instruction'}`,
    );
  },
  says: ({ handover }) =>
    handover === undefined
      ? 'The MPU of the application is on, and what the jump needs is not in its regions.'
      : 'The MPU of the caller was still on at the handover.',
  fix: 'write MPU_CTRL = 0 before the jump.',
  provenance: { source: 'Armv6-M B3.5 and Armv7-M B3.5; iNav PR 11295, rusEFI issue 2961', confidence: 'corroborated' },
};
