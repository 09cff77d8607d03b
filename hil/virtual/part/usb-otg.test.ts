import { describe, expect, test } from '@jest/globals';
import { setupOf } from '../peripheral/usb-otg-bench.ts';
import { GCCFG, GINT, OTG } from '../peripheral/usb-otg-registers.ts';
import { F4, L4 } from './addresses-l4-f4.ts';
import { stm32f411, stm32f411BlackPill } from './stm32f411.ts';
import { stm32l476 } from './stm32l476.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const OTG_FS = 0x5000_0000;
const OTG_IRQ = 67;
const F4_AHB2ENR = 0x4002_3834;
const F4_AHB2RSTR = 0x4002_3814;
const OTGFS_F4 = 1 << 7;
const OTGFS_L4 = 1 << 12;
const PWR_CR2 = 0x4000_7004;
const USV = 1 << 10;
const EXTI_LINE_18 = 1 << 18;

const answers = (b: TestBench): boolean => b.part.usb!.setup(0, 0, setupOf(0x80, 6)) === 'ack';
const seen = (b: TestBench): readonly [attached: boolean, answers: boolean] => [b.part.usb!.attached, answers(b)];

/** PA11 and PA12 in alternate function 10. */
function pins(b: TestBench, gpioa: number): void {
  b.write(gpioa, (b.read(gpioa) & ~(0xf << 22)) | (0xa << 22));
  b.set(gpioa + 0x24, 0x000a_a000);
}

describe.each([
  ['NUCLEO-F411RE', stm32f411, 8],
  ['Black Pill', stm32f411BlackPill, 25],
] as const)('F411 on the %s: USB from the main PLL (RM0383 6.2)', (_, part, mhz) => {
  interface Setting {
    readonly q?: number;
    readonly source?: 'HSE' | 'HSI';
    readonly seed?: number;
  }
  /** VCO = 192 MHz, SYSCLK = 96 MHz, and the driver's registers. */
  function running({ q = 4, source = 'HSE', seed = 1 }: Setting = {}): TestBench {
    const b = createBenchOf(part, { seed, clocks: { hseHz: mhz * 1e6, hasLse: true } });
    const hse = source === 'HSE';
    b.write(F4.FLASH_ACR, 3);
    b.set(F4.RCC_CR, hse ? 1 << 16 : 1);
    b.until(() => (b.read(F4.RCC_CR) & (hse ? 1 << 17 : 2)) !== 0, 5e6);
    b.write(F4.RCC_PLLCFGR, (hse ? mhz | (1 << 22) : 16) | (192 << 6) | (q << 24));
    b.set(F4.RCC_CR, 1 << 24);
    b.until(() => (b.read(F4.RCC_CR) & (1 << 25)) !== 0, 1e6);
    b.write(F4.RCC_CFGR, 2);
    b.pass(1e5);
    b.set(F4.RCC_AHB1ENR, 1);
    b.set(F4_AHB2ENR, OTGFS_F4);
    pins(b, F4.GPIOA);
    b.write(OTG_FS + OTG.GCCFG, GCCFG.PWRDWN | GCCFG.NOVBUSSENS);
    return b;
  }
  test('is seen and answers', () => {
    expect(seen(running())).toEqual([true, true]);
  });
  test.each([
    [3, '64 MHz'],
    [5, '38.4 MHz'],
    [8, '24 MHz'],
  ])('PLLQ = %i makes %s: seen, but not understood', (q) => {
    expect(seen(running({ q }))).toEqual([true, false]);
  });
  test.each([0, 1])('PLLQ = %i is a wrong configuration: no clock, not even seen', (q) => {
    expect(seen(running({ q }))).toEqual([false, false]);
  });
  test('from HSI it depends on the chip: 1 % is four times what USB bears', () => {
    const outcomes = Array.from({ length: 12 }, (__, seed) => answers(running({ source: 'HSI', seed })));
    expect(new Set(outcomes)).toEqual(new Set([true, false]));
  });
  test('the clock enable gates its answers, a reset by RCC takes it off the bus', () => {
    const b = running();
    b.write(F4_AHB2ENR, 0);
    expect(seen(b)).toEqual([true, false]);
    b.write(F4_AHB2ENR, OTGFS_F4);
    expect(answers(b)).toBe(true);
    b.write(F4_AHB2RSTR, OTGFS_F4);
    expect(b.part.usb!.attached).toBe(false);
  });
  test('a clock that a jump leaves off leaves the pull-up on: a device that does not answer', () => {
    const b = running();
    b.write(F4.RCC_CFGR, 0);
    b.pass(1e5);
    b.write(F4.RCC_CR, 1);
    expect(seen(b)).toEqual([true, false]);
  });
  test('pins that are given to USART6 are no USB', () => {
    const b = running();
    b.write(F4.GPIOA + 0x24, 0x0008_8000);
    expect(b.part.usb!.attached).toBe(false);
  });
  test.each(['pin', 'software', 'iwdg'] as const)('a reset of the chip (%s) takes it off the bus', (cause) => {
    const b = running();
    b.reset(cause);
    expect(b.part.usb!.attached).toBe(false);
  });
  test('its interrupt is 67; the wake-up edge is EXTI line 18, interrupt 42', () => {
    const b = running();
    b.write(F4.EXTI_RTSR, EXTI_LINE_18);
    b.write(F4.EXTI_IMR, EXTI_LINE_18);
    b.write(OTG_FS + OTG.GINTMSK, GINT.USBSUSP);
    b.write(OTG_FS + OTG.GAHBCFG, 1);
    b.pass(4e6);
    expect([b.irqs.has(OTG_IRQ), b.irqs.has(42)]).toEqual([true, false]);
    b.part.usb!.setReset(true);
    expect([b.irqs.has(42), b.read(F4.EXTI_PR)]).toEqual([true, EXTI_LINE_18]);
  });
});

describe('L476: CLK48SEL (RM0351 6.4.28)', () => {
  const MSI_48_MHZ = 0xb0 | 8 | 1;
  const MSIPLLEN = 4;
  const LSE_READY = 3;
  interface Setting {
    readonly lse?: boolean;
    readonly usv?: boolean;
    readonly seed?: number;
    readonly hseHz?: number;
  }
  function bench({ lse = true, usv = true, seed = 1, hseHz }: Setting = {}): TestBench {
    const b = createBenchOf(stm32l476, { seed, clocks: { hseHz, hasLse: lse } });
    b.set(L4.RCC_APB1ENR1, 1 << 28);
    b.set(L4.PWR_CR1, 1 << 8);
    b.write(L4.FLASH_ACR, 4);
    b.write(L4.RCC_BDCR, 1);
    b.pass(2.1e9);
    b.write(PWR_CR2, usv ? USV : 0);
    b.set(L4.RCC_AHB2ENR, 1 | OTGFS_L4);
    pins(b, L4.GPIOA);
    return b;
  }
  function connect(b: TestBench): TestBench {
    b.write(OTG_FS + OTG.GCCFG, GCCFG.PWRDWN);
    b.set(OTG_FS + OTG.GOTGCTL, 0xc0);
    b.write(OTG_FS + OTG.DCTL, 0);
    return b;
  }
  function onMsi(setting: Setting, pllMode = true): TestBench {
    const b = bench(setting);
    b.write(L4.RCC_CR, MSI_48_MHZ);
    b.pass(1e5);
    b.write(L4.RCC_CR, MSI_48_MHZ | (pllMode ? MSIPLLEN : 0));
    b.write(L4.RCC_CCIPR, 3 << 26);
    return connect(b);
  }
  /** 48 MHz by output Q of the main PLL or PLLSAI1, from HSE at 8 MHz: VCO = 192 MHz, Q = /4. SYSCLK is HSE x 12 by the main PLL's R. */
  function onPll(which: 'PLL' | 'PLLSAI1', qen = true): TestBench {
    const b = bench({ hseHz: 8e6 });
    b.set(L4.RCC_CR, 1 << 16);
    b.until(() => (b.read(L4.RCC_CR) & (1 << 17)) !== 0, 5e6);
    const factors = (24 << 8) | (1 << 21) | (1 << 25) | (1 << 24) | (qen ? 1 << 20 : 0);
    b.write(L4.RCC_PLLCFGR, factors | 3);
    b.write(L4.RCC_PLLSAI1CFGR, factors);
    b.set(L4.RCC_CR, (1 << 24) | (1 << 26));
    b.pass(1e5);
    b.write(L4.RCC_CFGR, 3);
    b.pass(1e5);
    b.write(L4.RCC_CCIPR, which === 'PLL' ? 2 << 26 : 1 << 26);
    return connect(b);
  }

  test('MSI at 48 MHz kept straight by the LSE is seen and answers', () => {
    const b = onMsi({});
    expect([b.read(L4.RCC_BDCR) & 3, ...seen(b)]).toEqual([LSE_READY, true, true]);
  });
  test('MSI on its own is good enough on some chips', () => {
    const outcomes = Array.from({ length: 12 }, (_, seed) => answers(onMsi({ seed }, false)));
    expect(new Set(outcomes)).toEqual(new Set([true, false]));
  });
  test('without LSE the PLL mode of MSI cannot be switched on', () => {
    const outcomes = Array.from({ length: 12 }, (_, seed) => answers(onMsi({ seed, lse: false })));
    expect(outcomes).toContain(false);
  });
  test('no selection, no clock', () => {
    const b = onMsi({});
    b.write(L4.RCC_CCIPR, 0);
    expect(answers(b)).toBe(false);
  });
  test.each(['PLL', 'PLLSAI1'] as const)('%sQ from HSE answers, but not without its output enable', (which) => {
    expect([seen(onPll(which)), seen(onPll(which, false))]).toEqual([
      [true, true],
      [false, false],
    ]);
  });
  test('the transceiver needs USV', () => {
    const b = onMsi({ usv: false });
    expect(b.part.usb!.attached).toBe(false);
    b.write(PWR_CR2, USV);
    expect(seen(b)).toEqual([true, true]);
  });
  test('in voltage range 2 it does not work (AN2606 T168): not seen', () => {
    const b = bench();
    b.write(L4.PWR_CR1, (b.read(L4.PWR_CR1) & ~(3 << 9)) | (2 << 9));
    b.write(L4.RCC_CR, MSI_48_MHZ);
    b.pass(1e5);
    b.write(L4.RCC_CR, MSI_48_MHZ | MSIPLLEN);
    b.write(L4.RCC_CCIPR, 3 << 26);
    connect(b);
    expect(seen(b)).toEqual([false, false]);
    b.write(L4.PWR_CR1, (b.read(L4.PWR_CR1) & ~(3 << 9)) | (1 << 9));
    expect(seen(b)).toEqual([true, true]);
  });
  test('a device that is there when range 2 comes stays, and answers nothing', () => {
    const b = onMsi({});
    b.write(L4.PWR_CR1, (b.read(L4.PWR_CR1) & ~(3 << 9)) | (2 << 9));
    expect(seen(b)).toEqual([true, false]);
  });
  test('its interrupt is 67', () => {
    const b = onMsi({});
    b.write(OTG_FS + OTG.GINTMSK, GINT.USBRST);
    b.write(OTG_FS + OTG.GAHBCFG, 1);
    b.part.usb!.setReset(true);
    expect(b.irqs.has(OTG_IRQ)).toBe(true);
  });
});
