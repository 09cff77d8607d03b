import { type Chip, flashKeys, pageAt } from '../../chip/chip.ts';
import { createCrc } from '../peripheral/crc.ts';
import { createDbgmcu } from '../peripheral/dbgmcu.ts';
import type { DmaV1 } from '../peripheral/dma-v1.ts';
import { createExtiV1 } from '../peripheral/exti-v1.ts';
import { createFlashF0 } from '../peripheral/flash-f0.ts';
import { createPwrF0 } from '../peripheral/pwr-f0.ts';
import { createRccF0, type EnableRegisterF0 } from '../peripheral/rcc-f0.ts';
import type { FlashModel } from '../peripheral/roles.ts';
import { createSyscfgV1, type SyscfgV1 } from '../peripheral/syscfg-v1.ts';
import { createTamp } from '../peripheral/tamp.ts';
import { bootAreaPattern6 } from './boot-pattern-6.ts';
import { assemblePart } from './kit/assemble.ts';
import type { AlternateTable, PartDefinition, PartKit, Placement, PortFacts, UsartFacts } from './kit/definition.ts';
import { extiRequestsInThree, rearmLines } from './kit/exti.ts';
import { updateTimer } from './kit/timers.ts';
import { clockRecovery, type FsdevFacts, placeFsdev } from './kit/usb-fsdev.ts';
import { independentWatchdog, WDGTB_TWO_BITS, windowWatchdog } from './kit/watchdogs.ts';
import type { Part } from './part.ts';

type Kit = PartKit<EnableRegisterF0>;

/** What differs between F042 and F091. */
export interface F0Part {
  readonly chip: Chip;
  /** DBGMCU_IDCODE. */
  readonly idcode: number;
  readonly mask: Readonly<Record<EnableRegisterF0, number>>;
  /** Position of a USART's clock choice in CFGR3. */
  readonly usartSelect: Readonly<Record<string, number>>;
  readonly usarts: readonly UsartFacts<EnableRegisterF0>[];
  readonly ports: readonly PortFacts<EnableRegisterF0>[];
  readonly alternates: AlternateTable;
  /** Bits of SYSCFG_CFGR1: MEM_MODE, PA11_PA12_RMP (F04x), DMA remaps, fast mode plus of I2C pins. */
  readonly cfgr1Mask: number;
  /** Controllers; SYSCFG_CFGR1 as it is now moves requests between channels (F04x). */
  readonly dma: (cfgr1: () => number) => readonly Placement<EnableRegisterF0, DmaV1>[];
  readonly usb?: FsdevFacts<EnableRegisterF0>;
  readonly unmodelled: PartDefinition<EnableRegisterF0>['unmodelled'];
}

/** Interrupt numbers. Source: ST headers stm32f042x6.h, stm32f091xc.h (documented). */
const IRQ = { WWDG: 0, FLASH: 3, RCC: 4, EXTI: [5, 6, 7], TIM3: 16 } as const;
/** Lines 0 to 17, 19 to 22 and 31 have edge detection (RM0091 11.3.3: documented). */
const EXTI_CONFIGURABLE = 0x807b_ffff;
const EXTI_IMR_RESET = 0x7f84_0000;
const CFGR2 = 0x18;
const HSI_HZ = 8_000_000;
const OPTION_BYTES_PER_WORD = 4;

function createFlash(kit: Kit): FlashModel {
  const { chip, host, memories } = kit;
  const { controller } = chip.flash;
  return createFlashF0({
    host,
    bus: host.bus,
    random: host.random('flash'),
    setIrq: kit.irqSource(IRQ.FLASH),
    base: controller.base,
    keys: { flash: flashKeys(chip, 'flash')!, option: flashKeys(chip, 'option bytes')! },
    main: memories.banks[0]!,
    optionArea: memories.optionArea,
    memories: memories.nonVolatile,
    pageSize: pageAt(chip, 0)!.size,
    words: chip.optionBytes.words.map((word) => ({
      name: word.name,
      register: word.register - controller.base,
      place: word.address - chip.optionBytes.base,
      factory: word.factory,
      bytes: word.width === undefined ? OPTION_BYTES_PER_WORD : word.width / 8,
    })),
    launch: () => host.requestReset('option-load'),
    regression: kit.clearBackup,
  });
}

function define(facts: F0Part): PartDefinition<EnableRegisterF0> {
  // Of one board: SYSCFG selects the ports of EXTI and moves requests of DMA.
  let syscfg: SyscfgV1;
  let cfgr1 = 0;
  const dmas: DmaV1[] = [];
  const usb = facts.usb === undefined ? undefined : placeFsdev(facts.usb);
  return {
    chip: facts.chip,
    resetHclkHz: HSI_HZ,
    memory: {},
    boot: bootAreaPattern6,
    ports: facts.ports,
    alternates: facts.alternates,
    clocks: {
      base: 0x4002_1000,
      create: (kit) =>
        createRccF0({
          host: kit.host,
          random: kit.host.random('oscillators'),
          setIrq: kit.irqSource(IRQ.RCC),
          mask: facts.mask,
          hseHz: kit.host.clocks.hseHz,
          hasLse: kit.host.clocks.hasLse,
          usartSelect: facts.usartSelect,
          clockChanged: kit.clockChanged,
          backupWritable: () => kit.power.backupWritable(),
          peripheralReset: kit.peripheralReset,
          backupReset: kit.clearBackup,
        }),
    },
    power: { base: 0x4000_7000, clock: ['APB1ENR', 28], create: () => createPwrF0() },
    flash: { create: createFlash }, // FLITFEN stops the interface in Sleep mode only (RM0091 6.4.6)
    remap: {
      base: 0x4001_0000,
      clock: ['APB2ENR', 0],
      create(kit) {
        syscfg = createSyscfgV1({
          host: kit.host,
          memModeMask: 3,
          remapMask: facts.cfgr1Mask,
          portMask: 0xf,
          plain: { [CFGR2]: { mask: 0x7, setOnly: 0x7 } },
          remap(mode, register) {
            cfgr1 = register;
            kit.remap(mode);
            for (const dma of dmas) dma.requestsChanged();
          },
          portsChanged: () => rearmLines(kit, syscfg.portOf),
        });
        return syscfg;
      },
    },
    backup: { base: 0x4000_2800, create: (kit) => createTamp(5, () => kit.power.backupWritable(), 'RTC') },
    debugMcu: { clock: ['APB2ENR', 22], create: () => createDbgmcu(facts.idcode) },
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
      clockRecovery<EnableRegisterF0>(['APB1ENR', 27], { irq: IRQ.RCC, trimBits: 6, hearsFrames: usb?.hearsFrames }),
      ...(usb === undefined ? [] : [usb.memory]),
      updateTimer({ name: 'TIM3', base: 0x4000_0400, clock: ['APB1ENR', 1], irq: IRQ.TIM3 }),
      ...facts
        .dma(() => cfgr1)
        .map(({ create, ...placement }) => ({
          ...placement,
          create(kit: Kit) {
            const dma = create(kit);
            dmas.push(dma);
            return dma;
          },
        })),
      { base: 0x4002_3000, clock: ['AHBENR', 6], create: () => createCrc() },
    ],
    unmodelled: facts.unmodelled,
  };
}

export const assembleF0 = (facts: F0Part): Part => assemblePart(() => define(facts));
