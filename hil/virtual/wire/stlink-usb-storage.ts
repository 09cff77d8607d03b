import type { InPipe } from '../usb/in-pipe.ts';
import { ended, type UrbResult, urbStatus } from '../usb/urb.ts';

/**
 * The disk of the ST-LINK, without a medium: programming by copying a file is not modelled, and a host that asks is told that the drive is empty,
 * so that it mounts nothing. USB Mass Storage Class Bulk-Only Transport 1.0; SCSI SPC-3 for the commands.
 */
export interface Storage {
  /** One transfer of the host on OUT 03. */
  out(data: Uint8Array): UrbResult;
  /** Bulk-Only Mass Storage Reset. */
  reset(): void;
}

const CBW_BYTES = 31;
const CBW_SIGNATURE = 0x4342_5355;
const CSW_SIGNATURE = 0x5342_5355;
const PASSED = 0;
const FAILED = 1;

const REQUEST_SENSE = 0x03;
const INQUIRY = 0x12;

// Removable disk, SPC-3, 31 more bytes; the names that listings of Nucleo boards show.
const INQUIRY_DATA = Buffer.concat([
  Uint8Array.of(0x00, 0x80, 0x05, 0x02, 31, 0, 0, 0),
  Buffer.from('MBED    microcontroller 1.0 ', 'latin1'),
]);
// Fixed format, NOT READY, 10 more bytes; MEDIUM NOT PRESENT.
const NO_MEDIUM = Uint8Array.of(0x70, 0, 0x02, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x3a, 0, 0, 0, 0, 0);

interface Command {
  readonly tag: number;
  readonly length: number;
  readonly toHost: boolean;
  readonly operation: number;
}

/** A command block wrapper (5.1); undefined when it is none that is valid (6.2.1). */
function parseCommand(bytes: Uint8Array): Command | undefined {
  if (bytes.length !== CBW_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== CBW_SIGNATURE) return undefined;
  return {
    tag: view.getUint32(4, true),
    length: view.getUint32(8, true),
    toHost: view.getUint8(12) >= 0x80,
    operation: view.getUint8(15),
  };
}

function statusOf(tag: number, residue: number, status: number): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, CSW_SIGNATURE, true);
  view.setUint32(4, tag, true);
  view.setUint32(8, residue, true);
  view.setUint8(12, status);
  return bytes;
}

export function createStorage(answers: InPipe): Storage {
  /** A write whose bytes are taken and dropped. */
  let swallowing: { readonly command: Command; left: number } | undefined;

  function answer({ tag, length, operation }: Command): void {
    const all = operation === INQUIRY ? INQUIRY_DATA : operation === REQUEST_SENSE ? NO_MEDIUM : undefined;
    const data = all?.subarray(0, length) ?? new Uint8Array(0);
    // Less than asked for ends in a short packet, which may be empty (6.7.2, Hi > Di).
    if (length > 0) answers.push(data);
    answers.push(statusOf(tag, length - data.length, all === undefined ? FAILED : PASSED));
  }

  function begin(bytes: Uint8Array): UrbResult {
    const command = parseCommand(bytes);
    if (command === undefined) return ended(urbStatus.stall);
    if (command.toHost || command.length === 0) answer(command);
    else swallowing = { command, left: command.length };
    return ended(urbStatus.ok, bytes.length);
  }

  return {
    out(data) {
      if (swallowing === undefined) return begin(data);
      const { command } = swallowing;
      swallowing.left -= data.length;
      if (swallowing.left <= 0) {
        swallowing = undefined;
        answers.push(statusOf(command.tag, command.length, FAILED));
      }
      return ended(urbStatus.ok, data.length);
    },
    reset() {
      swallowing = undefined;
      answers.clear();
    },
  };
}
