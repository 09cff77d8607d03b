import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';
import { deadline } from '../../trace/deadline.ts';
import type { SerialLine } from '../../transport/serial-line.ts';

/** What one side sent before the other answered. */
export interface Turn {
  readonly from: 'host' | 'board';
  readonly bytes: readonly number[];
}

/** A pseudo-terminal in front of a line, which writes down who sent what, in order. For tests: it judges both stm32flash and us. */
export interface PtyTap {
  /** What programs open; to them it is a tty. */
  readonly path: string;
  /** The turns since the last call. */
  takeTurns(): readonly Turn[];
  close(): void;
}

const O_RDWR = 0o2;
const O_NOCTTY = 0o400;
const O_CLOEXEC = 0o2000000;
const TERMIOS_BYTES = 60;
const TCSANOW = 0;

export function startPtyTap(line: SerialLine): PtyTap {
  const { master, path } = openPty();
  // Held open, so that the master does not hang up between two programs.
  const slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  let turns: { from: 'host' | 'board'; bytes: number[] }[] = [];
  const note = (from: 'host' | 'board', bytes: Uint8Array): void => {
    const last = turns.at(-1);
    if (last?.from === from) last.bytes.push(...bytes);
    else turns.push({ from, bytes: [...bytes] });
  };
  const fromHost = new ReadStream(master);
  fromHost.on('data', (chunk: Buffer) => {
    note('host', chunk);
    line.sink.write(new Uint8Array(chunk), deadline('tap to board', 5000)).catch(() => {});
  });
  fromHost.on('error', () => {});
  const stop = line.source.onArrival(() => {
    const bytes = line.source.take();
    if (bytes.length === 0) return;
    note('board', bytes);
    writeSync(master, bytes);
  });
  return {
    path,
    takeTurns() {
      const taken = turns;
      turns = [];
      return taken;
    },
    close() {
      stop();
      fromHost.destroy();
      closeSync(slave);
    },
  };
}

function openPty(): { readonly master: number; readonly path: string } {
  const libc = koffi.load(null);
  const call = (what: string, result: unknown): number => {
    if (typeof result === 'number' && result >= 0) return result;
    throw new Error(`${what} failed with errno ${koffi.errno()}`);
  };
  const master = call('posix_openpt', libc.func('int posix_openpt(int)')(O_RDWR | O_NOCTTY | O_CLOEXEC));
  call('grantpt', libc.func('int grantpt(int)')(master));
  call('unlockpt', libc.func('int unlockpt(int)')(master));
  const name = Buffer.alloc(128);
  call('ptsname_r', libc.func('int ptsname_r(int, _Out_ uint8_t *, size_t)')(master, name, name.length));
  // Raw from the start: bytes must not be echoed before the first program has set the terminal up.
  const termios = Buffer.alloc(TERMIOS_BYTES);
  call('tcgetattr', libc.func('int tcgetattr(int, _Out_ uint8_t *)')(master, termios));
  libc.func('void cfmakeraw(_Inout_ uint8_t *)')(termios);
  call('tcsetattr', libc.func('int tcsetattr(int, int, uint8_t *)')(master, TCSANOW, termios));
  return { master, path: name.toString('latin1', 0, name.indexOf(0)) };
}
