import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hpreOf, ppreOf } from '../peripheral/rcc-g0-registers.ts';
import { REG } from './addresses.ts';
import { createTestBench, type TestBench } from './test-bench.ts';

const HSION = 1 << 8;
const HSIRDY = 1 << 10;
const HSEON = 1 << 16;
const HSERDY = 1 << 17;
const PLLON = 1 << 24;
const PLLRDY = 1 << 25;
/** HSI16, M = 1, N = 8, R = 2, PLLREN: 64 MHz. */
const PLL_64_MHZ = 0x3000_0802;

const sws = (b: TestBench): number => (b.read(REG.RCC_CFGR) >>> 3) & 7;
const cr = (b: TestBench): number => b.read(REG.RCC_CR);

function onPll(pllcfgr = PLL_64_MHZ): TestBench {
  const b = createTestBench();
  b.write(REG.FLASH_ACR, 0x602);
  b.write(REG.RCC_PLLCFGR, pllcfgr);
  b.set(REG.RCC_CR, PLLON);
  b.until(() => (cr(b) & PLLRDY) !== 0, 1e6);
  b.write(REG.RCC_CFGR, 2);
  b.until(() => sws(b) === 2, 1e6);
  return b;
}

describe('reset state (RM0454 5.4)', () => {
  test('HSI16 runs and is ready, PLLCFGR has its reset value', () => {
    const b = createTestBench();
    expect([cr(b), b.read(REG.RCC_CFGR), b.read(REG.RCC_PLLCFGR)]).toEqual([0x500, 0, 0x1000]);
    expect(b.part.hclkHz()).toBe(16_000_000);
  });
  test('a system reset goes back to HSI16', () => {
    const b = onPll();
    b.reset('software');
    expect([cr(b), sws(b), b.part.hclkHz()]).toEqual([0x500, 0, 16_000_000]);
  });
});

describe('ready flags come late', () => {
  test('the PLL locks 15 to 40 us after PLLON', () => {
    for (const seed of [1, 2, 3]) {
      const b = createTestBench(seed);
      b.write(REG.RCC_PLLCFGR, PLL_64_MHZ);
      b.set(REG.RCC_CR, PLLON);
      expect(cr(b) & PLLRDY).toBe(0);
      const late = b.until(() => (cr(b) & PLLRDY) !== 0, 1e6, 100);
      expect(late).toBeGreaterThanOrEqual(15_000);
      expect(late).toBeLessThanOrEqual(40_100);
    }
  });
  test('the lateness depends on the seed and on nothing else', () => {
    const lateness = (seed: number): number => {
      const b = createTestBench(seed);
      b.write(REG.RCC_CSR, 1);
      return b.until(() => (b.read(REG.RCC_CSR) & 2) !== 0, 1e6, 100);
    };
    expect(lateness(5)).toBe(lateness(5));
    expect(new Set([1, 2, 3, 4].map(lateness)).size).toBeGreaterThan(1);
  });
  test('HSE never gets ready: the board has no crystal', () => {
    const b = createTestBench();
    b.set(REG.RCC_CR, HSEON);
    b.pass(1e9);
    expect(cr(b) & HSERDY).toBe(0);
  });
  test('SW is followed by SWS only later, and waits for a source that is not ready', () => {
    const b = createTestBench();
    b.write(REG.RCC_CSR, 1);
    b.write(REG.RCC_CFGR, 3);
    expect(sws(b)).toBe(0);
    b.until(() => sws(b) === 3, 1e6);
    expect(b.part.hclkHz()).toBeGreaterThan(31_000);
    expect(b.part.hclkHz()).toBeLessThan(33_000);
  });
  test('a ready interrupt is raised when enabled', () => {
    const b = createTestBench();
    b.write(REG.RCC_CIER, 1);
    b.write(REG.RCC_CSR, 1);
    b.pass(200_000);
    expect(b.read(REG.RCC_CIFR)).toBe(1);
    expect(b.irqs.has(4)).toBe(true);
  });
});

describe('the PLL', () => {
  test('gives 64 MHz from HSI16', () => {
    expect(onPll().part.hclkHz()).toBe(64_000_000);
  });
  test('keeps source, M, N and R while it is on', () => {
    const b = onPll();
    b.write(REG.RCC_PLLCFGR, 0x7000_0c02);
    expect(b.read(REG.RCC_PLLCFGR)).toBe(PLL_64_MHZ);
  });
  test('takes a new configuration once it is off', () => {
    const b = onPll();
    b.write(REG.RCC_CFGR, 0);
    b.until(() => sws(b) === 0, 1e6);
    b.write(REG.RCC_CR, HSION);
    b.write(REG.RCC_PLLCFGR, 0x7000_0c02);
    expect(b.read(REG.RCC_PLLCFGR)).toBe(0x7000_0c02);
  });
  test('cannot be switched off while it drives SYSCLK', () => {
    const b = onPll();
    b.write(REG.RCC_CR, HSION);
    expect(cr(b) & (PLLON | PLLRDY)).toBe(PLLON | PLLRDY);
  });
  test('holds HSI16 on while it drives SYSCLK from it', () => {
    const b = onPll();
    b.write(REG.RCC_CR, PLLON);
    expect(cr(b) & (HSION | HSIRDY)).toBe(HSION | HSIRDY);
  });
  test('PLLREN cannot be cleared while it drives SYSCLK', () => {
    const b = onPll();
    b.write(REG.RCC_PLLCFGR, PLL_64_MHZ & ~(1 << 28));
    expect(b.read(REG.RCC_PLLCFGR)).toBe(PLL_64_MHZ);
  });
  test.each([
    ['no source', 0x3000_0800],
    ['VCO too slow', 0x3000_0412],
    ['HSE without crystal', 0x3000_0803],
  ])('never locks with %s', (_why, pllcfgr) => {
    const b = createTestBench();
    b.write(REG.RCC_PLLCFGR, pllcfgr);
    b.set(REG.RCC_CR, PLLON);
    b.pass(1e8);
    expect(cr(b) & PLLRDY).toBe(0);
  });
  test('SYSCLK stays on HSI16 when PLLREN is clear', () => {
    const b = createTestBench();
    b.write(REG.RCC_PLLCFGR, 0x2000_0802);
    b.set(REG.RCC_CR, PLLON);
    b.pass(100_000);
    b.write(REG.RCC_CFGR, 2);
    b.pass(100_000);
    expect(sws(b)).toBe(0);
  });
});

describe('dividers', () => {
  test('HSIDIV, HPRE and PPRE', () => {
    const b = createTestBench();
    b.write(REG.RCC_CR, HSION | (2 << 11));
    expect(b.part.hclkHz()).toBe(4_000_000);
    b.write(REG.RCC_CFGR, 8 << 8);
    expect(b.part.hclkHz()).toBe(2_000_000);
  });
  test('fields below the first divider mean none; 32 does not exist for HPRE', () => {
    expect([0, 7, 8, 11, 12, 15].map((f) => hpreOf(f << 8))).toEqual([1, 1, 2, 16, 64, 512]);
    expect([0, 3, 4, 7].map((f) => ppreOf(f << 12))).toEqual([1, 1, 2, 16]);
  });
});

describe('clock gating', () => {
  const SYSCFG_CLOCK = 1;
  test('registers read 0 and ignore writes while the clock is off', () => {
    const b = createTestBench();
    b.write(REG.SYSCFG_CFGR1, 3);
    expect(b.read(REG.SYSCFG_CFGR1)).toBe(0);
    b.set(REG.RCC_APBENR2, SYSCFG_CLOCK);
    expect(b.read(REG.SYSCFG_CFGR1)).toBe(1); // an empty chip has booted system memory
    b.write(REG.SYSCFG_CFGR1, 3);
    expect(b.read(REG.SYSCFG_CFGR1)).toBe(3);
  });
  test('what was written stays when the clock goes off and on', () => {
    const b = createTestBench();
    b.set(REG.RCC_IOPENR, 1);
    b.write(REG.GPIOA + 0x14, 0x55);
    b.write(REG.RCC_IOPENR, 0);
    expect(b.read(REG.GPIOA + 0x14)).toBe(0);
    b.set(REG.RCC_IOPENR, 1);
    expect(b.read(REG.GPIOA + 0x14)).toBe(0x55);
  });
  test('a reset bit puts the peripheral back and holds it', () => {
    const b = createTestBench();
    b.set(REG.RCC_APBENR1, 1 << 17);
    b.write(REG.USART2 + 0x0c, 0x8b);
    b.write(REG.RCC_APBRSTR1, 1 << 17);
    b.write(REG.USART2 + 0x0c, 0x11);
    b.write(REG.RCC_APBRSTR1, 0);
    expect(b.read(REG.USART2 + 0x0c)).toBe(0);
  });
  test('an address between peripherals is a fault', () => {
    expect(() => createTestBench().read(0x4000_0000)).toThrow('bus fault');
  });
});

describe('reset flags in CSR', () => {
  const RMVF = 1 << 23;
  const flags = (b: TestBench): number => (b.read(REG.RCC_CSR) & 0xfe00_0000) >>> 0;
  test.each([
    ['pin', 0x0400_0000],
    ['software', 0x1400_0000],
    ['iwdg', 0x2400_0000],
    ['wwdg', 0x4400_0000],
    ['option-load', 0x0600_0000],
  ] as const)('a %s reset brings PINRSTF with its own flag', (cause, expected) => {
    const b = createTestBench();
    b.write(REG.RCC_CSR, RMVF);
    b.reset(cause);
    expect(flags(b)).toBe(expected);
  });
  test('power-on shows PWRRSTF and PINRSTF alone', () => {
    const b = createTestBench();
    b.reset('software');
    b.powerCycle();
    expect(flags(b)).toBe(0x0c00_0000);
  });
  test('flags add up until RMVF', () => {
    const b = createTestBench();
    b.reset('iwdg');
    b.reset('software');
    expect(flags(b)).toBe(0x3c00_0000);
    b.write(REG.RCC_CSR, RMVF);
    expect(flags(b)).toBe(0);
  });
});

describe('backup domain', () => {
  const LSEON = 1;
  const LSERDY = 2;
  function writable(): TestBench {
    const b = createTestBench();
    b.set(REG.RCC_APBENR1, (1 << 28) | (1 << 10));
    b.set(REG.PWR_CR1, 1 << 8);
    return b;
  }
  test('takes no writes without DBP', () => {
    const b = createTestBench();
    b.set(REG.RCC_APBENR1, (1 << 28) | (1 << 10));
    b.write(REG.RCC_BDCR, LSEON);
    b.write(REG.TAMP_BKP0R, 5);
    expect([b.read(REG.RCC_BDCR), b.read(REG.TAMP_BKP0R)]).toEqual([0, 0]);
  });
  test('LSE and backup registers survive a system reset, not a power cycle', () => {
    const b = writable();
    b.write(REG.RCC_BDCR, LSEON);
    b.write(REG.TAMP_BKP0R + 16, 5);
    b.until(() => (b.read(REG.RCC_BDCR) & LSERDY) !== 0, 3e9, 1e6);
    b.reset('software');
    b.set(REG.RCC_APBENR1, 1 << 10);
    expect([b.read(REG.RCC_BDCR) & 3, b.read(REG.TAMP_BKP0R + 16)]).toEqual([3, 5]);
    b.powerCycle();
    b.set(REG.RCC_APBENR1, 1 << 10);
    expect([b.read(REG.RCC_BDCR), b.read(REG.TAMP_BKP0R + 16)]).toEqual([0, 0]);
  });
  test('BDRST clears them', () => {
    const b = writable();
    b.write(REG.TAMP_BKP0R, 5);
    b.write(REG.RCC_BDCR, 1 << 16);
    expect(b.read(REG.TAMP_BKP0R)).toBe(0);
  });
});

test('any sequence of writes to RCC leaves SYSCLK running', () => {
  const registers = [REG.RCC_CR, REG.RCC_CFGR, REG.RCC_PLLCFGR, REG.RCC_CSR];
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(0xffff_ffff), fc.nat(100_000)), { maxLength: 30 }), (writes) => {
      const b = createTestBench();
      b.write(REG.FLASH_ACR, 0x602);
      for (const [register, value, ns] of writes) {
        b.write(registers[register]!, value);
        b.pass(ns);
        // What drives SYSCLK is on and ready.
        if (sws(b) === 0 && (cr(b) & (HSION | HSIRDY)) !== (HSION | HSIRDY)) return false;
        if (sws(b) === 2 && (cr(b) & (PLLON | PLLRDY)) !== (PLLON | PLLRDY)) return false;
      }
      return b.part.hclkHz() > 0;
    }),
    { numRuns: 60 },
  );
});
