import { describe, expect, test } from '@jest/globals';
import type { Part } from './part.ts';
import { stm32c071 } from './stm32c071.ts';
import { stm32f042 } from './stm32f042.ts';
import { stm32g0b1 } from './stm32g0b1.ts';
import { stm32l073 } from './stm32l073.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

/** Offsets from 0x4000_5C00. */
const USB = 0x4000_5c00;
const CNTR = USB + 0x40;
const ISTR = USB + 0x44;
const DADDR = USB + 0x4c;
const BCDR = USB + 0x58;
const CRS = { CR: 0x4000_6c00, CFGR: 0x4000_6c04, ISR: 0x4000_6c08, ICR: 0x4000_6c0c };
const MS = 1e6;

/** What a program does before it touches USB. Source of addresses and bits: ST headers of the parts. */
interface Family {
  readonly part: Part;
  readonly irq: number;
  readonly packetMemory: { readonly base: number; readonly size: number };
  readonly enable: { readonly register: number; readonly usb: number; readonly crs: number };
  readonly reset: number;
  clocks(b: TestBench): void;
}
const RCC = 0x4002_1000;
const wait = (b: TestBench, register: number, bit: number): void =>
  void b.until(() => (b.read(register) & (1 << bit)) !== 0, 5e6, 1_000);

function syscfgReference(b: TestBench): void {
  b.set(RCC + 0x34, 1);
  b.set(0x4001_0020, (1 << 13) | 1);
}

const families: Readonly<Record<string, Family>> = {
  STM32F042: {
    part: stm32f042,
    irq: 31,
    packetMemory: { base: 0x4000_6000, size: 1024 },
    enable: { register: RCC + 0x1c, usb: 1 << 23, crs: 1 << 27 },
    reset: RCC + 0x10,
    clocks(b) {
      b.set(RCC + 0x34, 1 << 16);
      wait(b, RCC + 0x34, 17);
      b.set(RCC + 0x04, 3); // SYSCLK = HSI48
      b.pass(2_000);
    },
  },
  STM32L073: {
    part: stm32l073,
    irq: 31,
    packetMemory: { base: 0x4000_6000, size: 1024 },
    enable: { register: RCC + 0x38, usb: 1 << 23, crs: 1 << 27 },
    reset: RCC + 0x28,
    clocks(b) {
      b.set(RCC, 1);
      wait(b, RCC, 2);
      b.set(RCC + 0x0c, 1); // SYSCLK = HSI16
      syscfgReference(b);
      b.set(RCC + 0x08, 1);
      wait(b, RCC + 0x08, 1);
      b.set(RCC + 0x4c, 1 << 26);
    },
  },
  STM32G0B1: {
    part: stm32g0b1,
    irq: 8,
    packetMemory: { base: 0x4000_9800, size: 2048 },
    enable: { register: RCC + 0x3c, usb: 1 << 13, crs: 1 << 16 },
    reset: RCC + 0x2c,
    clocks(b) {
      b.set(RCC, 1 << 22);
      wait(b, RCC, 23);
      b.set(RCC + 0x3c, 1 << 28);
      b.set(0x4000_7004, 1 << 10);
    },
  },
  STM32C071: {
    part: stm32c071,
    irq: 8,
    packetMemory: { base: 0x4000_9800, size: 2048 },
    enable: { register: RCC + 0x3c, usb: 1 << 13, crs: 1 << 16 },
    reset: RCC + 0x2c,
    clocks(b) {
      b.set(RCC, 1 << 22);
      wait(b, RCC, 23);
    },
  },
};
const names = Object.keys(families);

/** A part with USB attached, as a program leaves it. */
function attached(family: Family, settings = {}): TestBench {
  const b = createBenchOf(family.part, settings);
  family.clocks(b);
  b.set(family.enable.register, family.enable.usb);
  b.part.usb!.setPlugged(true);
  b.write(CNTR, 0x8400);
  b.write(ISTR, 0);
  b.write(BCDR, 0x8000);
  return b;
}

/** The device takes a SETUP on endpoint 0 right after a reset of the bus. */
function takesSetup(family: Family, b: TestBench): boolean {
  const port = b.part.usb!;
  const memory = family.packetMemory.base;
  port.setReset(true);
  port.setReset(false);
  b.write(ISTR, 0);
  if (family.packetMemory.size === 1024) {
    b.bus.write(memory + 4, 0x80, 2);
    b.bus.write(memory + 6, 0x8400, 2);
  } else b.write(memory + 4, 0x8400_0080);
  b.write(USB, ((b.read(USB) ^ 0x2020) & 0x7070) | 0x0200);
  b.write(DADDR, 0x80);
  return port.setup(0, 0, new Uint8Array(8)) === 'ack';
}

describe.each(names)('USB of %s', (name) => {
  const family = families[name]!;
  const { enable, packetMemory } = family;

  test('attaches with 48 MHz, its clock and its supply, and takes a SETUP with its interrupt', () => {
    const b = attached(family);
    expect(b.part.usb!.attached).toBe(true);
    expect(takesSetup(family, b)).toBe(true);
    expect(b.irqs.has(family.irq)).toBe(true);
    expect(b.notes).not.toContain('peripheral is not modelled');
  });

  test('without its clock bit registers and packet memory read 0, and it stays attached but silent', () => {
    const b = attached(family);
    b.write(enable.register, b.read(enable.register) & ~enable.usb);
    expect([b.read(CNTR), b.read(packetMemory.base)]).toEqual([0, 0]);
    expect(b.part.usb!.attached).toBe(true);
    expect(takesSetup(family, b)).toBe(false);
  });

  test('its reset bit takes it off the bus', () => {
    const b = attached(family);
    b.write(family.reset, enable.usb);
    expect(b.part.usb!.attached).toBe(false);
    b.write(family.reset, 0);
    expect(b.read(CNTR)).toBe(3);
  });

  test.each(['pin', 'software'] as const)('a reset of the chip by %s takes it off the bus', (cause) => {
    const b = attached(family);
    b.reset(cause);
    expect(b.part.usb!.attached).toBe(false);
  });

  test('the packet memory has its place and size', () => {
    const b = attached(family);
    const { base, size } = packetMemory;
    const width = size === 1024 ? 2 : 4;
    for (const address of [base, base + size - width]) {
      b.bus.write(address, 0x1234, width);
      expect(b.bus.read(address, width)).toBe(0x1234);
    }
    expect(b.notes).not.toContain('USB packet memory: access of the wrong width');
  });

  test('CRS finds each frame of the host right: SYNCOK, no error', () => {
    const b = attached(family);
    b.set(enable.register, enable.crs);
    b.part.usb!.setFrames(true, 0);
    b.write(CRS.CR, b.read(CRS.CR) | 0x60);
    expect(b.read(CRS.ISR)).toBe(0);
    b.pass(1.1 * MS);
    expect(b.read(CRS.ISR)).toBe(0x9);
    b.write(CRS.ICR, 0xf);
    expect(b.read(CRS.ISR)).toBe(0);
    b.pass(1.1 * MS);
    expect(b.read(CRS.ISR) & 1).toBe(1);
  });

  test('CRS without frames runs out once: ESYNC, SYNCMISS and its interrupt', () => {
    const b = createBenchOf(family.part);
    family.clocks(b);
    b.set(enable.register, enable.crs);
    b.write(CRS.CR, b.read(CRS.CR) | 0x24);
    b.pass(1.05 * MS);
    expect([b.read(CRS.ISR), b.irqs.has(4)]).toEqual([0x8, false]);
    b.pass(3 * MS);
    expect([b.read(CRS.ISR), b.irqs.has(4)]).toEqual([0x20c, true]);
    b.write(CRS.ICR, 0xf);
    b.pass(10 * MS);
    expect([b.read(CRS.ISR), b.irqs.has(4)]).toEqual([0, false]);
  });
});

test.each([
  ['STM32F042', 0x2000],
  ['STM32L073', 0x2000],
  ['STM32G0B1', 0x4000],
  ['STM32C071', 0x4000],
])('CRS_CR of %s is 0x%x after a reset: TRIM in the middle', (name, expected) => {
  const family = families[name]!;
  const b = createBenchOf(family.part);
  b.set(family.enable.register, family.enable.crs);
  expect(b.read(CRS.CR)).toBe(expected);
});

describe('48 MHz', () => {
  const { STM32F042, STM32L073, STM32G0B1, STM32C071 } = families as Record<string, Family> & typeof families;
  const board = { hseHz: 48_000_000, hasLse: true };

  test.each([
    ['F042: HSI48', STM32F042!, 0, true],
    ['F042: PLLCLK, which is off', STM32F042!, 1 << 7, false],
  ])('%s (RM0091 6.4.13, USBSW)', (_name, family, cfgr3, works) => {
    const b = attached(family);
    b.write(RCC + 0x30, cfgr3);
    expect(takesSetup(family, b)).toBe(works);
  });

  test('F042: PLLCLK of 48 MHz', () => {
    const b = attached(STM32F042!);
    b.write(RCC + 0x04, (3 << 15) | 3);
    b.write(RCC + 0x2c, 1); // HSI48 / 2 x 2
    b.set(RCC, 1 << 24);
    wait(b, RCC, 25);
    b.write(RCC + 0x30, 1 << 7);
    expect(takesSetup(STM32F042!, b)).toBe(true);
  });

  test('L073: HSI48 only with HSI48SEL, else the PLL by 2 (RM0376 7.3.19)', () => {
    const b = attached(STM32L073!);
    b.write(RCC + 0x4c, 0);
    expect(takesSetup(STM32L073!, b)).toBe(false);
    b.set(RCC + 0x38, 1 << 28);
    b.write(0x4000_7000, 1 << 11); // range 1
    b.pass(100_000);
    b.set(RCC + 0x0c, (2 << 18) | (2 << 22)); // HSI16 x 6 = 96 MHz
    b.set(RCC, 1 << 24);
    wait(b, RCC, 25);
    expect(takesSetup(STM32L073!, b)).toBe(true);
  });

  test('L073: HSI48 starts when its reference comes, before or after HSI48ON', () => {
    const b = createBenchOf(stm32l073);
    b.set(RCC + 0x08, 1);
    b.pass(MS);
    expect(b.read(RCC + 0x08)).toBe(1);
    syscfgReference(b);
    wait(b, RCC + 0x08, 1);
    b.write(0x4001_0020, 0);
    expect(b.read(RCC + 0x08)).toBe(1);
  });

  test.each([
    ['0: HSI48', 0, true],
    ['1: HSE, here without a crystal', 1, false],
    ['2: PLLQ of 48 MHz', 2, true],
    ['3: nothing', 3, false],
  ])('G0B1, USBSEL %s (RM0444 5.4.22)', (_name, usbsel, works) => {
    const b = attached(STM32G0B1!);
    b.write(RCC + 0x0c, (1 << 24) | (2 << 25) | (18 << 8) | (1 << 4) | 2); // HSI16 / 2 x 18 / 3
    b.set(RCC, 1 << 24);
    wait(b, RCC, 25);
    b.write(RCC + 0x58, usbsel << 12);
    expect(takesSetup(STM32G0B1!, b)).toBe(works);
  });

  test('G0B1: PLLQ needs PLLQEN', () => {
    const b = attached(STM32G0B1!);
    b.write(RCC + 0x0c, (2 << 25) | (18 << 8) | (1 << 4) | 2);
    b.set(RCC, 1 << 24);
    wait(b, RCC, 25);
    b.write(RCC + 0x58, 2 << 12);
    expect(takesSetup(STM32G0B1!, b)).toBe(false);
  });

  test('C071: USBSEL has one bit, HSIUSB48 or HSE, which its board has at 48 MHz', () => {
    const b = attached(STM32C071!, { clocks: board });
    b.write(RCC + 0x58, 3 << 12);
    expect(b.read(RCC + 0x58)).toBe(1 << 12);
    expect(takesSetup(STM32C071!, b)).toBe(false);
    b.set(RCC, 1 << 16);
    wait(b, RCC, 17);
    expect(takesSetup(STM32C071!, b)).toBe(true);
  });
});

test('G0B1: without PWR_CR2.USV the host sees nothing', () => {
  const b = attached(families.STM32G0B1!);
  b.write(0x4000_7004, 0);
  expect(b.part.usb!.attached).toBe(false);
});

test.each([
  ['STM32G0B1', 1 << 2],
  ['STM32C071', 1 << 0],
])('SYSCFG_ITLINE8 of %s tells that the interrupt is of USB', (name, bit) => {
  const family = families[name]!;
  const b = attached(family);
  b.set(RCC + 0x40, 1);
  expect(b.read(0x4001_00a0)).toBe(0);
  takesSetup(family, b);
  expect(b.read(0x4001_00a0)).toBe(bit);
});
