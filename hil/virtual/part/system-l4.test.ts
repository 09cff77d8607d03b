import { describe, expect, test } from '@jest/globals';
import { CR } from '../peripheral/flash-l4-registers.ts';
import { L4 } from './addresses-l4-f4.ts';
import { boards } from './boards.ts';
import { stm32l476 } from './stm32l476.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const bench = (): TestBench => createBenchOf(stm32l476);
const OPTR_FACTORY = 0xffef_f8aa;
const BFB2 = 1 << 20;
const nBOOT1 = 1 << 23;

function withOptions(optr: number): TestBench {
  const b = bench();
  b.write(L4.FLASH_KEYR, 0x4567_0123);
  b.write(L4.FLASH_KEYR, 0xcdef_89ab);
  b.write(L4.FLASH_OPTKEYR, 0x0819_2a3b);
  b.write(L4.FLASH_OPTKEYR, 0x4c5d_6e7f);
  b.write(L4.FLASH_OPTR, optr >>> 0);
  b.write(L4.FLASH_CR, CR.OPTSTRT);
  b.pass(1e8);
  b.powerCycle();
  return b;
}
function bootsFrom(b: TestBench, boot0: 0 | 1): string {
  b.part.net('BOOT0').setOutside(boot0);
  return b.part.reset('system', 'pin');
}

describe('boot pattern 7 (RM0351 2.6)', () => {
  test('BOOT0 low starts the flash, high system memory', () => {
    const b = bench();
    expect([bootsFrom(b, 0), bootsFrom(b, 1)]).toEqual(['flash', 'system']);
  });
  test('BOOT0 high with nBOOT1 = 0 starts SRAM', () => {
    expect(bootsFrom(withOptions(OPTR_FACTORY & ~nBOOT1), 1)).toBe('sram');
  });
  test('with BFB2 a boot from flash begins in system memory', () => {
    expect(bootsFrom(withOptions(OPTR_FACTORY | BFB2), 0)).toBe('system');
  });
  test('MEM_MODE shows the decision, and 0x0000_0000 follows it', () => {
    const b = bench();
    bootsFrom(b, 1);
    b.set(L4.RCC_APB2ENR, 1);
    expect([b.read(L4.SYSCFG_MEMRMP), b.bus.alias?.name]).toEqual([1, 'system memory']);
    b.write(L4.SYSCFG_MEMRMP, 3);
    expect(b.bus.alias?.name).toBe('SRAM');
  });
});

describe('memories', () => {
  test('96 KiB of SRAM1 and 32 KiB of SRAM2, which L47x does not show behind SRAM1', () => {
    const b = bench();
    b.write(0x2001_7ffc, 1);
    b.write(0x1000_7ffc, 2);
    expect([b.read(0x2001_7ffc), b.read(0x1000_7ffc)]).toEqual([1, 2]);
    expect(() => b.read(0x2001_8000)).toThrow('bus fault');
  });
  test('flash size, package and IDCODE', () => {
    const b = bench();
    expect([b.bus.read(0x1fff_75e0, 2), b.read(0x1fff_7500) & 31, b.read(L4.DBGMCU_IDCODE)]).toEqual([
      1024, 0, 0x1003_6415,
    ]);
  });
});

describe('EXTI by SYSCFG_EXTICR', () => {
  function line13(): TestBench {
    const b = bench();
    b.set(L4.RCC_APB2ENR, 1);
    b.set(L4.RCC_AHB2ENR, 4);
    b.write(L4.GPIOC, 0xf3ff_ffff); // PC13 is an input
    b.write(L4.SYSCFG_EXTICR4, 2 << 4);
    b.write(L4.EXTI_FTSR1, 1 << 13);
    b.part.net('PC13').setOutside(1);
    b.pass(10);
    return b;
  }
  test('the selected edge of the selected port pends the line and its interrupt', () => {
    const b = line13();
    b.set(L4.EXTI_IMR1, 1 << 13);
    b.part.net('PC13').setOutside(0);
    b.pass(10);
    expect([b.read(L4.EXTI_PR1), b.irqs.has(40)]).toEqual([1 << 13, true]);
    b.write(L4.EXTI_PR1, 1 << 13);
    expect([b.read(L4.EXTI_PR1), b.irqs.has(40)]).toEqual([0, false]);
  });
  test('a line of another port stays quiet', () => {
    const b = line13();
    b.write(L4.SYSCFG_EXTICR4, 0);
    b.part.net('PC13').setOutside(0);
    b.pass(10);
    expect(b.read(L4.EXTI_PR1)).toBe(0);
  });
  test('SWIER pends an unmasked line and is cleared with PR', () => {
    const b = line13();
    b.write(L4.EXTI_SWIER1, 1);
    expect(b.read(L4.EXTI_PR1)).toBe(0);
    b.write(L4.EXTI_PR1, 1);
    b.set(L4.EXTI_IMR1, 1);
    b.write(L4.EXTI_SWIER1, 1);
    expect([b.read(L4.EXTI_PR1), b.irqs.has(6)]).toEqual([1, true]);
    b.write(L4.EXTI_PR1, 1);
    expect([b.read(L4.EXTI_SWIER1), b.read(L4.EXTI_PR1)]).toEqual([0, 0]);
  });
  test('direct lines are unmasked after reset', () => {
    expect(bench().read(L4.EXTI_IMR1)).toBe(0xff82_0000);
  });
});

describe('backup registers and watchdogs', () => {
  test('32 backup registers behind DBP survive a system reset, not a power cycle', () => {
    const b = bench();
    b.write(L4.RTC_BKP0R + 31 * 4, 5);
    expect(b.read(L4.RTC_BKP0R + 31 * 4)).toBe(0);
    b.set(L4.RCC_APB1ENR1, 1 << 28);
    b.set(L4.PWR_CR1, 1 << 8);
    b.write(L4.RTC_BKP0R + 31 * 4, 5);
    b.reset('software');
    expect(b.read(L4.RTC_BKP0R + 31 * 4)).toBe(5);
    b.powerCycle();
    expect(b.read(L4.RTC_BKP0R + 31 * 4)).toBe(0);
  });
  test('WDGTB has two bits at 8:7', () => {
    const b = bench();
    b.set(L4.RCC_APB1ENR1, 1 << 11);
    b.write(L4.WWDG_CFR, 0xffff_ffff);
    expect(b.read(L4.WWDG_CFR)).toBe(0x3ff);
  });
  test('IWDG has a window', () => {
    expect(bench().read(L4.IWDG_WINR)).toBe(0xfff);
  });
});

test('the board: VCP on USART2, where the ROM listens, and adapters for USART1 and USART3; LSE, no HSE', () => {
  const board = boards['NUCLEO-L476RG']!;
  expect(board.wires).toEqual([
    { name: 'USART2', role: 'both', txPin: 'PA2', rxPin: 'PA3' },
    { name: 'USART1', role: 'rom', txPin: 'PA9', rxPin: 'PA10' },
    { name: 'USART3', role: 'rom', txPin: 'PC10', rxPin: 'PC11' },
  ]);
  expect(board.clocks).toEqual({ hseHz: undefined, hasLse: true });
});
