import { type Chip, fieldOf, type OptionWord } from '../chip/chip.ts';
import { isHilError } from '../error/hil-error.ts';
import { halfWordsOf, payloadAddresses } from '../guard/option-area.ts';
import type { OptionWords } from '../guard/with-restored.ts';
import type { FlashControl } from './flash-control.ts';
import type { TclCommands } from './tcl-commands.ts';

const OPTION_MS = 5000;

/** A change of one option word. */
export interface OptionChange {
  readonly word: OptionWord;
  readonly value: number;
}

/** The option words in force, as the FLASH registers show them. */
export async function readOptionWords(chip: Chip, tcl: TclCommands): Promise<OptionWords> {
  const words: Record<string, number> = {};
  const values = await tcl.readWords(chip.optionBytes.words.map((word) => word.register));
  for (const [i, word] of chip.optionBytes.words.entries()) {
    words[word.name] = await presented(chip, tcl, word, values[i] as number);
  }
  return words;
}

/** The register's value as the word stands in the facts: with an RDP byte on F0, and no control bits on F4. */
async function presented(chip: Chip, tcl: TclCommands, word: OptionWord, value: number): Promise<number> {
  const { optionControl } = chip.flash.controller;
  if (optionControl !== undefined && word.name === optionControl.register) {
    return ((value & ~(1 << optionControl.start)) | (1 << optionControl.lock)) >>> 0;
  }
  if (chip.optionBytes.layout === 'byte-complement' && word.fields.RDP !== undefined) {
    const [byte] = await tcl.readMemory(payloadAddresses(word, 'byte-complement')[0] as number, 8, 1);
    return ((value & 0xffff_ff00) | rdpOfF0(value, byte as number)) >>> 0;
  }
  return word.width === undefined ? value : value % 2 ** word.width;
}

/** OBR shows the level in force in RDPRT, bits 2:1: 0, 1, or 3 for level 2 (RM0091 3.5.7). The area may already hold another. */
function rdpOfF0(obr: number, byte: number): number {
  const level = fieldOf(obr, { lsb: 1, width: 2 });
  if (level === 0) return 0xaa;
  if (level === 3) return 0xcc;
  return byte === 0xaa || byte === 0xcc ? 0xff : byte;
}

/**
 * Programs option words; they take effect when they are loaded. The core is halted.
 * @throws HilError 412
 */
export async function writeOptionWords(
  flash: FlashControl,
  tcl: TclCommands,
  changes: readonly OptionChange[],
): Promise<void> {
  const { chip } = flash;
  await flash.unlock('option bytes');
  switch (chip.optionBytes.layout) {
    case 'double-word':
      for (const { word, value } of changes) await tcl.writeMemory(word.register, 32, [value]);
      await flash.write('CR', flash.bits('OPTSTRT'));
      break;
    case 'half-complement':
      await writeInPlaceL0(flash, tcl, changes);
      break;
    case 'byte-complement':
      await rewriteAreaF0(flash, tcl, changes);
      break;
    case 'register':
      await storeOptionRegister(flash, changes);
  }
  await flash.idle('the programming of option bytes', OPTION_MS);
  await flash.lock();
}

/** Each word of the area by itself: the hardware erases it first (RM0377 3.4.2). */
async function writeInPlaceL0(flash: FlashControl, tcl: TclCommands, changes: readonly OptionChange[]): Promise<void> {
  for (const { word, value } of changes) {
    const halves = halfWordsOf(flash.chip, word, value);
    for (let i = 0; i + 1 < halves.length; i += 2) {
      const [[address, low], [, high]] = [halves[i] as [number, number], halves[i + 1] as [number, number]];
      await tcl.writeMemory(address, 32, [low + high * 0x1_0000]);
      await flash.idle('the programming of an option word', OPTION_MS);
    }
  }
}

/**
 * The area is erased as a whole, so every word is programmed again; RDP first, since an erased RDP byte would be level 1 if power
 * failed in between (RM0091 4.2).
 */
async function rewriteAreaF0(flash: FlashControl, tcl: TclCommands, changes: readonly OptionChange[]): Promise<void> {
  const { chip } = flash;
  const now = await readOptionWords(chip, tcl);
  await flash.write('CR', flash.bits('OPTER', 'OPTWRE'));
  await flash.write('CR', flash.bits('OPTER', 'OPTWRE', 'STRT'));
  await flash.idle('the erase of the option bytes', OPTION_MS);
  await flash.write('CR', flash.bits('OPTPG', 'OPTWRE'));
  for (const word of chip.optionBytes.words) {
    const value = changes.find((change) => change.word.name === word.name)?.value ?? now[word.name] ?? word.factory;
    for (const [address, half] of halfWordsOf(chip, word, value)) {
      await tcl.writeMemory(address, 16, [half]);
      await flash.idle('the programming of an option half-word', OPTION_MS);
    }
  }
}

/** OPTCR first gets the options, then OPTSTRT (RM0383 3.6.2). */
async function storeOptionRegister(flash: FlashControl, changes: readonly OptionChange[]): Promise<void> {
  const control = flash.chip.flash.controller.optionControl;
  const change = changes.find(({ word }) => word.name === control?.register);
  if (control === undefined || change === undefined) return;
  const options = (change.value & ~((1 << control.lock) | (1 << control.start))) >>> 0;
  await flash.write(control.register, options);
  await flash.write(control.register, (options | (1 << control.start)) >>> 0);
}

/**
 * Loads the option bytes, which resets the chip. F4 has no command for it: its options are in force since OPTSTRT, RDP since the next
 * reset.
 * @throws HilError 223 if the target does not come back
 */
export async function loadOptionBytes(flash: FlashControl, tcl: TclCommands, resetMs: number): Promise<void> {
  const { control } = flash.chip.flash.controller;
  if (control.bits.OBL_LAUNCH !== undefined) {
    await tcl.run('halt');
    await flash.unlock('option bytes');
    // The reset that follows takes the debug port away for a moment: OpenOCD reports a failed write.
    await flash.write(control.register, flash.bits('OBL_LAUNCH')).catch(ignoreFailedWrite);
  }
  await tcl.run('reset run', resetMs);
}

function ignoreFailedWrite(error: unknown): void {
  if (!isHilError(error) || error.code !== 223) throw error;
}
