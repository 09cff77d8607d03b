import { HilError } from '../error/hil-error.ts';
import type { OptionWords } from '../guard/with-restored.ts';
import type { Image } from '../image/image.ts';
import { recordStep } from '../trace/step.ts';
import type { Port } from './bench-types.ts';
import type { OwnedBench } from './create-bench.ts';

/** What a board must come back to: its option words as they were found. */
export interface Baseline {
  readonly optionWords: OptionWords;
}

/** Looks at a board before anything is changed. */
export async function readBaseline(bench: OwnedBench<Port>): Promise<Baseline> {
  await bench.probe.reacquire();
  const optionWords = await bench.probe.readOptionWords();
  await bench.probe.release();
  return { optionWords };
}

/**
 * Brings a board to known-good after a test, also after one that was revoked: powered, NRST and BOOT0 released, option bytes as
 * found, the application flashed and answering, EMPTY clear, probe released. Needs a bench of its own, since the test's may be revoked.
 * @param application What the board is left with: an application under test by its name, or an image of the user's, of which nothing
 *   is expected but that it starts.
 * @throws HilError 457 (option bytes stay different), and whatever the probe or the application fails with: the board is then parked by
 *   the caller
 */
export async function restoreKnownGood(
  bench: OwnedBench<Port>,
  baseline: Baseline,
  application: string | Image = 'handover',
): Promise<void> {
  const { probe, board, controls, scope } = bench;
  await recordStep(scope.recorder, { board, action: 'restoreKnownGood' }, async () => {
    if (bench.kind === 'virtual') {
      await controls.nrst(false);
      await controls.boot0('released');
      if (bench.chip.board.buttonPin !== undefined) await controls.button(false);
      await controls.power(true);
      if (bench.chip.rom.usb !== undefined) await controls.usb(false);
      for (const usart of bench.chip.rom.usarts) await controls.wire(usart.name, 'auto').catch(() => {});
    }
    await probe.reacquire();
    const now = await probe.readOptionWords();
    const changed = Object.keys(baseline.optionWords).filter((name) => now[name] !== baseline.optionWords[name]);
    if (changed.length > 0) {
      await probe.writeOptionWords(
        Object.fromEntries(changed.map((name) => [name, baseline.optionWords[name] as number])),
      );
      await probe.loadOptionBytes();
      await probe.reacquire();
      const after = await probe.readOptionWords();
      const left = changed.filter((name) => after[name] !== baseline.optionWords[name]);
      if (left.length > 0) {
        throw new HilError(457, `${board}: option words ${left.join(', ')} are not as they were found`, {
          blame: 'rig',
          context: { before: baseline.optionWords, after },
        });
      }
    }
    if (bench.permissions.erase === 'none') await probe.resetRun();
    else if (typeof application === 'string') await bench.flash(application);
    else await bench.startImage(application);
  });
}
