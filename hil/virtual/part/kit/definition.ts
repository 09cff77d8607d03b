/**
 * How to make a part.
 *
 * A part is one `PartDefinition`: the chip facts, tables (ports, alternate functions, USARTs, blocks without a model), a boot
 * rule, and for each role (clocks, power, flash, remap, backup, debug) the IP version that plays it. `assemblePart` does the
 * rest: memories, pins, gated placement on the bus, shared interrupt lines, reset order, boot decision, RDP intruder.
 *
 *     export const stm32x = assemblePart<EnableRegister>(() => ({
 *       chip: stm32xFacts,
 *       resetHclkHz: 4_000_000,
 *       memory: { factory: { base: 0x1fff_7500, size: 0x300 } },
 *       boot: bootAreaPattern2,
 *       ports, alternates,
 *       clocks: { base: 0x4002_1000, create: (kit) => createRccX({ host: kit.host, ... }) },
 *       power: { base: 0x4000_7000, clock: ['APB1ENR', 28], create: ... },
 *       flash: { create: (kit) => createFlashX({ ...flashSetup(kit), irq: 4 }) },
 *       remap: { base: 0x4001_0000, clock: ['APB2ENR', 0], create: (kit) => createSyscfgX(kit.host, kit.remap) },
 *       backup: { base: 0x4000_2800, create: ... },
 *       debugMcu: { clock: ['APB2ENR', 22], create: () => createDbgmcuX(idcode) },
 *       usarts: [{ name: 'USART1', base: 0x4001_3800, clock: ['APB2ENR', 14], irq: 37, create: createUsartV2 }],
 *       peripherals: [
 *         { base: 0x4000_3000, create: independentWatchdog({ freeze: 12, softwareStart: 'IWDG_SW' }) },
 *         dmaWithSelection({ name: 'DMA1', base: 0x4002_0000, clock: ['AHB1ENR', 0], irqs: [11, 12, 13] }, table),
 *       ],
 *       unmodelled: [['TIM2', 0x4000_0000, ['APB1ENR', 0]]],
 *     }));
 *
 * Creators get the `PartKit`. Its roles may be used in callbacks only: while a creator runs, other roles may not exist yet.
 * Then: one line in `part/boards.ts`, rows in `provenance/` for all that is less than documented, tests over the part.
 */
import type { Chip } from '../../../chip/chip.ts';
import type { Level } from '../../board-types.ts';
import type { Net } from '../../peripheral/net.ts';
import type { Peripheral } from '../../peripheral/peripheral.ts';
import type {
  BackupDomain,
  ClockTree,
  DebugMcu,
  FlashModel,
  PowerModel,
  Remap,
  UsartModel,
  UsartWiring,
  UsbModel,
} from '../../peripheral/roles.ts';
import type { BootArea, PartHost } from '../part.ts';
import type { DmaRequests } from './dma-requests.ts';
import type { Memories, MemoryLayout } from './memories.ts';

/** Enable register and bit. The reset register of the same bus has the same bit. */
export type Gate<R extends string> = readonly [register: R, bit: number];

/** One IP block on the bus; without `clock` it is always clocked. */
export interface Placement<R extends string, P extends Peripheral = Peripheral> {
  readonly base: number;
  readonly clock?: Gate<R>;
  readonly create: (kit: PartKit<R>) => P;
}

export interface PortFacts<R extends string = string> {
  readonly letter: string;
  /** Code in EXTICR. */
  readonly code: number;
  readonly base: number;
  readonly clock: Gate<R>;
  /** Pins that package or die have. */
  readonly pinMask: number;
  readonly reset: { readonly MODER: number; readonly OSPEEDR: number; readonly PUPDR: number };
}

/** Pin → alternate function → signal (`USART2_TX`). Only functions that a model serves are listed. */
export type AlternateTable = Readonly<Record<string, Readonly<Record<number, string>>>>;

export interface UsartFacts<R extends string> {
  /** `USART2`, `LPUART1`; its signals are this name with `_TX` and `_RX`. */
  readonly name: string;
  readonly base: number;
  readonly clock: Gate<R>;
  readonly irq: number;
  create(wiring: UsartWiring): UsartModel;
}

/** What decides where the core starts. */
export interface BootInputs {
  /** Field of an option word in force, by its name in the chip facts; undefined if the part has none of that name. */
  option(field: string): number | undefined;
  /** Level at the BOOT0 pin. */
  readonly boot0: Level;
  /** Level at another pin, with the pads as reset leaves them (BOOT1 of F4). */
  level(pin: string): Level;
  readonly empty: boolean;
  readonly rdpLevel: 0 | 1 | 2;
}

export interface PartDefinition<R extends string> {
  readonly chip: Chip;
  /** HCLK right after a reset. */
  readonly resetHclkHz: number;
  /** Options of the core that the chip facts do not tell. */
  readonly core?: { readonly irqLines?: number; readonly mpuRegions?: number; readonly vtorMask?: number };
  readonly memory: MemoryLayout;
  boot(inputs: BootInputs): BootArea;
  readonly ports: readonly PortFacts<R>[];
  readonly alternates: AlternateTable;
  /** GPIO has a BRR register (not on F4). Default true. */
  readonly gpioHasBrr?: boolean;
  readonly clocks: { readonly base: number; create(kit: PartKit<R>): ClockTree<R> };
  readonly power: Placement<R, PowerModel>;
  /** Placed at `chip.flash.controller.base`. */
  readonly flash: { readonly clock?: Gate<R>; create(kit: PartKit<R>): FlashModel };
  readonly remap: Placement<R, Remap>;
  readonly backup?: Placement<R, BackupDomain>;
  /** Placed at `chip.identity.idcodeAddress`; with a clock bit, a connected debugger clocks it, too. */
  readonly debugMcu: { readonly clock?: Gate<R>; create(kit: PartKit<R>): DebugMcu };
  readonly usarts: readonly UsartFacts<R>[];
  /** The USB device peripheral: FSDEV or OTG_FS. Its packet memory is a placement of its own. */
  readonly usb?: Placement<R, UsbModel>;
  /** Everything else with a model, in the order in which a reset reaches it. */
  readonly peripherals: readonly Placement<R>[];
  /** On the chip, not in the model: reads 0, ignores writes, says so once. */
  readonly unmodelled: readonly (readonly [name: string, base: number, clock: Gate<R> | undefined])[];
}

/** What creators may use. */
export interface PartKit<R extends string = string> {
  readonly chip: Chip;
  readonly host: PartHost;
  readonly memories: Memories;
  readonly clocks: ClockTree<R>;
  readonly power: PowerModel;
  readonly flash: FlashModel;
  readonly debugMcu: DebugMcu;
  /** `pin` is switched to `signal` (`OTG_FS_DP`) now. */
  carries(pin: string, signal: string): boolean;
  /** What the USB peripheral depends on (its supply) may have changed. */
  usbSurroundingsChanged(): void;
  /** Nets of the ports by their EXTICR code. */
  readonly portNets: Readonly<Record<number, readonly Net[]>>;
  readonly dmaRequests: DmaRequests;
  /** A source of interrupt `irq`; sources of one line are ORed. */
  irqSource(irq: number): (asserted: boolean) => void;
  /** MEM_MODE was written or decided: map what it names to 0x0000_0000. */
  remap(mode: number): void;
  /** HCLK or what it depends on may have changed. */
  clockChanged(): void;
  /** The voltage range changed. */
  rangeChanged(): void;
  /** A bit of a reset register went from 0 to 1: reset what it names. */
  peripheralReset(register: R, bit: number): void;
  /** BDRST, or RDP regression. */
  clearBackup(): void;
  /** Field of an option word in force; undefined if the part has none of that name. */
  option(field: string): number | undefined;
  /** The core is halted and DBGMCU stops the peripheral of freeze bit `bit`. */
  frozen(bit: number): boolean;
}
