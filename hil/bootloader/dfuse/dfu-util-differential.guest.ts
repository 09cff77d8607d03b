import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Chip, endOf } from '../../chip/chip.ts';
import { chipNamed } from '../../chip/lookup.ts';
import { openProbe } from '../../probe/probe.ts';
import { openUsbBus } from '../../transport/usb/open-usb-bus.ts';
import { bootGuest, type Guest } from '../../virtual/interop/guest.ts';
import { attach, untilGone } from '../../virtual/interop/guest-usb.ts';
import { repository } from '../../virtual/interop/judges.ts';
import { startUsbBench, type UsbBench } from '../../virtual/interop/usb-bench.ts';
import { type Exchange, unmatched } from '../exchange.ts';
import { intoDfuExchanges } from './dfu-exchanges.ts';
import { type DfuseSession, openDfuse } from './session.ts';
import { startUsbIpTap, type UsbIpTap } from './usbip-tap.ts';

/** For the same operation on the same board our session says on USB what dfu-util 0.11 says, but for the differences listed with reasons. */

/** One of each generation of the ROM's USB that says something else. */
const PARTS = ['STM32G0B1RE', 'STM32F411RE'] as const;
const permissions = { erase: 'mass', write_protection: false, option_bytes: false, rdp1: false } as const;

const entrySchema = z.strictObject({
  id: z.string(),
  operations: z.array(z.enum(['read', 'write', 'erase-all', 'leave'])),
  side: z.enum(['dfu-util', 'ours', 'moved']),
  requests: z.array(z.string()),
  /** First parameter, e.g. an address in eight digits, where that narrows the entry; `rom id` is where the part has its ROM ID. */
  parameter: z.string().optional(),
  /** Without it: every part. */
  parts: z.array(z.enum(PARTS)).optional(),
  reason: z.string().min(20),
});
type Operation = z.infer<typeof entrySchema>['operations'][number];
const listPath = join(repository, 'fixtures/wire/dfu-util-differences.yaml');
const entries = z.array(entrySchema).parse(existsSync(listPath) ? parse(readFileSync(listPath, 'utf8')) : []);
const used = new Set<string>();

let guest: Guest;
beforeAll(async () => {
  guest = await bootGuest();
}, 200_000);
afterAll(() => guest?.stop());

describe.each(PARTS)('%s', (part) => {
  const chip = chipNamed(part);
  const { base } = chip.flash;
  const image = startableImage(chip);
  const wTransferSize = chip.rom.usb?.wTransferSize as number;
  let board: UsbBench;
  let tap: UsbIpTap;
  beforeAll(async () => {
    board = await startUsbBench(chip);
    tap = await startUsbIpTap(board.usbip);
  }, 30_000);
  afterAll(async () => {
    tap?.close();
    await board?.stop();
  });
  afterEach(() => board.plug(false), 60_000);

  /** The ROM on USB, its flash erased. */
  async function freshRom(): Promise<void> {
    const { stlink } = board.ready;
    const address = { kind: 'tcp', port: stlink.port, serial: stlink.serial } as const;
    const probe = await openProbe({ chip, board: 'usb', permissions, address });
    await probe.flashMassErase();
    await probe.close();
    await board.intoRom();
    await board.plug(true);
  }

  async function dfuUtil(args: string): Promise<readonly Exchange[]> {
    await freshRom();
    const device = await attach(guest, { port: tap.port, busid: board.usbip.busid });
    tap.takeTransfers();
    const { stdout } = await guest.run(`dfu-util -d 0483:df11 -a 0 ${args} 2>&1`, { withinMs: 120_000 });
    expect(stdout).not.toMatch(/LIBUSB_ERROR|is not/);
    const transfers = tap.takeTransfers();
    await board.plug(false);
    await untilGone(guest, device);
    return intoDfuExchanges(transfers, wTransferSize);
  }

  async function ours(work: (session: DfuseSession) => Promise<unknown>): Promise<readonly Exchange[]> {
    await freshRom();
    tap.takeTransfers();
    const bus = openUsbBus(`usbip://127.0.0.1:${tap.port}/${board.usbip.busid}`);
    try {
      const [port] = await bus.list();
      if (port === undefined) throw new Error('no device behind the tap');
      const session = await openDfuse(port, { chip, board: 'usb', permissions, bus });
      await work(session);
      const transfers = tap.takeTransfers();
      session.close();
      await port.close();
      return intoDfuExchanges(transfers, wTransferSize);
    } finally {
      await bus.close();
    }
  }

  function unexplained(
    operation: Operation,
    theirs: readonly Exchange[],
    mine: readonly Exchange[],
  ): readonly string[] {
    const only = unmatched(theirs, mine);
    const explain = (side: 'dfu-util' | 'ours' | 'moved', { name, text, parameters }: Exchange): readonly string[] => {
      const entry = entries.find(
        (candidate) =>
          candidate.side === side &&
          candidate.operations.includes(operation) &&
          candidate.requests.includes(name) &&
          (candidate.parameter === undefined || parameters[0] === placeOf(candidate.parameter)) &&
          (candidate.parts === undefined || candidate.parts.includes(part)),
      );
      if (entry === undefined) return [`${side}: ${text.slice(0, 100)}`];
      used.add(`${entry.id} in ${operation}`);
      return [];
    };
    const rest = [...only.right];
    const problems: string[] = [];
    for (const exchange of only.left) {
      const twin = rest.findIndex(({ text }) => text === exchange.text);
      if (twin >= 0) rest.splice(twin, 1);
      problems.push(...explain(twin >= 0 ? 'moved' : 'dfu-util', exchange));
    }
    return [...problems, ...rest.flatMap((exchange) => explain('ours', exchange))];
  }

  const placeOf = (parameter: string): string =>
    parameter === 'rom id' ? chip.rom.idAddress.toString(16).padStart(8, '0') : parameter;

  const file = (): string => {
    const path = join(guest.work, 'image.bin');
    writeFileSync(path, image);
    return path;
  };
  const at = `0x${base.toString(16).padStart(8, '0')}`;
  const segments = [{ address: base, bytes: image }];

  async function compare(
    operation: Operation,
    args: () => string,
    ourWay: (session: DfuseSession) => Promise<unknown>,
  ): Promise<void> {
    const theirs = await dfuUtil(args());
    const mine = await ours(ourWay);
    expect(theirs.length).toBeGreaterThan(1);
    expect(mine.length).toBeGreaterThan(1);
    expect(unexplained(operation, theirs, mine)).toEqual([]);
  }

  test('read', async () => {
    const into = join(guest.work, `read-${part}`);
    await compare(
      'read',
      () => `-s ${at}:5000 -U ${into}`,
      (session) => session.readMemory(base, 5000),
    );
  }, 240_000);

  test('erase and write', async () => {
    await compare(
      'write',
      () => `-s ${at} -D ${file()}`,
      (session) => session.eraseAndWrite(segments),
    );
  }, 240_000);

  test('erase of everything', async () => {
    const blank = join(guest.work, 'blank.bin');
    writeFileSync(blank, Buffer.alloc(64, chip.flash.erasedByte));
    await compare(
      'erase-all',
      () => `-s ${at}:mass-erase:force -D ${blank}`,
      (session) => session.massErase(),
    );
  }, 240_000);

  test('write and leave', async () => {
    await compare(
      'leave',
      () => `-s ${at}:leave -D ${file()}`,
      async (session) => {
        await session.eraseAndWrite(segments);
        await session.go(base);
      },
    );
  }, 240_000);
});

test('every listed difference has occurred', () => {
  const listed = entries.flatMap(({ id, operations }) => operations.map((operation) => `${id} in ${operation}`));
  expect(listed.filter((name) => !used.has(name))).toEqual([]);
});

/** A startable table and noise, 5000 bytes: three blocks and more of any ROM, the last one short. */
function startableImage(chip: Chip): Buffer {
  const image = Buffer.from(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
  image.writeUInt32LE(endOf(chip.sram) - 256, 0);
  image.writeUInt32LE(chip.flash.base + 0x101, 4);
  // b .
  image.writeUInt16LE(0xe7fe, 0x100);
  return image;
}
