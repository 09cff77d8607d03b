import { hex } from '../error/format-error.ts';
import { clockFactor, iwdgFactor, peripheralClocksFactor } from './clock-factors.ts';
import { activeExceptionFactor } from './exception-factor.ts';
import { change, type Factor, stackOf } from './factor.ts';
import { flashErrorsFactor, flashLockFactor, wwdgFactor } from './flash-factors.ts';
import { core, rccAddress, registersOf } from './registers.ts';
import { pulse } from './reset-pulse.ts';

const SYST_ENABLE = 1;
const ICSR_PENDSTCLR = 2 ** 25;
const ICSR_PENDSVCLR = 2 ** 27;
const ICSR_PENDSTSET = 2 ** 26;
const ICSR_PENDSVSET = 2 ** 28;

const primask: Factor = {
  id: 'primask',
  repaired: 'PRIMASK cleared',
  suspicious: ({ machine }) => (machine.primask === 0 ? undefined : 'PRIMASK is 1: interrupts are masked'),
  repair: ({ probe }) => probe.writeRegister('primask', 0),
};

const masks: Factor = {
  id: 'basepri-faultmask',
  repaired: 'BASEPRI and FAULTMASK cleared',
  suspicious: ({ machine }) =>
    machine.basepri === 0 && machine.faultmask === 0
      ? undefined
      : `BASEPRI is ${hex(machine.basepri)}, FAULTMASK ${machine.faultmask}: interrupts are masked`,
  async repair({ probe }) {
    await probe.writeRegister('basepri', 0);
    await probe.writeRegister('faultmask', 0);
  },
};

const control: Factor = {
  id: 'control',
  repaired: 'CONTROL = 0 (privileged, main stack)',
  suspicious: ({ machine }) =>
    (machine.control & 3) === 0
      ? undefined
      : `CONTROL is ${hex(machine.control)}: ${[(machine.control & 1) === 0 ? '' : 'unprivileged', (machine.control & 2) === 0 ? '' : 'on the process stack'].filter(Boolean).join(', ')}`,
  repair: ({ probe }) => probe.writeRegister('control', 0),
};

const msp: Factor = {
  id: 'msp',
  repaired: 'MSP from the first word of the table',
  suspicious: ({ machine, boot, attempt }) => {
    const right = stackOf(boot, attempt);
    return machine.msp === right ? undefined : `MSP is ${hex(machine.msp)}, the table says ${hex(right)}`;
  },
  repair: ({ probe, boot, attempt }) => probe.writeRegister('msp', stackOf(boot, attempt)),
};

const systick: Factor = {
  id: 'systick',
  repaired: 'SysTick stopped, what it had pending cleared',
  suspicious: ({ machine: { registers } }) => {
    const [csr, icsr] = [registers.SYST_CSR ?? 0, registers.ICSR ?? 0];
    const pending = (icsr & (ICSR_PENDSTSET | ICSR_PENDSVSET)) !== 0;
    if ((csr & SYST_ENABLE) === 0 && !pending) return undefined;
    const state = (csr & SYST_ENABLE) === 0 ? 'stopped' : `running${(csr & 2) === 0 ? '' : ' with its interrupt'}`;
    return `SysTick is ${state} (SYST_CSR ${hex(csr & 7)})${pending ? ', SysTick or PendSV is pending' : ''}`;
  },
  async repair({ probe }) {
    await probe.writeMemory(core.SYST_CSR, 32, [0]);
    await probe.writeMemory(core.SYST_RVR, 32, [0]);
    await probe.writeMemory(core.SYST_CVR, 32, [0]);
    await probe.writeMemory(core.ICSR, 32, [ICSR_PENDSTCLR + ICSR_PENDSVCLR]);
  },
};

const nvic: Factor = {
  id: 'nvic',
  repaired: 'interrupts disabled and no longer pending (ICER, ICPR)',
  suspicious: ({ machine: { interrupts } }) => {
    const parts = [
      ...(interrupts.enabled.length === 0 ? [] : [`interrupt ${interrupts.enabled.join(', ')} is enabled`]),
      ...(interrupts.pending.length === 0 ? [] : [`interrupt ${interrupts.pending.join(', ')} is pending`]),
    ];
    return parts.length === 0 ? undefined : parts.join(', ');
  },
  async repair({ probe, chip }) {
    const words = chip.core.architecture === 'armv7-m' ? 3 : 1;
    const all = new Array<number>(words).fill(0xffff_ffff);
    await probe.writeMemory(core.NVIC_ICER, 32, all);
    await probe.writeMemory(core.NVIC_ICPR, 32, all);
  },
};

const vtor: Factor = {
  id: 'vtor',
  repaired: 'VTOR set to the table that was started',
  suspicious: ({ machine, chip, attempt }) => {
    if (!chip.core.hasVtor) return undefined;
    const right = attempt === 'entry' ? [0, chip.systemMemory.base] : [chip.flash.base];
    if (right.includes(machine.vtor)) return undefined;
    // After a plain reset VTOR is 0 and the flash is mapped there.
    if (attempt === 'go' && machine.vtor === 0 && machine.mapped === 'main flash') return undefined;
    return `VTOR is ${hex(machine.vtor)}`;
  },
  repair: ({ probe, chip, attempt }) =>
    probe.writeMemory(core.VTOR, 32, [attempt === 'entry' ? chip.systemMemory.base : chip.flash.base]),
};

const memMode: Factor = {
  id: 'mem-mode',
  repaired: 'MEM_MODE set, SYSCFG clocked',
  suspicious: ({ machine, attempt }) => {
    const right = attempt === 'entry' ? 'system memory' : 'main flash';
    return machine.mapped === right ? undefined : `${machine.mapped} is mapped at 0, not ${right}`;
  },
  async repair({ probe, chip, attempt }) {
    const { register: gate, bit } = registersOf(chip).syscfg;
    await change(probe, rccAddress(chip, gate), 0, 2 ** bit);
    const { register, field, systemMemory, mainFlash } = chip.memoryRemap;
    const mode = attempt === 'entry' ? systemMemory : mainFlash;
    await change(probe, register, (2 ** field.width - 1) * 2 ** field.lsb, mode * 2 ** field.lsb);
  },
};

const dma: Factor = {
  id: 'dma',
  repaired: 'DMA channels disabled',
  suspicious: ({ machine }) =>
    machine.dma.length === 0
      ? undefined
      : machine.dma.map(({ name, memory }) => `${name} is on, at ${hex(memory)}`).join(', '),
  async repair({ probe, chip, machine }) {
    const family = registersOf(chip);
    for (const { name } of machine.dma) {
      const [unit, , number] = name.split(' ');
      const base = family.dma.find((one) => one.name === unit)?.base ?? 0;
      const at = family.dmaStreams ? 0x10 + 0x18 * Number(number) : 0x08 + 0x14 * (Number(number) - 1);
      await probe.writeMemory(base + at, 32, [0]);
    }
  },
};

const mpu: Factor = {
  id: 'mpu',
  repaired: 'MPU switched off',
  suspicious: ({ machine }) =>
    ((machine.registers.MPU_CTRL ?? 0) & 1) === 0 ? undefined : 'the MPU is on, with the regions of the caller',
  repair: ({ probe }) => probe.writeMemory(core.MPU_CTRL, 32, [0]),
};

/** Pulses the reset of all peripherals, as HAL_DeInit does, but of those that the handover itself rests on. */
const peripherals: Factor = {
  id: 'peripherals',
  repaired: 'peripherals reset through RCC',
  // Everything that an application leaves on looks alike from outside; it is tried when nothing else cures.
  suspicious: () => undefined,
  async repair({ probe, chip }) {
    for (const [name, bits] of Object.entries(registersOf(chip).resets)) {
      await pulse(probe, chip, name, bits);
    }
  },
};

/** In the order in which they are repaired: what could disturb the repairs first, the return from an exception last. */
export const factors: readonly Factor[] = [
  dma,
  wwdgFactor,
  systick,
  nvic,
  peripherals,
  clockFactor,
  peripheralClocksFactor,
  iwdgFactor,
  flashErrorsFactor,
  flashLockFactor,
  mpu,
  memMode,
  vtor,
  masks,
  primask,
  control,
  msp,
  activeExceptionFactor,
];

export function factorNamed(id: string): Factor {
  const found = factors.find((factor) => factor.id === id);
  if (found === undefined) throw new RangeError(`there is no factor '${id}'`);
  return found;
}
