import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { LineFrame } from '../board-types.ts';
import type { Received } from './line-sampler.ts';
import type { PtySystem } from './pty-system.ts';
import { type Parity, parityBit, type UartFormat } from './uart-format.ts';
import type { Attachment, UartPort } from './uart-port.ts';

export interface Pty {
  /** Path of the slave. */
  readonly path: string;
  /** Some program has the slave open. */
  readonly open: boolean;
  flush(): void;
  close(): void;
}

export interface PtyOptions {
  readonly system: PtySystem;
  readonly port: UartPort;
  readonly beforeInput: () => void;
  readonly onTraffic: () => void;
  /** Calls back about ten times a second until the returned function is called; shared by all ptys, since each timer wakes the thread. */
  readonly everyNowAndThen: (action: () => void) => () => void;
}

/** What the kernel's buffer did not take and we hold for a program that does not read; more is lost, as on a tty. */
const HELD_BYTES = 65_536;

/** Start, 8 data, parity, stop. */
const LEVELS_WITH_PARITY = 11;

/**
 * The parity that a frame of the target shows. A pseudo-terminal hides the client's parity, so the pty follows the target's:
 * even before its first byte, which makes no difference for the bootloader's 0x7F.
 */
export function parityOfTarget(frame: LineFrame | undefined): Parity {
  if (frame === undefined) return 'even';
  if (frame.levels.length < LEVELS_WITH_PARITY) return 'none';
  let value = 0;
  for (let i = 0; i < 8; i++) value |= frame.levels[1 + i]! << i;
  return frame.levels[9] === parityBit(value, 'even') ? 'even' : 'odd';
}

/** One UART as a pseudo-terminal: for programs that want a tty. It is on the wire only while a program has it open. */
export function startPty(options: PtyOptions): Pty {
  const { system, port } = options;
  const { master, path } = system.open();
  system.makeRaw(master);
  // A pseudo-terminal says "hung up" only after its slave was open once.
  closeSync(openSync(path, constants.O_RDWR | constants.O_NOCTTY));

  let attachment: Attachment | undefined;
  let stream: ReadStream | undefined;
  let stopWatching = (): void => {};
  let closed = false;
  let out: Buffer = Buffer.alloc(0);
  /** Asked of the kernel once per turn and once per piece of input: a client changes it seldom, a frame needs it each time. */
  let settings: ReturnType<PtySystem['lineSettings']> | undefined;

  function format(): UartFormat {
    settings ??= system.lineSettings(master);
    return { ...settings, dataBits: 8, parity: parityOfTarget(port.lastFromTarget) };
  }

  function receive(received: Received): void {
    // IGNPAR: a byte with an error does not exist; a break reads as NUL.
    if (received.kind === 'parity' || received.kind === 'framing') return;
    options.onTraffic();
    if (out.length < HELD_BYTES)
      out = Buffer.concat([out, Uint8Array.of(received.kind === 'byte' ? received.value : 0)]);
  }

  function onOpen(): void {
    options.beforeInput();
    attachment = port.attach({ format, receive });
    stream = new ReadStream(system.duplicate(master));
    stream.on('data', (chunk: Buffer) => {
      options.beforeInput();
      options.onTraffic();
      settings = undefined;
      attachment?.send(chunk, format());
    });
    // EIO is how the kernel says that the last program closed the slave.
    stream.on('error', () => {});
    stream.on('close', onHangUp);
  }

  function onHangUp(): void {
    stream = undefined;
    out = Buffer.alloc(0);
    if (closed) return;
    options.beforeInput();
    // Bytes already written leave the wire, as from a real adapter; so the client is let go when they are out.
    const gone = attachment;
    attachment = undefined;
    letGo(gone);
    watchSlave();
  }

  function letGo(gone: Attachment | undefined): void {
    if (gone === undefined) return;
    if (gone.queued() === 0) gone.detach();
    else {
      const done = options.everyNowAndThen(() => {
        if (gone.queued() > 0) return;
        done();
        options.beforeInput();
        gone.detach();
      });
    }
  }

  function watchSlave(): void {
    stopWatching = options.everyNowAndThen(() => {
      const { hungUp, readable } = system.poll(master);
      if (hungUp && !readable) return;
      stopWatching();
      onOpen();
    });
  }

  watchSlave();
  return {
    path,
    get open() {
      return attachment !== undefined;
    },
    flush() {
      settings = undefined;
      if (out.length === 0 || attachment === undefined) return;
      try {
        out = out.subarray(writeSync(master, out));
      } catch (error) {
        // EAGAIN: the program does not read just now. EIO: it has gone, and its stream will say so.
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN' && code !== 'EIO') throw error;
      }
    },
    close() {
      closed = true;
      stopWatching();
      attachment?.detach();
      stream?.destroy();
      system.close(master);
    },
  };
}
