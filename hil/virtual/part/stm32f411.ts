import { type Chip, flashKeys } from '../../chip/chip.ts';
import { stm32f411ce } from '../../chip/part/stm32f411ce.ts';
import { stm32f411re } from '../../chip/part/stm32f411re.ts';
import { createCrc } from '../peripheral/crc.ts';
import { createDbgmcu } from '../peripheral/dbgmcu.ts';
import { createExtiV1, type ExtiV1 } from '../peripheral/exti-v1.ts';
import { createFlashF4 } from '../peripheral/flash-f4.ts';
import { createPwrF4 } from '../peripheral/pwr-f4.ts';
import { createRccF4, type EnableRegisterF4, type RccF4 } from '../peripheral/rcc-f4.ts';
import type { FlashModel } from '../peripheral/roles.ts';
import { createSyscfgF4 } from '../peripheral/syscfg-f4.ts';
import type { SyscfgV1 } from '../peripheral/syscfg-v1.ts';
import { createTamp } from '../peripheral/tamp.ts';
import { createTim11 } from '../peripheral/tim11.ts';
import { createUsartV1 } from '../peripheral/usart-v1.ts';
import { createUsbOtg } from '../peripheral/usb-otg.ts';
import { otgV2 } from '../peripheral/usb-otg-cores.ts';
import { bootAreaPattern1 } from './boot-pattern-1.ts';
import { assemblePart } from './kit/assemble.ts';
import type { PartDefinition, PartKit } from './kit/definition.ts';
import { dmaWithStreams, type SelectTable } from './kit/dma.ts';
import { extiRequests, rearmLines } from './kit/exti.ts';
import { updateTimer } from './kit/timers.ts';
import { otgOf } from './kit/usb-otg.ts';
import { independentWatchdog, WDGTB_TWO_BITS, windowWatchdog } from './kit/watchdogs.ts';
import type { Part } from './part.ts';
import { alternates, ports } from './stm32f411-pins.ts';

/** Interrupt numbers. Source: ST header stm32f411xe.h (documented). */
const IRQ = {
  WWDG: 0,
  FLASH: 4,
  RCC: 5,
  EXTI: { single: [6, 7, 8, 9, 10], lines5to9: 23, lines10to15: 40, others: { 16: 1, 17: 41, 18: 42, 21: 2, 22: 3 } },
  DMA1: [11, 12, 13, 14, 15, 16, 17, 47],
  DMA2: [56, 57, 58, 59, 60, 68, 69, 70],
  TIM3: 29,
  USART1: 37,
  USART2: 38,
  OTG_FS: 67,
  USART6: 71,
} as const;
const IRQ_LINES = 86;

/** Requests by stream and channel. Source: RM0383 tables 27 and 28, as in ST's CubeMX data of the F411 (corroborated). */
const DMA1_REQUESTS: SelectTable = {
  2: { 5: 'TIM3_UP' },
  5: { 4: 'USART2_RX' },
  6: { 4: 'USART2_TX' },
  7: { 6: 'USART2_RX' },
};
const DMA2_REQUESTS: SelectTable = {
  1: { 5: 'USART6_RX' },
  2: { 4: 'USART1_RX', 5: 'USART6_RX' },
  5: { 4: 'USART1_RX' },
  6: { 5: 'USART6_TX' },
  7: { 4: 'USART1_TX', 5: 'USART6_TX' },
};

/** IDCODE: REV_ID of revision A, and 0x6 in bits 15:12 beside DEV_ID (OpenOCD logs show 0x10006431: corroborated). */
const IDCODE = 0x1000_6000;
/** Bits of DBGMCU_CR: DBG_SLEEP, STOP, STANDBY, TRACE_IOEN, TRACE_MODE (RM0383 23.16.2). */
const DBGMCU_CR = 0xe7;
const BACKUP_REGISTERS = 20;

function createFlash(kit: PartKit<EnableRegisterF4>): FlashModel {
  const { chip, host, memories } = kit;
  let offset = 0;
  const sectors = chip.flash.pages.flatMap(({ count, size }) =>
    Array.from({ length: count }, () => {
      const sector = { offset, size };
      offset += size;
      return sector;
    }),
  );
  return createFlashF4({
    host,
    bus: host.bus,
    random: host.random('flash'),
    setIrq: kit.irqSource(IRQ.FLASH),
    base: chip.flash.controller.base,
    keys: { flash: flashKeys(chip, 'flash')!, option: flashKeys(chip, 'option bytes')! },
    main: memories.banks[0]!,
    otp: memories.otp!,
    optionArea: memories.optionArea,
    memories: memories.nonVolatile,
    sectors,
    factoryOptions: chip.optionBytes.words[0]!.factory,
    regression: kit.clearBackup,
  });
}

/** The STM32F411 in one of its packages, which differ in what they bring out and not in the model. */
function define(chip: Chip): PartDefinition<EnableRegisterF4> {
  let rcc: RccF4 | undefined;
  let syscfg: SyscfgV1 | undefined;
  let exti: ExtiV1 | undefined;
  const portOf = (line: number): number => syscfg?.portOf(line) ?? 0;
  return {
    chip,
    resetHclkHz: 16_000_000,
    core: { irqLines: IRQ_LINES },
    memory: { factory: { base: 0x1fff_7a10, size: 0x30 } },
    boot: bootAreaPattern1,
    ports,
    alternates,
    gpioHasBrr: false,
    clocks: {
      base: 0x4002_3800,
      create(kit) {
        rcc = createRccF4({
          host: kit.host,
          random: kit.host.random('oscillators'),
          hsiRandom: kit.host.random('HSI'),
          setIrq: kit.irqSource(IRQ.RCC),
          hseHz: kit.host.clocks.hseHz,
          hasLse: kit.host.clocks.hasLse,
          onApb2: ['USART1', 'USART6'],
          clockChanged: kit.clockChanged,
          backupWritable: () => kit.power.backupWritable(),
          peripheralReset: kit.peripheralReset,
          backupReset: kit.clearBackup,
        });
        return rcc;
      },
    },
    power: {
      base: 0x4000_7000,
      clock: ['APB1ENR', 28],
      create: (kit) =>
        createPwrF4({ on: () => rcc?.pll.on === true, ready: () => rcc?.pll.ready === true }, kit.rangeChanged),
    },
    flash: { create: createFlash },
    remap: {
      base: 0x4001_3800,
      clock: ['APB2ENR', 14],
      create(kit) {
        syscfg = createSyscfgF4({
          host: kit.host,
          remap: kit.remap,
          portsChanged: () => rearmLines(kit, portOf),
        });
        return syscfg;
      },
    },
    backup: {
      base: 0x4000_2800,
      create: (kit) => createTamp(BACKUP_REGISTERS, () => kit.power.backupWritable(), 'RTC'),
    },
    debugMcu: { create: () => createDbgmcu(IDCODE | chip.identity.devId, DBGMCU_CR) },
    usarts: [
      { name: 'USART1', base: 0x4001_1000, clock: ['APB2ENR', 4], irq: IRQ.USART1, create: createUsartV1 },
      { name: 'USART2', base: 0x4000_4400, clock: ['APB1ENR', 17], irq: IRQ.USART2, create: createUsartV1 },
      { name: 'USART6', base: 0x4001_1400, clock: ['APB2ENR', 5], irq: IRQ.USART6, create: createUsartV1 },
    ],
    usb: {
      base: 0x5000_0000,
      clock: ['AHB2ENR', 7],
      create: (kit) =>
        createUsbOtg({
          ...otgOf(kit, { core: otgV2, irq: IRQ.OTG_FS, clocked: () => kit.clocks.enabled('AHB2ENR', 7) }),
          wakeUp: () => exti?.pulse(18), // RM0383 10.2.5: line 18 is the wake-up event of OTG_FS
        }),
    },
    peripherals: [
      {
        base: 0x4000_2c00,
        clock: ['APB1ENR', 11],
        create: windowWatchdog({ freeze: 11, irq: IRQ.WWDG, wdgtb: WDGTB_TWO_BITS }),
      },
      { base: 0x4000_3000, create: independentWatchdog({ freeze: 12, softwareStart: 'WDG_SW', window: false }) },
      {
        base: 0x4001_3c00,
        create(kit) {
          exti = createExtiV1({
            nets: kit.portNets,
            portOf,
            pending: extiRequests(kit, IRQ.EXTI),
            configurable: 0x0067_ffff, // RM0383 10.2.5: lines 0 to 18, 21, 22
            imrReset: 0,
          });
          return exti;
        },
      },
      updateTimer({ name: 'TIM3', base: 0x4000_0400, clock: ['APB1ENR', 1], irq: IRQ.TIM3 }),
      {
        base: 0x4001_4800,
        clock: ['APB2ENR', 18],
        create: (kit) =>
          createTim11({
            host: kit.host,
            clockHz: () => (kit.clocks.enabled('APB2ENR', 18) ? kit.clocks.pclkHz(2) * (rcc?.sysclkTrue() ?? 1) : 0),
            hseRtcHz: () => rcc?.hseRtcHz() ?? 0,
          }),
      },
      dmaWithStreams<EnableRegisterF4>(
        { name: 'DMA1', base: 0x4002_6000, clock: ['AHB1ENR', 21], irqs: IRQ.DMA1, peripheralPort: 'APB1' },
        DMA1_REQUESTS,
      ),
      dmaWithStreams<EnableRegisterF4>(
        { name: 'DMA2', base: 0x4002_6400, clock: ['AHB1ENR', 22], irqs: IRQ.DMA2, peripheralPort: 'bus matrix' },
        DMA2_REQUESTS,
      ),
      { base: 0x4002_3000, clock: ['AHB1ENR', 12], create: () => createCrc(false) },
    ],
    unmodelled: [
      ['TIM2', 0x4000_0000, ['APB1ENR', 0]],
      ['TIM4', 0x4000_0800, ['APB1ENR', 2]],
      ['TIM5', 0x4000_0c00, ['APB1ENR', 3]],
      ['I2S2ext', 0x4000_3400, ['APB1ENR', 14]],
      ['SPI2', 0x4000_3800, ['APB1ENR', 14]],
      ['SPI3', 0x4000_3c00, ['APB1ENR', 15]],
      ['I2S3ext', 0x4000_4000, ['APB1ENR', 15]],
      ['I2C1', 0x4000_5400, ['APB1ENR', 21]],
      ['I2C2', 0x4000_5800, ['APB1ENR', 22]],
      ['I2C3', 0x4000_5c00, ['APB1ENR', 23]],
      ['TIM1', 0x4001_0000, ['APB2ENR', 0]],
      ['ADC1', 0x4001_2000, ['APB2ENR', 8]],
      ['SDIO', 0x4001_2c00, ['APB2ENR', 11]],
      ['SPI1', 0x4001_3000, ['APB2ENR', 12]],
      ['SPI4', 0x4001_3400, ['APB2ENR', 13]],
      ['TIM9', 0x4001_4000, ['APB2ENR', 16]],
      ['TIM10', 0x4001_4400, ['APB2ENR', 17]],
      ['SPI5', 0x4001_5000, ['APB2ENR', 20]],
    ],
  };
}

/** On the NUCLEO-F411RE. */
export const stm32f411 = assemblePart<EnableRegisterF4>(() => define(stm32f411re));
/** On the Black Pill. */
export const stm32f411BlackPill: Part = assemblePart<EnableRegisterF4>(() => define(stm32f411ce));
