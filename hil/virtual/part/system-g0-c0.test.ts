import { describe, expect, test } from '@jest/globals';
import { REG } from './addresses.ts';
import { stm32c011 } from './stm32c011.ts';
import { stm32c031 } from './stm32c031.ts';
import { stm32c071 } from './stm32c071.ts';
import { stm32g0b1 } from './stm32g0b1.ts';
import { createBenchOf, hostFrame, type TestBench } from './test-bench.ts';

const parts = [
  ['G0B1', stm32g0b1, 0x1fff_7590, 0x1fff_75e0, 512, 0x467, 0x2002_4000],
  ['C011', stm32c011, 0x1fff_7550, 0x1fff_75a0, 32, 0x443, 0x2000_1800],
  ['C031', stm32c031, 0x1fff_7550, 0x1fff_75a0, 32, 0x453, 0x2000_3000],
  ['C071', stm32c071, 0x1fff_7550, 0x1fff_75a0, 128, 0x493, 0x2000_6000],
] as const;

describe.each(parts)('%s', (_name, part, uid, size, kib, devId, ramEnd) => {
  test('tells its flash size, a unique id with letters in it, and its DEV_ID', () => {
    const b = createBenchOf(part);
    b.set(REG.RCC_APBENR1, 1 << 27);
    expect([b.bus.read(size, 2), b.read(REG.DBG_IDCODE) & 0xfff]).toEqual([kib, devId]);
    for (const byte of [uid + 5, uid + 6, uid + 7]) expect(b.bus.read(byte, 1)).toBeGreaterThanOrEqual(0x41);
    expect(createBenchOf(part, { seed: 2 }).read(uid)).not.toBe(b.read(uid));
  });
  test('keeps unique id and flash size when a ROM image is longer than that', () => {
    const b = createBenchOf(part);
    const before = [b.read(uid), b.bus.read(size, 2)];
    b.part.loadRom(new Uint8Array(part.chip.systemMemory.size).fill(0x55), undefined);
    expect([b.read(uid), b.bus.read(size, 2), b.read(0x1fff_0000)]).toEqual([...before, 0x5555_5555]);
  });
  test('has RAM up to its size', () => {
    const b = createBenchOf(part);
    b.write(ramEnd - 4, 7);
    expect(b.read(ramEnd - 4)).toBe(7);
    expect(() => b.read(ramEnd)).toThrow('bus fault');
  });
  test('boots the ROM when flash is empty, with MEM_MODE 1 and system memory at 0', () => {
    const b = createBenchOf(part);
    b.part.loadRom(new Uint8Array([0x78, 0x56, 0x34, 0x12]), undefined);
    b.set(REG.RCC_APBENR2, 1);
    expect([b.read(REG.SYSCFG_CFGR1), b.read(0)]).toEqual([1, 0x1234_5678]);
  });
  test('runs into the watchdog that it started', () => {
    const b = createBenchOf(part);
    b.write(REG.IWDG_KR, 0xcccc);
    b.pass(600_000_000);
    expect(b.resets).toEqual(['iwdg']);
  });
  test('hears an edge on EXTI line 3 in interrupt 6', () => {
    const b = createBenchOf(part);
    b.set(REG.RCC_IOPENR, 1);
    b.write(REG.GPIOA, 0xebff_ff3f); // PA3 input
    b.part.net('PA3').setOutside(1);
    b.write(0x4002_1804, 1 << 3);
    b.set(REG.EXTI_IMR1, 1 << 3);
    b.part.net('PA3').setOutside(0);
    expect([...b.irqs]).toEqual([6]);
  });
});

test('the ROM of G0B1 lies in two pieces; its ID byte is in the second, what falls between is dropped', () => {
  const b = createBenchOf(stm32g0b1);
  const image = new Uint8Array(0xa000).fill(0xff);
  image[0x6fff] = 1;
  image[0x7000] = 2; // where OTP is
  image[0x8000] = 3;
  b.part.loadRom(image, 0x92);
  const bytes = [0x1fff_6fff, 0x1fff_7000, 0x1fff_8000, 0x1fff_9ffe].map((address) => b.bus.read(address, 1));
  expect(bytes).toEqual([1, 0xff, 3, 0x92]);
  expect(() => b.part.loadRom(image.fill(0x11), 0x92)).toThrow('carries ID 0x11');
  expect(() => b.part.loadRom(new Uint8Array(0xf001), 0x92)).toThrow('its memory 61440');
});

describe('USARTs', () => {
  /** Auto-baud of the USART at `base` with RX on pin A`pin`, AF 1. */
  function measured(b: TestBench, base: number, pin: number): number {
    b.set(REG.RCC_APBENR1, 1 << 17);
    b.set(REG.RCC_APBENR2, 1 << 14);
    b.set(REG.RCC_IOPENR, 1);
    b.write(REG.GPIOA + (pin < 8 ? 0x20 : 0x24), 1 << (4 * (pin & 7)));
    b.write(REG.GPIOA, (0xebff_ffff & ~(1 << (2 * pin))) >>> 0);
    b.part.net(`PA${pin}`).setState('idle');
    b.write(base + 4, (1 << 20) | (2 << 21));
    b.write(base, 5);
    b.part.net(`PA${pin}`).drive(hostFrame(0x7f, 57_600, b.now(), { bits: 9, parity: 'even' }));
    b.pass(400_000);
    return b.read(base + 0x0c);
  }
  test('USART1 of C0 measures 0x7F, USART2 cannot', () => {
    expect(measured(createBenchOf(stm32c071), REG.USART1, 10)).toBe(208);
    expect(measured(createBenchOf(stm32c071), REG.USART2, 3)).toBe(0);
  });
  test('USART2 of G0B1 measures, too', () => {
    expect(measured(createBenchOf(stm32g0b1), REG.USART2, 3)).toBe(278);
  });
  test('USART3 to 6 of G0B1 share an interrupt line: it stays up while one of them asks', () => {
    const b = createBenchOf(stm32g0b1);
    b.set(REG.RCC_APBENR1, (1 << 18) | (1 << 8));
    for (const base of [REG.USART3, 0x4000_5000]) b.write(base, 0x89); // UE, TE, TXEIE
    expect([...b.irqs]).toEqual([29]);
    b.write(REG.USART3, 0);
    expect([...b.irqs]).toEqual([29]);
    b.write(0x4000_5000, 0);
    expect([...b.irqs]).toEqual([]);
  });
});

describe('backup registers', () => {
  const BKP0R = 0x4000_7070;
  test('of C0 are in PWR, 16 bits wide, written without a lock, kept by a reset and lost with power', () => {
    const b = createBenchOf(stm32c031);
    b.set(REG.RCC_APBENR1, 1 << 28);
    for (const i of [0, 1, 2, 3, 4]) b.write(BKP0R + 4 * i, 0x1_2340 + i);
    const read = (): number[] => [0, 1, 2, 3, 4].map((i) => b.read(BKP0R + 4 * i));
    expect(read()).toEqual([0x2340, 0x2341, 0x2342, 0x2343, 0]);
    b.reset('software');
    b.set(REG.RCC_APBENR1, 1 << 28);
    expect(read()[3]).toBe(0x2343);
    b.powerCycle();
    b.set(REG.RCC_APBENR1, 1 << 28);
    expect(read()[0]).toBe(0);
  });
  test('of G0B1 are in TAMP and need DBP', () => {
    const b = createBenchOf(stm32g0b1);
    b.set(REG.RCC_APBENR1, (1 << 28) | (1 << 10));
    b.write(REG.TAMP_BKP0R, 5);
    expect(b.read(REG.TAMP_BKP0R)).toBe(0);
    b.set(REG.PWR_CR1, 1 << 8);
    b.write(REG.TAMP_BKP0R, 5);
    expect(b.read(REG.TAMP_BKP0R)).toBe(5);
  });
  test('PWR of C0 shows its reset values and keeps reserved bits', () => {
    const b = createBenchOf(stm32c071);
    b.set(REG.RCC_APBENR1, 1 << 28);
    expect([0, 4, 8].map((at) => b.read(REG.PWR_CR1 + at))).toEqual([0x208, 0x100, 0x8000]);
    b.write(REG.PWR_CR1, 0xffff_ffff);
    expect(b.read(REG.PWR_CR1)).toBe(0x22f);
  });
});
