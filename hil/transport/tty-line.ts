import { existsSync, realpathSync, statSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { HilError } from '../error/hil-error.ts';
import { formatText, type LineFormat, type SerialLine } from './serial-line.ts';
import { openStreamLine } from './stream-line.ts';
import { holdersOf, holderText, serialDevicesById } from './tty-device.ts';

/** How often to look whether the device is still there: an unplugged board must not cost a whole deadline. */
const PRESENCE_INTERVAL_MS = 100;

/**
 * Opens a tty: a USB adapter, an ST-Link's virtual COM port, a pty.
 * On a pty the kernel accepts parity and drops it silently; the other side then sees 8N1.
 * @throws HilError 201 (absent), 202 (held by another process), 203 (no permission), 204 (anything else).
 */
export async function openTtyLine(path: string, format: LineFormat): Promise<SerialLine> {
  if (!existsSync(path)) throw absent(path);
  // Not every program locks a port: two readers without a lock would each get half of the bytes. A pty's other readers are its makers.
  if (!path.startsWith('/dev/pts/')) {
    const holders = holdersOf(path);
    if (holders.length > 0) throw held(path);
  }
  return openStreamLine(
    {
      endpoint: path,
      createStream: (wanted) =>
        new SerialPort({
          path,
          baudRate: wanted.baudRate,
          dataBits: wanted.dataBits,
          parity: wanted.parity,
          stopBits: wanted.stopBits,
          autoOpen: false,
          // Dropping DTR on close resets boards whose NRST or BOOT0 hangs on it, in the middle of a change of format.
          hupcl: false,
        }),
      openError: async (error, wanted) => openError(path, error, wanted),
      needsReopen: (from, to) =>
        from.parity !== to.parity || from.dataBits !== to.dataBits || from.stopBits !== to.stopBits,
      watchLoss: (lost) => watchPresence(path, lost),
      adjust: (stream, to) =>
        new Promise((resolve, reject) => {
          stream.update({ baudRate: to.baudRate }, (error) => (error ? reject(error) : resolve()));
        }),
    },
    format,
  );
}

/**
 * A hung-up tty reads as "no bytes" for ever, which serialport 13 takes for "not yet": it never tells that a board was unplugged.
 * The device node does: it goes away with the device, and a new one of the same name is another inode.
 */
function watchPresence(path: string, lost: (error: Error) => void): () => void {
  const device = realpathSync(path);
  const inode = statSync(device).ino;
  const timer = setInterval(() => {
    const now = statSync(device, { throwIfNoEntry: false });
    if (now?.ino === inode) return;
    clearInterval(timer);
    lost(new Error(`${device} has gone`));
  }, PRESENCE_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function openError(path: string, error: Error, format: LineFormat): HilError {
  if (!existsSync(path) || /no such file|ENOENT/i.test(error.message)) return absent(path);
  if (/permission denied|EACCES/i.test(error.message)) {
    return new HilError(203, `${path}: no permission to open the serial port`, {
      blame: 'rig',
      cause: error,
      context: { endpoint: path },
    });
  }
  if (/cannot lock|temporarily unavailable|busy/i.test(error.message)) return held(path, error);
  return new HilError(204, `${path}: the serial port could not be opened at ${formatText(format)}: ${error.message}`, {
    blame: 'rig',
    cause: error,
    context: { endpoint: path },
  });
}

function absent(path: string): HilError {
  const present = serialDevicesById().map((device) => device.byId);
  const others = present.length > 0 ? `; present: ${present.join(', ')}` : '; no USB serial port is present';
  return new HilError(201, `${path}: there is no such serial port${others}`, {
    blame: 'rig',
    context: { endpoint: path, present },
  });
}

function held(path: string, cause?: Error): HilError {
  const holders = holdersOf(path).map(holderText);
  const who = holders.length > 0 ? holders.join(', ') : 'a process that cannot be seen from here';
  return new HilError(202, `${path}: the serial port is held by ${who}`, {
    blame: 'rig',
    cause,
    context: { endpoint: path, holders },
  });
}
