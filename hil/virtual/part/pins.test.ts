import { describe, expect, test } from '@jest/globals';
import { REG } from './addresses.ts';
import { createTestBench, hostFrame, type TestBench } from './test-bench.ts';

const GPIO = { MODER: 0x00, OTYPER: 0x04, PUPDR: 0x0c, IDR: 0x10, ODR: 0x14, BSRR: 0x18, LCKR: 0x1c, BRR: 0x28 };
const PC13 = 1 << 13;

function portC(mode: number, pull = 0): TestBench {
  const b = createTestBench();
  b.set(REG.RCC_IOPENR, 1 << 2);
  b.write(REG.GPIOC + GPIO.MODER, (0xffff_ffff & ~(3 << 26)) | (mode << 26));
  b.write(REG.GPIOC + GPIO.PUPDR, pull << 26);
  return b;
}
const idr13 = (b: TestBench): number => (b.read(REG.GPIOC + GPIO.IDR) >>> 13) & 1;

describe('GPIO (RM0454 chapter 6)', () => {
  test('port A wakes up with SWD on PA13 and PA14', () => {
    const b = createTestBench();
    b.set(REG.RCC_IOPENR, 1);
    expect(b.read(REG.GPIOA)).toBe(0xebff_ffff);
    expect(b.read(REG.GPIOA + GPIO.PUPDR)).toBe(0x2400_0000);
    expect(b.part.debugPortOpen()).toBe(true);
    b.write(REG.GPIOA, 0xffff_ffff);
    expect(b.part.debugPortOpen()).toBe(false);
  });
  test('an input follows pull resistors until something stronger drives it', () => {
    const b = portC(0, 1);
    expect(idr13(b)).toBe(1);
    b.part.net('PC13').setOutside(0);
    expect(idr13(b)).toBe(0);
    const down = portC(0, 2);
    expect(idr13(down)).toBe(0);
  });
  test('the resistor on the board beats the one in the pad', () => {
    const b = portC(0, 2);
    b.part.net('PC13').setBoardPull(1);
    expect(idr13(b)).toBe(1);
  });
  test('an analog pin reads 0', () => {
    const b = portC(3);
    b.part.net('PC13').setOutside(1);
    expect(idr13(b)).toBe(0);
  });
  test('an output reads back what it drives; BSRR and BRR set and clear', () => {
    const b = portC(1);
    b.write(REG.GPIOC + GPIO.BSRR, PC13);
    expect([idr13(b), b.read(REG.GPIOC + GPIO.ODR)]).toEqual([1, PC13]);
    b.write(REG.GPIOC + GPIO.BSRR, (PC13 << 16) >>> 0);
    expect(idr13(b)).toBe(0);
    b.write(REG.GPIOC + GPIO.BSRR, ((PC13 << 16) | PC13) >>> 0); // both: set wins
    expect(idr13(b)).toBe(1);
    b.write(REG.GPIOC + GPIO.BRR, PC13);
    expect(idr13(b)).toBe(0);
  });
  test('an open-drain output does not drive 1', () => {
    const b = portC(1);
    b.write(REG.GPIOC + GPIO.OTYPER, PC13);
    b.write(REG.GPIOC + GPIO.ODR, PC13);
    b.part.net('PC13').setOutside(0);
    expect(idr13(b)).toBe(0);
  });
  test('a locked pin keeps its mode until reset', () => {
    const b = portC(1);
    for (const key of [1, 0, 1]) b.write(REG.GPIOC + GPIO.LCKR, (key << 16) | PC13);
    expect(b.read(REG.GPIOC + GPIO.LCKR)).toBe(0x1_0000 | PC13);
    b.write(REG.GPIOC + GPIO.MODER, 0xffff_ffff);
    expect((b.read(REG.GPIOC + GPIO.MODER) >>> 26) & 3).toBe(1);
    b.reset('software');
    b.set(REG.RCC_IOPENR, 1 << 2);
    expect((b.read(REG.GPIOC + GPIO.MODER) >>> 26) & 3).toBe(3);
  });
  test('a wrong lock sequence locks nothing', () => {
    const b = portC(1);
    for (const word of [0x1_0000 | PC13, PC13 | 1, 0x1_0000 | PC13]) b.write(REG.GPIOC + GPIO.LCKR, word);
    expect(b.read(REG.GPIOC + GPIO.LCKR)).toBe(0);
  });
  test('byte writes reach their lane', () => {
    const b = portC(1);
    b.bus.write(REG.GPIOC + GPIO.ODR + 1, 0x20, 1);
    expect(b.read(REG.GPIOC + GPIO.ODR)).toBe(PC13);
  });
});

describe('EXTI (RM0454 chapter 13)', () => {
  function line13(rising: number, falling: number): TestBench {
    const b = portC(0);
    b.part.net('PC13').setOutside(1);
    b.write(REG.EXTI_EXTICR4, 2 << 8); // port C
    b.write(REG.EXTI_RTSR1, rising);
    b.write(REG.EXTI_FTSR1, falling);
    b.set(REG.EXTI_IMR1, PC13);
    return b;
  }
  const pending = (b: TestBench): number[] => [b.read(REG.EXTI_RPR1), b.read(REG.EXTI_FPR1)];
  test('falling and rising edges pend apart and are cleared by writing 1', () => {
    const b = line13(PC13, PC13);
    b.part.net('PC13').setOutside(0);
    expect(pending(b)).toEqual([0, PC13]);
    b.part.net('PC13').setOutside(1);
    expect(pending(b)).toEqual([PC13, PC13]);
    expect(b.irqs.has(7)).toBe(true);
    b.write(REG.EXTI_RPR1, PC13);
    b.write(REG.EXTI_FPR1, PC13);
    expect(pending(b)).toEqual([0, 0]);
    expect(b.irqs.has(7)).toBe(false);
  });
  test('an edge that is not selected does not pend', () => {
    const b = line13(PC13, 0);
    b.part.net('PC13').setOutside(0);
    expect(pending(b)).toEqual([0, 0]);
  });
  test('another port on the same line is not heard', () => {
    const b = line13(PC13, PC13);
    b.write(REG.EXTI_EXTICR4, 1 << 8);
    b.part.net('PC13').setOutside(0);
    expect(pending(b)).toEqual([0, 0]);
  });
  test('the bits of a UART frame are edges in their order and at their time', () => {
    const b = createTestBench();
    b.set(REG.RCC_IOPENR, 1 << 2);
    b.part.net('PC11').setState('idle');
    b.write(REG.EXTI_EXTICR4 - 4, 2 << 24);
    b.write(REG.EXTI_FTSR1, 1 << 11);
    b.pass(1_000);
    b.part.net('PC11').drive(hostFrame(0x7f, 9_600, b.now()));
    const falls: number[] = [];
    for (let i = 0; i < 2_000; i++) {
      b.pass(1_000);
      if (b.read(REG.EXTI_FPR1) !== 0) {
        falls.push(i);
        b.write(REG.EXTI_FPR1, 1 << 11);
      }
    }
    expect(falls).toHaveLength(2); // start bit, and bit 7 of 0x7F
    expect(falls[1]! - falls[0]!).toBeGreaterThanOrEqual(832);
    expect(falls[1]! - falls[0]!).toBeLessThanOrEqual(834);
  });
});
