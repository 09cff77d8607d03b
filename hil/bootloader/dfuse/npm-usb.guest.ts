import { randomBytes } from 'node:crypto';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { pageAt } from '../../chip/chip.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { bootGuest, type Guest } from '../../virtual/interop/guest.ts';
import { type AttachedDevice, attach, untilGone } from '../../virtual/interop/guest-usb.ts';
import { repository } from '../../virtual/interop/judges.ts';
import { startUsbBench, type UsbBench } from '../../virtual/interop/usb-bench.ts';

/** Our own way to real USB devices (npm `usb` on a real kernel), and the DfuSe session on it, against a virtual board. */

const PART = 'STM32G0B1RE';
const chip = chipNamed(PART);
const WITHIN = { withinMs: 90_000 };

let guest: Guest;
let board: UsbBench;
let device: AttachedDevice;
beforeAll(async () => {
  guest = await bootGuest();
  board = await startUsbBench(chip);
  symlinkSync(join(repository, 'node_modules'), join(guest.work, 'node_modules'));
  await board.intoRom();
  await board.plug(true);
  device = await attach(guest, board.usbip);
}, 240_000);
afterAll(async () => {
  await guest?.stop();
  await board?.stop();
});

/** Runs a program on `bus`, `chip` and `openDfuse` in the guest; what it prints is JSON. */
async function inGuest(name: string, program: string): Promise<unknown> {
  const outfile = join(guest.work, `${name}.mjs`);
  await build({
    stdin: {
      contents: `
        import { readFileSync, writeFileSync } from 'node:fs';
        import { chipNamed } from './hil/chip/lookup.ts';
        import { openDfuse } from './hil/bootloader/dfuse/session.ts';
        import { openUsbBus } from './hil/transport/usb/open-usb-bus.ts';
        const chip = chipNamed('${PART}');
        const permissions = { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false };
        const bus = openUsbBus('usb');
        const rom = async () => (await bus.list()).find(({ productId }) => productId === 0xdf11);
        const say = (value) => console.log(JSON.stringify(value));
        ${program}
        await bus.close();`,
      resolveDir: repository,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'silent',
  });
  return JSON.parse(await guest.must(`node ${outfile}`, WITHIN));
}

test('lists the board with the path and address that the kernel gave it', async () => {
  const listed = await inGuest(
    'list',
    'const { vendorId, productId, bcdDevice, path } = await rom(); say({ vendorId, productId, bcdDevice, path });',
  );
  expect(listed).toEqual({
    vendorId: 0x0483,
    productId: 0xdf11,
    bcdDevice: chip.rom.usb?.bcdDevice,
    path: device.path,
  });
}, 120_000);

test('a session writes through the kernel and reads back what it wrote', async () => {
  const address = pageAt(chip, 1)?.base as number;
  const bytes = randomBytes(3000);
  writeFileSync(join(guest.work, 'noise.bin'), bytes);
  const read = await inGuest(
    'write',
    `const session = await openDfuse(await rom(), { chip, board: 'guest', permissions, bus });
     const bytes = new Uint8Array(readFileSync('${join(guest.work, 'noise.bin')}'));
     await session.eraseAndWrite([{ address: ${address}, bytes }]);
     const back = await session.readMemory(${address}, bytes.length);
     say({ romId: session.id.romId, serial: session.id.serial, back: Buffer.from(back).toString('hex') });
     session.close();`,
  );
  expect(read).toMatchObject({ romId: chip.rom.versions.at(-1)?.id, back: bytes.toString('hex') });
}, 180_000);

test('a cable that is pulled under an open session is told as that, and the board is there again when it is plugged in', async () => {
  const pulled = inGuest(
    'pull',
    `const session = await openDfuse(await rom(), { chip, board: 'guest', permissions, bus });
     let reads = 0;
     let failure;
     while (failure === undefined) {
       await session.readMemory(0x0800_0000, 1024).then(() => { reads += 1; }, (error) => { failure = error; });
       if (reads === 1) writeFileSync('${join(guest.work, 'reading')}', '');
     }
     say({ reads: reads > 0, usb: failure.context?.usb, ended: session.ended !== undefined });`,
  );
  await guest.must(`until [ -e ${guest.work}/reading ]; do sleep 0.1; done`, WITHIN);
  await board.plug(false);
  expect(await pulled).toEqual({ reads: true, usb: 'disconnected', ended: true });
  await untilGone(guest, device);
  expect(await inGuest('gone', 'say({ found: (await rom()) !== undefined });')).toEqual({ found: false });
  await board.plug(true);
  device = await attach(guest, board.usbip);
  expect(await inGuest('again', 'say({ path: (await rom())?.path });')).toEqual({ path: device.path });
}, 240_000);
