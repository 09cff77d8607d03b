import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Chip, Family } from '../chip/chip.ts';
import { HilError } from '../error/hil-error.ts';

/** OpenOCD's names for a family. */
export interface TargetScript {
  /** As OpenOCD's `-f` takes it. */
  readonly script: string;
  readonly target: string;
  /** Its flash driver; undefined if it has none for the family, so that the probe must write the flash by itself. */
  readonly flashDriver?: string;
}

const SCRIPTS: Readonly<Record<Family, TargetScript>> = {
  C0: { script: 'target/stm32c0x.cfg', target: 'stm32c0x.cpu', flashDriver: 'stm32l4x' },
  F0: { script: 'target/stm32f0x.cfg', target: 'stm32f0x.cpu', flashDriver: 'stm32f1x' },
  F4: { script: 'target/stm32f4x.cfg', target: 'stm32f4x.cpu', flashDriver: 'stm32f2x' },
  G0: { script: 'target/stm32g0x.cfg', target: 'stm32g0x.cpu', flashDriver: 'stm32l4x' },
  L0: { script: 'target/stm32l0.cfg', target: 'stm32l0.cpu', flashDriver: 'stm32lx' },
  L4: { script: 'target/stm32l4x.cfg', target: 'stm32l4x.cpu', flashDriver: 'stm32l4x' },
};

/** With both banks of the L0 category 5. */
const L0_DUAL_BANK = 'target/stm32l0_dual_bank.cfg';

/** The family's scripts and drivers as OpenOCD names them, whether this OpenOCD has them or not. */
export function targetScript(chip: Chip): TargetScript {
  const found = SCRIPTS[chip.family];
  return chip.family === 'L0' && chip.flash.banks === 2 ? { ...found, script: L0_DUAL_BANK } : found;
}

/**
 * The target script that this OpenOCD can take. OpenOCD 0.12.0 knows nothing of C0: there the package's own script stands in, which
 * is for debugging alone.
 * @throws HilError 231 if OpenOCD cannot be run, 604 if the package lacks its script.
 */
export async function availableTargetScript(chip: Chip, command = 'openocd'): Promise<TargetScript> {
  const native = targetScript(chip);
  if (chip.family !== 'C0' || (await finds(command, native.script))) return native;
  return { script: packagedScript('stm32c0x.cfg'), target: native.target };
}

const asked = new Map<string, Promise<boolean>>();

/** Whether OpenOCD finds a script on its own search path; asked once per program and script. */
function finds(command: string, script: string): Promise<boolean> {
  const key = `${command}\n${script}`;
  let answer = asked.get(key);
  if (answer === undefined) {
    answer = execa(command, ['-c', `if {[catch {find ${script}}]} {shutdown error} else {shutdown}`], {
      reject: false,
      stdin: 'ignore',
      timeout: 10_000,
    }).then((result) => {
      if (result.code !== 'ENOENT') return result.exitCode === 0;
      throw new HilError(231, `OpenOCD cannot be run as '${command}': there is no such program`, {
        blame: 'rig',
        context: { command, cause: 'missing' },
      });
    });
    asked.set(key, answer);
  }
  return answer;
}

/** A script of `rigs/openocd`, beside the sources and beside the built package. */
export function packagedScript(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(folder, 'rigs/openocd', name);
    if (existsSync(file)) return file;
    const parent = dirname(folder);
    if (parent === folder) {
      throw new HilError(604, `the package lacks rigs/openocd/${name}`, { blame: 'rig', context: { name } });
    }
    folder = parent;
  }
}
