import * as z from 'zod';
import { flashRegister, pageAt } from '../../chip/chip.ts';
import { whyNotRomTable } from '../../chip/rom-table.ts';
import { address } from './addresses.ts';
import { attempt } from './attempt.ts';
import { withProbe } from './probe-steps.ts';
import { requireRom } from './rom-steps.ts';
import { type Verb, verb } from './stage.ts';

/** A pattern that no program begins with and that is no erased flash: a page that keeps it was not erased. */
const PATTERN = 0x55;

/** What a boot hangs on: the table of the ROM, the flag EMPTY, pages that hold something. */
export const bootSteps: Readonly<Record<string, Verb>> = {
  'vector-table': verb({
    says: 'reads two words by the probe, before a jump loads them: can they be the table of the ROM? `{ vector-table: 0x1FFF_0000 }`',
    args: address,
    reads: ['table.word0', 'table.word1', 'table.plausible', 'table.why'],
    async run(stage, at) {
      const [stack = 0, entry = 0] = await withProbe(stage, (probe) => probe.readMemory(at, 32, 2));
      const why = whyNotRomTable(stage.bench.chip, stack, entry);
      stage.read({
        'table.word0': stack,
        'table.word1': entry,
        'table.plausible': why === undefined,
        'table.why': why,
      });
    },
  }),
  'empty-flag': verb({
    says: 'reads FLASH_ACR.EMPTY by the probe; nothing on a part that has no such flag',
    args: z.undefined(),
    reads: ['flash.empty'],
    async run(stage) {
      const bit = stage.bench.chip.flash.controller.emptyFlag;
      stage.forget('flash.empty');
      if (bit === undefined) return;
      const [acr = 0] = await withProbe(stage, (probe) =>
        probe.readMemory(flashRegister(stage.bench.chip, 'ACR'), 32, 1),
      );
      stage.read({ 'flash.empty': (acr >>> bit) & 1 });
    },
  }),
  'probe-clear-empty': verb({
    says: 'clears FLASH_ACR.EMPTY by the probe, where the flash is not empty any more',
    args: z.undefined(),
    run: (stage) => withProbe(stage, async (probe) => void (await probe.clearEmptyFlag())),
  }),
  fill: verb({
    says: 'writes a pattern into pages through the ROM, so that an erase has something to do: `{ fill: [60, 61] }`',
    args: z.array(z.int().min(0)).min(1),
    async run(stage, pages) {
      const { session } = requireRom(stage, 'fill');
      const { chip } = stage.bench;
      await attempt(stage, 'fill', async () => {
        await session.erasePages(pages);
        for (const number of pages) {
          const page = pageAt(chip, number);
          if (page === undefined) continue;
          await session.writeMemory(page.base, new Uint8Array(Math.min(page.size, 256)).fill(PATTERN));
        }
        return undefined;
      });
    },
  }),
};
