import { type Chip, flashKeys } from '../../chip/chip.ts';
import { createCrc } from '../peripheral/crc.ts';
import { createDbgmcu } from '../peripheral/dbgmcu.ts';
import { createExtiV1 } from '../peripheral/exti-v1.ts';
import { createFlashL0, type FlashL0, type FlashL0Options } from '../peripheral/flash-l0.ts';
import { createPwrL0 } from '../peripheral/pwr-l0.ts';
import { createRccL0, type EnableRegisterL0, type RccL0 } from '../peripheral/rcc-l0.ts';
import { createSyscfgL0, type SyscfgL0 } from '../peripheral/syscfg-l0.ts';
import { createTamp } from '../peripheral/tamp.ts';
import { assemblePart } from './kit/assemble.ts';
import type { AlternateTable, BootInputs, PartDefinition, PartKit, PortFacts, UsartFacts } from './kit/definition.ts';
import { dmaWithSelection, type SelectTable } from './kit/dma.ts';
import { extiRequestsInThree, rearmLines } from './kit/exti.ts';
import { updateTimer } from './kit/timers.ts';
import { clockRecovery, type FsdevFacts, placeFsdev } from './kit/usb-fsdev.ts';
import { independentWatchdog, WDGTB_TWO_BITS, windowWatchdog } from './kit/watchdogs.ts';
import type { BootArea, Part } from './part.ts';

type Kit = PartKit<EnableRegisterL0>;
export type UsartL0 = UsartFacts<EnableRegisterL0>;

/** What differs between the parts of the L0 line. */
export interface L0Part {
  readonly chip: Chip;
  /** DBGMCU_IDCODE. */
  readonly idcode: number;
  readonly mask: Readonly<Record<EnableRegisterL0, number>>;
  readonly hasHsi48: boolean;
  /** Position of a USART's clock choice in CCIPR. */
  readonly usartSelect: Readonly<Record<string, number>>;
  readonly usarts: readonly UsartL0[];
  readonly ports: readonly PortFacts<EnableRegisterL0>[];
  readonly alternates: AlternateTable;
  readonly boot: (inputs: BootInputs) => BootArea;
  readonly dmaChannels: 5 | 7;
  /** USB device peripheral and CRS. */
  readonly usb?: FsdevFacts<EnableRegisterL0>;
  readonly unmodelled: PartDefinition<EnableRegisterL0>['unmodelled'];
}

/** Interrupt numbers. Source: ST headers stm32l011xx.h, stm32l073xx.h (documented). */
const IRQ = { WWDG: 0, FLASH: 3, RCC: 4, EXTI: [5, 6, 7], DMA: [9, 10, 10, 11, 11, 11, 11], TIM2: 15 } as const;
/**
 * Requests by channel and CSELR; a part without a USART has no such line.
 * Source: RM0367 and RM0377 tables of DMA requests for each channel, as in ChibiOS' registry of the L0 (corroborated).
 */
const DMA_REQUESTS: SelectTable = {
  1: { 3: 'USART1_TX', 8: 'TIM2_UP', 12: 'USART4_RX', 13: 'USART5_RX' },
  2: { 3: 'USART1_RX', 12: 'USART4_TX', 13: 'USART5_TX' },
  3: { 3: 'USART1_TX', 4: 'USART2_TX' },
  4: { 3: 'USART1_RX', 4: 'USART2_RX' },
  5: { 4: 'USART2_RX', 12: 'USART4_RX', 13: 'USART5_RX' },
  6: { 4: 'USART2_TX', 12: 'USART4_TX', 13: 'USART5_TX' },
};
/** Lines 0 to 22 have edge detection but 18, which is direct, as are those above (RM0376 13.3.2: documented). */
const EXTI_CONFIGURABLE = 0x007b_ffff;
const EXTI_IMR_RESET = 0xff84_0000;
const DEBUG_CR_MASK = 7;
/** In force when a complement of the option bytes does not match: level 1, nothing else changed (RM0376 3.3.6; hypothesis). */
const OPTR_FALLBACK = 0x8070_0000;
const MSI_RESET_HZ = 2_097_152;

function flashOptions(kit: Kit): Omit<FlashL0Options, 'setIrq'> {
  const { chip, host, memories } = kit;
  const { controller } = chip.flash;
  const { banks } = memories;
  const data = memories.dataMemory;
  if (data === undefined) throw new RangeError(`${chip.name} has no data memory`);
  return {
    host,
    bus: host.bus,
    random: host.random('flash'),
    base: controller.base,
    keys: {
      flash: flashKeys(chip, 'flash')!,
      data: flashKeys(chip, 'data memory')!,
      option: flashKeys(chip, 'option bytes')!,
    },
    banks: banks as FlashL0Options['banks'],
    data,
    optionArea: memories.optionArea,
    memories: memories.nonVolatile,
    words: chip.optionBytes.words.map((word) => ({
      name: word.name,
      register: word.register - controller.base,
      place: word.address - chip.optionBytes.base,
      factory: word.factory,
      bits: word.width === 16 ? 16 : 32,
      fallback: word.name === 'OPTR' ? OPTR_FALLBACK : word.factory,
    })),
    fetching() {
      const pc = host.programCounter?.();
      if (pc === undefined || host.coreHalted()) return false;
      const region = host.bus.memoryAt(pc);
      return region !== undefined && memories.nonVolatile.includes(region);
    },
    launch: () => host.requestReset('option-load'),
  };
}

function define(facts: L0Part): PartDefinition<EnableRegisterL0> {
  // Of one board: SYSCFG selects the ports of EXTI, feeds HSI48 and swaps the banks of FLASH.
  let rcc: RccL0;
  let syscfg: SyscfgL0;
  let flash: FlashL0;
  const usb = facts.usb === undefined ? undefined : placeFsdev(facts.usb);
  return {
    chip: facts.chip,
    resetHclkHz: MSI_RESET_HZ,
    memory: { factory: { base: 0x1ff8_0020, size: 0x60 }, uniqueIdOffsets: [0, 4, 0x14] },
    boot: facts.boot,
    ports: facts.ports,
    alternates: facts.alternates,
    clocks: {
      base: 0x4002_1000,
      create(kit) {
        rcc = createRccL0({
          host: kit.host,
          random: kit.host.random('oscillators'),
          setIrq: kit.irqSource(IRQ.RCC),
          mask: facts.mask,
          hasHsi48: facts.hasHsi48,
          hsi48Reference: () => syscfg.hsi48Reference(),
          hseHz: kit.host.clocks.hseHz,
          hasLse: kit.host.clocks.hasLse,
          usartSelect: facts.usartSelect,
          clockChanged: kit.clockChanged,
          backupWritable: () => kit.power.backupWritable(),
          voltageRange: () => kit.power.range(),
          peripheralReset: kit.peripheralReset,
          backupReset: kit.clearBackup,
        });
        return rcc;
      },
    },
    power: {
      base: 0x4000_7000,
      clock: ['APB1ENR', 28],
      create: (kit) => createPwrL0(kit.host.schedule, kit.rangeChanged),
    },
    flash: {
      clock: ['AHBENR', 8],
      create(kit) {
        flash = createFlashL0({ ...flashOptions(kit), setIrq: kit.irqSource(IRQ.FLASH) });
        return flash;
      },
    },
    remap: {
      base: 0x4001_0000,
      clock: ['APB2ENR', 0],
      create(kit) {
        syscfg = createSyscfgL0({
          host: kit.host,
          hasBankSwap: facts.chip.flash.banks === 2,
          remap: kit.remap,
          banksSwapped: (swapped) => flash.setBanksSwapped(swapped),
          portsChanged: () => rearmLines(kit, syscfg.portOf),
          hsi48ReferenceChanged: () => rcc.hsi48ReferenceChanged(),
        });
        return syscfg;
      },
    },
    backup: { base: 0x4000_2800, create: (kit) => createTamp(5, () => kit.power.backupWritable(), 'RTC') },
    debugMcu: { clock: ['APB2ENR', 22], create: () => createDbgmcu(facts.idcode, DEBUG_CR_MASK) },
    usarts: facts.usarts,
    ...(usb === undefined ? {} : { usb: usb.usb }),
    peripherals: [
      {
        base: 0x4000_2c00,
        clock: ['APB1ENR', 11],
        create: windowWatchdog({ freeze: 11, irq: IRQ.WWDG, wdgtb: WDGTB_TWO_BITS }),
      },
      { base: 0x4000_3000, create: independentWatchdog({ freeze: 12, softwareStart: 'WDG_SW' }) },
      {
        base: 0x4001_0400,
        create: (kit) =>
          createExtiV1({
            nets: kit.portNets,
            portOf: syscfg.portOf,
            configurable: EXTI_CONFIGURABLE,
            imrReset: EXTI_IMR_RESET,
            pending: extiRequestsInThree(kit, IRQ.EXTI),
          }),
      },
      updateTimer({ name: 'TIM2', base: 0x4000_0000, clock: ['APB1ENR', 0], irq: IRQ.TIM2 }),
      dmaWithSelection<EnableRegisterL0>(
        {
          name: 'DMA1',
          base: 0x4002_0000,
          clock: ['AHBENR', 0],
          irqs: IRQ.DMA.slice(0, facts.dmaChannels),
        },
        DMA_REQUESTS,
      ),
      { base: 0x4002_3000, clock: ['AHBENR', 12], create: () => createCrc() },
      ...(usb === undefined
        ? []
        : [usb.memory, clockRecovery<EnableRegisterL0>(['APB1ENR', 27], { irq: IRQ.RCC, trimBits: 6, ...usb })]),
    ],
    unmodelled: facts.unmodelled,
  };
}

export const assembleL0 = (facts: L0Part): Part => assemblePart(() => define(facts));
