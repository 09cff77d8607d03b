import type { Hint } from './hint.ts';

/** Advice for what goes wrong on USB: devices (25x, 26x) and DFU (32x, 33x). */
export const usbHints: readonly Hint[] = [
  {
    code: 250,
    when: (c) => c.claimed === false,
    advice: 'claim the interface first: the system refuses requests to an interface that nobody has claimed.',
  },
  {
    code: 251,
    advice:
      'is the device alive? A ROM that works on its flash leaves requests unanswered; one that hangs needs a reset.',
  },
  {
    code: 252,
    advice:
      'the device left the bus: a reset, a watchdog, power, or the cable. Look for it in the list of devices, then start anew.',
  },
  {
    code: 253,
    when: (c) => typeof c.driver === 'string',
    advice:
      'a driver of the kernel has the interface; unbind it (`echo -n PATH:1.N | sudo tee /sys/bus/usb/drivers/DRIVER/unbind`), nothing here does so by itself.',
  },
  {
    code: 253,
    when: (c) => Array.isArray(c.holders) && c.holders.length > 0,
    advice: 'end the process named above (dfu-util, STM32CubeProgrammer, another run), then run again.',
  },
  {
    code: 253,
    when: (c) => c.usbip === true,
    advice:
      'one client at a time can have a device over USB/IP: end the other one, or detach it (`usbip detach -p PORT`).',
  },
  {
    code: 254,
    advice:
      'put the line SUBSYSTEM=="usb", ATTR{idVendor}=="0483", ATTR{idProduct}=="df11", TAG+="uaccess" into /etc/udev/rules.d/60-stm32-dfu.rules, run `sudo udevadm control --reload`, and plug the board in again.',
  },
  {
    code: 255,
    advice: 'a device gets a new address with each plug and each reset: list the devices again.',
  },
  {
    code: 257,
    when: (c) => c.cause === 'no-kernel-usb',
    advice:
      'this kernel or container has no USB: run where the board is plugged in, or use a virtual board (`usbip://127.0.0.1:PORT/1-1`).',
  },
  {
    code: 257,
    when: (c) => c.cause === 'not-installed',
    advice: 'install the package with its optional parts: `npm install usb@3.1.0`.',
  },
  { code: 258, advice: 'start the board (`hil virtual`) and use the USB/IP endpoint it prints.' },
  {
    code: 261,
    when: (c) => c.awaitedId !== undefined,
    advice: 'the device is still on the bus: it did not reset or detach. Is it inside of the ROM, or hung?',
  },
  {
    code: 261,
    when: (c) => c.awaitedId === undefined,
    advice:
      'is the cable in, and is it one for data? Has the part the clock that its USB needs, and VDDUSB? A USART that receives a byte first takes the ROM away from USB.',
  },
  {
    code: 261,
    when: (c) => c.hand === 'BOOT0',
    advice:
      'has a download broken off, so that no application is left? Hold BOOT0 high, press and let go of reset, run the same command, and let go of BOOT0 when the ROM was found. With --board the rig’s probe does so by itself.',
  },
  {
    code: 261,
    when: (c) => c.hand === 'power',
    advice:
      'has a download broken off, so that no application is left? Take all power from the board for a second (the ST-Link’s cable too) and run the same command: with its first word erased it comes up in its ROM. If another tool left half a program, erase its first page with the probe; with --board that is done by itself.',
  },
  {
    code: 262,
    advice:
      'name one of them: `usb:PATH` (stays with the socket) or `usb:SERIAL`. Some ROMs have the same serial on every chip.',
  },
  {
    code: 320,
    when: (c) => c.runtime === true,
    advice: 'the application runs, and offers to detach: send DFU_DETACH first (`hil flash --via dfu` does).',
  },
  {
    code: 320,
    when: (c) => c.runtime === false,
    advice: 'bring the chip into its ROM first: jump, BOOT0 or option bytes.',
  },
  {
    code: 323,
    advice:
      'let the application offer a run-time interface (class FE, subclass 01, protocol 01) under its own ids instead, or jump into the ROM: an application cannot replace itself.',
  },
  { code: 324, advice: 'compare the board with the chip in the rig file.' },
  {
    code: 325,
    when: (c) => c.status === 'errVENDOR',
    advice: 'read-out protection (RDP) is the usual reason: read the option bytes with the probe.',
  },
  {
    code: 325,
    when: (c) => c.status === 'errTARGET' || c.status === 'errADDRESS',
    advice:
      'compare the address with the memory map of the device, which the message shows; read-out protection looks the same on some ROMs.',
  },
  {
    code: 325,
    when: (c) => c.tooLong === true,
    advice: 'transfers must not be longer than the wTransferSize of the functional descriptor.',
  },
  {
    code: 326,
    advice:
      'the ROM stopped in the middle of its work: reset the chip or cut its power, then start anew. The session cannot go on.',
  },
  {
    code: 327,
    advice: 'the application was written but does not run: reset the board (BOOT0 low), or cut its power.',
  },
  {
    code: 328,
    advice: 'a map that forbids its own flash is that of an application or of another vendor’s loader, not of the ROM.',
  },
  {
    code: 330,
    when: (c) => c.willDetach === true,
    advice:
      'the firmware says that it detaches by itself (bitWillDetach) and must then switch its pull-up off, after the status stage of DETACH.',
  },
  {
    code: 330,
    when: (c) => c.willDetach === false,
    advice:
      'the firmware awaits a bus reset within wDetachTimeOut; set bitWillDetach and let it detach by itself: then no host needs to reset.',
  },
  {
    code: 331,
    advice:
      'the application went, and no ROM came: look with the probe where the core is; the jump, the clock of the USB and VDDUSB come first.',
  },
];
