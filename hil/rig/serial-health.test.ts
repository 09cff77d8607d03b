import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { examineSerial, examineTty } from './serial-health.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serial-health-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A character device of every Linux that nobody holds open: it stands for a tty. */
const DEVICE = '/dev/full';

describe('a serial port', () => {
  test('that is there and free is told with the device behind its stable name', () => {
    const byId = join(folder, 'usb-STLink-if02');
    symlinkSync(DEVICE, byId);
    expect(examineTty(byId)).toEqual({ endpoint: byId, device: DEVICE });
  });

  test('that another process has open is told with that process', async () => {
    const open = openSync(DEVICE, 'r');
    const holder = spawn('sleep', ['60'], { stdio: [open, 'ignore', 'ignore'] });
    closeSync(open);
    try {
      await new Promise((started) => holder.once('spawn', started));
      await expect(examineSerial(DEVICE)).rejects.toMatchObject({
        code: 202,
        message: expect.stringContaining(`(pid ${holder.pid})`),
      });
    } finally {
      holder.kill('SIGKILL');
      await new Promise((ended) => holder.once('exit', ended));
    }
    await expect(examineSerial(DEVICE)).resolves.toMatchObject({ device: DEVICE });
  });

  test('that is not there, or whose stable name points nowhere, is absent', async () => {
    const stale = join(folder, 'usb-gone-if02');
    symlinkSync(join(folder, 'ttyACM9'), stale);
    await expect(examineSerial(stale)).rejects.toMatchObject({ code: 201 });
    await expect(examineSerial(join(folder, 'nothing'))).rejects.toMatchObject({ code: 201 });
  });

  test('is not an ordinary file', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(examineSerial(join(folder, 'file'))).rejects.toMatchObject({ code: 204 });
  });

  test('is on this host', async () => {
    await expect(examineSerial('rfc2217://192.0.2.1:4000')).rejects.toMatchObject({ code: 603 });
  });
});
