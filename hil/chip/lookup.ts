import { HilError } from '../error/hil-error.ts';
import type { Chip } from './chip.ts';
import { stm32c011f6 } from './part/stm32c011f6.ts';
import { stm32c031c6 } from './part/stm32c031c6.ts';
import { stm32c071rb } from './part/stm32c071rb.ts';
import { stm32f042k6 } from './part/stm32f042k6.ts';
import { stm32f091rc } from './part/stm32f091rc.ts';
import { stm32f411ce } from './part/stm32f411ce.ts';
import { stm32f411re } from './part/stm32f411re.ts';
import { stm32g0b1re } from './part/stm32g0b1re.ts';
import { stm32g070rb } from './part/stm32g070rb.ts';
import { stm32l011k4 } from './part/stm32l011k4.ts';
import { stm32l031k6 } from './part/stm32l031k6.ts';
import { stm32l073rz } from './part/stm32l073rz.ts';
import { stm32l476rg } from './part/stm32l476rg.ts';

/** Every part the project knows. A new part is one file in `part/` and one line here. */
export const chips: readonly Chip[] = [
  stm32g070rb,
  stm32g0b1re,
  stm32c011f6,
  stm32c031c6,
  stm32c071rb,
  stm32f042k6,
  stm32f091rc,
  stm32f411re,
  stm32f411ce,
  stm32l011k4,
  stm32l031k6,
  stm32l073rz,
  stm32l476rg,
];

/**
 * Finds a part by its name (`STM32G070RB`) or by its board's (`NUCLEO-G070RB`), in any case.
 * @throws HilError 101, with the names that are known.
 */
export function chipNamed(name: string): Chip {
  const wanted = name.toUpperCase();
  const found = chips.find((chip) => chip.name === wanted || chip.board.name === wanted);
  if (found !== undefined) return found;
  const known = chips.flatMap((chip) => [chip.name, chip.board.name]);
  throw new HilError(101, `no part is called '${name}'; known are ${known.join(', ')}`, {
    blame: 'rig',
    context: { name, known },
  });
}

/** Parts with this DEV_ID; several parts of a family share one. Bits above 11:0 are ignored (they read 0x6 on G0). */
export function chipsWithDevId(devId: number): readonly Chip[] {
  return chips.filter((chip) => chip.identity.devId === (devId & 0xfff));
}

/**
 * The part with this DEV_ID.
 * @throws HilError 101 if none is known.
 */
export function chipWithDevId(devId: number): Chip {
  const [chip] = chipsWithDevId(devId);
  if (chip !== undefined) return chip;
  throw new HilError(101, `no part with DEV_ID 0x${(devId & 0xfff).toString(16)} is known`, {
    blame: 'rig',
    context: { devId: devId & 0xfff, known: chips.map((known) => known.name) },
  });
}
