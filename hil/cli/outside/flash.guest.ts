import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chipNamed } from '../../chip/lookup.ts';
import { toBin } from '../../image/binary.ts';
import { readElf } from '../../image/elf.ts';
import { openProbe } from '../../probe/probe.ts';
import { packageRoot } from '../../rig/paths.ts';
import { bootGuest, type Guest } from '../../virtual/interop/guest.ts';
import { keepAttached, type Socket } from '../../virtual/interop/guest-usb.ts';
import { startUsbBench, type UsbBench } from '../../virtual/interop/usb-bench.ts';

/**
 * From a running application into the ROM and back on a real kernel's USB, by dfu-util 0.11 and by `hil flash` over npm `usb`. The board's
 * cable is in a socket all the time; what is on the bus there is up to the board.
 */
const PARTS = ['STM32G0B1RE', 'STM32F411RE'] as const;
const permissions = { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false } as const;
/** Of firmware/handover/usb/descriptors.c. */
const APPLICATION = '1209:0001';
const ROM = '0483:df11';
/** Node in a guest without an accelerator needs fifty times as long as elsewhere. */
const LIMIT_MS = 400_000;
const COMMAND_MS = 180_000;

let guest: Guest;
beforeAll(async () => {
  guest = await bootGuest();
}, 200_000);
afterAll(() => guest?.stop());

describe.each(PARTS)('%s', (part) => {
  const chip = chipNamed(part);
  const elf = join(packageRoot(), `build/firmware/usb-app/${part.toLowerCase()}.elf`);
  let board: UsbBench;
  let socket: Socket;
  beforeAll(async () => {
    board = await startUsbBench(chip);
    await startApplication();
    await board.plug(true);
    socket = await keepAttached(guest, board.usbip);
  }, 120_000);
  afterAll(async () => {
    await socket?.stop();
    await board?.stop();
  });

  async function startApplication(): Promise<void> {
    const { port, serial } = board.ready.stlink;
    const probe = await openProbe({ chip, board: 'usb', permissions, address: { kind: 'tcp', port, serial } });
    await probe.flashProgram(readElf('application', readFileSync(elf)));
    await probe.close();
    await board.control({ op: 'power', on: false });
    await board.control({ op: 'power', on: true });
  }

  /** Waits until the guest's kernel has this device, and says which ones it was asked for until then. */
  const untilListed = (ids: string): Promise<string> => {
    const [vendor, product] = ids.split(':');
    return guest.must(
      `# wait for ${ids}
until grep -qs ${product} $(grep -ls ${vendor} /sys/bus/usb/devices/*/idVendor | sed 's/idVendor/idProduct/') /dev/null; do sleep 0.05; done
udevadm settle; dfu-util -l`,
      { withinMs: 60_000 },
    );
  };

  test(
    'dfu-util -e sends the application into the ROM; after :leave it is back',
    async () => {
      expect(await untilListed(APPLICATION)).toContain(`Found Runtime: [${APPLICATION}]`);
      const said = await guest.run(`dfu-util -e -d ${APPLICATION} 2>&1`, { withinMs: COMMAND_MS });
      expect(said.stdout).toContain('Device really in Run-Time Mode');
      expect(said.stdout).toContain('Device will detach and reattach');
      expect(said.code).toBe(0);
      expect(await untilListed(ROM)).toContain(`Found DFU: [${ROM}]`);
      const file = join(guest.work, `${part}.bin`);
      writeFileSync(file, toBin(readElf('application', readFileSync(elf))).bytes);
      const written = await guest.run(`dfu-util -d ${ROM} -a 0 -s 0x08000000:leave -D ${file} 2>&1`, {
        withinMs: COMMAND_MS,
      });
      expect(written.stdout).toContain('File downloaded successfully');
      expect(await untilListed(APPLICATION)).toContain(`Found Runtime: [${APPLICATION}]`);
    },
    LIMIT_MS,
  );

  test(
    'hil flash finds the application, writes it through the ROM, and sees it come back',
    async () => {
      const reports = join(guest.work, `reports-${part}`);
      const { code, stdout, stderr } = await guest.run(
        `NODE_OPTIONS=--jitless node dist/cli/main.js flash ${elf} --via dfu --chip ${part} --wait 30 --reports ${reports}`,
        { withinMs: LIMIT_MS },
      );
      expect({ code, said: code === 0 ? '' : `${stdout}\n${stderr}` }).toEqual({ code: 0, said: '' });
      expect(stdout.match(/^ok .*$/gm)?.length).toBe(6);
      expect(await untilListed(APPLICATION)).toContain(`Found Runtime: [${APPLICATION}]`);
    },
    2 * LIMIT_MS,
  );
});
