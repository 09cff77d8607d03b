import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Chip, endOf, pageAt, type RomUsb } from '../../chip/chip.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { openProbe, type Probe } from '../../probe/probe.ts';
import { deadline } from '../../trace/deadline.ts';
import { until } from '../../trace/wait.ts';
import { bootGuest, type Guest } from '../../virtual/interop/guest.ts';
import { type AttachedDevice, attach, untilGone } from '../../virtual/interop/guest-usb.ts';
import { startUsbBench, type UsbBench } from '../../virtual/interop/usb-bench.ts';
import { parseDfuUtilList } from './dfu-util-output.ts';

/** dfu-util 0.11 on a real kernel judges the virtual ROM: what it lists, writes, reads back and erases, and that the application runs. */

const PARTS = ['STM32G0B1RE', 'STM32C071RB', 'STM32L476RG', 'STM32F411RE'] as const;
/** One of each peripheral does it all; the others are listed, written and left. */
const ALL_OF_IT: readonly string[] = ['STM32G0B1RE', 'STM32F411RE'];
const permissions = { erase: 'mass', write_protection: false, option_bytes: false, rdp1: false } as const;
const DFU = 'dfu-util -d 0483:df11';
/**
 * How dfu-util ends after `:leave`. The ROM of a G0B1 is off the bus before it has answered the last GETSTATUS, and dfu-util 0.11 takes
 * that for an error (output of a G0B1 board; rom-dfu-leave-unanswered in hil/chip/rom/usb.ts).
 */
const LEAVES: Readonly<Record<(typeof PARTS)[number], { readonly code: number; readonly says: string }>> = {
  STM32G0B1RE: { code: 74, says: 'dfu-util: Error during download get_status' },
  STM32C071RB: { code: 0, says: 'Transitioning to dfuMANIFEST state' },
  STM32L476RG: { code: 0, says: 'Transitioning to dfuMANIFEST state' },
  STM32F411RE: { code: 0, says: 'Transitioning to dfuMANIFEST state' },
};
/** A mass erase of a part whose sectors take seconds. */
const LONG_MS = 120_000;

let guest: Guest;
beforeAll(async () => {
  guest = await bootGuest();
}, 200_000);
afterAll(() => guest?.stop());

describe.each(PARTS)('%s', (part) => {
  const chip = chipNamed(part);
  const usb = chip.rom.usb as RomUsb;
  const { base } = chip.flash;
  let board: UsbBench;
  let device: AttachedDevice;
  beforeAll(async () => {
    board = await startUsbBench(chip);
  }, 30_000);
  afterAll(() => board?.stop());

  afterEach(async () => {
    await board.plug(false);
    await untilGone(guest, device);
  }, 60_000);

  /** The ROM on USB, its flash erased but for what is given. */
  async function enterRom(content?: { readonly address: number; readonly bytes: Uint8Array }): Promise<void> {
    await withProbe(async (probe) => {
      await probe.flashMassErase();
      if (content !== undefined) await probe.flashProgram({ name: 'content', segments: [content], symbols: new Map() });
    });
    await board.intoRom();
    await board.plug(true);
    device = await attach(guest, board.usbip);
  }

  async function withProbe<T>(work: (probe: Probe) => Promise<T>): Promise<T> {
    const { stlink } = board.ready;
    const address = { kind: 'tcp', port: stlink.port, serial: stlink.serial } as const;
    const probe = await openProbe({ chip, board: 'usb', permissions, address });
    try {
      return await work(probe);
    } finally {
      await probe.close();
    }
  }

  const dfuUtil = (args: string, withinMs = 60_000): Promise<string> => guest.must(`${DFU} ${args} 2>&1`, { withinMs });
  const hex = (address: number): string => `0x${address.toString(16).padStart(8, '0')}`;
  const inWork = (name: string): string => join(guest.work, `${part}-${name}`);

  test('is listed with the strings, versions and alternate settings that its facts tell', async () => {
    await enterRom();
    const serial = usb.serial === 'unique-id' ? await uniqueIdSerial() : usb.serial;
    expect(parseDfuUtilList(await dfuUtil('-l'))).toEqual(
      usb.alternates.map((name, alternate) => ({
        vendorId: 0x0483,
        productId: 0xdf11,
        bcdDevice: usb.bcdDevice,
        address: device.address,
        path: device.path,
        alternate,
        name,
        serial,
        isRuntime: false,
      })),
    );
  }, 120_000);

  test('takes an image, gives it back byte by byte, and starts it', async () => {
    await enterRom();
    const image = startableImage(chip);
    const file = inWork('image.bin');
    writeFileSync(file, image);
    expect(await dfuUtil(`-a 0 -s ${hex(base)} -D ${file}`)).toContain('File downloaded successfully');
    await dfuUtil(`-a 0 -s ${hex(base)}:${image.length} -U ${inWork('back.bin')}`);
    expect(readFileSync(inWork('back.bin')).equals(image)).toBe(true);
    const { code, stdout } = await guest.run(`${DFU} -a 0 -s ${hex(base)}:leave -D ${file} 2>&1`, {
      withinMs: LONG_MS,
    });
    expect(stdout).toContain('File downloaded successfully');
    expect({ code, says: stdout.trim().split('\n').at(-1) }).toEqual(LEAVES[part]);
    await untilGone(guest, device);
    const flash = await withProbe(async (probe) => {
      await until(deadline('start of the application', 20_000), 'mark of the application', async (note) => {
        const [mark = 0] = await probe.readWords([endOf(chip.sram) - MARK_BELOW_END]);
        note(hex(mark));
        return mark === MARK;
      });
      return Buffer.from(await probe.readBytes(base, image.length));
    });
    expect(flash.equals(image)).toBe(true);
  }, 240_000);

  if (ALL_OF_IT.includes(part)) {
    test('reads what the debug interface has put there', async () => {
      // Not into the first page: an empty flash is what leads some parts into the ROM.
      const address = pageAt(chip, 1)?.base as number;
      const bytes = randomBytes(3000);
      await enterRom({ address, bytes });
      await dfuUtil(`-a 0 -s ${hex(address)}:${bytes.length} -U ${inWork('up.bin')}`);
      expect(readFileSync(inWork('up.bin')).equals(bytes)).toBe(true);
    }, 120_000);

    test('a mass erase leaves nothing', async () => {
      const address = base + chip.flash.size - 64;
      await enterRom({ address, bytes: randomBytes(64) });
      writeFileSync(inWork('empty.bin'), Buffer.alloc(64, chip.flash.erasedByte));
      const said = await dfuUtil(`-a 0 -s ${hex(base)}:mass-erase:force -D ${inWork('empty.bin')}`, LONG_MS);
      expect(said).toContain('File downloaded successfully');
      const left = await withProbe((probe) => probe.readBytes(address, 64));
      expect(left.every((byte) => byte === chip.flash.erasedByte)).toBe(true);
    }, 240_000);

    test('refuses an address that dfu-util was forced to send, and goes on after it', async () => {
      const bytes = randomBytes(64);
      const address = pageAt(chip, 1)?.base as number;
      await enterRom({ address, bytes });
      const unforced = await guest.run(`${DFU} -a 0 -s 0x30000000:64 -U ${inWork('no.bin')} 2>&1`);
      expect(unforced.code).not.toBe(0);
      expect(unforced.stdout).toContain('not readable');
      const forced = await guest.run(`${DFU} -a 0 -s 0x30000000:64:force -U ${inWork('forced.bin')} 2>&1`);
      expect(forced.code).not.toBe(0);
      expect(forced.stdout).toContain('SET_ADDRESS');
      await dfuUtil(`-a 0 -s ${hex(address)}:64 -U ${inWork('yes.bin')}`);
      expect(readFileSync(inWork('yes.bin')).equals(bytes)).toBe(true);
    }, 120_000);
  }

  /** hex8(UID0 + UID2), hex4(UID1 >> 16): the formula that reported serial numbers follow. */
  async function uniqueIdSerial(): Promise<string> {
    const { uniqueId } = chip.identity;
    const offsets = uniqueId.words ?? [0, 4, 8];
    const words = await withProbe((probe) => probe.readWords(offsets.map((offset) => uniqueId.base + offset)));
    const [first = 0, second = 0, third = 0] = words;
    const text = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
    return `${text((first + third) >>> 0, 8)}${text(second >>> 16, 4)}`;
  }
});

const MARK = 0x600d_c0de;
const MARK_BELOW_END = 64;

/** A program that leaves its mark in RAM and stays, and behind it noise with a block of erased bytes: 5000 bytes, three blocks of any ROM. */
function startableImage(chip: Chip): Buffer {
  const image = Buffer.from(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
  image.fill(chip.flash.erasedByte, 2048, 3000);
  const words = [
    [0, endOf(chip.sram) - 256],
    [4, chip.flash.base + 0x101],
    // ldr r0, [pc, #4]; ldr r1, [pc, #8]; str r1, [r0]; b .
    [0x100, 0x4902_4801],
    [0x104, 0xe7fe_6001],
    [0x108, endOf(chip.sram) - MARK_BELOW_END],
    [0x10c, MARK],
  ] as const;
  for (const [offset, word] of words) image.writeUInt32LE(word, offset);
  return image;
}
