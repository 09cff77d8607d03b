import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bootGuest, type Guest } from './guest.ts';
import { type AttachedDevice, attach, untilGone } from './guest-usb.ts';
import { type Bench, COUNTDOWN, startBench } from './judges.ts';

/**
 * A virtual Nucleo on a real kernel's USB: Linux's own drivers and udev, stock OpenOCD over libusb, stock stm32flash at its default 8E1 on the
 * tty. One guest for all; the tests build upon each other.
 */
let bench: Bench;
let guest: Guest;
let device: AttachedDevice;

const BOOT_MS = 300_000;
const LIMIT_MS = 180_000;
const COMMAND_MS = 120_000;
const IMAGE_BYTES = 6_000;

const serial = (): string => bench.ready.stlink.serial;
const tty = (): string => `/dev/serial/by-id/usb-STMicroelectronics_STM32_STLink_${serial()}-if02`;

beforeAll(async () => {
  [bench, guest] = await Promise.all([startBench(), bootGuest()]);
  device = await attach(guest, bench.ready.stlink.usbip);
}, BOOT_MS);

afterAll(async () => {
  await Promise.all([guest?.stop(), bench?.stop()]);
});

/** A program that runs, and after it bytes that only an exact transfer keeps. */
function image(seed: number): string {
  const path = join(guest.work, `image-${seed}.bin`);
  const bytes = Buffer.alloc(IMAGE_BYTES);
  bytes.set(COUNTDOWN);
  for (let i = COUNTDOWN.length; i < IMAGE_BYTES; i++) bytes[i] = (i * 31 + seed) & 0xff;
  writeFileSync(path, bytes);
  return path;
}

/** Stock OpenOCD with a stock configuration; what it says goes to standard error. */
async function openocd(config: 'stlink' | 'stlink-dap', ...commands: readonly string[]): Promise<string> {
  const result = await guest.run(
    [
      `openocd -f interface/${config}.cfg -c 'adapter serial ${serial()}' -f target/stm32g0x.cfg`,
      `-c 'gdb_port disabled' -c 'tcl_port disabled' -c 'telnet_port disabled'`,
      ...['init', ...commands, 'shutdown'].map((command) => `-c '${command}'`),
    ].join(' '),
    { withinMs: COMMAND_MS },
  );
  if (result.code !== 0) throw new Error(`OpenOCD ended with ${result.code}:\n${result.stderr}`);
  return result.stderr;
}

test(
  'the kernel binds its serial driver, and udev names the tty after the probe',
  async () => {
    const facts = await guest.must(`cd /sys/bus/usb/devices/${device.path}
cat idVendor idProduct manufacturer product serial bNumInterfaces bDeviceClass
for i in 0 1 2 3; do echo "$i $(cat *:1.$i/bInterfaceClass) $(basename "$(readlink *:1.$i/driver)")"; done
readlink -f ${tty()}`);
    expect(facts.split('\n').map((line) => line.trim())).toEqual([
      ...['0483', '374b', 'STMicroelectronics', 'STM32 STLink', serial(), '4', 'ef'],
      ...['0 ff ', '1 08 ', '2 02 cdc_acm', '3 0a cdc_acm'].map((line) => line.trim()),
      ...['/dev/ttyACM0', ''],
    ]);
  },
  LIMIT_MS,
);

test.each([['stlink'], ['stlink-dap']] as const)(
  'OpenOCD with interface/%s.cfg programs the flash and verifies it',
  async (config) => {
    const said = await openocd(config, `program ${image(config.length)} 0x08000000 verify reset`);
    expect(said).toContain('STLINK V2J37M27 (API v2) VID:PID 0483:374B');
    expect(said).toMatch(/Target voltage: 3\.29|Target voltage: 3\.30/);
    expect(said).toContain('** Programming Finished **');
    expect(said).toContain('** Verified OK **');
    const back = join(guest.work, 'back.bin');
    await openocd(config, `dump_image ${back} 0x08000000 ${IMAGE_BYTES}`);
    expect(readFileSync(back).equals(readFileSync(image(config.length)))).toBe(true);
  },
  LIMIT_MS,
);

test(
  'OpenOCD refuses a probe with another serial number',
  async () => {
    const { code, stderr } = await guest.run(
      `openocd -f interface/stlink.cfg -c 'adapter serial 066EFF303435554157104527' -f target/stm32g0x.cfg -c init`,
      { withinMs: COMMAND_MS },
    );
    expect(stderr).toMatch(/open failed/);
    expect(code).not.toBe(0);
  },
  LIMIT_MS,
);

test(
  'stm32flash with its default 8E1 writes through the ROM on the tty, verifies, and starts the program',
  async () => {
    // An empty flash leads to the ROM at the next power-on (AN2606, pattern 11).
    await openocd('stlink', 'halt', 'stm32l4x mass_erase 0');
    await bench.control({ op: 'power', on: false });
    await bench.control({ op: 'power', on: true });
    const path = image(8);
    const said = await guest.must(`stm32flash -w ${path} -v -g 0x08000000 ${tty()}`, { withinMs: COMMAND_MS });
    expect(said).toContain('Interface serial_posix: 57600 8E1');
    expect(said).toMatch(/Device ID\s+: 0x0460/);
    expect(said).toMatch(/Wrote and verified address 0x[0-9a-f]+ \(100\.00%\) Done\./);
    expect(said).toContain('Starting execution at address 0x08000000... done.');
    const back = join(guest.work, 'flashed.bin');
    // Halted where the program stays once it has counted.
    expect(await openocd('stlink', 'halt', `dump_image ${back} 0x08000000 ${IMAGE_BYTES}`)).toContain('pc: 0x08000012');
    expect(readFileSync(back).equals(readFileSync(path))).toBe(true);
  },
  LIMIT_MS,
);

test(
  'a pulled plug takes tty and probe away; plugged again, both are back',
  async () => {
    await bench.control({ op: 'power', on: false, scope: 'usb-port' });
    await untilGone(guest, device);
    expect((await guest.run(`test -e ${tty()}`)).code).toBe(1);
    await bench.control({ op: 'power', on: true, scope: 'usb-port' });
    device = await attach(guest, bench.ready.stlink.usbip);
    expect((await guest.run(`test -c ${tty()}`)).code).toBe(0);
    expect(await openocd('stlink', 'halt')).toContain('Cortex-M0+ r0p1 processor detected');
  },
  LIMIT_MS,
);
