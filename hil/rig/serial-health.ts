import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { HilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { parseSerialEndpoint } from '../transport/endpoint.ts';
import { openSerialLine } from '../transport/open-serial-line.ts';
import { type Holder, holdersOf, holderText, serialDevicesById } from '../transport/tty-device.ts';

/** What can be said of a serial port without sending a byte. */
export interface SerialHealth {
  readonly endpoint: string;
  /** Where a stable name points just now: `/dev/ttyACM0`. Absent for a framed line. */
  readonly device?: string;
}

const OPEN_MS = 3_000;

/**
 * Looks whether a serial port is there, may be opened and is free. A tty is not opened: that would move DTR and RTS, and boards have
 * their NRST or BOOT0 there. A framed line of a virtual board is opened and closed; nothing is sent to the board.
 * @throws HilError 201 (absent), 202 (held), 203 (no permission), 204 (not a tty), 211 to 214 (framed line), 603
 */
export async function examineSerial(endpoint: string): Promise<SerialHealth> {
  const parsed = parseSerialEndpoint(endpoint);
  if (parsed.kind === 'tty') return examineTty(parsed.path);
  const format = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 } as const;
  const line = await openSerialLine(endpoint, format, deadline('opening the serial line', OPEN_MS));
  await line.close();
  return { endpoint };
}

/** @throws HilError 201 to 204 */
export function examineTty(path: string, holders: (path: string) => readonly Holder[] = holdersOf): SerialHealth {
  const found = statSync(path, { throwIfNoEntry: false });
  const context = { endpoint: path };
  if (found === undefined) {
    const present = serialDevicesById().map((device) => device.byId);
    const others = present.length > 0 ? `; present: ${present.join(', ')}` : '; no USB serial port is present';
    throw new HilError(201, `${path}: there is no such serial port${others}`, {
      blame: 'rig',
      context: { ...context, present },
    });
  }
  if (!found.isCharacterDevice()) {
    throw new HilError(204, `${path}: this is a file, not a serial port`, { blame: 'rig', context });
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new HilError(203, `${path}: this user may not read and write the serial port`, {
      blame: 'rig',
      cause,
      context,
    });
  }
  const who = holders(path).map(holderText);
  if (who.length > 0) {
    throw new HilError(202, `${path}: the serial port is held by ${who.join(', ')}`, {
      blame: 'rig',
      context: { ...context, holders: who },
    });
  }
  return { endpoint: path, device: realpathSync(path) };
}
