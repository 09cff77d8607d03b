import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chipNamed } from '../../chip/lookup.ts';
import { type Bench, judge, repository, startBench } from './judges.ts';

/** The boards of G0B1 and C0 judged by unmodified stm32flash over their pseudo-terminals, and G0B1 by OpenOCD's own script. */
const LIMIT_MS = 180_000;

function imagePath(name: string): string {
  const path = join(repository, 'build/firmware/rom', name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run make -C firmware`);
  return path;
}

/** Two pages and a bit that begin with a table that can be started: MSP, and a reset handler that stays where it is. */
function startableImage(): Buffer {
  const image = randomBytes(4_400);
  image.writeUInt32LE(0x2000_2f00, 0);
  image.writeUInt32LE(0x0800_0101, 4);
  image.writeUInt16LE(0xe7fe, 0x100);
  return image;
}

interface Judged {
  readonly bench: Bench;
  /** A pty on which the ROM has not yet heard anything: it listens to whichever USART speaks first. */
  freshPty(usart: string): Promise<string>;
}

function blankBoard(name: string, romId: number, rom: string): () => Judged {
  const chip = chipNamed(name);
  let bench: Bench | undefined;
  beforeAll(async () => {
    bench = await startBench({ model: chip.board.name, romId, romPath: imagePath(rom), blank: true });
  }, LIMIT_MS);
  afterAll(() => bench?.stop());
  return () => {
    const started = bench!;
    return {
      bench: started,
      async freshPty(usart) {
        for (const on of [false, true]) await started.control({ op: 'power', on });
        const pty = started.ready.uart.find((uart) => uart.name === usart)?.pty;
        if (pty === undefined || pty === null) throw new Error(`${name} has no pseudo-terminal for ${usart}`);
        return pty;
      },
    };
  };
}

const stm32flash = (...args: readonly string[]): ReturnType<typeof judge> =>
  judge('stm32flash', ['-m', '8n1', '-b', '115200', ...args]);

describe('stm32flash and STM32G0B1RE', () => {
  const board = blankBoard('STM32G0B1RE', 0x92, 'stm32g0b1-0x92.bin');

  test.each(['USART1', 'USART2', 'USART3'])(
    'on %s: writes and verifies, reads back, erases',
    async (usart) => {
      const { bench, freshPty } = board();
      const image = join(bench.folder, `${usart}.bin`);
      const dump = join(bench.folder, `${usart}-dump.bin`);
      writeFileSync(image, startableImage());
      const pty = await freshPty(usart);
      const written = await stm32flash('-w', image, '-v', '-S', '0x08000000:4400', pty);
      expect(written.text).toContain('Device ID    : 0x0467 (STM32G0B0/B1/C1xx)');
      expect(written.text).toContain('Done.');
      expect(written.code).toBe(0);
      const read = await stm32flash('-r', dump, '-S', '0x08000000:4400', pty);
      expect(read.code).toBe(0);
      expect(readFileSync(dump)).toEqual(readFileSync(image));
      expect((await stm32flash('-o', pty)).code).toBe(0);
    },
    LIMIT_MS,
  );
});

describe.each([
  ['STM32C011F6', 0x51, 'stm32c011-0x51.bin', ['USART1'], '0x443'],
  ['STM32C031C6', 0x52, 'stm32c031-0x52.bin', ['USART1'], '0x453'],
  ['STM32C071RB', 0xd1, 'stm32c071-0xD1.bin', ['USART1', 'USART2'], '0x493'],
] as const)('stm32flash, which knows no C0, and %s', (name, romId, rom, usarts, id) => {
  const board = blankBoard(name, romId, rom);

  test.each(usarts)(
    'on %s: gets through GET and GET ID, and says so',
    async (usart) => {
      const judgement = await stm32flash(await board().freshPty(usart));
      expect(judgement.text).toContain(`Unknown/unsupported device (Device ID: ${id})`);
    },
    LIMIT_MS,
  );
});

describe("OpenOCD's stm32g0x.cfg and G0B1", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench({
      model: 'NUCLEO-G0B1RE',
      romId: 0x92,
      romPath: imagePath('stm32g0b1-0x92.bin'),
    });
  }, LIMIT_MS);
  afterAll(() => bench.stop());

  test(
    'finds two banks',
    async () => {
      const { code, text } = await bench.openocd('hla', ['halt', 'flash probe 0', 'flash info 0']);
      expect(text).toMatch(/device idcode = 0x\d+6467 \(STM32G0B\/G0Cx/);
      expect(text).toContain('flash size = 512 KiB');
      expect(text).toContain('flash mode : dual-bank');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );
  test.each(['0x08020000', '0x08041000', '0x0803f800'])(
    'programs and verifies at %s, the last across the border of the banks',
    async (address) => {
      const image = join(bench.folder, 'random.bin');
      writeFileSync(image, randomBytes(6_000));
      const { code, text } = await bench.openocd('dapdirect', [`program ${image} verify ${address}`]);
      expect(text).toContain('** Verified OK **');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );
  test(
    'erases one bank and leaves the other',
    async () => {
      const { code, text } = await bench.openocd('hla', [
        'reset halt',
        'flash fillw 0x08010000 0x11111111 2',
        'flash fillw 0x08050000 0x22222222 2',
        'flash erase_address 0x08040000 0x40000',
        'echo "lower [read_memory 0x08010000 32 1] upper [read_memory 0x08050000 32 1]"',
      ]);
      expect(text).toContain('lower 0x11111111 upper 0xffffffff');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );
  test(
    'writes an option word and sees it after the option load',
    async () => {
      const { code, text } = await bench.openocd('hla', [
        'reset halt',
        'stm32l4x option_write 0 0x2c 0x00030002 0x007f007f',
        'stm32l4x option_load 0',
        'init',
        'halt',
        'stm32l4x option_read 0 0x2c',
      ]);
      expect(text).toMatch(/Option Register: <0x4002202c> = 0x30002/);
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );
});
