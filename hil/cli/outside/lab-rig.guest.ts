import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chipNamed } from '../../chip/lookup.ts';
import type { RunReport } from '../../report/write-reports.ts';
import { packageRoot } from '../../rig/paths.ts';
import { bootGuest, type Guest } from '../../virtual/interop/guest.ts';
import { attach, keepAttached } from '../../virtual/interop/guest-usb.ts';
import { type Bench, startBench } from '../../virtual/interop/judges.ts';
import { startUsbBench, type UsbBench } from '../../virtual/interop/usb-bench.ts';

/**
 * `rigs/lab.example.yaml` as a user copies it, with the serials of virtual Nucleos that a Linux has on its USB: the path of a real bench, over
 * libusb, the by-id tty and, on the second board, npm `usb` with `usb: auto`. HIL_GUEST_SUITES names the suites; Node needs fifty times as long
 * in a guest without an accelerator, so that jump, write-erase and go take half an hour.
 */
const SUITES = process.env.HIL_GUEST_SUITES ?? 'jump';
const BOOT_MS = 300_000;
const LIMIT_MS = 400_000;
const RUN_MS = 3_000_000;
const SERIAL = '066EFF303435554157104527';

let bench: Bench;
let usb: UsbBench;
let guest: Guest;
let rig: string;

beforeAll(async () => {
  [bench, usb, guest] = await Promise.all([startBench(), startUsbBench(chipNamed('STM32G0B1RE')), bootGuest()]);
  await attach(guest, bench.ready.stlink.usbip);
  await attach(guest, usb.ready.stlink.usbip);
  await usb.control({ op: 'usb', plugged: true });
  await keepAttached(guest, usb.usbip);
  const example = readFileSync(join(packageRoot(), 'rigs/lab.example.yaml'), 'utf8');
  const board = /^ {2}- name: [\s\S]*?(?=\n# A planned test)/m
    .exec(example)?.[0]
    .replace('# first_contact:', 'first_contact:') as string;
  const second = board
    .replace('bench-g070', 'bench-g0b1')
    .replace('STM32G070RB', 'STM32G0B1RE')
    .replace(/(ports: \{ usart: \S+)/, '$1, usb: auto')
    .replaceAll(SERIAL, usb.ready.stlink.serial);
  rig = join(guest.work, 'lab.yaml');
  writeFileSync(rig, `boards:\n${board.replaceAll(SERIAL, bench.ready.stlink.serial)}\n${second}`);
}, BOOT_MS);

afterAll(async () => {
  await Promise.all([guest?.stop(), bench?.stop(), usb?.stop()]);
});

/** Without a compiler in V8: what it makes would be translated again. */
const hil = (words: string, withinMs: number) =>
  guest.run(`NODE_OPTIONS=--jitless node dist/cli/main.js ${words} --rig ${rig}`, { withinMs });

test(
  'hil doctor finds nothing to mend, and warns of the board that is empty',
  async () => {
    const { code, stdout, stderr } = await hil('doctor', LIMIT_MS);
    expect({ code, said: code === 0 ? '' : `${stdout}\n${stderr}` }).toEqual({ code: 0, said: '' });
    const { serial } = bench.ready.stlink;
    expect(stdout).toContain(`ST-Link ${serial}, V2J37M27, 0483:374B`);
    expect(stdout).toContain(
      `usb-STMicroelectronics_STM32_STLink_${serial}-if02 (now /dev/ttyACM0): there, permitted, free`,
    );
    expect(stdout).toContain('STM32G070RB: DEV_ID 0x0460');
    expect(stdout).toContain('STM32G0B1RE: DEV_ID 0x0467');
    expect(stdout).toMatch(/2 boards: \d+ ok, 1 attention, 0 failed/);
  },
  2 * LIMIT_MS,
);

test(
  "suites pass on the board that has both of the ROM's ports",
  async () => {
    const reports = join(guest.work, 'reports');
    const { code, stdout, stderr } = await hil(
      `run --board bench-g0b1 --suite ${SUITES} --patience 10 --reports ${reports}`,
      RUN_MS,
    );
    expect({ code, said: code === 0 ? '' : `${stdout}\n${stderr}` }).toEqual({ code: 0, said: '' });
    const report = JSON.parse(readFileSync(join(reports, 'run.json'), 'utf8')) as RunReport;
    expect(report.outcome.exitCode).toBe(0);
    expect(stdout).toContain('met on USB');
  },
  RUN_MS + LIMIT_MS,
);
