/**
 * Every error code with its meaning in one line. Append yours in its range, one line per code; never give a code a new meaning.
 * A test fails for a code that is thrown anywhere in the tree and is not listed here.
 *
 * 1xx identity · 2xx transport (20x tty, 21x framed line, 22x Tcl socket, 23x OpenOCD process, 29x waits) · 3xx protocol ·
 * 4xx board (45x–46x guard) · 5xx lease and bench · 6xx configuration (62x images)
 */
export const codes = {
  101: 'no chip of that name or DEV_ID is known',
  102: 'the chip that answers is not the one that the rig file names',

  201: 'serial device does not exist',
  202: 'serial device is held by another process',
  203: 'no permission to open the serial device',
  204: 'serial device could not be opened or set up',
  205: 'serial device vanished or was closed by the other side',
  206: 'write to a serial line failed',
  207: 'serial line was used after it was closed',
  211: 'nobody listens at the framed-line endpoint',
  212: 'framed line does not speak RFC 2217',
  213: 'framed line refused a setting',
  214: 'framed line broke the protocol',
  221: 'OpenOCD does not accept a connection on its Tcl port',
  222: "OpenOCD's Tcl socket closed while a command was under way",
  223: 'OpenOCD answered a command with an error',
  224: 'OpenOCD sent an answer that does not have the expected form',
  225: 'no answer from OpenOCD to a command in time',
  226: "OpenOCD's Tcl connection was used after it ended",
  231: 'OpenOCD is not installed or cannot be run',
  232: 'OpenOCD is too old',
  233: 'OpenOCD ended before it was ready',
  234: 'the ST-Link is not there or cannot be opened',
  235: 'the ST-Link is in use by another program',
  236: 'the target does not answer the ST-Link',
  237: 'the target has no power',
  239: 'OpenOCD was not ready in time',
  290: 'an awaited condition did not come in time',

  301: 'no answer to 0x7F: the ROM was not reached',
  302: 'what answers 0x7F is not a ROM in even parity at this baud rate',
  303: 'no answer of the ROM to a command in time',
  304: 'the ROM answered NACK',
  305: 'the ROM answered something other than ACK or NACK',
  306: 'a reply of the ROM is malformed',
  307: 'memory read back differs from what was written',
  308: 'GO was not sent: nothing can start from the vector table there',
  309: 'the ROM does not have this command',
  310: 'the bootloader session is over',
  311: 'the ROM could not be brought back in step after a failure',
  312: 'an argument is outside of what the protocol or the part allows',

  411: 'the core did not halt in time',
  412: 'the probe could not erase or program the flash',
  414: 'FLASH_ACR.EMPTY could not be cleared',
  415: 'the probe was used while it was released',
  416: 'the chip was not left as in the field',

  441: 'virtual board could not be built or did not become ready',
  443: 'replay of an input log differs from the log',
  451: 'the rig file does not permit this erase',
  452: 'the rig file does not permit changing write protection',
  453: 'the rig file does not permit changing option bytes',
  454: 'the rig file does not permit changing the readout protection',
  455: 'readout protection level 2 is refused always: it cannot be undone',
  456: 'the access touches memory that is neither flash, RAM nor option bytes of the chip',
  457: 'option bytes are not what they were before, after the attempt to restore them',

  501: 'the bench was revoked because its test is over',

  602: 'a deadline needs a positive number of milliseconds',
  603: 'an endpoint is not of a form that is known',
  604: 'an argument of a probe call is not valid',
  620: 'image file cannot be read',
  621: 'file is not an ELF file',
  622: 'ELF file is truncated or inconsistent',
  623: 'ELF file is not for a little-endian 32-bit Arm core',
  624: 'Intel HEX file has a bad line',
  625: 'image is empty',
  626: 'image has overlapping segments',
  627: 'image does not fit the memory of the chip',
  628: 'image format cannot be told from the file name',
  629: 'symbol is not in the image',
  641: 'two virtual boards have the same name',
  642: 'the board has no UART of that name',
  643: 'serial format is not of the form 115200 8E1',
  644: 'file is not an input log, or was recorded with other images',
  645: 'image of a virtual board cannot be read',
  601: 'two boards have one name',
  610: 'rig file cannot be read',
  611: 'rig file has mistakes',
  612: 'command line asks for something that does not exist',
  613: 'what is to be run has not been built',
} as const satisfies Record<number, string>;

/** The meaning of a code; undefined for one that is not listed. */
export function meaningOf(code: number): string | undefined {
  return (codes as Record<number, string>)[code];
}
