import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds the package: the one with package.json above this file, whether it runs from `hil/` or `dist/`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
  return folder;
}

/** The built `hil` command, which hosts virtual boards. */
export function hilCommand(): string {
  return join(packageRoot(), 'dist/cli/main.js');
}

/** Built firmware of a part: what `make -C firmware` leaves. */
export function firmwareFor(chip: string): {
  readonly images: Readonly<Record<string, string>>;
  rom(id: number): string;
} {
  const build = join(packageRoot(), 'build/firmware');
  // ROMs are per family line, applications per part: STM32G070RB -> stm32g070.
  const line = chip.toLowerCase().slice(0, 9);
  return {
    images: { handover: join(build, 'handover', `${chip.toLowerCase()}.elf`) },
    rom: (id) => join(build, 'rom', `${line}-0x${id.toString(16).toUpperCase().padStart(2, '0')}.bin`),
  };
}
