import type { HilError } from './hil-error.ts';

/** Advice for one error code, kept apart from the code that throws so that both stay short. */
export interface Hint {
  readonly code: number;
  /** When the code alone does not decide; sees the error's context. */
  readonly when?: (context: Readonly<Record<string, unknown>>) => boolean;
  /** One thing to do, as an imperative sentence. */
  readonly advice: string;
}

/** Append yours; several hints for one code are shown in this order. */
export const hints: readonly Hint[] = [
  { code: 101, advice: 'name the part as it is printed in the list of known parts (`hil doctor` shows it).' },

  {
    code: 201,
    advice:
      'look into /dev/serial/by-id: that is the stable name of a serial port; is the board plugged in and powered?',
  },
  {
    code: 202,
    when: (c) => Array.isArray(c.holders) && c.holders.length > 0,
    advice: 'end the process named above (a terminal program, another run, ModemManager), then run again.',
  },
  {
    code: 203,
    advice: 'add yourself to the group that owns the device (`sudo usermod -aG dialout $USER`), then log in again.',
  },
  {
    code: 205,
    advice:
      'was the board unplugged, power-cycled, or did its ST-Link re-enumerate? A port of the old identity cannot come back: open a new one.',
  },
  { code: 211, advice: 'start the board (`hil virtual`) and use the endpoint it prints.' },
  {
    code: 213,
    advice: 'the other end offers other settings; check baud rate and parity of the rig file against the board.',
  },
  { code: 221, advice: "read OpenOCD's last lines above; a second OpenOCD on the same probe is the usual reason." },
  {
    code: 222,
    advice: "read OpenOCD's last lines above; power and USB of the probe come before anything else.",
  },
  {
    code: 225,
    advice: 'OpenOCD is alive but stuck on the target: check power and NRST of the board, then the SWD cable.',
  },

  {
    code: 451,
    advice: 'set `permissions: { erase: pages }` (or `mass`) for this board in the rig file, if its flash may be lost.',
  },
  { code: 452, advice: 'set `permissions: { write_protection: true }` for this board in the rig file.' },
  { code: 453, advice: 'set `permissions: { option_bytes: true }` for this board in the rig file.' },
  {
    code: 454,
    advice:
      'set `permissions: { rdp1: true }` for this board in the rig file; going back to level 0 erases the whole flash.',
  },
  { code: 455, advice: 'there is no permission for level 2, on purpose. Use a value other than 0xCC.' },
  {
    code: 457,
    advice:
      'compare the option bytes listed above, and write the first set back with the probe before the board is used again.',
  },

  {
    code: 501,
    advice:
      'a promise of an earlier test was not awaited, or the test ran past its deadline; await every call on the bench.',
  },

  { code: 620, advice: 'build the firmware first (`make -C firmware`), or correct the path.' },
  { code: 623, advice: 'build with arm-none-eabi-gcc; a host build of the program looks like this.' },
  {
    code: 624,
    advice:
      'make the file again with `arm-none-eabi-objcopy -O ihex`; an editor or a text-mode transfer damages lines.',
  },
  { code: 627, advice: 'compare the MEMORY block of the linker script with the part: flash base, flash length.' },
  { code: 628, advice: 'name the file .elf, .hex or .bin; a .bin needs the address it goes to.' },
];

/** The advice that applies to an error, in the table's order. */
export function adviceFor(error: HilError): readonly string[] {
  return hints
    .filter((hint) => hint.code === error.code && (hint.when === undefined || hint.when(error.context)))
    .map((hint) => hint.advice);
}
