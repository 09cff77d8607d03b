import { SerialPortStream } from '@serialport/stream';
import { HilError, isHilError } from '../error/hil-error.ts';
import { type Deadline, deadline } from '../trace/deadline.ts';
import { openRfc2217Port, type Rfc2217Port } from './rfc2217-port.ts';
import type { LineError, LineFormat, Parity, SerialLine } from './serial-line.ts';
import type { Binding, BindingOpenOptions, BindingPort } from './serialport-binding.ts';
import { openStreamLine } from './stream-line.ts';

/** A setting is one exchange over loopback; this long means that the other process has stopped. */
const SETTING_MS = 5000;

/** Bound for a drain whose caller gave none: 4 KiB, the most the far end reads ahead, at 1200 baud take 38 s. */
const DRAIN_MS = 60_000;

/**
 * Opens a framed line: serialport's stream over a binding of our own that speaks RFC 2217 on loopback TCP. Unlike a pty it
 * carries baud rate, parity, break, DTR/RTS and line errors.
 * @throws HilError 211 to 213.
 */
export async function openFramedLine(
  endpoint: string,
  host: string,
  port: number,
  format: LineFormat,
  limit: Deadline,
): Promise<SerialLine> {
  const listeners = new Set<(error: LineError) => void>();
  let opened: Rfc2217Port | undefined;
  let failure: unknown;
  const binding: Binding = {
    list: async () => [],
    async open(options) {
      try {
        opened = await openRfc2217Port(endpoint, host, port, formatOf(options), limit);
      } catch (error) {
        failure = error;
        throw error;
      }
      opened.onLineError((error) => {
        for (const listener of listeners) listener(error);
      });
      return bindingPort(opened, options, limit);
    },
  };
  return openStreamLine(
    {
      endpoint,
      createStream: (wanted) => new SerialPortStream({ binding, path: endpoint, autoOpen: false, ...wanted }),
      openError: async (error) =>
        isHilError(failure)
          ? failure
          : new HilError(211, `${endpoint}: ${error.message}`, { blame: 'rig', cause: error }),
      needsReopen: () => false,
      adjust: async (_stream, to) => {
        await opened?.setFormat(to, deadline('line format', SETTING_MS, limit));
      },
      onLineError(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    format,
  );
}

function formatOf(options: BindingOpenOptions): LineFormat {
  return {
    baudRate: options.baudRate,
    dataBits: options.dataBits === 7 ? 7 : 8,
    parity: (options.parity ?? 'none') as Parity,
    stopBits: options.stopBits === 2 ? 2 : 1,
  };
}

/** The port object that serialport's stream drives. A read resolves with at least one byte; one under way at close is "canceled". */
function bindingPort(port: Rfc2217Port, options: BindingOpenOptions, limit: Deadline): BindingPort {
  const queue: Uint8Array[] = [];
  let reader: (() => void) | undefined;
  let ended: (Error & { canceled?: boolean }) | undefined;
  let isOpen = true;
  port.onData((bytes) => {
    queue.push(bytes);
    reader?.();
  });
  port.onEnd((error) => {
    ended = error ?? Object.assign(new Error('the port was closed'), { canceled: true });
    reader?.();
  });
  const arrival = (): Promise<void> =>
    new Promise((resolve) => {
      reader = () => {
        reader = undefined;
        resolve();
      };
    });
  let settings = formatOf(options);
  return {
    openOptions: {
      lock: false,
      rtscts: false,
      xon: false,
      xoff: false,
      xany: false,
      hupcl: false,
      dataBits: settings.dataBits,
      stopBits: settings.stopBits,
      parity: settings.parity,
      ...options,
    },
    get isOpen() {
      return isOpen;
    },
    async close() {
      isOpen = false;
      port.close();
    },
    async read(buffer, offset, length) {
      while (queue.length === 0) {
        if (ended !== undefined) throw ended;
        await arrival();
      }
      const [first] = queue as [Uint8Array];
      const part = first.subarray(0, length);
      buffer.set(part, offset);
      if (part.length === first.length) queue.shift();
      else queue[0] = first.subarray(part.length);
      return { buffer, bytesRead: part.length };
    },
    write: (bytes) => port.write(bytes),
    async update({ baudRate }) {
      settings = { ...settings, baudRate };
      await port.setFormat(settings, deadline('baud rate', SETTING_MS, limit));
    },
    async set(lines) {
      const wanted = {
        ...(lines.dtr === undefined ? {} : { dtr: lines.dtr }),
        ...(lines.rts === undefined ? {} : { rts: lines.rts }),
        ...(lines.brk === undefined ? {} : { break: lines.brk }),
      };
      await port.setLines(wanted, deadline('control lines', SETTING_MS, limit));
    },
    // The virtual board has no modem inputs; a 3-wire line counts as always ready.
    get: async () => ({ cts: true, dsr: true, dcd: true }),
    getBaudRate: async () => ({ baudRate: settings.baudRate }),
    async flush() {
      queue.length = 0;
    },
    drain: () => port.drain(deadline('drain', DRAIN_MS, limit)),
  };
}
