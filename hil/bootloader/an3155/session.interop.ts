import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { chipNamed } from '../../chip/lookup.ts';
import { loadImage } from '../../image/load.ts';
import { openProbe } from '../../probe/probe.ts';
import { deadline } from '../../trace/deadline.ts';
import { openSerialLine } from '../../transport/open-serial-line.ts';
import type { LineFormat, SerialLine } from '../../transport/serial-line.ts';
import type { ReadyLine } from '../../virtual/host-types.ts';
import { startBoards } from '../../virtual/main.ts';
import { type BootloaderSession, openBootloader } from './session.ts';
import { askControl } from './virtual-control.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const chip = chipNamed('STM32G070RB');
const permissions = { erase: 'mass', write_protection: true, option_bytes: true, rdp1: true } as const;
const image = loadImage(join(root, 'build/firmware/handover/stm32g070rb.elf'));
const EVEN: LineFormat = { baudRate: 115200, dataBits: 8, parity: 'even', stopBits: 1 };

let boards: Awaited<ReturnType<typeof startBoards>>;
const lines: SerialLine[] = [];

beforeAll(async () => {
  boards = await startBoards(
    ['0xB4', '0xB3'].map((romId) => ({
      name: romId,
      model: 'NUCLEO-G070RB',
      romId: Number(romId),
      romPath: join(root, `build/firmware/rom/stm32g070-${romId}.bin`),
      blank: true,
      seed: 11,
    })),
  );
}, 30_000);
afterAll(() => boards.stop());
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

function ready(romId: string): ReadyLine {
  const found = boards.boards.find(({ board }) => board === romId);
  if (found === undefined) throw new Error(`no board ${romId}`);
  return found;
}

/** A blank chip with factory option bytes, freshly powered: its ROM waits for the first byte. */
async function freshRom(romId: string): Promise<void> {
  const { stlink, control } = ready(romId);
  const probe = await openProbe({ chip, board: romId, permissions, address: { kind: 'tcp', ...stlink } });
  try {
    const factory = Object.fromEntries(chip.optionBytes.words.map((word) => [word.name, word.factory]));
    const found = await probe.readOptionWords();
    if (Object.entries(factory).some(([name, value]) => found[name] !== value)) {
      await probe.writeOptionWords(factory);
      await probe.loadOptionBytes();
    }
    await probe.flashMassErase();
  } finally {
    await probe.close();
  }
  await askControl(control, { op: 'power', on: false });
  await askControl(control, { op: 'power', on: true });
}

async function open(romId: string, format: Partial<LineFormat> = {}): Promise<SerialLine> {
  const uart = ready(romId).uart.find(({ role }) => role === 'both');
  const line = await openSerialLine(uart?.line as string, { ...EVEN, ...format }, deadline('line', 5000));
  lines.push(line);
  return line;
}

const meet = (line: SerialLine): Promise<BootloaderSession> =>
  openBootloader(line, { chip, board: 'virtual', permissions });

describe('the stand-in ROM 0xB4', () => {
  beforeEach(() => freshRom('0xB4'), 30_000);

  test('without parity: 0x7F passes, the first command does not, and the error says why', async () => {
    const failure = await meet(await open('0xB4', { parity: 'none' })).catch((error: unknown) => error);
    expect(failure).toMatchObject({ context: { cause: 'parity' } });
    expect((failure as Error).message).toContain('115200 8N1');
  });

  test('at a baud rate other than the one it measured: named as such', async () => {
    const first = await open('0xB4');
    (await meet(first)).close();
    await first.close();
    const failure = await meet(await open('0xB4', { baudRate: 38_400 })).catch((error: unknown) => error);
    expect([301, 302]).toContain((failure as { code: number }).code);
    expect((failure as Error).message).toContain('38400 8E1');
  });

  test.each([9600, 57_600, 115_200])('is met at %i baud', async (baudRate) => {
    const session = await meet(await open('0xB4', { baudRate }));
    expect(session.id).toMatchObject({ sync: 'fresh', productId: 0x460, romId: 0xb4, romVersion: 'V11.4' });
  });

  test.each([1, 2, 3, 4, 7, 8, 255, 256, 257, 1000])(
    '%i bytes at an odd address hold after erase and write',
    async (length) => {
      const session = await meet(await open('0xB4'));
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
      await session.eraseAndWrite([{ address: 0x0801_0001, bytes }]);
      expect(await session.readMemory(0x0801_0001, length)).toEqual(bytes);
    },
    20_000,
  );

  test('refuses a bad checksum and addresses that are not there, and stays in step', async () => {
    const session = await meet(await open('0xB4'));
    await expect(session.writeWithBadChecksum(0x0801_0000, new Uint8Array(8))).rejects.toMatchObject({ code: 304 });
    await expect(session.readMemory(0x3000_0000, 4)).rejects.toMatchObject({ code: 304 });
    await expect(session.readMemory(0x2000_0000, 4)).rejects.toMatchObject({ code: 304 });
    expect(await session.getId()).toBe(0x460);
  });

  test('acknowledges a write to a protected page; reading back finds it', async () => {
    const line = await open('0xB4');
    const session = await meet(line);
    await session.writeProtect([0, 1]);
    await expect(session.getId()).rejects.toMatchObject({ code: 310 });
    const after = await meet(line);
    await expect(
      after.eraseAndWrite([{ address: 0x0800_0000, bytes: Uint8Array.of(1, 2, 3, 4) }]),
    ).rejects.toMatchObject({ code: 307, context: { stillErased: true } });
  }, 20_000);

  test('GO is refused while the flash is erased, and the RAM stub restarts an application once it is written', async () => {
    const line = await open('0xB4');
    const session = await meet(line);
    await expect(session.go(chip.flash.base)).rejects.toMatchObject({ code: 308 });
    await session.eraseAndWrite(image.segments);
    await session.goRamStub();
    const { stlink } = ready('0xB4');
    const probe = await openProbe({ chip, board: '0xB4', permissions, address: { kind: 'tcp', ...stlink } });
    expect(await probe.inspect()).toMatchObject({ where: 'flash', wasRunning: true });
    await probe.close();
  }, 30_000);

  test('power cut in mid-erase: no answer in time, and the board is met again afterwards', async () => {
    const line = await open('0xB4');
    const session = await meet(line);
    const { control } = ready('0xB4');
    await askControl(control, { op: 'power', on: false });
    await expect(session.erasePages([0])).rejects.toMatchObject({ code: 303 });
    await askControl(control, { op: 'power', on: true });
    expect((await meet(line)).id).toMatchObject({ sync: 'fresh' });
  }, 20_000);
});

test('ROM 0xB3: pages are erased one by one, since its multi-page erase fails (AN2606 T108)', async () => {
  await freshRom('0xB3');
  const session = await meet(await open('0xB3'));
  expect(session.id.romVersion).toBe('V11.3');
  const bytes = new Uint8Array(3 * 2048).fill(0x5a);
  await session.eraseAndWrite([{ address: 0x0801_0000, bytes }]);
  await session.erasePages([32, 33, 34]);
  expect(await session.readMemory(0x0801_0000, 16)).toEqual(new Uint8Array(16).fill(0xff));
  expect(await session.readMemory(0x0801_1000, 16)).toEqual(new Uint8Array(16).fill(0xff));
}, 30_000);
