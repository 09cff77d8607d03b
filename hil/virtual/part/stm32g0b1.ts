import { stm32g0b1re } from '../../chip/part/stm32g0b1re.ts';
import { createCrc } from '../peripheral/crc.ts';
import { createDbgmcu } from '../peripheral/dbgmcu.ts';
import { createFlashG0 } from '../peripheral/flash-g0.ts';
import { createPwrG0 } from '../peripheral/pwr-g0.ts';
import { createRccG0, type EnableRegister } from '../peripheral/rcc-g0.ts';
import { RCC_VARIANTS } from '../peripheral/rcc-g0-registers.ts';
import { createSyscfgG0 } from '../peripheral/syscfg-g0.ts';
import { createTamp } from '../peripheral/tamp.ts';
import { basicUsartV3, fullUsartV3 } from '../peripheral/usart-v3.ts';
import { bootAreaPattern11 } from './boot-pattern-11.ts';
import { assemblePart } from './kit/assemble.ts';
import { dmaWithMux } from './kit/dma.ts';
import { doubleWordFlash } from './kit/double-word-flash.ts';
import { extiG0 } from './kit/exti.ts';
import { updateTimer } from './kit/timers.ts';
import { clockRecovery, placeFsdev } from './kit/usb-fsdev.ts';
import { independentWatchdog, windowWatchdog } from './kit/watchdogs.ts';
import { alternates, ports } from './stm32g0b1-pins.ts';

const facts = stm32g0b1re;

/** Interrupt numbers. Source: ST header stm32g0b1xx.h (documented). */
const IRQ = {
  WWDG: 0,
  FLASH: 3,
  RCC_CRS: 4,
  EXTI0_1: 5,
  EXTI2_3: 6,
  EXTI4_15: 7,
  USB_UCPD1_2: 8,
  TIM3: 16,
  DMA1_1: 9,
  DMA1_2_3: 10,
  DMA1_4_7_DMA2: 11,
  USART1: 27,
  USART2_LPUART2: 28,
  USART3_4_5_6_LPUART1: 29,
} as const;
const { DMA1_1, DMA1_2_3, DMA1_4_7_DMA2, USART3_4_5_6_LPUART1 } = IRQ;

/** IDCODE: bits 15:12 as on G070 and REV_ID 0x1000 (revision A): hypothesis. */
const IDCODE = 0x1000_6000 | facts.identity.devId;

/** Source of addresses and enable bits: ST header stm32g0b1xx.h, RM0444 2.2 and 5.4 (documented). */
export const stm32g0b1 = assemblePart<EnableRegister>(() => {
  const usb = placeFsdev<EnableRegister>({ version: 2, clock: ['APBENR1', 13], irq: IRQ.USB_UCPD1_2 });
  return {
    chip: facts,
    resetHclkHz: 16_000_000,
    memory: { factory: { base: 0x1fff_7500, size: 0x300 } },
    boot: bootAreaPattern11,
    ports,
    alternates,
    clocks: {
      base: 0x4002_1000,
      create: (kit) =>
        createRccG0({
          host: kit.host,
          random: kit.host.random('oscillators'),
          setIrq: kit.irqSource(IRQ.RCC_CRS),
          variant: RCC_VARIANTS.g0b1,
          mask: { IOPENR: 0x3f, AHBENR: 0x1103, APBENR1: 0xffff_ffb7, APBENR2: 0x0017_d801 },
          usartSelect: { USART1: 0, USART2: 2, USART3: 4 },
          hseHz: kit.host.clocks.hseHz,
          hasLse: kit.host.clocks.hasLse,
          clockChanged: kit.clockChanged,
          backupWritable: () => kit.power.backupWritable(),
          peripheralReset: kit.peripheralReset,
          backupReset: kit.clearBackup,
        }),
    },
    power: {
      base: 0x4000_7000,
      clock: ['APBENR1', 28],
      create: (kit) => createPwrG0(kit.host.schedule, kit.rangeChanged, undefined, kit.usbSurroundingsChanged),
    },
    flash: {
      clock: ['AHBENR', 8],
      create: (kit) => createFlashG0({ ...doubleWordFlash(kit), irq: IRQ.FLASH, hasDebugSwitch: true }),
    },
    remap: {
      base: 0x4001_0000,
      clock: ['APBENR2', 0],
      create: (kit) => createSyscfgG0(kit.host, kit.remap, { bit: 2, pending: usb.interrupting }),
    },
    backup: {
      base: 0x4000_b000,
      clock: ['APBENR1', 10],
      create: (kit) => createTamp(5, () => kit.power.backupWritable()),
    },
    debugMcu: { clock: ['APBENR1', 27], create: () => createDbgmcu(IDCODE) },
    // USART 1 to 3 are full (FIFO, auto-baud, kernel clock choice), 4 to 6 basic (RM0444 table of USART features; AN2606 r70 T111).
    usarts: [
      { name: 'USART1', base: 0x4001_3800, clock: ['APBENR2', 14], irq: IRQ.USART1, create: fullUsartV3 },
      { name: 'USART2', base: 0x4000_4400, clock: ['APBENR1', 17], irq: IRQ.USART2_LPUART2, create: fullUsartV3 },
      { name: 'USART3', base: 0x4000_4800, clock: ['APBENR1', 18], irq: USART3_4_5_6_LPUART1, create: fullUsartV3 },
      { name: 'USART4', base: 0x4000_4c00, clock: ['APBENR1', 19], irq: USART3_4_5_6_LPUART1, create: basicUsartV3 },
      { name: 'USART5', base: 0x4000_5000, clock: ['APBENR1', 8], irq: USART3_4_5_6_LPUART1, create: basicUsartV3 },
      { name: 'USART6', base: 0x4001_3c00, clock: ['APBENR1', 9], irq: USART3_4_5_6_LPUART1, create: basicUsartV3 },
    ],
    usb: usb.usb,
    peripherals: [
      { base: 0x4000_2c00, clock: ['APBENR1', 11], create: windowWatchdog({ freeze: 11, irq: IRQ.WWDG }) },
      { base: 0x4000_3000, create: independentWatchdog({ freeze: 12, softwareStart: 'IWDG_SW' }) },
      { base: 0x4002_1800, create: extiG0([IRQ.EXTI0_1, IRQ.EXTI2_3, IRQ.EXTI4_15]) },
      { base: 0x4002_3000, clock: ['AHBENR', 12], create: () => createCrc() },
      usb.memory,
      clockRecovery<EnableRegister>(['APBENR1', 16], { irq: IRQ.RCC_CRS, trimBits: 7, ...usb }),
      updateTimer({ name: 'TIM3', base: 0x4000_0400, clock: ['APBENR1', 1], irq: IRQ.TIM3 }),
      ...dmaWithMux<EnableRegister>(
        [
          {
            name: 'DMA1',
            base: 0x4002_0000,
            clock: ['AHBENR', 0],
            irqs: [DMA1_1, DMA1_2_3, DMA1_2_3, DMA1_4_7_DMA2, DMA1_4_7_DMA2, DMA1_4_7_DMA2, DMA1_4_7_DMA2],
          },
          {
            name: 'DMA2',
            base: 0x4002_0400,
            clock: ['AHBENR', 1],
            irqs: [DMA1_4_7_DMA2, DMA1_4_7_DMA2, DMA1_4_7_DMA2, DMA1_4_7_DMA2, DMA1_4_7_DMA2],
          },
        ],
        { base: 0x4002_0800, clock: ['AHBENR', 0] },
      ),
    ],
    unmodelled: [
      ['TIM2', 0x4000_0000, ['APBENR1', 0]],
      ['TIM4', 0x4000_0800, ['APBENR1', 2]],
      ['TIM6', 0x4000_1000, ['APBENR1', 4]],
      ['TIM7', 0x4000_1400, ['APBENR1', 5]],
      ['TIM14', 0x4000_2000, ['APBENR2', 15]],
      ['RTC', 0x4000_2800, ['APBENR1', 10]],
      ['SPI2', 0x4000_3800, ['APBENR1', 14]],
      ['SPI3', 0x4000_3c00, ['APBENR1', 15]],
      ['I2C1', 0x4000_5400, ['APBENR1', 21]],
      ['I2C2', 0x4000_5800, ['APBENR1', 22]],
      ['FDCAN1', 0x4000_6400, ['APBENR1', 12]],
      ['FDCAN2', 0x4000_6800, ['APBENR1', 12]],
      ['DAC', 0x4000_7400, ['APBENR1', 29]],
      ['CEC', 0x4000_7800, ['APBENR1', 24]],
      ['LPTIM1', 0x4000_7c00, ['APBENR1', 31]],
      ['LPUART1', 0x4000_8000, ['APBENR1', 20]],
      ['LPUART2', 0x4000_8400, ['APBENR1', 7]],
      ['I2C3', 0x4000_8800, ['APBENR1', 23]],
      ['LPTIM2', 0x4000_9400, ['APBENR1', 30]],
      ['UCPD1', 0x4000_a000, ['APBENR1', 25]],
      ['UCPD2', 0x4000_a400, ['APBENR1', 26]],
      ['FDCAN message memory, lower half', 0x4000_b400, ['APBENR1', 12]],
      ['FDCAN message memory, upper half', 0x4000_b800, ['APBENR1', 12]],
      ['ADC', 0x4001_2400, ['APBENR2', 20]],
      ['TIM1', 0x4001_2c00, ['APBENR2', 11]],
      ['SPI1', 0x4001_3000, ['APBENR2', 12]],
      ['TIM15', 0x4001_4000, ['APBENR2', 16]],
      ['TIM16', 0x4001_4400, ['APBENR2', 17]],
      ['TIM17', 0x4001_4800, ['APBENR2', 18]],
    ],
  };
});
