import { flashRegister } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import type { Factor, Scene } from './factor.ts';
import { registersOf } from './registers.ts';
import { pulse } from './reset-pulse.ts';

/** Error flags of FLASH_SR that stick until they are written with 1 (FLASH chapters of the manuals). */
export const flashErrorsFactor: Factor = {
  id: 'flash-errors',
  repaired: 'error flags of FLASH_SR cleared',
  suspicious: ({ chip, machine }) => {
    const sr = ((machine.registers.FLASH_SR ?? 0) & chip.flash.controller.status.errors) >>> 0;
    return sr === 0 ? undefined : `FLASH_SR has error flags: ${hex(sr)}`;
  },
  repair: ({ probe, chip }) => probe.writeMemory(flashRegister(chip, 'SR'), 32, [chip.flash.controller.status.errors]),
};

/** Lock bits by their names: LOCK and OPTLOCK of CR, PELOCK, PRGLOCK and OPTLOCK of PECR. */
const LOCKS = ['LOCK', 'OPTLOCK', 'PELOCK', 'PRGLOCK'];

function flashControl({ chip, machine }: Scene): { readonly value: number; readonly name: string } {
  const { register } = chip.flash.controller.control;
  return { value: machine.registers[`FLASH_${register}`] ?? 0, name: `FLASH_${register}` };
}

/** Lock bits that are clear, and bits that arm an operation. */
export function flashLeftOpen(scene: Scene): readonly string[] {
  const { bits, change } = scene.chip.flash.controller.control;
  const { value } = flashControl(scene);
  const set = (name: string): boolean => ((value >>> (bits[name] ?? 0)) & 1) === 1;
  return [
    ...LOCKS.filter((name) => bits[name] !== undefined && name !== 'OPTLOCK' && !set(name)).map(
      (name) => `${name} is 0`,
    ),
    ...change.filter((name) => bits[name] !== undefined && set(name)).map((name) => `${name} is 1`),
  ];
}

export const flashLockFactor: Factor = {
  id: 'flash-lock',
  repaired: 'flash control register locked, with nothing armed',
  suspicious: (scene) => {
    const open = flashLeftOpen(scene);
    const { name, value } = flashControl(scene);
    return open.length === 0 ? undefined : `${name} is ${hex(value)}: ${open.join(', ')}`;
  },
  async repair({ probe, chip, ...scene }) {
    const { bits, change, register } = chip.flash.controller.control;
    const { value } = flashControl({ chip, ...scene });
    const clear = change.reduce(
      (sum, name) => (bits[name] === undefined ? sum : (sum | (2 ** (bits[name] ?? 0))) >>> 0),
      0,
    );
    const quiet = (value & ~clear) >>> 0;
    const locks = LOCKS.reduce(
      (sum, name) => (bits[name] === undefined ? sum : (sum | (2 ** (bits[name] ?? 0))) >>> 0),
      0,
    );
    // What is armed goes first: with LOCK set the other bits take no write.
    await probe.writeMemory(flashRegister(chip, register), 32, [quiet]);
    await probe.writeMemory(flashRegister(chip, register), 32, [(quiet | locks) >>> 0]);
  },
};

const WDGA = 1 << 7;

/** WWDGRST, where RCC has it: F0, F4 and L0 (RM0091, RM0383, RM0377: RCC_APB1RSTR). G0, C0 and L4 reserve the bit. */
const WWDGRST = { register: 'RCC_APB1RSTR', mask: 1 << 11 };

/**
 * A window watchdog that runs. Software cannot stop it; where RCC has a reset bit for it, that does. On the others it cannot be repaired,
 * so that no experiment says anything of it: the flag of its reset is the evidence.
 */
export const wwdgFactor: Factor = {
  id: 'wwdg',
  repaired: 'window watchdog reset through RCC',
  suspicious: ({ machine, chip }) =>
    ((machine.registers.WWDG_CR ?? 0) & WDGA) === 0 || registersOf(chip).resets[WWDGRST.register] === undefined
      ? undefined
      : 'the window watchdog runs (WWDG_CR.WDGA)',
  repair: ({ probe, chip }) => pulse(probe, chip, WWDGRST.register, WWDGRST.mask),
};
