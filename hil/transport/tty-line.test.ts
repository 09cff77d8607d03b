import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import koffi from 'koffi';
import { isHilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';
import { openSerialLine } from './open-serial-line.ts';
import type { LineFormat, SerialLine } from './serial-line.ts';
import { holdersOf, serialDevicesById } from './tty-device.ts';

const CONSOLE: LineFormat = { baudRate: 115200, dataBits: 8, parity: 'none', stopBits: 1 };
const soon = () => deadline('test', 5000);

/** A pseudo-terminal: the kernel's tty with our hand on the other end. */
interface Pty {
  readonly path: string;
  readonly master: number;
  received(): Uint8Array;
  close(): void;
}

const TIOCGPTN = 0x8004_5430;
const TIOCSPTLCK = 0x4004_5431;
const ioctl = koffi.load(null).func('int ioctl(int fd, unsigned long request, _Inout_ int *argument)') as (
  fd: number,
  request: number,
  argument: number[],
) => number;

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function openPty(): Pty {
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  let open = true;
  const close = (): void => {
    if (open) closeSync(master);
    open = false;
  };
  cleanUps.push(close);
  const number = [0];
  expect(ioctl(master, TIOCSPTLCK, [0])).toBe(0);
  expect(ioctl(master, TIOCGPTN, number)).toBe(0);
  const chunks: number[] = [];
  return {
    path: `/dev/pts/${number[0]}`,
    master,
    close,
    received() {
      const buffer = Buffer.alloc(256);
      try {
        const count = readSync(master, buffer);
        chunks.push(...buffer.subarray(0, count));
      } catch {
        // EAGAIN and EIO: nothing there yet.
      }
      return Uint8Array.from(chunks);
    },
  };
}

async function openOn(path: string): Promise<SerialLine> {
  const line = await openSerialLine(path, CONSOLE, soon());
  cleanUps.push(() => line.close());
  return line;
}

async function failure(
  promise: Promise<unknown>,
): Promise<{ code: number; message: string; context: Readonly<Record<string, unknown>> }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHilError(error)) throw new Error(`expected a HilError, got ${String(error)}`);
  return error;
}

describe('a tty', () => {
  test('carries all byte values both ways', async () => {
    const pty = openPty();
    const line = await openOn(pty.path);
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    await line.sink.write(all, soon());
    await until(soon(), '256 bytes at the far end', () => pty.received().length === 256);
    expect(pty.received()).toEqual(all);
    writeSync(pty.master, all);
    expect(await line.source.read(soon(), 256, '256 bytes')).toEqual(all);
  });

  test('changes parity by closing and opening again, and drops what was not read', async () => {
    const pty = openPty();
    const line = await openOn(pty.path);
    writeSync(pty.master, 'old');
    await until(soon(), 'old bytes', () => line.source.available === 3);
    await line.setFormat({ parity: 'even' }, soon());
    expect(line.source.available).toBe(0);
    writeSync(pty.master, 'new');
    expect(Buffer.from(await line.source.read(soon(), 3, 'new bytes')).toString()).toBe('new');
  });

  test('whose far end goes away ends as lost', async () => {
    const pty = openPty();
    const line = await openOn(pty.path);
    pty.close();
    expect((await line.closed).how).toBe('lost');
    expect((await failure(line.source.read(soon(), 1, 'byte'))).code).toBe(205);
  });

  test('without modem lines says that it cannot set DTR', async () => {
    const line = await openOn(openPty().path);
    expect((await failure(line.setLines({ dtr: true }, soon()))).code).toBe(213);
  });

  test('that does not exist is named, with those that are present', async () => {
    const error = await failure(openSerialLine('/dev/ttyACM77', CONSOLE, soon()));
    expect(error.code).toBe(201);
    expect(error.message).toContain('/dev/ttyACM77: there is no such serial port');
  });

  test('that another process has locked is refused with that process named', async () => {
    const pty = openPty();
    const locker = spawn('flock', ['--exclusive', '--no-fork', pty.path, 'sleep', '60'], { stdio: 'ignore' });
    cleanUps.push(() => {
      locker.kill('SIGKILL');
    });
    await until(soon(), 'the other process to hold the port', () =>
      holdersOf(pty.path).some((holder) => holder.pid === locker.pid && holder.command === 'sleep'),
    );
    const error = await failure(openSerialLine(pty.path, CONSOLE, soon()));
    expect(error).toMatchObject({ code: 202 });
    expect(error.message).toContain(`sleep (pid ${locker.pid})`);
  });

  test('that is no serial port is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tty-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect((await failure(openSerialLine(path, CONSOLE, soon()))).code).toBe(204);
  });
});

describe('serial devices by id', () => {
  test('are the links that lead somewhere', () => {
    const folder = mkdtempSync(join(tmpdir(), 'by-id-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'by-id'));
    writeFileSync(join(folder, 'ttyACM0'), '');
    symlinkSync('../ttyACM0', join(folder, 'by-id', 'usb-STLINK'));
    symlinkSync('../ttyACM1', join(folder, 'by-id', 'usb-gone'));
    expect(serialDevicesById(join(folder, 'by-id'))).toEqual([
      { byId: join(folder, 'by-id', 'usb-STLINK'), device: join(folder, 'ttyACM0') },
    ]);
  });

  test('are none where there is no such folder', () => {
    expect(serialDevicesById('/nonexistent')).toEqual([]);
  });
});
