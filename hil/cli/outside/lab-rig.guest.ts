import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { packageRoot } from '../../rig/paths.ts';
import { bootGuest, type Guest } from '../../virtual/interop/guest.ts';
import { attach } from '../../virtual/interop/guest-usb.ts';
import { type Bench, startBench } from '../../virtual/interop/judges.ts';

/**
 * `rigs/lab.example.yaml` as a user copies it, with the serial of a virtual Nucleo that a Linux has on its USB: the path of a real bench, over
 * libusb and the by-id tty. Suites run there as well, but Jest alone takes minutes to start in a guest without an accelerator.
 */
let bench: Bench;
let guest: Guest;
let rig: string;

const BOOT_MS = 300_000;
/** Node in a guest without an accelerator needs twenty times as long as elsewhere. */
const LIMIT_MS = 400_000;
const COMMAND_MS = 360_000;

beforeAll(async () => {
  [bench, guest] = await Promise.all([startBench(), bootGuest()]);
  await attach(guest, bench.ready.stlink.usbip);
  const example = readFileSync(join(packageRoot(), 'rigs/lab.example.yaml'), 'utf8');
  rig = join(guest.work, 'lab.yaml');
  writeFileSync(
    rig,
    example
      .replaceAll('066EFF303435554157104527', bench.ready.stlink.serial)
      .replace('# first_contact:', 'first_contact:'),
  );
}, BOOT_MS);

afterAll(async () => {
  await Promise.all([guest?.stop(), bench?.stop()]);
});

const hil = (words: string) => guest.run(`node dist/cli/main.js ${words} --rig ${rig}`, { withinMs: COMMAND_MS });

test(
  'hil doctor finds nothing to do',
  async () => {
    const { code, stdout, stderr } = await hil('doctor');
    expect({ code, said: code === 0 ? '' : `${stdout}\n${stderr}` }).toEqual({ code: 0, said: '' });
    const { serial } = bench.ready.stlink;
    expect(stdout).toContain(`ST-Link ${serial}, V2J37M27, 0483:374B`);
    expect(stdout).toContain(
      `usb-STMicroelectronics_STM32_STLink_${serial}-if02 (now /dev/ttyACM0): there, permitted, free`,
    );
    expect(stdout).toContain('STM32G070RB: DEV_ID 0x0460');
    expect(stdout).toMatch(/1 board: \d+ ok, 0 attention, 0 failed/);
  },
  LIMIT_MS,
);
