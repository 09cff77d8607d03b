import { stm32g070rb } from '../../chip/part/stm32g070rb.ts';
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
import { independentWatchdog, windowWatchdog } from './kit/watchdogs.ts';
import { alternates, ports } from './stm32g070-pins.ts';

const facts = stm32g070rb;

/** Interrupt numbers. Source: ST header stm32g070xx.h (documented). */
const IRQ = {
  WWDG: 0,
  FLASH: 3,
  RCC: 4,
  EXTI0_1: 5,
  EXTI2_3: 6,
  EXTI4_15: 7,
  TIM3: 16,
  USART1: 27,
  USART2: 28,
  USART3_4: 29,
} as const;

/** IDCODE: DEV_ID with 0x6 in bits 15:12 (reported for G070RB) and REV_ID 0x1000 (revision B: hypothesis). */
const IDCODE = 0x1000_6000 | facts.identity.devId;
/** Package code at 0x1FFF_7500: LQFP64 (hypothesis: RM0454 27.3 was not read). */
const PACKAGE_LQFP64 = 0xffff_fff8;

export const stm32g070 = assemblePart<EnableRegister>(() => ({
  chip: facts,
  resetHclkHz: 16_000_000,
  memory: { factory: { base: 0x1fff_7500, size: 0x300 }, factoryWords: { 536835328: PACKAGE_LQFP64 } },
  boot: bootAreaPattern11,
  ports,
  alternates,
  clocks: {
    base: 0x4002_1000,
    create: (kit) =>
      createRccG0({
        host: kit.host,
        random: kit.host.random('oscillators'),
        setIrq: kit.irqSource(IRQ.RCC),
        variant: RCC_VARIANTS.g070,
        mask: { IOPENR: 0x2f, AHBENR: 0x1101, APBENR1: 0x186e_4c32, APBENR2: 0x0017_d801 },
        usartSelect: { USART1: 0, USART2: 2 },
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
    create: (kit) => createPwrG0(kit.host.schedule, kit.rangeChanged),
  },
  flash: {
    clock: ['AHBENR', 8],
    create: (kit) => createFlashG0({ ...doubleWordFlash(kit), irq: IRQ.FLASH, hasDebugSwitch: false }),
  },
  remap: { base: 0x4001_0000, clock: ['APBENR2', 0], create: (kit) => createSyscfgG0(kit.host, kit.remap) },
  backup: {
    base: 0x4000_b000,
    clock: ['APBENR1', 10],
    create: (kit) => createTamp(5, () => kit.power.backupWritable()),
  },
  debugMcu: { clock: ['APBENR1', 27], create: () => createDbgmcu(IDCODE) },
  // USART 1 and 2 are full (FIFO, auto-baud, kernel clock choice), 3 and 4 basic (AN2606 r70 T107; ST header: documented).
  usarts: [
    { name: 'USART1', base: 0x4001_3800, clock: ['APBENR2', 14], irq: IRQ.USART1, create: fullUsartV3 },
    { name: 'USART2', base: 0x4000_4400, clock: ['APBENR1', 17], irq: IRQ.USART2, create: fullUsartV3 },
    { name: 'USART3', base: 0x4000_4800, clock: ['APBENR1', 18], irq: IRQ.USART3_4, create: basicUsartV3 },
    { name: 'USART4', base: 0x4000_4c00, clock: ['APBENR1', 19], irq: IRQ.USART3_4, create: basicUsartV3 },
  ],
  peripherals: [
    { base: 0x4000_2c00, clock: ['APBENR1', 11], create: windowWatchdog({ freeze: 11, irq: IRQ.WWDG }) },
    { base: 0x4000_3000, create: independentWatchdog({ freeze: 12, softwareStart: 'IWDG_SW' }) },
    { base: 0x4002_1800, create: extiG0([IRQ.EXTI0_1, IRQ.EXTI2_3, IRQ.EXTI4_15]) },
    { base: 0x4002_3000, clock: ['AHBENR', 12], create: () => createCrc() },
    updateTimer({ name: 'TIM3', base: 0x4000_0400, clock: ['APBENR1', 1], irq: IRQ.TIM3 }),
    ...dmaWithMux<EnableRegister>(
      [{ name: 'DMA1', base: 0x4002_0000, clock: ['AHBENR', 0], irqs: [9, 10, 10, 11, 11, 11, 11] }],
      { base: 0x4002_0800, clock: ['AHBENR', 0] },
    ),
  ],
  unmodelled: [
    ['TIM6', 0x4000_1000, ['APBENR1', 4]],
    ['TIM7', 0x4000_1400, ['APBENR1', 5]],
    ['TIM14', 0x4000_2000, ['APBENR2', 15]],
    ['RTC', 0x4000_2800, ['APBENR1', 10]],
    ['SPI2', 0x4000_3800, ['APBENR1', 14]],
    ['I2C1', 0x4000_5400, ['APBENR1', 21]],
    ['I2C2', 0x4000_5800, ['APBENR1', 22]],
    ['ADC', 0x4001_2400, ['APBENR2', 20]],
    ['TIM1', 0x4001_2c00, ['APBENR2', 11]],
    ['SPI1', 0x4001_3000, ['APBENR2', 12]],
    ['TIM15', 0x4001_4000, ['APBENR2', 16]],
    ['TIM16', 0x4001_4400, ['APBENR2', 17]],
    ['TIM17', 0x4001_4800, ['APBENR2', 18]],
  ],
}));
