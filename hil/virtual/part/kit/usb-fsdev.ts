import { createCrs } from '../../peripheral/crs.ts';
import { createFsdev, type Fsdev } from '../../peripheral/usb-fsdev.ts';
import { createPacketMemory, type PacketMemory } from '../../peripheral/usb-fsdev-memory.ts';
import type { FsdevVersion } from '../../peripheral/usb-fsdev-registers.ts';
import type { Gate, Placement } from './definition.ts';

export interface FsdevFacts<R extends string> {
  readonly version: FsdevVersion;
  readonly clock: Gate<R>;
  readonly irq: number;
}

export interface FsdevPlacements<R extends string> {
  readonly usb: Placement<R, Fsdev>;
  readonly memory: Placement<R>;
  /** For the CRS: the host's frames come. */
  hearsFrames(): boolean;
  /** For SYSCFG: its interrupt request. */
  interrupting(): boolean;
}

/** Of both versions. Source: ST headers stm32f042x6.h, stm32l073xx.h, stm32g0b1xx.h, stm32c071xx.h (documented). */
const REGISTERS = 0x4000_5c00;
const PACKET_MEMORY: Readonly<Record<FsdevVersion, number>> = { 1: 0x4000_6000, 2: 0x4000_9800 };

/** The USB device peripheral of one board with its packet memory. */
export function placeFsdev<R extends string>(facts: FsdevFacts<R>): FsdevPlacements<R> {
  const { version, clock } = facts;
  let usb: Fsdev | undefined;
  let memory: PacketMemory | undefined;
  return {
    usb: {
      base: REGISTERS,
      clock,
      create(kit) {
        memory = createPacketMemory({ version, host: kit.host, random: kit.host.random('USB packet memory') });
        usb = createFsdev({
          version,
          host: kit.host,
          memory,
          setIrq: kit.irqSource(facts.irq),
          clocked: () => kit.clocks.enabled(...clock),
          usbHz: () => kit.clocks.usbHz?.() ?? 0,
          pclkHz: () => kit.clocks.pclkHz(1),
          supplied: () => kit.power.usbSupplied?.() ?? true,
        });
        return usb;
      },
    },
    // The peripheral is made before what else is on the bus.
    memory: { base: PACKET_MEMORY[version], clock, create: () => memory! },
    hearsFrames: () => usb?.hearsFrames() ?? false,
    interrupting: () => usb?.interrupting() ?? false,
  };
}

/** CRS. Source: ST headers (documented); it shares the interrupt of RCC. */
export function clockRecovery<R extends string>(
  clock: Gate<R>,
  facts: { readonly irq: number; readonly trimBits: 6 | 7; readonly hearsFrames?: (() => boolean) | undefined },
): Placement<R> {
  return {
    base: 0x4000_6c00,
    clock,
    create: (kit) =>
      createCrs({
        host: kit.host,
        setIrq: kit.irqSource(facts.irq),
        trimBits: facts.trimBits,
        hearsFrames: facts.hearsFrames ?? (() => false),
      }),
  };
}
