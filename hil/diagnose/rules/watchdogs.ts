import { consistent, decisive, type Rule, type Seen, type Sight } from '../rule.ts';

function flagsSince({ e }: Seen): readonly string[] {
  const told = e.answer?.resetFlags ?? [];
  return [...new Set([...told, ...e.resetFlags, ...(e.stops ?? []).flatMap(({ resetFlags }) => resetFlags)])];
}

/** Reset flags stay until somebody clears them: of a board as it stands they tell that it happened, not when. */
function seenFlag(seen: Seen, flag: string): Sight | undefined {
  if (!flagsSince(seen).includes(flag)) return undefined;
  return seen.e.attempt === 'none'
    ? consistent(`${flag} is set: it happened since the reset flags were last cleared`)
    : decisive(`${flag} was set since the attempt was set off`);
}

export const windowWatchdog: Rule = {
  id: 'window-watchdog',
  attempt: 'any',
  factor: 'wwdg',
  look: (seen) => seenFlag(seen, 'WWDGRSTF'),
  says: () =>
    'The window watchdog of the application reset the chip: the ROM does not serve it, and it cannot be stopped.',
  fix: 'do not start the window watchdog before a jump; set a flag in RAM, reset, and jump before it is started.',
  provenance: { source: 'reference manuals, WWDG (only a reset stops it); AN2606 r70 4.9', confidence: 'documented' },
};

export const independentWatchdog: Rule = {
  id: 'watchdog-in-rom',
  attempt: 'any',
  look: (seen) => seenFlag(seen, 'IWDGRSTF'),
  says: () => 'The independent watchdog reset the chip before it was served.',
  fix: 'give it a long reload before the jump, or jump after a reset before it is started; check IWDG_SW in the option bytes.',
  provenance: {
    source: 'AN2606 r70 4.9 (the ROM serves it, but not while it is busy); ArduPilot PR 13633',
    confidence: 'documented',
  },
};

export const resetInstead: Rule = {
  id: 'reset-instead',
  attempt: 'entry',
  general: true,
  look: (seen) => {
    const entered = (seen.e.stops ?? []).findIndex(({ at }) => at === 'rom entry');
    if (entered < 0) return undefined;
    // PINRSTF comes with every reset of the chip, since each pulls NRST: beside the flag of a watchdog it tells nothing of its own.
    const after = (seen.e.stops ?? [])
      .slice(entered + 1)
      .filter(({ resetFlags }) => !resetFlags.some((flag) => /WDGRSTF/.test(flag)))
      .flatMap(({ resetFlags }) => resetFlags);
    const before = seen.e.stops?.[entered]?.resetFlags ?? [];
    const fresh = after.filter((flag) => !before.includes(flag));
    return fresh.length === 0
      ? undefined
      : decisive(`${[...new Set(fresh)].join(', ')} came after the ROM had been entered`);
  },
  says: () =>
    'The chip was reset after the ROM had been entered: something in the ROM, or around the board, asked for it.',
  fix: 'look who drives NRST, and whether the clock security system or an option-byte load was left armed.',
  provenance: { source: 'reference manuals, RCC: reset flags', confidence: 'documented' },
};
