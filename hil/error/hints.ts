import type { HilError } from './hil-error.ts';
import type { Hint } from './hint.ts';
import { usbHints } from './hints-usb.ts';

/** Append yours; several hints for one code are shown in this order. */ export const hints: readonly Hint[] = [
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
    code: 102,
    advice: 'compare the board with the chip in the rig file; a cable in the wrong board of a rack looks like this.',
  },
  {
    code: 231,
    advice:
      'install it (`sudo apt-get install openocd`), or put the one you have on PATH; `hil doctor --openocd PROGRAM` tries another.',
  },
  { code: 232, advice: 'install OpenOCD 0.12 or newer (Debian 12 and Ubuntu 24.04 have it).' },
  {
    code: 233,
    when: (c) => c.cause === 'scripts',
    advice: "OpenOCD's scripts are not where it looks; reinstall the package, or set OPENOCD_SCRIPTS.",
  },
  {
    code: 234,
    when: (c) => c.cause === 'serial' || c.cause === 'no-probe',
    advice:
      'is the board plugged in? `lsusb -v -d 0483:` shows the serial numbers (iSerial) to compare with the rig file.',
  },
  {
    code: 234,
    when: (c) => c.cause === 'permission',
    advice: "install OpenOCD's udev rules (60-openocd.rules), then plug the board in again.",
  },
  {
    code: 234,
    when: (c) => c.cause === 'no-server',
    advice: 'start the board (`hil virtual`) and use the port it prints.',
  },
  {
    code: 234,
    when: (c) => c.cause === 'enumerating',
    advice: 'wait until the ST-Link has enumerated, and try again.',
  },
  {
    code: 235,
    advice: 'end the other program (another OpenOCD, an IDE, STM32CubeProgrammer); one ST-Link serves one program.',
  },
  {
    code: 236,
    advice:
      'cycle the power of the board. If that helps, the firmware sleeps or uses the SWD pins (PA13, PA14): connect under reset, with NRST wired.',
  },
  { code: 237, advice: 'power the target; on a Nucleo look at the IDD jumper (JP3 or JP6) and the power selector.' },
  {
    code: 412,
    advice:
      "read OpenOCD's words above; write protection (WRP1AR, WRP1BR) and readout protection are the usual reasons.",
  },
  { code: 415, advice: 'call `reacquire()` before the probe is used again.' },
  {
    code: 301,
    when: (c) => c.cause === 'silence',
    advice:
      "is the ROM running? Look at the PC with the probe. If it is: does the line reach this ROM's USART, TX to RX, and has no other interface (USB, I2C noise) won the detection?",
  },
  {
    code: 301,
    when: (c) => c.cause === 'parity',
    advice: 'open the line with 8 data bits, even parity, 1 stop bit.',
  },
  {
    code: 302,
    when: (c) => c.cause === 'parity',
    advice: 'open the line with 8 data bits, even parity, 1 stop bit; then reset into the ROM once more.',
  },
  {
    code: 302,
    when: (c) => c.cause === 'baud-rate',
    advice:
      'reset into the ROM and try again at 115200 baud: the ROM measures the rate on the first byte after its start, and keeps a wrong one.',
  },
  {
    code: 302,
    when: (c) => c.cause === 'application-text',
    advice: 'the jump did not happen or the chip came back: look at reset flags and PC with the probe.',
  },
  {
    code: 302,
    when: (c) => c.cause === 'held-low',
    advice: "check the wire from the board's TX to this port, its level (3.3 V when idle) and the common ground.",
  },
  {
    code: 302,
    when: (c) => c.cause === 'echo',
    advice: 'look for a bridge between TX and RX, or a single-wire adapter that hears itself.',
  },
  {
    code: 303,
    advice:
      'the ROM stopped listening: a watchdog or a reset on the way, a lost byte, or a ROM defect; the step stream shows the last answer.',
  },
  {
    code: 304,
    when: (c) => /Read Memory|Write Memory|Go|written at/.test(String(c.awaited)),
    advice:
      'a NACK here means an address outside of what the ROM gives access to, or readout protection (RDP); read OPTR with the probe.',
  },
  {
    code: 304,
    when: (c) => /Erase/.test(String(c.awaited)),
    advice:
      'read the write-protection option bytes (WRP1AR, WRP1BR) and RDP; a protected page can be answered with NACK.',
  },
  {
    code: 305,
    advice: 'bits are lost or changed on the line: check baud rate, parity, ground and cable length.',
  },
  {
    code: 307,
    when: (c) => c.stillErased === true,
    advice:
      'the flash is still erased there: read the write-protection option bytes (WRP1AR, WRP1BR). A ROM acknowledges writes to a protected page.',
  },
  {
    code: 307,
    when: (c) => c.stillErased === false,
    advice: 'the place held something else before: erase the page first.',
  },
  {
    code: 308,
    advice:
      'write the application first, and compare the address with its linker script: the table must be KEEPed and not erased with its page.',
  },
  {
    code: 310,
    advice: 'enter the bootloader again and use the new session.',
  },
  {
    code: 311,
    advice: 'the chip has left the ROM or hangs: reset into the ROM again; if that fails, cycle its power.',
  },
  {
    code: 110,
    advice: 'go on with the handle that the jump, GO or reset returned: the old one speaks to somebody who is gone.',
  },
  {
    code: 420,
    advice:
      'is the application under test what runs? `look()` shows PC and symbol; a board still in the ROM does not answer here.',
  },
  { code: 421, advice: 'compare the command with docs/handover.md: names and values are the words of its tables.' },
  {
    code: 422,
    advice:
      'look where the core stands: in `Error_Handler` the clock was refused, in the ROM or an exception it never started; garbled text means another baud rate.',
  },
  {
    code: 423,
    advice:
      'an exception number with VTOR in system memory: the application must set VTOR; `Error_Handler`: it must leave the PLL first; or GO to the reset vtable.',
  },
  { code: 424, advice: 'take a name and value from the tables Start and Jump of docs/handover.md.' },
  {
    code: 425,
    advice: 'run this on a virtual board, or give the group `controls: true` so that other boards skip it.',
  },
  { code: 426, advice: 'is the process of the virtual boards (`hil virtual`) still running?' },
  { code: 427, advice: 'docs/wires.md lists the operations of the control endpoint and their fields.' },
  {
    code: 428,
    advice: 'is the serial port the one of this board? Two boards with exchanged cables look like this.',
  },
  { code: 429, advice: 'build the firmware (`make -C firmware`), and name one of the images above.' },
  {
    code: 430,
    advice:
      'wire a USB-to-serial adapter to a USART of the ROM (`hil doctor` names the pins) and give its path as `ports: { rom: … }` in the rig file.',
  },
  {
    code: 431,
    advice:
      'connect a USB cable to the D+ and D- of the part (a Nucleo-64 has no connector for it) and give it as `ports: { usb: auto }` in the rig file.',
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

  {
    code: 502,
    advice: 'wait for the other run, or end the process named above; the kernel frees the board when it ends.',
  },
  {
    code: 503,
    advice:
      'look at the last steps of the test in its step stream: the one that has no end is the one that took too long.',
  },
  { code: 504, advice: 'use the bench inside test(), beforeEach() or afterEach(): it belongs to one test.' },
  {
    code: 680,
    advice:
      'take the file as `hil measure` wrote it (docs/silicon.md shows one); part and question are names of `hil measure --list`.',
  },
  { code: 681, advice: 'name a folder that exists: `hil measure` writes to `reports/measure/silicon`.' },
  {
    code: 682,
    advice: 'choose from `hil measure --list --board NAME`: a part has the questions that its documents leave open.',
  },
  { code: 610, advice: 'name a rig file that exists: `--rig rigs/virtual.yaml` needs no hardware.' },
  { code: 613, advice: 'build the firmware with `make -C firmware`, or run `npm run hil`, which does it.' },
  {
    code: 614,
    advice:
      'run once in a terminal and answer the question, or give `--yes-first-contact`, or set `first_contact` in the rig file.',
  },
  {
    code: 615,
    advice:
      'look at room and permissions of the reports folder; nothing was changed on the board, so run again when it can be written.',
  },

  { code: 620, advice: 'correct the path; the firmware of this project is built by `make -C firmware`.' },
  {
    code: 623,
    when: (c) => c.profile !== 'M',
    advice: 'build with arm-none-eabi-gcc; a host build of the program looks like this.',
  },
  {
    code: 623,
    when: (c) => c.profile === 'M',
    advice: 'build for the core of this part (`-mcpu`), or name the board that the program was built for.',
  },
  {
    code: 624,
    advice:
      'make the file again with `arm-none-eabi-objcopy -O ihex`; an editor or a text-mode transfer damages lines.',
  },
  { code: 627, advice: 'compare the MEMORY block of the linker script with the part: flash base, flash length.' },
  { code: 628, advice: 'name the file .elf, .hex or .bin; a .bin needs the address it goes to.' },
  { code: 660, advice: 'the tables of docs/handover.md have all settings with their values.' },
  { code: 661, advice: 'run without `--resume`: the old journal is kept beside the new one.' },
  { code: 662, advice: 'run without `--resume` to begin anew.' },
  { code: 663, advice: 'name fewer factors or values with `--factors`, or permit it with `--max-rows`.' },
  {
    code: 470,
    when: (c) => c.kind === 'ROM',
    advice:
      'if the application jumps by itself soon after its start, say `--trigger none`; else look which memory the option bytes and BOOT0 boot (`hil diagnose`).',
  },
  {
    code: 470,
    when: (c) => c.kind === 'another program',
    advice:
      'something else in flash is started by a reset; program the loader that starts the application along, by `--with FILE`.',
  },
  {
    code: 470,
    when: (c) => c.kind !== 'ROM' && c.kind !== 'another program',
    advice:
      'let it run on this board under a debugger first: it stops before anything of the handover was asked of it.',
  },
  {
    code: 471,
    when: (c) => c.came === 'back',
    advice: 'look at the conditions under which the function returns; it was called once, by the probe, as it stands.',
  },
  {
    code: 471,
    when: (c) => c.came === 'late' && c.trigger === 'uart',
    advice:
      'did the text reach it? Compare `--baud` and `--format` with what the application sets, and the text with what it waits for (`\\r`?).',
  },
  {
    code: 471,
    when: (c) => c.came === 'late' && c.trigger === 'none',
    advice: 'if it waits to be asked, say how: `--call FUNCTION`, `--trigger uart:TEXT`, `--trigger button`.',
  },
  { code: 471, when: (c) => c.came === 'late', advice: '`--within SECONDS` gives it more time.' },
  { code: 472, advice: 'choose another trigger: `--trigger uart:TEXT`, `--trigger button`.' },
  {
    code: 474,
    when: (c) => c.unreadable === true,
    advice: 'what came is not readable: compare `--baud` and `--format` with what the application sets.',
  },
  { code: 474, advice: '`--watch SECONDS` listens longer.' },
  {
    code: 670,
    advice: '`hil run --help` shows the forms; docs/your-firmware.md has examples.',
  },
  {
    code: 671,
    advice:
      'give the whole image (ELF or HEX), or the address of a BIN by `--at`; a loader goes along by `--with FILE`. The linker script of another part looks like this, too.',
  },
  { code: 672, advice: 'run in a terminal, or choose `--trigger uart:TEXT` or `--call SYMBOL`.' },
  ...usbHints,
];

/** The advice that applies to an error, in the table's order. */
export function adviceFor(error: HilError): readonly string[] {
  return hints
    .filter((hint) => hint.code === error.code && (hint.when === undefined || hint.when(error.context)))
    .map((hint) => hint.advice);
}
