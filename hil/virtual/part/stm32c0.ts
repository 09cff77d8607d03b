import type { Chip } from '../../chip/chip.ts';
import { createCrc } from '../peripheral/crc.ts';
import { createDbgmcu } from '../peripheral/dbgmcu.ts';
import { createFlashG0 } from '../peripheral/flash-g0.ts';
import { createPwrC0 } from '../peripheral/pwr-c0.ts';
import { createRccG0, type EnableRegister } from '../peripheral/rcc-g0.ts';
import type { RccVariant } from '../peripheral/rcc-g0-registers.ts';
import { createSyscfgG0 } from '../peripheral/syscfg-g0.ts';
import { basicUsartV3, fullUsartV3 } from '../peripheral/usart-v3.ts';
import { bootAreaPattern11 } from './boot-pattern-11.ts';
import { assemblePart } from './kit/assemble.ts';
import type { AlternateTable, Gate, PartDefinition, PortFacts } from './kit/definition.ts';
import { dmaWithMux } from './kit/dma.ts';
import { doubleWordFlash } from './kit/double-word-flash.ts';
import { extiG0 } from './kit/exti.ts';
import { updateTimer } from './kit/timers.ts';
import { clockRecovery, type FsdevFacts, placeFsdev } from './kit/usb-fsdev.ts';
import { independentWatchdog, windowWatchdog } from './kit/watchdogs.ts';
import type { Part } from './part.ts';

/** What tells one STM32C0 from another. */
export interface C0Definition {
  readonly chip: Chip;
  readonly variant: RccVariant;
  readonly ports: readonly PortFacts<EnableRegister>[];
  readonly alternates: AlternateTable;
  /** Implemented bits of the enable registers of APB. */
  readonly enables: { readonly APBENR1: number; readonly APBENR2: number };
  /** Interrupt of each channel of DMA1. */
  readonly dmaIrqs: readonly number[];
  /** USB device peripheral, and CRS, which trims the HSIUSB48. */
  readonly usb?: FsdevFacts<EnableRegister>;
  /** Blocks without a model that only some C0 have. */
  readonly unmodelled: PartDefinition<EnableRegister>['unmodelled'];
}

/** Interrupt numbers. Source: ST headers stm32c011xx.h, stm32c031xx.h, stm32c071xx.h (documented). */
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
} as const;

/** REV_ID 0x1000 and bits 15:12 as on G0: hypothesis. */
const REVISION = 0x1000_6000;

/** An STM32C0 from what is its own. Source of addresses and enable bits: ST headers, RM0490 2.2 and chapter 6 (documented). */
export function assembleC0(own: C0Definition): Part {
  const { chip } = own;
  const dmaClock: Gate<EnableRegister> = ['AHBENR', 0];
  return assemblePart<EnableRegister>(() => {
    const usb = own.usb === undefined ? undefined : placeFsdev(own.usb);
    return {
      chip,
      resetHclkHz: 12_000_000,
      memory: { factory: { base: 0x1fff_7500, size: 0x300 } },
      boot: bootAreaPattern11,
      ports: own.ports,
      alternates: own.alternates,
      clocks: {
        base: 0x4002_1000,
        create: (kit) =>
          createRccG0({
            host: kit.host,
            random: kit.host.random('oscillators'),
            setIrq: kit.irqSource(IRQ.RCC),
            variant: own.variant,
            mask: {
              IOPENR: own.ports.reduce((mask, { clock }) => mask | (1 << clock[1]), 0),
              AHBENR: 0x1101,
              ...own.enables,
            },
            usartSelect: { USART1: 0 },
            hseHz: kit.host.clocks.hseHz,
            hasLse: kit.host.clocks.hasLse,
            clockChanged: kit.clockChanged,
            backupWritable: () => kit.power.backupWritable(),
            peripheralReset: kit.peripheralReset,
            backupReset: kit.clearBackup,
          }),
      },
      power: { base: 0x4000_7000, clock: ['APBENR1', 28], create: createPwrC0 },
      flash: {
        clock: ['AHBENR', 8],
        create: (kit) => createFlashG0({ ...doubleWordFlash(kit), irq: IRQ.FLASH, hasDebugSwitch: true }),
      },
      remap: {
        base: 0x4001_0000,
        clock: ['APBENR2', 0],
        create: (kit) => createSyscfgG0(kit.host, kit.remap, usb && { bit: 0, pending: usb.interrupting }),
      },
      debugMcu: { clock: ['APBENR1', 27], create: () => createDbgmcu(REVISION | chip.identity.devId) },
      // USART1 is full (FIFO, auto-baud, kernel clock choice), USART2 basic (RM0490 table of USART features; AN2606 r70 T16).
      usarts: [
        { name: 'USART1', base: 0x4001_3800, clock: ['APBENR2', 14], irq: IRQ.USART1, create: fullUsartV3 },
        { name: 'USART2', base: 0x4000_4400, clock: ['APBENR1', 17], irq: IRQ.USART2, create: basicUsartV3 },
      ],
      ...(usb === undefined ? {} : { usb: usb.usb }),
      peripherals: [
        { base: 0x4000_2c00, clock: ['APBENR1', 11], create: windowWatchdog({ freeze: 11, irq: IRQ.WWDG }) },
        { base: 0x4000_3000, create: independentWatchdog({ freeze: 12, softwareStart: 'IWDG_SW' }) },
        { base: 0x4002_1800, create: extiG0([IRQ.EXTI0_1, IRQ.EXTI2_3, IRQ.EXTI4_15]) },
        { base: 0x4002_3000, clock: ['AHBENR', 12], create: () => createCrc() },
        updateTimer({ name: 'TIM3', base: 0x4000_0400, clock: ['APBENR1', 1], irq: IRQ.TIM3 }),
        ...dmaWithMux([{ name: 'DMA1', base: 0x4002_0000, clock: dmaClock, irqs: own.dmaIrqs }], {
          base: 0x4002_0800,
          clock: dmaClock,
        }),
        ...(usb === undefined
          ? []
          : [usb.memory, clockRecovery<EnableRegister>(['APBENR1', 16], { irq: IRQ.RCC, trimBits: 7, ...usb })]),
      ],
      unmodelled: [
        ['TIM14', 0x4000_2000, ['APBENR2', 15]],
        ['RTC', 0x4000_2800, ['APBENR1', 10]],
        ['I2C1', 0x4000_5400, ['APBENR1', 21]],
        ['ADC', 0x4001_2400, ['APBENR2', 20]],
        ['TIM1', 0x4001_2c00, ['APBENR2', 11]],
        ['SPI1', 0x4001_3000, ['APBENR2', 12]],
        ['TIM16', 0x4001_4400, ['APBENR2', 17]],
        ['TIM17', 0x4001_4800, ['APBENR2', 18]],
        ...own.unmodelled,
      ],
    };
  });
}
