import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** The version of this package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** The built `hil` command, which hosts virtual boards. */
export function hilCommand(): string {
  return join(packageRoot(), 'dist/cli/main.js');
}

/** Programs of the reported bugs, built for one part: `<case>/<program>` to its ELF. */
function casePrograms(folder: string): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder).flatMap((id) =>
      readdirSync(join(folder, id))
        .filter((file) => file.endsWith('.elf'))
        .map((file) => [`${id}/${file.slice(0, -'.elf'.length)}`, join(folder, id, file)]),
    ),
  );
}

/**
 * Built firmware of a part: what `make -C firmware` leaves. The images are the application, `handover`, and the programs of the
 * reported bugs that concern the part, `<case>/<program>`.
 */
export function firmwareFor(chip: string): {
  readonly images: Readonly<Record<string, string>>;
  rom(id: number): string;
} {
  const build = join(packageRoot(), 'build/firmware');
  // ROMs are per family line, applications per part: STM32G070RB -> stm32g070.
  const line = chip.toLowerCase().slice(0, 9);
  return {
    images: {
      handover: join(build, 'handover', `${chip.toLowerCase()}.elf`),
      ...casePrograms(join(build, 'cases', chip.toLowerCase())),
    },
    rom: (id) => join(build, 'rom', `${line}-0x${id.toString(16).toUpperCase().padStart(2, '0')}.bin`),
  };
}

/** The cases that ship. */
export function casesFolder(): string {
  return join(packageRoot(), 'fixtures/cases');
}

/** Sources of the cases' programs. */
export function caseProgramsFolder(): string {
  return join(packageRoot(), 'firmware/cases');
}
