import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chipNamed } from '../../chip/lookup.ts';
import { type Bench, judge, repository, startBench } from './judges.ts';
import { TRANSPORTS } from './openocd-args.ts';

/** L476 and F411 judged by unmodified OpenOCD over both transports, and by unmodified stm32flash over their pseudo-terminals. */
const LIMIT_MS = 240_000;
const READY_WITHIN_MS = 30_000;

function built(path: string): string {
  const full = join(repository, 'build/firmware', path);
  if (!existsSync(full)) throw new Error(`${full} is missing: run make -C firmware`);
  return full;
}

const boards = [
  {
    name: 'STM32L476RG',
    romId: 0xa3,
    rom: 'rom/stm32l476-0xA3.bin',
    application: 'handover/stm32l476rg.bin',
    target: 'stm32l4x',
    idcode: 'device idcode = 0x10036415 (STM32L47/L48xx',
    size: '1024 KiB',
    usarts: ['USART1', 'USART2', 'USART3'],
  },
  {
    name: 'STM32F411RE',
    romId: 0xd0,
    rom: 'rom/stm32f411-0xD0.bin',
    application: 'handover/stm32f411re.bin',
    target: 'stm32f4x',
    idcode: 'device id = 0x10006431',
    size: '512 KiB',
    usarts: ['USART1'],
  },
  {
    name: 'STM32F411CE',
    romId: 0xd0,
    rom: 'rom/stm32f411-0xD0.bin',
    application: 'handover/stm32f411ce.bin',
    target: 'stm32f4x',
    idcode: 'device id = 0x10006431',
    size: '512 KiB',
    usarts: ['USART1'],
  },
] as const;

describe.each(boards)('$name', ({ name, romId, rom, application, target, idcode, size, usarts }) => {
  const chip = chipNamed(name);
  let bench: Bench;
  beforeAll(async () => {
    const flash = readFileSync(built(application));
    bench = await startBench({ model: chip.board.name, romId, romPath: built(rom), flash }, target);
  });
  afterAll(() => bench.stop());

  /** Into the ROM by BOOT0, and on until it has looked at its clocks: the L476 waits seconds for LSE. */
  async function romListens(): Promise<void> {
    await bench.control({ op: 'boot0', level: 1 });
    for (const on of [false, true]) await bench.control({ op: 'power', on });
    const now = async (): Promise<number> => Number((await bench.control({ op: 'status' })).virtualNs);
    const startMs = Math.max(chip.rom.startupMs, chip.rom.startupWithoutLseMs ?? 0);
    const ready = (await now()) + 1.1e6 * startMs;
    const deadline = Date.now() + READY_WITHIN_MS;
    while ((await now()) < ready) {
      if (Date.now() > deadline) throw new Error(`the ROM of ${name} was not ready within ${READY_WITHIN_MS} ms`);
    }
  }

  describe.each(TRANSPORTS)('OpenOCD by %s', (transport) => {
    test(
      'finds core, chip and flash, halts and steps',
      async () => {
        const { code, text } = await bench.openocd(transport, [
          'reset halt',
          'flash probe 0',
          'step',
          'echo "reset vector [read_memory 0x08000004 32 1]"',
        ]);
        expect(text).toContain('Cortex-M4 r0p1 processor detected');
        expect(text).toContain('target has 6 breakpoints, 4 watchpoints');
        expect(text).toContain(idcode);
        expect(text).toContain(`flash size = ${size}`);
        expect(code).toBe(0);
      },
      LIMIT_MS,
    );
    // The last page of bank 1 of the L476; the last 4 KiB of the 16 KiB sectors of the F411.
    test(
      'programs and verifies across a border of banks or sector sizes',
      async () => {
        const address = chip.family === 'L4' ? '0x0807f800' : '0x0800f000';
        const image = join(bench.folder, 'random.bin');
        const dump = join(bench.folder, `dump-${transport}.bin`);
        writeFileSync(image, randomBytes(6_000));
        const { code, text } = await bench.openocd(transport, [
          `program ${image} verify ${address}`,
          `dump_image ${dump} ${address} 6000`,
        ]);
        expect(text).toContain('** Verified OK **');
        expect(readFileSync(dump)).toEqual(readFileSync(image));
        expect(code).toBe(0);
      },
      LIMIT_MS,
    );
  });

  test(
    'OpenOCD protects a place, cannot program it, and unprotects it',
    async () => {
      const page = chip.family === 'L4' ? 256 : 3;
      const address = chip.family === 'L4' ? '0x08080000' : '0x0800c000';
      // L4 loads its options by OBL_LAUNCH, which ends the connection; F4's count at once.
      const taken = chip.family === 'L4' ? ['stm32l4x option_load 0', 'init', 'halt'] : [];
      const { text } = await bench.openocd('hla', [
        'reset halt',
        'flash probe 0',
        `flash erase_address ${address} ${chip.family === 'L4' ? '0x800' : '0x4000'}`,
        `flash protect 0 ${page} ${page} on`,
        ...taken,
        `catch {flash fillw ${address} 0x11223344 2} refused`,
        `echo "protected: [read_memory ${address} 32 1]"`,
        `flash protect 0 ${page} ${page} off`,
        ...taken,
        `flash fillw ${address} 0x11223344 2`,
        `echo "open: [read_memory ${address} 32 1]"`,
      ]);
      expect(text).toContain('protected: 0xffffffff');
      expect(text).toContain('open: 0x11223344');
    },
    LIMIT_MS,
  );

  test.each(usarts)(
    'stm32flash on %s: tells the part, writes, verifies, reads back',
    async (usart) => {
      const image = join(bench.folder, `${usart}.bin`);
      const dump = join(bench.folder, `${usart}-dump.bin`);
      writeFileSync(image, randomBytes(4_400));
      await romListens();
      const pty = bench.ready.uart.find((uart) => uart.name === usart)?.pty;
      if (pty === undefined || pty === null) throw new Error(`${name} has no pseudo-terminal for ${usart}`);
      const flasher = (...args: string[]): ReturnType<typeof judge> =>
        judge('stm32flash', ['-m', '8n1', '-b', '57600', ...args, pty]);
      // Little blocks first, in which V8 compiles what runs: stm32flash allows a block of any size one second.
      const little = join(bench.folder, `${usart}-little.bin`);
      writeFileSync(little, randomBytes(32));
      const first = await flasher('-w', little, '-S', '0x08008000');
      expect(first.text).toContain(`0x0${chip.identity.devId.toString(16)}`);
      expect(first.code).toBe(0);
      const written = await flasher('-w', image, '-v', '-S', '0x08004000');
      expect(written.text).toContain('(100.00%) Done.');
      expect(written.code).toBe(0);
      const read = await flasher('-r', dump, '-S', '0x08004000:4400');
      expect(read.code).toBe(0);
      expect(readFileSync(dump)).toEqual(readFileSync(image));
    },
    LIMIT_MS,
  );
});
