import { type Chip, endOf, pageAt } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { bootChoice, optionField, whyRomIsOutOfReach } from '../guard/boot-choice.ts';
import type { OptionWords } from '../guard/with-restored.ts';
import type { EmptySight } from './doctor-look.ts';
import { explainOptions, notAsFromFactory, protectedAreas, rdpLevelOf } from './explain-options.ts';
import { attention, type Finding, failed, ok } from './finding.ts';

/**
 * Option bytes in words.
 * @param empty what the flash shows; undefined if it could not be read
 */
export function judgeOptions(chip: Chip, words: OptionWords, empty: EmptySight | undefined): readonly Finding[] {
  return [
    judgeWords(chip, words),
    judgeReadout(chip, words),
    ...judgeWatchdogs(chip, words),
    judgeBootBits(chip, words),
    judgeBrownOut(chip, words),
    judgeWriteProtection(chip, words),
    ...(empty === undefined || chip.flash.controller.emptyFlag === undefined ? [] : [judgeEmpty(empty)]),
    judgeBoot(chip, words, empty),
    ...judgeWayToRom(chip, words),
  ];
}

function judgeWords(chip: Chip, words: OptionWords): Finding {
  const values = Object.entries(words).map(([name, value]) => `${name} ${hex(value)}`);
  const changed = notAsFromFactory(chip, words);
  const against = changed.length === 0 ? 'as from the factory' : `not as from the factory: ${changed.join(', ')}`;
  return ok('option bytes', `${values.join(', ')}; ${against}`);
}

function judgeReadout(chip: Chip, words: OptionWords): Finding {
  const what = 'readout protection';
  const byte = optionField(chip, words, 'RDP');
  if (byte === undefined) return ok(what, 'the part has none');
  const level = rdpLevelOf(byte);
  const saw = `RDP ${hex(byte)}: level ${level}`;
  if (level === 0) return ok(what, saw);
  if (level === 1) {
    return failed(
      what,
      `${saw}: the flash can neither be read nor written from outside`,
      'go back to level 0 if its content may be lost (that erases the whole flash; permissions `rdp1` and `erase: mass`), or use another board.',
    );
  }
  return failed(what, `${saw}: debug and the ROM are locked for ever`, 'use another board.');
}

/** A watchdog that starts by itself resets every program that does not know of it, the ROM's excepted (AN2606 r70 4.8). */
function judgeWatchdogs(chip: Chip, words: OptionWords): readonly Finding[] {
  return explainOptions(chip, words)
    .filter(({ field, value }) => ['IWDG_SW', 'WDG_SW', 'WWDG_SW'].includes(field) && value === 0)
    .map(({ field, meaning }) =>
      attention(
        'watchdog',
        `${field} 0: ${meaning}`,
        `set ${field} to 1 with a programming tool, unless the application refreshes it.`,
      ),
    );
}

function judgeBootBits(chip: Chip, words: OptionWords): Finding {
  const names = new Set(['nBOOT_SEL', 'BOOT_SEL', 'nBOOT0', 'nBOOT1', 'BOOT_LOCK', 'BFB2']);
  const meanings = explainOptions(chip, words).filter(({ field }) => names.has(field));
  const saw = meanings.map(({ field, value, meaning }) => `${field} ${value} (${meaning})`).join(', ');
  return ok('boot bits', saw === '' ? 'the part has none' : saw);
}

function judgeBrownOut(chip: Chip, words: OptionWords): Finding {
  const meanings = explainOptions(chip, words).filter(({ field }) => field.startsWith('BOR'));
  const saw = meanings.map(({ field, value, meaning }) => `${field} ${value} (${meaning})`).join(', ');
  return ok('BOR', saw === '' ? 'not among the option bytes of this part' : saw);
}

function judgeWriteProtection(chip: Chip, words: OptionWords): Finding {
  const what = 'write protection';
  const areas = protectedAreas(chip, words);
  if (areas.length === 0) return ok(what, 'no page is protected');
  const saw = areas.map(({ word, first, last }) => {
    const [from, to] = [pageAt(chip, first), pageAt(chip, last)];
    const where = from === undefined || to === undefined ? '' : ` (${hex(from.base)} to ${hex(endOf(to) - 1)})`;
    return `${word} protects page ${first} to ${last}${where}`;
  });
  return attention(
    what,
    saw.join(', '),
    `${howToUnprotect(chip)} in ${[...new Set(areas.map(({ word }) => word))].join(' and ')}, if these pages may be rewritten.`,
  );
}

function howToUnprotect({ family }: Chip): string {
  if (family === 'L0') return 'clear the bits';
  return family === 'F0' || family === 'F4' ? 'set the bits' : 'set the start of each area above its end';
}

function judgeEmpty({ flag, flashIsErased }: EmptySight): Finding {
  const what = 'EMPTY flag';
  if (flag && !flashIsErased) {
    return attention(
      what,
      'set, although the flash holds a program: every reset boots the ROM until the next power-on',
      'cycle the power of the board; flashing with this tool clears the flag too.',
    );
  }
  if (!flag && flashIsErased) {
    return attention(
      what,
      'clear, although the flash is erased: every reset starts the erased flash until the next power-on',
      'flash a program, or cycle the power of the board.',
    );
  }
  return ok(what, flag ? 'set: the flash is erased' : 'clear: the flash holds a program');
}

/** What the boot decision takes for an empty flash: the flag where there is one; pattern 6 looks at the first word itself. */
function countsAsEmpty(chip: Chip, empty: EmptySight | undefined): boolean {
  if (chip.flash.controller.emptyFlag !== undefined) return empty?.flag === true;
  return chip.rom.bootPattern === 6 && empty?.flashIsErased === true;
}

function judgeBoot(chip: Chip, words: OptionWords, empty: EmptySight | undefined): Finding {
  const what = 'next reset boots';
  const choice = bootChoice(chip, words, countsAsEmpty(chip, empty));
  switch (choice.by) {
    case 'pin': {
      const other = choice.boot1 === undefined ? '' : `, or ${choice.boot1.high} if ${choice.boot1.pin} is high, too`;
      return ok(what, `by the BOOT0 pin (${chip.boot0Pin}): ${choice.low} when low, ${choice.high} when high${other}`);
    }
    case 'unknown pattern':
      return attention(
        what,
        `not told: boot pattern ${choice.pattern} is not known here`,
        'look it up in table 2 of AN2606.',
      );
    case 'empty flag':
      return ok(what, `${choice.memory}, because the flash counts as empty`);
    case 'options':
      if (choice.memory !== 'system memory' && choice.memory !== 'SRAM') return ok(what, choice.memory);
      return attention(
        what,
        `${choice.memory}, by option bytes: a program in flash does not start`,
        'set nBOOT0 to 1 with a programming tool.',
      );
  }
}

/**
 * A board whose ROM only the application can start is as it comes from the factory on G0 and C0; one whose ROM nothing starts is not.
 * Readout protection level 2 has its own line.
 */
function judgeWayToRom(chip: Chip, words: OptionWords): readonly Finding[] {
  const what = 'way to the ROM';
  if (rdpLevelOf(optionField(chip, words, 'RDP') ?? 0) === 2) return [];
  const why = whyRomIsOutOfReach(chip, words);
  if (why === undefined) return [ok(what, `the BOOT0 pin (${chip.boot0Pin}) or the boot bits lead there`)];
  const saw = `${why}: only a jump by the application leads there`;
  const factory = Object.fromEntries(chip.optionBytes.words.map((word) => [word.name, word.factory]));
  const asFromFactory = whyRomIsOutOfReach(chip, factory) === why;
  return [asFromFactory ? ok(what, saw) : attention(what, saw, 'put the boot bits back as from the factory.')];
}
