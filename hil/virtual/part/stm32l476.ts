import { contains, flashKeys, pageAt } from '../../chip/chip.ts';
import { stm32l476rg } from '../../chip/part/stm32l476rg.ts';
import type { MemoryRegion } from '../bus.ts';
import { createCrc } from '../peripheral/crc.ts';
import { createDbgmcu } from '../peripheral/dbgmcu.ts';
import { createExtiV1 } from '../peripheral/exti-v1.ts';
import { createFlashL4, type FlashL4 } from '../peripheral/flash-l4.ts';
import { createOptionBytes } from '../peripheral/option-bytes.ts';
import { createPwrG0 } from '../peripheral/pwr-g0.ts';
import { createRccL4, type EnableRegisterL4 } from '../peripheral/rcc-l4.ts';
import { createSyscfgL4 } from '../peripheral/syscfg-l4.ts';
import type { SyscfgV1 } from '../peripheral/syscfg-v1.ts';
import { createTamp } from '../peripheral/tamp.ts';
import { fullUsartV2 } from '../peripheral/usart-v2.ts';
import { createUsbOtg } from '../peripheral/usb-otg.ts';
import { otgV3 } from '../peripheral/usb-otg-cores.ts';
import { bootAreaPattern7 } from './boot-pattern-7.ts';
import { assemblePart } from './kit/assemble.ts';
import type { PartDefinition, PartKit } from './kit/definition.ts';
import { dmaWithSelection, type SelectTable } from './kit/dma.ts';
import { extiRequests, rearmLines } from './kit/exti.ts';
import { updateTimer } from './kit/timers.ts';
import { otgOf } from './kit/usb-otg.ts';
import { independentWatchdog, WDGTB_TWO_BITS, windowWatchdog } from './kit/watchdogs.ts';
import { alternates, ports } from './stm32l476-pins.ts';

const facts = stm32l476rg;

/** Interrupt numbers. Source: ST header stm32l476xx.h (documented). */
const IRQ = {
  WWDG: 0,
  FLASH: 4,
  RCC: 5,
  EXTI: { single: [6, 7, 8, 9, 10], lines5to9: 23, lines10to15: 40, others: { 16: 1, 18: 41, 19: 2, 20: 3 } },
  DMA1: [11, 12, 13, 14, 15, 16, 17],
  DMA2: [56, 57, 58, 59, 60, 68, 69],
  TIM3: 29,
  USART1: 37,
  USART2: 38,
  USART3: 39,
  UART4: 52,
  UART5: 53,
  OTG_FS: 67,
} as const;
const IRQ_LINES = 82;

/**
 * Requests by channel and CSELR. Source: RM0351 tables of DMA1 and DMA2 requests for each channel, ST's CubeMX data of the
 * L4A6 (corroborated).
 */
const DMA1_REQUESTS: SelectTable = {
  1: { 2: 'USART3_TX' },
  2: { 2: 'USART3_RX', 5: 'TIM3_UP' },
  3: { 2: 'USART1_TX' },
  4: { 2: 'USART1_RX' },
  5: { 2: 'USART2_RX' },
  6: { 2: 'USART2_TX' },
};
const DMA2_REQUESTS: SelectTable = {
  0: { 2: 'UART5_TX' },
  1: { 2: 'UART5_RX' },
  2: { 2: 'UART4_TX' },
  4: { 2: 'UART4_RX' },
  5: { 2: 'USART1_TX' },
  6: { 2: 'USART1_RX' },
};

/** IDCODE: DEV_ID with 0x6 in bits 15:12, REV_ID 0x1003: silicon revision 3, which carries ROM V10.x (OpenOCD logs: reported). */
const IDCODE = 0x1003_6000 | facts.identity.devId;
/** Bits of DBGMCU_CR: DBG_SLEEP, STOP, STANDBY, TRACE_IOEN, TRACE_MODE (RM0351 48.16.2). */
const DBGMCU_CR = 0xe7;
/** LPMS, DBP, VOS, LPR; VOS = range 1 after reset (RM0351 5.4.1). */
const PWR_CR1 = { mask: 0x4707, reset: 0x0200 };
/** Package data register and its code for LQFP64 (RM0351 49.3, documented). */
const PACKAGE_DATA = 0x1fff_7500;
const PACKAGE_LQFP64 = 0xffff_ffe0;
const BACKUP_REGISTERS = 32;

function createFlash(kit: PartKit<EnableRegisterL4>): FlashL4 {
  const { host, memories } = kit;
  const { controller } = facts.flash;
  const [lower, upper] = memories.banks;
  const areas = [memories.optionArea, memories.optionArea2!];
  const areaOf = (address: number): MemoryRegion => areas.find((area) => contains(area, address))!;
  const shared = memories.nonVolatile.filter((memory) => !memories.banks.includes(memory));
  return createFlashL4({
    host,
    bus: host.bus,
    random: host.random('flash'),
    setIrq: kit.irqSource(IRQ.FLASH),
    base: controller.base,
    keys: { flash: flashKeys(facts, 'flash')!, option: flashKeys(facts, 'option bytes')! },
    halves: [lower!, upper!],
    others: [shared.filter((memory) => memory !== areas[1]), [areas[1]!]],
    otp: memories.otp!,
    pageSize: pageAt(facts, 0)!.size,
    options: createOptionBytes(
      facts.optionBytes.words.map((word) => {
        const area = areaOf(word.address);
        return {
          name: word.name,
          register: word.register - controller.base,
          place: word.address - area.base,
          factory: word.factory,
          area: {
            words: area.words,
            changed: (offset: number, length: number) => host.bus.invalidate(area, offset, length),
          },
        };
      }),
      areas[0]!.words,
      () => undefined,
    ),
    launch: () => host.requestReset('option-load'),
    regression() {
      kit.clearBackup();
      // RM0351 3.5.1: SRAM2 is erased with the flash.
      memories.sram2!.bytes.fill(0);
      host.bus.invalidate(memories.sram2!, 0, memories.sram2!.size);
    },
  });
}

function define(): PartDefinition<EnableRegisterL4> {
  let flash: FlashL4 | undefined;
  let syscfg: SyscfgV1 | undefined;
  const portOf = (line: number): number => syscfg?.portOf(line) ?? 0;
  return {
    chip: facts,
    resetHclkHz: 4_000_000,
    core: { irqLines: IRQ_LINES },
    memory: { factory: { base: 0x1fff_7500, size: 0x200 }, factoryWords: { [PACKAGE_DATA]: PACKAGE_LQFP64 } },
    boot: bootAreaPattern7,
    ports,
    alternates,
    clocks: {
      base: 0x4002_1000,
      create: (kit) =>
        createRccL4({
          host: kit.host,
          random: kit.host.random('oscillators'),
          setIrq: kit.irqSource(IRQ.RCC),
          hseHz: kit.host.clocks.hseHz,
          hasLse: kit.host.clocks.hasLse,
          usartSelect: { USART1: 0, USART2: 2, USART3: 4, UART4: 6, UART5: 8 },
          onApb2: ['USART1'],
          clockChanged: kit.clockChanged,
          backupWritable: () => kit.power.backupWritable(),
          voltageRange: () => kit.power.range(),
          peripheralReset: kit.peripheralReset,
          backupReset: kit.clearBackup,
        }),
    },
    power: {
      base: 0x4000_7000,
      clock: ['APB1ENR1', 28],
      create: (kit) =>
        createPwrG0(
          kit.host.schedule,
          () => {
            kit.rangeChanged();
            kit.usbSurroundingsChanged();
          },
          PWR_CR1,
          kit.usbSurroundingsChanged,
        ),
    },
    flash: {
      clock: ['AHB1ENR', 8],
      create(kit) {
        flash = createFlash(kit);
        return flash;
      },
    },
    remap: {
      base: 0x4001_0000,
      clock: ['APB2ENR', 0],
      create(kit) {
        syscfg = createSyscfgL4({
          host: kit.host,
          remap: kit.remap,
          banksSwapped: (swapped) => flash?.setBankSwap(swapped),
          portsChanged: () => rearmLines(kit, portOf),
        });
        return syscfg;
      },
    },
    // Without a clock enable of its own: L47x has no RTCAPBEN.
    backup: {
      base: 0x4000_2800,
      create: (kit) => createTamp(BACKUP_REGISTERS, () => kit.power.backupWritable(), 'RTC'),
    },
    debugMcu: { create: () => createDbgmcu(IDCODE, DBGMCU_CR, 3) },
    usarts: [
      { name: 'USART1', base: 0x4001_3800, clock: ['APB2ENR', 14], irq: IRQ.USART1, create: fullUsartV2 },
      { name: 'USART2', base: 0x4000_4400, clock: ['APB1ENR1', 17], irq: IRQ.USART2, create: fullUsartV2 },
      { name: 'USART3', base: 0x4000_4800, clock: ['APB1ENR1', 18], irq: IRQ.USART3, create: fullUsartV2 },
      { name: 'UART4', base: 0x4000_4c00, clock: ['APB1ENR1', 19], irq: IRQ.UART4, create: fullUsartV2 },
      { name: 'UART5', base: 0x4000_5000, clock: ['APB1ENR1', 20], irq: IRQ.UART5, create: fullUsartV2 },
    ],
    usb: {
      base: 0x5000_0000,
      clock: ['AHB2ENR', 12],
      // Its wake-up is the direct line 17 of EXTI (RM0351 table 57), which only low-power modes would feel.
      create: (kit) =>
        createUsbOtg({
          ...otgOf(kit, { core: otgV3, irq: IRQ.OTG_FS, clocked: () => kit.clocks.enabled('AHB2ENR', 12) }),
          // It does not work in range 2 (AN2606 r70 T168, T170).
          usbHz: () => (kit.power.range() === 2 ? 0 : (kit.clocks.usbHz?.() ?? 0)),
        }),
    },
    peripherals: [
      {
        base: 0x4000_2c00,
        clock: ['APB1ENR1', 11],
        create: windowWatchdog({ freeze: 11, irq: IRQ.WWDG, wdgtb: WDGTB_TWO_BITS }),
      },
      { base: 0x4000_3000, create: independentWatchdog({ freeze: 12, softwareStart: 'IWDG_SW' }) },
      {
        base: 0x4001_0400,
        create: (kit) =>
          createExtiV1({
            nets: kit.portNets,
            portOf,
            pending: extiRequests(kit, IRQ.EXTI),
            configurable: 0x007d_ffff, // RM0351 table 57: lines 17 and 23 to 31 are direct
            imrReset: 0xff82_0000,
            secondBank: { imrReset: 0x0000_0087 },
          }),
      },
      updateTimer({ name: 'TIM3', base: 0x4000_0400, clock: ['APB1ENR1', 1], irq: IRQ.TIM3 }),
      dmaWithSelection<EnableRegisterL4>(
        { name: 'DMA1', base: 0x4002_0000, clock: ['AHB1ENR', 0], irqs: IRQ.DMA1 },
        DMA1_REQUESTS,
      ),
      dmaWithSelection<EnableRegisterL4>(
        { name: 'DMA2', base: 0x4002_0400, clock: ['AHB1ENR', 1], irqs: IRQ.DMA2 },
        DMA2_REQUESTS,
      ),
      { base: 0x4002_3000, clock: ['AHB1ENR', 12], create: () => createCrc() },
    ],
    unmodelled: [
      ['TIM2', 0x4000_0000, ['APB1ENR1', 0]],
      ['TIM4', 0x4000_0800, ['APB1ENR1', 2]],
      ['TIM5', 0x4000_0c00, ['APB1ENR1', 3]],
      ['TIM6', 0x4000_1000, ['APB1ENR1', 4]],
      ['TIM7', 0x4000_1400, ['APB1ENR1', 5]],
      ['LCD', 0x4000_2400, ['APB1ENR1', 9]],
      ['SPI2', 0x4000_3800, ['APB1ENR1', 14]],
      ['SPI3', 0x4000_3c00, ['APB1ENR1', 15]],
      ['I2C1', 0x4000_5400, ['APB1ENR1', 21]],
      ['I2C2', 0x4000_5800, ['APB1ENR1', 22]],
      ['I2C3', 0x4000_5c00, ['APB1ENR1', 23]],
      ['CAN1', 0x4000_6400, ['APB1ENR1', 25]],
      ['DAC1', 0x4000_7400, ['APB1ENR1', 29]],
      ['OPAMP', 0x4000_7800, ['APB1ENR1', 30]],
      ['LPTIM1', 0x4000_7c00, ['APB1ENR1', 31]],
      ['LPUART1', 0x4000_8000, ['APB1ENR2', 0]],
      ['SWPMI1', 0x4000_8800, ['APB1ENR2', 2]],
      ['LPTIM2', 0x4000_9400, ['APB1ENR2', 5]],
      ['FIREWALL', 0x4001_1c00, ['APB2ENR', 7]],
      ['SDMMC1', 0x4001_2800, ['APB2ENR', 10]],
      ['TIM1', 0x4001_2c00, ['APB2ENR', 11]],
      ['SPI1', 0x4001_3000, ['APB2ENR', 12]],
      ['TIM8', 0x4001_3400, ['APB2ENR', 13]],
      ['TIM15', 0x4001_4000, ['APB2ENR', 16]],
      ['TIM16', 0x4001_4400, ['APB2ENR', 17]],
      ['TIM17', 0x4001_4800, ['APB2ENR', 18]],
      ['SAI1', 0x4001_5400, ['APB2ENR', 21]],
      ['SAI2', 0x4001_5800, ['APB2ENR', 22]],
      ['DFSDM1', 0x4001_6000, ['APB2ENR', 24]],
      ['TSC', 0x4002_4000, ['AHB1ENR', 16]],
      ['ADC', 0x5004_0000, ['AHB2ENR', 13]],
      ['RNG', 0x5006_0800, ['AHB2ENR', 18]],
      ['QUADSPI', 0xa000_1000, ['AHB3ENR', 8]],
    ],
  };
}

export const stm32l476 = assemblePart<EnableRegisterL4>(define);
