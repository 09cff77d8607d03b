// Where the built product is.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of the build that is measured; HIL_BENCH_DIST names another one, e.g. to compare two. */
export const dist = process.env.HIL_BENCH_DIST ?? join(root, 'dist');

/** A module of the product by its path below `hil/`, without extension. */
export const product = (path) => import(pathToFileURL(join(dist, `${path}.js`)).href);

export const romBinary = join(root, 'build/firmware/rom/stm32g070-0xB4.bin');
export const handoverElf = join(root, 'build/firmware/handover/stm32g070rb.elf');
