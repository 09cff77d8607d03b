import type { Chip } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { requireFlashFit, vectorTableAt } from '../image/fit.ts';
import type { Image } from '../image/image.ts';

/** Names under which start-up files keep the vector table. */
const TABLE_NAMES = [
  'g_pfnVectors',
  '__isr_vector',
  'isr_vector',
  '_vectors',
  '__Vectors',
  '__vector_table',
  'vector_table',
];

/** Where the application begins. */
export interface Start {
  /** Address of its vector table. */
  readonly table: number;
  /** False: something else (a loader of the user's) stands before it in flash and starts it after a reset. */
  readonly atFlashBase: boolean;
}

/**
 * Checks that an image is one for this chip and finds its vector table: at the base of flash, else at a segment's first address, else
 * by its usual names.
 * @throws HilError 623 (other core), 627 (other memory), 671 (no vector table that could start anything)
 */
export function startOf(image: Image, chip: Chip): Start {
  requireFlashFit(image, chip);
  const named = TABLE_NAMES.flatMap((name) => image.symbols.get(name)?.address ?? []);
  const places = [...new Set([chip.flash.base, ...image.segments.map(({ address }) => address), ...named])];
  for (const table of places) {
    // VTOR holds no address below this multiple (Armv6-M B3.2.5).
    if (table % 0x80 !== 0) continue;
    if (typeof vectorTableAt(image, chip, table) !== 'string') return { table, atFlashBase: table === chip.flash.base };
  }
  throw new HilError(
    671,
    `${image.name}: it has no vector table from which a ${chip.name} could start: ${vectorTableAt(image, chip, image.segments[0]?.address ?? chip.flash.base)}`,
    { blame: 'test', context: { file: image.name, places: places.map(hex) } },
  );
}
