import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Chip, endOf, type Page, pageAt, pageCount, type RomUsb } from '../../chip/chip.ts';
import { chipNamed } from '../../chip/lookup.ts';
import type { Permissions } from '../../guard/access.ts';
import { openProbe, type Probe } from '../../probe/probe.ts';
import { openUsbBus } from '../../transport/usb/open-usb-bus.ts';
import type { UsbBus } from '../../transport/usb/usb-port.ts';
import { startUsbBench, type UsbBench } from '../../virtual/interop/usb-bench.ts';
import { untilRom } from './dfu-runtime.ts';
import { type DfuseOptions, type DfuseSession, openDfuse } from './session.ts';

/** The session over our own USB/IP client against the stand-in ROM on the virtual peripheral of each part. No kernel takes part. */

const PARTS = ['STM32G0B1RE', 'STM32C071RB', 'STM32F042K6', 'STM32L073RZ', 'STM32L476RG', 'STM32F411RE'];
const permissions: Permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true };
/** Boards share two cores with whatever else a machine runs. */
const LONG_MS = 120_000;

describe.each(PARTS)('%s', (part) => {
  const chip = chipNamed(part);
  const usb = chip.rom.usb as RomUsb;
  let board: UsbBench;
  let bus: UsbBus;
  let session: DfuseSession | undefined;

  beforeAll(async () => {
    board = await startUsbBench(chip);
    bus = openUsbBus(`usbip://${board.usbip.host}:${board.usbip.port}/${board.usbip.busid}`);
  }, LONG_MS);
  afterEach(async () => {
    session?.close();
    await bus.close();
  });
  afterAll(() => board?.stop());

  const withProbe = async <T>(work: (probe: Probe) => Promise<T>): Promise<T> => {
    const { stlink } = board.ready;
    const probe = await openProbe({ chip, board: 'usb', permissions, address: { kind: 'tcp', ...stlink } });
    try {
      return await work(probe);
    } finally {
      await probe.close();
    }
  };

  /** Blank, in its ROM, plugged in. Returns the unique ID as the probe reads it. */
  async function intoRom(): Promise<string> {
    const uniqueId = await withProbe(async (probe) => {
      await probe.flashMassErase();
      return (await probe.identity()).uniqueId;
    });
    await board.intoRom();
    await board.plug(true);
    return uniqueId;
  }

  async function meet(some: Partial<DfuseOptions> = {}): Promise<DfuseSession> {
    const port = await untilRom({ bus, ms: LONG_MS });
    session = await openDfuse(port, { chip, board: part, permissions, bus, ...some });
    return session;
  }

  test(
    'is met as the ROM of this very chip',
    async () => {
      const uniqueId = await intoRom();
      const { id } = await meet({ uniqueId });
      expect(id).toMatchObject({ bcdDevice: usb.bcdDevice, wTransferSize: usb.wTransferSize, product: usb.product });
      expect(id.alternates.map(({ name }) => name)).toEqual(usb.alternates);
      expect(id.commands.slice(0, 3)).toEqual([0x00, 0x21, 0x41]);
    },
    LONG_MS,
  );

  test(
    'erases, writes, reads back, and starts what was written; the probe agrees',
    async () => {
      await intoRom();
      const image = startable(chip, 5000);
      const { eraseAndWrite, go } = await meet();
      await eraseAndWrite([{ address: chip.flash.base, bytes: image }]);
      await go(chip.flash.base);
      expect(session?.ended).toContain('started');
      const { flash, sight } = await withProbe(async (probe) => ({
        sight: await probe.inspect(),
        flash: await probe.readBytes(chip.flash.base, image.length),
      }));
      expect(Buffer.from(flash).equals(Buffer.from(image))).toBe(true);
      expect(sight).toMatchObject({ where: 'flash' });
    },
    LONG_MS,
  );

  test(
    'pages of any length at any place, the last one too; what stands beside stays',
    async () => {
      await intoRom();
      const meeting = await meet();
      const last = pageAt(chip, pageCount(chip) - 1) as Page;
      const bytes = Uint8Array.from({ length: 101 }, (_, i) => (i * 5 + 1) & 0xff);
      await meeting.erasePages([last.index]);
      await meeting.writeMemory(endOf(last) - 104, bytes.subarray(0, 96));
      expect(await meeting.readMemory(endOf(last) - 104, 96)).toEqual(bytes.subarray(0, 96));
      await meeting.erasePages([last.index]);
      expect(
        (await meeting.readMemory(last.base, last.size > 2048 ? 2048 : last.size)).every(
          (byte) => byte === chip.flash.erasedByte,
        ),
      ).toBe(true);
    },
    LONG_MS,
  );

  test(
    'refuses memory that is not there, says so in words, and goes on',
    async () => {
      await intoRom();
      const meeting = await meet();
      await expect(meeting.readMemory(0x3000_0000, 16)).rejects.toMatchObject({
        code: 325,
        context: { state: 'dfuERROR' },
      });
      expect(await meeting.readMemory(chip.flash.base, 4)).toEqual(new Uint8Array(4).fill(chip.flash.erasedByte));
    },
    LONG_MS,
  );

  test(
    'a cable pulled in the middle of a download: told, and the next session starts anew',
    async () => {
      await intoRom();
      const bytes = new Uint8Array(8192).fill(0x5a);
      let pulled: Promise<unknown> | undefined;
      const first = await meet({
        onProgress: ({ phase }) => {
          if (phase === 'write') pulled ??= board.control({ op: 'usb', plugged: false });
        },
      });
      await expect(first.eraseAndWrite([{ address: chip.flash.base, bytes }])).rejects.toMatchObject({ code: 252 });
      await pulled;
      await expect(first.massErase()).rejects.toMatchObject({ code: 310 });
      await board.plug(true);
      const second = await meet();
      await second.eraseAndWrite([{ address: chip.flash.base, bytes }]);
      expect(await second.readMemory(chip.flash.base, 4)).toEqual(bytes.subarray(0, 4));
    },
    LONG_MS,
  );

  test(
    'a session that was dropped in the middle of an upload is taken over',
    async () => {
      await intoRom();
      const first = await meet();
      await first.readMemory(chip.flash.base, usb.wTransferSize);
      await bus.close();
      const second = await meet();
      expect(second.id.first.state).toBe('dfuUPLOAD-IDLE');
      expect(await second.readMemory(chip.flash.base, 4)).toEqual(new Uint8Array(4).fill(chip.flash.erasedByte));
    },
    LONG_MS,
  );
});

test(
  'N23: an L476 spoils the tail of a long write that is no multiple of 8; filled up it holds',
  async () => {
    const chip = chipNamed('STM32L476RG');
    const board = await startUsbBench(chip);
    const bus = openUsbBus(`usbip://${board.usbip.host}:${board.usbip.port}`);
    try {
      await board.intoRom();
      await board.plug(true);
      const port = await untilRom({ bus, ms: LONG_MS });
      const session = await openDfuse(port, { chip, board: 'l476', permissions, bus });
      const bytes = Uint8Array.from({ length: 260 }, (_, i) => (i + 1) & 0xff);
      await session.erasePages([4, 5]);
      const at = (page: number): number => (pageAt(chip, page) as Page).base;
      await session.writeMemory(at(4), bytes);
      await expect(session.writeMemory(at(5), bytes, { knownDefects: 'ignore' })).rejects.toMatchObject({ code: 307 });
    } finally {
      await bus.close();
      await board.stop();
    }
  },
  LONG_MS,
);

/** A vector table, a loop that stays in flash, and noise behind with erased bytes in between. */
function startable(chip: Chip, length: number): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
  bytes.fill(chip.flash.erasedByte, 2048, 3200);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, endOf(chip.sram), true);
  view.setUint32(4, chip.flash.base + 0x200 + 1, true);
  // b .
  view.setUint16(0x200, 0xe7fe, true);
  return bytes;
}
