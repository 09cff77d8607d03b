/** What follows a command of 16 bytes on the bulk endpoints: over TCP the host says so, on USB both ends have to know. */
export type Phase =
  | { readonly kind: 'none' }
  /** The host sends this many bytes. */
  | { readonly kind: 'out'; readonly bytes: number }
  /** The probe answers with this many bytes, or with as many as its answer has. */
  | { readonly kind: 'in'; readonly bytes: number | 'answer' };

const GET_VERSION = 0xf1;
const DEBUG = 0xf2;
const DFU = 0xf3;
const CURRENT_MODE = 0xf5;
const VOLTAGE = 0xf7;

const NONE: Phase = { kind: 'none' };
const answers = (bytes: number | 'answer'): Phase => ({ kind: 'in', bytes });

/** Every answer that is no value of its own: a status byte and a zero. */
const STATUS_BYTES = 2;

/** Lengths of the answers to debug sub-commands, where they are not `STATUS_BYTES`. */
const DEBUG_ANSWERS: Readonly<Record<number, number | 'answer'>> = {
  49: 12, // READ_IDCODES
  51: 8, // READREG
  54: 8, // READDEBUGREG
  58: 88, // READALLREGS
  62: 12, // GETLASTRWSTATUS2
  69: 8, // READ_DAP_REG
  82: 'answer', // RW_MISC_IN: 8 bytes for each item of the last RW_MISC_OUT
};

const EXIT = 0x21;
const RW_MISC_OUT = 0x51;
const READ_8_BIT = 0x0c;
/** READMEM 32, 16 bit, 32 bit without increment. */
const READS: ReadonlySet<number> = new Set([0x07, 0x47, 0x54]);
/** WRITEMEM 32, 8, 16 bit, 32 bit without increment. */
const WRITES: ReadonlySet<number> = new Set([0x08, 0x0d, 0x48, 0x50]);

function debugPhase(sub: number, view: DataView): Phase {
  if (sub === EXIT) return NONE;
  const length = view.getUint16(6, true);
  if (WRITES.has(sub)) return length === 0 ? NONE : { kind: 'out', bytes: length };
  if (READS.has(sub)) return answers(length);
  // One byte alone comes with a second one that means nothing.
  if (sub === READ_8_BIT) return answers(length === 1 ? 2 : length);
  if (sub === RW_MISC_OUT) {
    const items = view.getUint32(2, true);
    return items === 0 ? NONE : { kind: 'out', bytes: Math.ceil(items / 4) * 4 + 4 * items };
  }
  return answers(DEBUG_ANSWERS[sub] ?? STATUS_BYTES);
}

/** @param command the 16 bytes */
export function phaseOf(command: Uint8Array): Phase {
  const view = new DataView(command.buffer, command.byteOffset, command.length);
  switch (command[0]) {
    case GET_VERSION:
      return answers(6);
    case CURRENT_MODE:
      return answers(2);
    case VOLTAGE:
      return answers(8);
    case DFU:
      return NONE;
    case DEBUG:
      return debugPhase(command[1] ?? 0, view);
    default:
      return answers(STATUS_BYTES);
  }
}
