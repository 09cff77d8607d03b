import { HilError } from '../error/hil-error.ts';
import type { Chip } from './chip.ts';
import { stm32g070rb } from './part/stm32g070rb.ts';

/** Every part the project knows. A new part is one file in `part/` and one line here. */
export const chips: readonly Chip[] = [stm32g070rb];

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
