import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createVirtualBoard } from './board.ts';
import type { VirtualBoard, VirtualBoardOptions } from './board-types.ts';
import { REG } from './part/addresses.ts';
import { hostFrame } from './part/test-bench.ts';

const MS = 1e6;
const STACK = 0x2000_9000;
const RAM = 0x2000_0100;
const DHCSR = 0xe000_edf0;

/** A flash image: vectors, code at 0x0800_0008, literals behind it. */
function image(code: readonly number[], literals: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 + 2 * code.length + 4 * literals.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, STACK, true);
  view.setUint32(4, 0x0800_0009, true);
  for (const [i, halfword] of code.entries()) view.setUint16(8 + 2 * i, halfword, true);
  for (const [i, word] of literals.entries()) view.setUint32(8 + 2 * code.length + 4 * i, word, true);
  return bytes;
}

/** ldr r1, =RAM; movs r0, #0; loop: adds r0, #1; str r0, [r1]; b loop */
const counting = image([0x4902, 0x2000, 0x3001, 0x6008, 0xe7fc, 0xbf00], [RAM]);
/** wfi; b . - 2 */
const sleeping = image([0xbf30, 0xe7fd], []);
/** [RAM] += 1, then AIRCR = SYSRESETREQ */
const resetting = image(
  [0x4903, 0x6808, 0x3001, 0x6008, 0x4a02, 0x4b03, 0x6013, 0xe7fe],
  [RAM, 0xe000_ed0c, 0x05fa_0004],
);
/** Wait for USART2's RXNE; store the byte at RAM and the number of bytes at RAM + 4; again. */
const receiving = image(
  [0x4905, 0x4c06, 0x2300, 0x2220, 0x6808, 0x4210, 0xd0fc, 0x6888, 0x3301, 0x6020, 0x6063, 0xe7f7],
  [0x4000_441c, RAM],
);

function board(options: Partial<VirtualBoardOptions> = {}): VirtualBoard {
  return createVirtualBoard({
    name: 'board',
    model: 'NUCLEO-G070RB',
    rom: new Uint8Array(0),
    seed: 1,
    ...options,
  });
}
const read = (b: VirtualBoard, address: number): number => b.swd.read(address, 4);
const write = (b: VirtualBoard, address: number, value: number): void => b.swd.write(address, value, 4);
const run = (b: VirtualBoard, ms: number): void => void b.runUntil(b.schedule.now() + ms * MS);
function setUpUsart2(b: VirtualBoard): void {
  write(b, REG.RCC_IOPENR, 1);
  write(b, REG.RCC_APBENR1, 1 << 17);
  write(b, REG.GPIOA, 0xebff_ffaf);
  write(b, REG.GPIOA + 0x20, 0x1100);
  write(b, REG.USART2 + 0x0c, 139);
  write(b, REG.USART2, 0x0d);
}

describe('running', () => {
  test('code runs at 16 MHz from reset on', () => {
    const b = board({ flash: counting });
    b.runUntil(MS);
    expect(read(b, RAM)).toBe(3_200); // 16 000 cycles, 5 for adds, str, b
  });
  test('runUntil stops at the time asked for, late by one instruction at most', () => {
    const b = board({ flash: counting });
    for (const time of [1_000, 1_001, 50_000.5, MS]) {
      const { nowNs } = b.runUntil(time);
      expect(nowNs).toBeGreaterThanOrEqual(time);
      expect(nowNs).toBeLessThan(time + 10 * 62.5);
    }
  });
  test('a busy core reports nextNs = nowNs, a sleeping one when it will wake', () => {
    const busy = board({ flash: counting }).runUntil(MS);
    expect(busy.nextNs).toBe(busy.nowNs);
    const asleep = board({ flash: sleeping }).runUntil(MS);
    expect(asleep).toEqual({ nowNs: MS, nextNs: Number.POSITIVE_INFINITY });
  });
  test('a polling loop counts as waiting, and hears what ends it', () => {
    const b = board({ flash: receiving });
    setUpUsart2(b);
    expect(b.runUntil(MS).nextNs).toBe(Number.POSITIVE_INFINITY);
    b.uarts[0]!.drive(hostFrame(0x5a, 115_200, b.schedule.now()));
    run(b, 1);
    expect([read(b, RAM), read(b, RAM + 4)]).toEqual([0x5a, 1]);
  });
});

describe('determinism', () => {
  function history(slices: readonly number[]): string {
    const b = board({ flash: receiving, seed: 9 });
    setUpUsart2(b);
    b.uarts[0]!.drive(hostFrame(0x31, 115_200, 100_000));
    b.uarts[0]!.drive(hostFrame(0x32, 115_200, 700_000));
    for (const slice of slices) b.runUntil(slice * MS);
    b.runUntil(2 * MS);
    expect(read(b, RAM + 4)).toBe(2);
    return b.stateHash();
  }
  test('how the run is cut into slices does not matter', () => {
    const whole = history([]);
    fc.assert(
      fc.property(
        fc.array(fc.nat(2_000_000), { maxLength: 20 }),
        (cuts) => history([...cuts].sort((x, y) => x - y).map((ns) => ns / MS)) === whole,
      ),
      { numRuns: 10 },
    );
  });
  test('equal histories have equal hashes, other seeds have others', () => {
    expect(history([1])).toBe(history([1]));
    const hash = (seed: number): string => board({ seed }).stateHash();
    expect(hash(1)).not.toBe(hash(2));
  });
});

describe('reset', () => {
  test('SYSRESETREQ by the program: SRAM is kept, SFTRSTF and PINRSTF are set', () => {
    const b = board({ flash: resetting });
    const before = read(b, RAM);
    run(b, 0.1);
    expect(read(b, RAM) - before).toBeGreaterThan(10);
    expect(read(b, REG.RCC_CSR) & 0x1400_0000).toBe(0x1400_0000);
  });
  test('SYSRESETREQ by the debugger starts the program again', () => {
    const b = board({ flash: counting });
    run(b, 1);
    write(b, 0xe000_ed0c, 0x05fa_0004);
    run(b, 0.1);
    expect(read(b, RAM)).toBeLessThan(400);
  });
  test('NRST holds the core and starts it again', () => {
    const b = board({ flash: counting });
    run(b, 1);
    b.setNrst(true);
    const held = read(b, RAM);
    run(b, 1);
    expect(read(b, RAM)).toBe(held);
    b.setNrst(false);
    run(b, 0.1);
    expect(read(b, RAM)).toBe(320);
    expect(read(b, REG.RCC_CSR) & 0x1400_0000).toBe(0x0400_0000);
  });
  test('power-off stops everything, power-on begins with another SRAM pattern', () => {
    const b = board({ flash: counting });
    const pattern = read(b, 0x2000_0000);
    b.setPower(false);
    expect(b.swd.reachable).toBe(false);
    expect(() => read(b, RAM)).toThrow('bus fault');
    run(b, 1);
    b.setPower(true);
    expect(read(b, 0x2000_0000)).not.toBe(pattern);
    run(b, 0.1);
    expect(read(b, RAM)).toBe(320);
  });
});

describe('boot', () => {
  /** A ROM whose reset handler sleeps. */
  const rom = (): Uint8Array => {
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(0, 0x2000_2000, true);
    new DataView(bytes.buffer).setUint32(4, 0x1fff_0009, true);
    new DataView(bytes.buffer).setUint32(8, 0xe7fd_bf30, true);
    return bytes;
  };
  const area = (b: VirtualBoard): string => {
    let area = '';
    b.onNote((_t, event, data) => {
      if (event === 'reset') area = String(data.boot);
    });
    b.setNrst(true);
    b.setNrst(false);
    return area;
  };
  test('an empty chip starts its ROM', () => {
    const b = board({ rom: rom() });
    run(b, 1);
    write(b, DHCSR, 0xa05f_0003);
    run(b, 0.01);
    expect(area(b)).toBe('system');
  });
  test('BOOT0 high is ignored with factory option bytes', () => {
    const b = board({ rom: rom(), flash: counting });
    b.setBoot0(1);
    expect(area(b)).toBe('flash');
  });
  test('BOOT0 high starts the ROM once nBOOT_SEL is 0', () => {
    const b = board({ rom: rom(), flash: counting });
    for (const key of [0x4567_0123, 0xcdef_89ab]) write(b, REG.FLASH_KEYR, key);
    for (const key of [0x0819_2a3b, 0x4c5d_6e7f]) write(b, REG.FLASH_OPTKEYR, key);
    write(b, REG.FLASH_OPTR, 0xdeff_e1aa);
    write(b, REG.FLASH_CR, 1 << 17);
    run(b, 50);
    write(b, REG.FLASH_CR, 1 << 27);
    run(b, 0.1);
    b.setBoot0(1);
    expect(area(b)).toBe('system');
    b.setBoot0('released');
    expect(area(b)).toBe('flash');
  });
  test('erased flash without EMPTY locks the core up (AN2606, ROM V11.3 clears EMPTY)', () => {
    const b = board({ rom: rom() });
    write(b, REG.FLASH_ACR, 0x600);
    const events: string[] = [];
    b.onNote((_t, event) => events.push(event));
    b.setNrst(true);
    b.setNrst(false);
    run(b, 1);
    expect(events).toContain('lockup');
  });
});

describe('debug', () => {
  test('an erase that the debugger starts ends while the core is halted', () => {
    const b = board({ flash: counting });
    write(b, DHCSR, 0xa05f_0003);
    run(b, 0.01);
    for (const key of [0x4567_0123, 0xcdef_89ab]) write(b, REG.FLASH_KEYR, key);
    write(b, REG.FLASH_CR, 0x1_0002);
    expect(read(b, REG.FLASH_SR) & 0x1_0000).toBe(0x1_0000);
    run(b, 23);
    expect(read(b, REG.FLASH_SR) & 0x1_0000).toBe(0);
    expect(read(b, 0x0800_0000)).toBe(0xffff_ffff);
  });
  test('software can take the SWD pins; reset gives them back', () => {
    const b = board({ flash: counting });
    write(b, REG.RCC_IOPENR, 1);
    write(b, REG.GPIOA, 0xffff_ffff);
    expect(b.swd.reachable).toBe(false);
    b.setNrst(true);
    expect(b.swd.reachable).toBe(true);
  });
  test('the button pulls PC13 low', () => {
    const b = board({ flash: counting });
    write(b, REG.RCC_IOPENR, 4);
    write(b, REG.GPIOC, 0xf3ff_ffff);
    const level = (): number => (read(b, REG.GPIOC + 0x10) >>> 13) & 1;
    expect(level()).toBe(1);
    b.setButton(true);
    expect(level()).toBe(0);
    b.setButton(false);
    expect(level()).toBe(1);
  });
});

describe('what it is built from', () => {
  test('a model that is not known, and images that do not fit, are refused', () => {
    expect(() => board({ model: 'NUCLEO-X' })).toThrow(
      "no virtual board is called 'NUCLEO-X'; known are NUCLEO-G070RB",
    );
    expect(() => board({ rom: new Uint8Array(28 * 1024 + 1) })).toThrow('the ROM image has 28673 bytes');
    expect(() => board({ flash: new Uint8Array(128 * 1024 + 1) })).toThrow('the flash image has 131073 bytes');
  });
  test('the ROM ID must be the one that the image carries', () => {
    const rom = new Uint8Array(28 * 1024).fill(0xff);
    rom[0x6ffe] = 0xb4;
    expect(() => board({ rom, romId: 0xb3 })).toThrow('the ROM image carries ID 0xb4, not 0xb3');
    expect(read(board({ romId: 0xb2 }), 0x1fff_6ffc) & 0xff_0000).toBe(0xb2_0000);
  });
});
