import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, COUNTDOWN_RESULT, startBench } from './judges.ts';
import { newlibOutput, newlibProgram } from './newlib-program.ts';
import { TRANSPORTS } from './openocd-args.ts';

/** Unmodified OpenOCD 0.12 on a virtual board, over both of its ST-LINK transports. */
let bench: Bench;

/** A board of its own, so that no test meets what another group has programmed. */
function onBoard(): void {
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.stop());
}

const LIMIT_MS = 180_000;

describe.each(TRANSPORTS)('%s', (transport) => {
  onBoard();

  test(
    'finds the probe, the core and the chip',
    async () => {
      const { code, text } = await bench.openocd(
        transport,
        ['halt', 'flash probe 0'],
        [`adapter serial ${bench.ready.stlink.serial}`],
      );
      expect(text).toContain('STLINK V3J10M3B1 (API v3) VID:PID 0483:374E');
      expect(text).toMatch(/Target voltage: 3\.29|Target voltage: 3\.30/);
      expect(text).toContain('Cortex-M0+ r0p1 processor detected');
      expect(text).toContain('target has 4 breakpoints, 2 watchpoints');
      expect(text).toMatch(/device idcode = 0x\d+6460 \(STM32G07\/G08xx/);
      expect(text).toContain('flash size = 128 KiB');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'halts, steps, and reads and writes registers and memory of every width',
    async () => {
      const { code, text } = await bench.openocd(transport, [
        'reset halt',
        'step',
        'step',
        'step',
        'echo "after three steps [get_reg {pc r0 r1}]"',
        'mww 0x20000900 0x11223344',
        'mwh 0x20000900 0x5566',
        'mwb 0x20000903 0x77',
        'echo "word [read_memory 0x20000900 32 1] halves [read_memory 0x20000900 16 2] bytes [read_memory 0x20000900 8 4]"',
      ]);
      expect(text).toContain('after three steps pc 0x0800000e r0 0x00000004 r1 0x20000900');
      expect(text).toContain('word 0x77225566 halves 0x5566 0x7722 bytes 0x66 0x55 0x22 0x77');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'stops at a breakpoint and at a watchpoint',
    async () => {
      const { code, text } = await bench.openocd(transport, [
        'reset halt',
        `write_memory ${COUNTDOWN_RESULT} 32 0xffffffff`,
        'bp 0x08000010 2 hw',
        'resume',
        'wait_halt 5000',
        'echo "break [get_reg {pc r0}]"',
        'rbp 0x08000010',
        `wp ${COUNTDOWN_RESULT} 4 w`,
        'resume',
        'wait_halt 5000',
        `echo "watch [get_reg pc] value [read_memory ${COUNTDOWN_RESULT} 32 1]"`,
      ]);
      expect(text).toContain('break pc 0x08000010 r0 0x00000000');
      expect(text).toMatch(/watch pc 0x08000012 value 0x0\s/);
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'resets into halt at the reset handler, and resets into running',
    async () => {
      const { code, text } = await bench.openocd(transport, [
        'reset halt',
        'echo "reset [get_reg {pc msp}] vectors [read_memory 0x00000000 32 2]"',
        'reset run',
        'halt',
        'echo "later [get_reg pc]"',
      ]);
      const reset = /reset pc (0x\w+) msp (0x\w+) vectors (0x\w+) (0x\w+)/.exec(text);
      expect(reset).not.toBeNull();
      const [pc, msp, sp, handler] = (reset ?? []).slice(1).map(Number);
      expect(pc! | 1).toBe(handler);
      expect(msp).toBe(sp);
      expect(Number(/later pc (0x\w+)/.exec(text)?.[1])).not.toBe(pc);
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test.each([
    ['by its RAM loader', []],
    ['by register accesses alone', ['stm32g0x.cpu configure -work-area-size 0']],
  ])(
    'programs and verifies %s',
    async (how, options) => {
      const image = join(bench.folder, 'random.bin');
      const dump = join(bench.folder, `dump-${transport}.bin`);
      writeFileSync(image, randomBytes(6_000));
      const { code, text } = await bench.openocd(
        transport,
        [`program ${image} verify 0x08010000`, `dump_image ${dump} 0x08010000 6000`],
        options,
      );
      expect(text).toContain('** Programming Finished **');
      expect(text).toContain('** Verified OK **');
      expect(text.includes('falling back to programming without a flash loader')).toBe(how !== 'by its RAM loader');
      expect(readFileSync(dump)).toEqual(readFileSync(image));
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    "runs newlib's start-up, printf, qsort and strtod over semihosting",
    async () => {
      const elf = newlibProgram();
      // The program's exit ends OpenOCD, with its code.
      const { code, text } = await bench.openocd(transport, [
        `program ${elf} verify`,
        'reset halt',
        'arm semihosting enable',
        'resume',
        'wait_halt 60000',
        'echo "did not exit"',
      ]);
      expect(text.split('\n')).toEqual(expect.arrayContaining(newlibOutput().trimEnd().split('\n')));
      expect(text).not.toContain('did not exit');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );
});

describe('what a probe with trouble answers', () => {
  onBoard();

  test.each(TRANSPORTS)(
    'a target without power: 0 V and no connection (%s)',
    async (transport) => {
      await bench.control({ op: 'power', on: false });
      const { code, text } = await bench.openocd(transport, ['halt']);
      await bench.control({ op: 'power', on: true });
      expect(text).toMatch(/[Tt]arget voltage may be too low|Target voltage: 0\.0/);
      expect(text).toMatch(/unable to connect to the target|init mode failed/i);
      expect(code).not.toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'a probe that another client has open is in use',
    async () => {
      const other = connect(bench.ready.stlink.port, '127.0.0.1');
      const opened = new Promise((resolve) => other.once('data', resolve));
      other.write(Uint8Array.of(3, 0, 0, 0, 1, 0, 0, 0)); // OPEN_DEV
      await opened;
      const { code, text } = await bench.openocd('hla', ['halt']);
      other.destroy();
      expect(text).toContain('already used');
      expect(code).not.toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'another serial is not this board',
    async () => {
      const { code, text } = await bench.openocd('hla', ['halt'], ['adapter serial 000000000000000000000000']);
      expect(text).toContain('open failed');
      expect(code).not.toBe(0);
    },
    LIMIT_MS,
  );
});
