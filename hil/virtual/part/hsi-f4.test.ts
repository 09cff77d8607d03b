import { describe, expect, test } from '@jest/globals';
import { F4 } from './addresses-l4-f4.ts';
import { stm32f411BlackPill } from './stm32f411.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const TIM11 = {
  CR1: 0x4001_4800,
  SR: 0x4001_4810,
  CCMR1: 0x4001_4818,
  CCER: 0x4001_4820,
  CCR1: 0x4001_4834,
  OR: 0x4001_4850,
};
const RCC_APB2ENR = 0x4002_3844;
const HSE_HZ = 25e6;
const HSI_HZ = 16e6;

/** HSE in Hz as TIM11 measures it, HSE / 16 and each eighth edge, if SYSCLK were exact. */
function measured(b: TestBench): number {
  b.set(RCC_APB2ENR, 1 << 18);
  b.set(F4.RCC_CR, 1 << 16);
  b.until(() => (b.read(F4.RCC_CR) & (1 << 17)) !== 0, 5e6);
  b.set(F4.RCC_CFGR, 16 << 16);
  b.write(TIM11.OR, 2);
  b.write(TIM11.CCMR1, 1 | (3 << 2));
  b.write(TIM11.CCER, 1);
  b.write(TIM11.CR1, 1);
  const capture = (): number => {
    b.until(() => (b.read(TIM11.SR) & 2) !== 0, 1e6);
    return b.read(TIM11.CCR1);
  };
  capture();
  let cycles = 0;
  let last = capture();
  for (let i = 0; i < 64; i++) {
    const now = capture();
    cycles += (now - last) & 0xffff;
    last = now;
  }
  return (HSI_HZ * 128 * 64) / cycles;
}

function board(seed: number, trim: number): TestBench {
  const b = createBenchOf(stm32f411BlackPill, { seed, clocks: { hseHz: HSE_HZ, hasLse: true } });
  b.write(F4.RCC_CR, (b.read(F4.RCC_CR) & ~(0x1f << 3)) | (trim << 3));
  return b;
}

describe('HSE measured against HSI by TIM11 (AN2606 r70 T83: what the ROM of F4 does)', () => {
  test('is right to 1 % with HSITRIM as the chip leaves reset, and as wrong as the HSI of the chip', () => {
    const found = [1, 2, 3, 4, 5, 6].map((seed) => measured(board(seed, 16)) / HSE_HZ - 1);
    expect(Math.max(...found.map(Math.abs))).toBeLessThan(0.0102);
    expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(0.002);
  });

  test('HSITRIM of an application moves it by half a percent a step', () => {
    const untouched = measured(board(1, 16));
    expect(measured(board(1, 10)) / untouched).toBeCloseTo(1 / 0.97, 2);
    expect(measured(board(1, 22)) / untouched).toBeCloseTo(1 / 1.03, 2);
  });
});
