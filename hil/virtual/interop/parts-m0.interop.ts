import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chipNamed } from '../../chip/lookup.ts';
import { type Bench, judge, repository, startBench } from './judges.ts';
import { TRANSPORTS } from './openocd-args.ts';

/** The L0 and F0 boards judged by unmodified OpenOCD over both transports, and by unmodified stm32flash over their pseudo-terminals. */
const LIMIT_MS = 240_000;
const READY_WITHIN_MS = 30_000;

function built(path: string): string {
  const full = join(repository, 'build/firmware', path);
  if (!existsSync(full)) throw new Error(`${full} is missing: run make -C firmware`);
  return full;
}

const boards = [
  ['STM32L011K4', 0xc3, 'stm32l0', 'processor detected', 'STM32L flash size is 16kb', ['USART2@PA9', 'USART2@PA2']],
  ['STM32L031K6', 0xc0, 'stm32l0', 'processor detected', 'STM32L flash size is 32kb', ['USART2@PA9', 'USART2@PA2']],
  ['STM32L073RZ', 0x41, 'stm32l0_dual_bank', 'processor detected', 'Bank (0) size is 96kb', ['USART2', 'USART1']],
  ['STM32F042K6', 0xa1, 'stm32f0x', 'Cortex-M0 r0p0', 'device id = 0x10006445', ['USART1']],
  ['STM32F091RC', 0x50, 'stm32f0x', 'Cortex-M0 r0p0', 'device id = 0x10006442', ['USART2', 'USART1']],
] as const;

describe.each(boards)('%s', (name, romId, target, core, flash, usarts) => {
  const chip = chipNamed(name);
  const line = name.slice(0, 9).toLowerCase();
  let bench: Bench;
  beforeAll(async () => {
    const romPath = built(`rom/${line}-0x${romId.toString(16).toUpperCase()}.bin`);
    const application = readFileSync(built(`handover/${name.toLowerCase()}.bin`));
    bench = await startBench({ model: chip.board.name, romId, romPath, flash: application }, target);
  });
  afterAll(() => bench.stop());

  /** Into the ROM by BOOT0, and on until it listens. */
  async function romListens(): Promise<void> {
    await bench.control({ op: 'boot0', level: 1 });
    for (const on of [false, true]) await bench.control({ op: 'power', on });
    const now = async (): Promise<number> => Number((await bench.control({ op: 'status' })).virtualNs);
    const ready = (await now()) + 1.1e6 * chip.rom.startupMs;
    const deadline = Date.now() + READY_WITHIN_MS;
    while ((await now()) < ready) {
      if (Date.now() > deadline) throw new Error(`the ROM of ${name} was not ready within ${READY_WITHIN_MS} ms`);
    }
  }

  describe.each(TRANSPORTS)('OpenOCD by %s', (transport) => {
    test(
      'finds core and flash',
      async () => {
        const { code, text } = await bench.openocd(transport, ['reset halt', 'flash probe 0', 'step']);
        expect(text).toContain(core);
        expect(text).toContain(flash);
        expect(code).toBe(0);
      },
      LIMIT_MS,
    );
    test.each([
      ['by its RAM loader', []],
      ['by register accesses alone', [`${target.replace('_dual_bank', '')}.cpu configure -work-area-size 0`]],
    ])(
      'programs and verifies %s',
      async (_how, options) => {
        const image = join(bench.folder, 'random.bin');
        const dump = join(bench.folder, `dump-${transport}.bin`);
        writeFileSync(image, randomBytes(2_000));
        const { code, text } = await bench.openocd(
          transport,
          [`program ${image} verify 0x08003000`, `dump_image ${dump} 0x08003000 2000`],
          options,
        );
        expect(text).toContain('** Verified OK **');
        expect(readFileSync(dump)).toEqual(readFileSync(image));
        expect(code).toBe(0);
      },
      LIMIT_MS,
    );
  });

  test.each(usarts)(
    'stm32flash on %s: tells the part, writes, verifies, reads back',
    async (usart) => {
      const image = join(bench.folder, `${usart}.bin`);
      const dump = join(bench.folder, `${usart}-dump.bin`);
      writeFileSync(image, randomBytes(2_176));
      await romListens();
      const pty = bench.ready.uart.find((uart) => uart.name === usart)?.pty;
      if (pty === undefined || pty === null) throw new Error(`${name} has no pseudo-terminal for ${usart}`);
      const port = ['-m', '8n1', '-b', '115200'];
      const written = await judge('stm32flash', [...port, '-w', image, '-v', '-S', '0x08002000', pty]);
      expect(written.text).toContain(`0x0${chip.identity.devId.toString(16)}`);
      expect([written.code, written.text.slice(-300)]).toEqual([0, expect.stringContaining('Done.')]);
      const read = await judge('stm32flash', [...port, '-r', dump, '-S', '0x08002000:2176', pty]);
      expect(read.code).toBe(0);
      expect(readFileSync(dump)).toEqual(readFileSync(image));
      await bench.control({ op: 'boot0', level: 'released' });
    },
    LIMIT_MS,
  );
});

describe("OpenOCD's mass erase of L0 and options of F0", () => {
  const benches: Bench[] = [];
  afterAll(async () => {
    for (const bench of benches) await bench.stop();
  });
  async function filled(name: string, rom: string, romId: number, target: string): Promise<Bench> {
    const flash = new Uint8Array(64).fill(0x5a);
    const bench = await startBench({ model: chipNamed(name).board.name, romId, romPath: built(rom), flash }, target);
    benches.push(bench);
    return bench;
  }
  test(
    'L073: stm32lx mass_erase goes to level 1 and back',
    async () => {
      const bench = await filled('STM32L073RZ', 'rom/stm32l073-0x41.bin', 0x41, 'stm32l0_dual_bank');
      const { code, text } = await bench.openocd('hla', [
        'reset halt',
        'echo "before [read_memory 0x08000000 32 1]"',
        'stm32lx mass_erase 0',
        'echo "after [read_memory 0x08000000 32 1]"',
      ]);
      expect(text).toContain('before 0x5a5a5a5a');
      expect(text).toContain('after 0x0');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );
  test(
    'F042: stm32f1x lock and unlock write the option bytes, mass_erase the flash',
    async () => {
      const bench = await filled('STM32F042K6', 'rom/stm32f042-0xA1.bin', 0xa1, 'stm32f0x');
      const { code, text } = await bench.openocd('dapdirect', [
        'reset halt',
        'stm32f1x lock 0',
        'echo "locked [read_memory 0x1ffff800 16 1]"',
        'stm32f1x unlock 0',
        'echo "unlocked [read_memory 0x1ffff800 16 1]"',
        'stm32f1x mass_erase 0',
        'echo "erased [read_memory 0x08000000 32 1]"',
      ]);
      expect(text).toContain('locked 0xff00');
      expect(text).toContain('unlocked 0x55aa');
      expect(text).toContain('erased 0xffffffff');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );
});
