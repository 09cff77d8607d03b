import type { Rescue } from '../app/flash/rescue.ts';
import type { BoardWires } from '../board/bench-types.ts';
import { openControls } from '../board/control-channel.ts';
import { startRomByProbe } from '../board/start-rom-by-probe.ts';
import { startVectors, whyNotStartable } from '../bootloader/vector-check.ts';
import type { Chip } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import { isHilError } from '../error/hil-error.ts';
import { bootChoice } from '../guard/boot-choice.ts';
import type { OptionWords } from '../guard/with-restored.ts';
import { openProbe } from '../probe/probe.ts';
import { lookHot } from '../rig/hot-look.ts';
import type { DeadlineScope } from '../trace/deadline.ts';
import { createRecorder } from '../trace/recorder.ts';

const HARD_FAULT = 3;

/**
 * What a rig can do for a board of which nothing is on USB: look into it with the probe, and where no application can be there bring it
 * into its ROM. By BOOT0 and power where somebody can work them and they lead there; else by the probe, which erases the first page.
 * @param start Where the application's vector table is
 */
export function createRescue(wires: BoardWires, { signal, ...scope }: DeadlineScope, start: number): Rescue {
  const chip = chipNamed(wires.chip);
  let optionWords: OptionWords = {};
  let isEmpty = false;
  const controls =
    wires.control === undefined
      ? undefined
      : openControls(wires, {
          ...scope,
          board: wires.board,
          signal: signal ?? new AbortController().signal,
          lag: scope.lag ?? (() => 0),
          lagForGood: scope.lagForGood ?? scope.lag ?? (() => 0),
          askLag: scope.askLag ?? (async () => {}),
          recorder: createRecorder(() => {}),
        });
  let holdsBoot0 = false;

  return {
    async whyNoApplication() {
      const { result } = await lookHot(
        wires,
        async (probe) => {
          const bytes = await probe.readBytes(start, 8);
          const words = await probe.readOptionWords();
          return { bytes, words, ipsr: (await probe.inspect()).ipsr };
        },
        { orUnderReset: true },
      );
      optionWords = result.words;
      isEmpty = result.bytes.subarray(0, 4).every((byte) => byte === chip.flash.erasedByte);
      const why = whyNotStartable(chip, startVectors(result.bytes));
      return why ?? (result.ipsr === HARD_FAULT ? 'the core stands in HardFault' : undefined);
    },
    async intoRom() {
      const pinsLead = leadsToRom(chip, optionWords, isEmpty);
      if (controls !== undefined && pinsLead !== undefined) {
        if (pinsLead === 'BOOT0') {
          holdsBoot0 = true;
          await controls.boot0(1);
        }
        await controls.power(false);
        await controls.power(true);
        return pinsLead === 'BOOT0' ? 'BOOT0 high at power-on' : 'a power cycle: its flash is empty';
      }
      const { board, permissions, probe: address } = wires;
      const probe = await openProbe({ chip, board, permissions, address, scope });
      try {
        await startRomByProbe(probe, chip);
      } finally {
        await probe.close();
      }
      return 'the probe, which erased the first page and started the ROM as a jump does';
    },
    async letGo() {
      if (!holdsBoot0) return;
      holdsBoot0 = false;
      await controls?.boot0('released').catch((error: unknown) => {
        if (!isHilError(error)) throw error;
      });
    },
  };
}

/** What at power-on leads to the ROM with these option words. */
function leadsToRom(chip: Chip, words: OptionWords, isEmpty: boolean): 'BOOT0' | 'power' | undefined {
  const choice = bootChoice(chip, words, isEmpty);
  if (choice.by === 'unknown pattern') return undefined;
  if (choice.by === 'pin') return choice.high === 'system memory' ? 'BOOT0' : undefined;
  return choice.memory === 'system memory' ? 'power' : undefined;
}
