import { hex } from '../error/format-error.ts';
import type { Probe } from '../probe/probe.ts';
import type { DeadlineScope } from '../trace/deadline.ts';
import { deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';
import { change, type Factor, type Scene } from './factor.ts';
import { IWDG_SR, rccAddress, registersOf, sysclkSource } from './registers.ts';

/** Oscillators start within some 10 us, a PLL stops at once; an LSI needs less than a ms (data sheets). */
const OSCILLATOR_MS = 500;

async function comes(
  probe: Probe,
  name: string,
  address: number,
  mask: number,
  value: number,
  scope: DeadlineScope = {},
): Promise<void> {
  await until(deadline(name, OSCILLATOR_MS, scope), name, async (note) => {
    const [now] = (await probe.readMemory(address, 32, 1)) as [number];
    note(hex(now));
    return (now & mask) >>> 0 === value;
  });
}

/** What of the clock tree is not as after a reset. */
export function clockLeft({ chip, machine }: Pick<Scene, 'chip' | 'machine'>): readonly string[] {
  const { clock } = registersOf(chip);
  const { RCC_CR = 0, RCC_CFGR = 0, RCC_PLLCFGR } = machine.registers;
  const parts: string[] = [];
  if (((RCC_CFGR >>> clock.sws.lsb) & (2 ** clock.sws.width - 1)) !== 0)
    parts.push(`SYSCLK is ${sysclkSource(chip, RCC_CFGR)}`);
  else if (RCC_CFGR >>> 0 !== clock.cfgr) parts.push(`RCC_CFGR is ${hex(RCC_CFGR)}`);
  const cr = (RCC_CR & clock.crMask) >>> 0;
  if (cr !== (clock.cr & clock.crMask) >>> 0) parts.push(`RCC_CR is ${hex(RCC_CR)}, after a reset ${hex(clock.cr)}`);
  if (clock.pllcfgr !== undefined && RCC_PLLCFGR !== undefined && RCC_PLLCFGR !== clock.pllcfgr) {
    parts.push(`RCC_PLLCFGR is ${hex(RCC_PLLCFGR)}`);
  }
  return parts;
}

/** SYSCLK, prescalers and PLL back to those of a reset. The wait states of the flash stay: more than needed do no harm. */
export const clockFactor: Factor = {
  id: 'clock',
  repaired: 'clock tree back to that of a reset',
  suspicious: (scene) => {
    const left = clockLeft(scene);
    return left.length === 0 ? undefined : left.join(', ');
  },
  async repair({ probe, chip }) {
    const { clock } = registersOf(chip);
    const [cr, cfgr] = [rccAddress(chip, 'RCC_CR'), rccAddress(chip, 'RCC_CFGR')];
    await change(probe, cr, 0, 2 ** clock.on);
    await comes(probe, 'oscillator of the reset', cr, (2 ** clock.ready) >>> 0, (2 ** clock.ready) >>> 0);
    await change(probe, cfgr, (2 ** clock.sw.width - 1) * 2 ** clock.sw.lsb, 0);
    await comes(probe, 'SYSCLK from it', cfgr, (2 ** clock.sws.width - 1) * 2 ** clock.sws.lsb, 0);
    await probe.writeMemory(cfgr, 32, [clock.cfgr]);
    if (clock.pll !== undefined) {
      await change(probe, cr, 2 ** clock.pll.on, 0);
      await comes(probe, 'PLL off', cr, 2 ** (clock.pll.on + 1), 0);
    }
    if (clock.pllcfgr !== undefined) await probe.writeMemory(rccAddress(chip, 'RCC_PLLCFGR'), 32, [clock.pllcfgr]);
    await change(probe, cr, clock.crMask, (clock.cr & clock.crMask) >>> 0);
  },
};

/** Enable bits of memories that a reset sets and an application relies on: AHB1ENR.CCMDATARAMEN of F4 (where there is one), FLASHEN. */
const AHB1ENR_RESET_F4 = 0x0010_0000;

/**
 * F4: some ROMs leave AHB1ENR = 0 at GO, and with it the clock of the CCM (AN2606 r70, F401 to F446: known limitations). The F411 has no
 * CCM; the bit is reserved there, and nothing is suspected.
 */
export const peripheralClocksFactor: Factor = {
  id: 'ahb1enr',
  repaired: 'RCC_AHB1ENR as after a reset',
  suspicious: ({ chip, machine, attempt }) =>
    chip.family === 'F4' &&
    attempt === 'go' &&
    chip.sram2 !== undefined &&
    ((machine.registers.RCC_AHB1ENR ?? 0) & AHB1ENR_RESET_F4) === 0
      ? `RCC_AHB1ENR is ${hex(machine.registers.RCC_AHB1ENR ?? 0)}: the CCM has no clock`
      : undefined,
  repair: ({ probe, chip }) => change(probe, rccAddress(chip, 'RCC_AHB1ENR'), 0, AHB1ENR_RESET_F4),
};

/** IWDG_SR: PVU, RVU, WVU: an update waits for LSI, which nobody started. */
const UPDATES = 7;

export const iwdgFactor: Factor = {
  id: 'iwdg-update',
  repaired: 'LSI started, so that the update of the watchdog registers ended',
  suspicious: ({ machine, attempt }) => {
    const sr = (machine.registers.IWDG_SR ?? 0) & UPDATES;
    return attempt === 'entry' || sr === 0 ? undefined : `IWDG_SR is ${hex(sr)}: an update of the prescaler never ends`;
  },
  async repair({ probe, chip }) {
    await change(probe, rccAddress(chip, 'RCC_CSR'), 0, 1);
    await comes(probe, 'end of the update in IWDG_SR', IWDG_SR, UPDATES, 0);
  },
};
