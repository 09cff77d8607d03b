import { HilError } from '../../error/hil-error.ts';
import { hexText } from '../../trace/plain.ts';

/** bState (DFU 1.1 6.1.2). */
export const dfuState = {
  appIDLE: 0,
  appDETACH: 1,
  dfuIDLE: 2,
  'dfuDNLOAD-SYNC': 3,
  dfuDNBUSY: 4,
  'dfuDNLOAD-IDLE': 5,
  'dfuMANIFEST-SYNC': 6,
  dfuMANIFEST: 7,
  'dfuMANIFEST-WAIT-RESET': 8,
  'dfuUPLOAD-IDLE': 9,
  dfuERROR: 10,
} as const;

export type DfuState = keyof typeof dfuState;

interface StatusMeaning {
  readonly name: string;
  /** What the device says with it, to be read after a colon. */
  readonly words: string;
}

/** bStatus (DFU 1.1 6.1.2), and what ST's ROMs mean by it (AN3156). */
const statuses: readonly StatusMeaning[] = [
  { name: 'OK', words: 'no error' },
  { name: 'errTARGET', words: 'the address is not one that the ROM gives access to' },
  { name: 'errFILE', words: 'the data failed a check of the vendor' },
  { name: 'errWRITE', words: 'the memory cannot be written' },
  { name: 'errERASE', words: 'the erase failed' },
  { name: 'errCHECK_ERASED', words: 'the memory is not blank after the erase' },
  { name: 'errPROG', words: 'programming failed' },
  { name: 'errVERIFY', words: 'what was programmed does not read back' },
  { name: 'errADDRESS', words: 'the address is out of range' },
  { name: 'errNOTDONE', words: 'the end came before all of the data' },
  { name: 'errFIRMWARE', words: 'the firmware of the device is damaged, or the device has just started' },
  { name: 'errVENDOR', words: 'an error of the vendor; of ST’s ROMs: the memory is read-protected' },
  { name: 'errUSBR', words: 'an unexpected reset of the bus' },
  { name: 'errPOR', words: 'an unexpected power-on reset' },
  { name: 'errUNKNOWN', words: 'an error that the device does not know' },
  { name: 'errSTALLEDPKT', words: 'a request that was not expected in this state' },
];

/** An answer to GETSTATUS (DFU 1.1 6.1.2). */
export interface DfuStatus {
  readonly status: number;
  /** e.g. `errTARGET`. */
  readonly statusName: string;
  /** What it means, in words. */
  readonly words: string;
  readonly state: DfuState;
  /** Time to let pass before the next GETSTATUS, in ms. */
  readonly pollMs: number;
}

const states = Object.keys(dfuState) as readonly DfuState[];

/**
 * Reads the six bytes of GETSTATUS.
 * @throws HilError 329 if there are fewer, or a state that DFU 1.1 does not know
 */
export function parseStatus(bytes: Uint8Array): DfuStatus {
  const state = states[bytes[4] ?? states.length];
  if (bytes.length < 6 || state === undefined) {
    throw new HilError(
      329,
      `the answer to GETSTATUS cannot be read: six bytes with a state of 0 to 10 were expected, got ${hexText(bytes) || 'nothing'}`,
    );
  }
  const [status = 0, low = 0, middle = 0, high = 0] = bytes;
  const { name, words } = statuses[status] ?? {
    name: `status ${status}`,
    words: 'a status that DFU 1.1 does not know',
  };
  return { status, statusName: name, words, state, pollMs: low | (middle << 8) | (high << 16) };
}

/** `dfuERROR, errTARGET (the address is not one …)`, `dfuIDLE`. */
export function statusText({ status, statusName, words, state }: DfuStatus): string {
  return status === 0 ? state : `${state}, ${statusName} (${words})`;
}
