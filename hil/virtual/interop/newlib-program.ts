import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './judges.ts';

/** The program of `firmware/interop` that prints through the debugger; `make -C firmware interop` builds it. */
export function newlibProgram(program = 'stm32g070rb-semihosting'): string {
  const elf = join(repository, `build/firmware/interop/${program}.elf`);
  if (!existsSync(elf)) throw new Error(`${elf} is missing: run make -C firmware interop`);
  return elf;
}

export const programSource = join(repository, 'firmware/interop/program.c');

/** What the program prints, as it did when it was built for a host; newlib.interop.ts has it printed again. */
export const newlibOutput = (size: 'full' | 'small' | 'least' = 'full'): string =>
  readFileSync(join(repository, `firmware/interop/expected/${size}.txt`), 'utf8');
