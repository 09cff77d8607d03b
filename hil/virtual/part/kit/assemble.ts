import { fieldOf } from '../../../chip/chip.ts';
import type { MemoryRegion } from '../../bus.ts';
import { gated } from '../../peripheral/gated.ts';
import type { Peripheral } from '../../peripheral/peripheral.ts';
import { createUnmodelled } from '../../peripheral/unmodelled.ts';
import type { BootArea, Part, PartHost, PartModel } from '../part.ts';
import type { Gate, PartDefinition, PartKit } from './definition.ts';
import { createDmaRequests } from './dma-requests.ts';
import { createIrqLines } from './irq-lines.ts';
import { createMemories } from './memories.ts';
import { createPins } from './pins.ts';
import { wireUsarts } from './usarts.ts';

interface Placed<R extends string> {
  readonly base: number;
  readonly clock: Gate<R> | undefined;
  readonly peripheral: Peripheral;
}

/** The pin name of a boot pin that is no GPIO. */
const DEDICATED_BOOT0 = 'BOOT0';

/**
 * A part from its definition; see definition.ts. A function is asked for each board anew, so that creators of one board may share
 * what the roles do not show (EXTI the ports that SYSCFG selects, SYSCFG the banks that FLASH swaps).
 */
export function assemblePart<R extends string>(definition: PartDefinition<R> | (() => PartDefinition<R>)): Part {
  const define = typeof definition === 'function' ? definition : (): PartDefinition<R> => definition;
  const { chip, resetHclkHz, core } = define();
  return { chip, resetHclkHz, core: core ?? {}, build: (host) => build(define(), host) };
}

function build<R extends string>(definition: PartDefinition<R>, host: PartHost): PartModel {
  const { chip } = definition;
  const { bus, schedule } = host;
  const memories = createMemories(bus, chip, definition.memory, host.random('unique id'), (...access) =>
    flash.store(...access),
  );
  const sramPattern = host.random('sram');
  let attached = false;
  let bootArea: BootArea = 'flash';

  const pins = createPins({
    host,
    partName: chip.name,
    ports: definition.ports,
    alternates: definition.alternates,
    hasBrr: definition.gpioHasBrr ?? true,
    extraPins: chip.boot0Pin === DEDICATED_BOOT0 ? [DEDICATED_BOOT0] : [],
    routed() {
      usarts.routed();
      usb?.surroundingsChanged?.();
    },
  });
  const placed: Placed<R>[] = [];
  const irqSource = createIrqLines((irq, asserted) => host.setIrq(irq, asserted));
  const dmaRequests = createDmaRequests();

  // Of a main flash with two banks, the lower one answers at 0: code does not run there beyond it.
  const areas: Readonly<Record<number, MemoryRegion>> = {
    [chip.memoryRemap.systemMemory]: memories.system,
    [chip.memoryRemap.sram]: memories.sram,
  };
  const kit: PartKit<R> = {
    chip,
    host,
    memories,
    get clocks() {
      return clocks;
    },
    get power() {
      return power;
    },
    get flash() {
      return flash;
    },
    get debugMcu() {
      return debugMcu;
    },
    carries: pins.carries,
    usbSurroundingsChanged: () => usb?.surroundingsChanged?.(),
    portNets: pins.byCode,
    dmaRequests,
    irqSource,
    remap: (mode) => bus.setAlias(areas[mode] ?? memories.banks[0]),
    clockChanged() {
      kit.rangeChanged();
      host.clockChanged();
      usb?.surroundingsChanged?.();
    },
    rangeChanged: () => flash.setSpeed(clocks.hclkHz(), power.range()),
    peripheralReset(register, bit) {
      for (const p of placed) if (p.clock?.[0] === register && p.clock[1] === bit) p.peripheral.reset('system');
    },
    clearBackup: () => backup?.clearBackup(),
    option(field) {
      for (const word of chip.optionBytes.words) {
        const place = word.fields[field];
        if (place !== undefined) return fieldOf(flash.options.loaded(word.name), place);
      }
      return undefined;
    },
    frozen: (bit) => host.coreHalted() && debugMcu.stops(bit),
  };

  const power = definition.power.create(kit);
  const clocks = definition.clocks.create(kit);
  const backup = definition.backup?.create(kit);
  const remap = definition.remap.create(kit);
  const flash = definition.flash.create(kit);
  const debugMcu = definition.debugMcu.create(kit);
  const usarts = wireUsarts(definition.usarts, { host, pins, clocks, irqSource, dmaRequests });

  const usb = definition.usb?.create(kit);

  const place = (base: number, clock: Gate<R> | undefined, peripheral: Peripheral): void =>
    void placed.push({ base, clock, peripheral });
  for (const { facts, usart } of usarts.all) place(facts.base, facts.clock, usart);
  for (const { facts, gpio } of pins.ports) place(facts.base, facts.clock as Gate<R>, gpio);
  for (const entry of definition.peripherals) place(entry.base, entry.clock, entry.create(kit));
  if (usb !== undefined) place(definition.usb!.base, definition.usb!.clock, usb);
  place(definition.power.base, definition.power.clock, power);
  if (backup !== undefined) place(definition.backup!.base, definition.backup!.clock, backup);
  place(definition.remap.base, definition.remap.clock, remap);
  place(chip.flash.controller.base, definition.flash.clock, flash);
  for (const [name, base, clock] of definition.unmodelled) place(base, clock, createUnmodelled(name, 0x400, host));

  bus.addDevice(definition.clocks.base, clocks.size, clocks);
  for (const { base, clock, peripheral } of placed) {
    const device = clock === undefined ? peripheral : gated(peripheral, () => clocks.enabled(...clock), host);
    bus.addDevice(base, peripheral.size, device);
  }
  // OpenOCD reads IDCODE and writes the freeze register without setting the clock bit, on real chips, so a connected debugger
  // clocks DBGMCU (corroborated by stm32g0x.cfg of OpenOCD 0.12).
  const debugClock = definition.debugMcu.clock;
  const debugDevice =
    debugClock === undefined ? debugMcu : gated(debugMcu, () => attached || clocks.enabled(...debugClock), host);
  bus.addDevice(chip.identity.idcodeAddress, debugMcu.size, debugDevice);

  /** These have their place in the order of a reset; the rest follows in the order of the bus. */
  const resetEarly = new Set<Peripheral>([power, flash, ...pins.ports.map((port) => port.gpio)]);
  const updateIntruder = (): void => flash.setIntruder(attached || bootArea !== 'flash');
  const levelOf = (pin: string): 0 | 1 => pins.net(pin).levelAt(schedule.now());

  return {
    flash: memories.flash,
    banks: memories.banks,
    systemMemory: memories.system,
    sram: memories.sram,
    stateful: [memories.sram, memories.sram2, memories.flash, memories.dataMemory].filter((m) => m !== undefined),
    hclkHz: () => clocks.hclkHz(),
    usb: usb?.port,
    net: pins.net,
    loadRom: memories.loadRom,
    reset(kind, cause) {
      if (kind === 'power') {
        attached = false;
        memories.fillSram(sramPattern);
      }
      clocks.recordReset(cause);
      clocks.reset(kind);
      power.reset(kind);
      flash.reset(kind);
      if (kind === 'power' || cause === 'option-load') flash.loadOptions();
      for (const { gpio } of pins.ports) gpio.reset(kind);
      bootArea = definition.boot({
        option: kit.option,
        boot0: levelOf(chip.boot0Pin),
        level: levelOf,
        empty: flash.empty,
        rdpLevel: flash.rdpLevel(),
      });
      const { memoryRemap } = chip;
      const mode = { flash: memoryRemap.mainFlash, system: memoryRemap.systemMemory, sram: memoryRemap.sram };
      remap.setBootMode(mode[bootArea]);
      for (const { peripheral } of placed) if (!resetEarly.has(peripheral)) peripheral.reset(kind);
      debugMcu.reset(kind);
      updateIntruder();
      return bootArea;
    },
    debugPortOpen: () => pins.carries('PA13', 'SWDIO') && pins.carries('PA14', 'SWCLK') && flash.debugAccess !== false,
    debuggerSeen() {
      if (attached) return;
      attached = true;
      updateIntruder();
    },
    boot0: () => levelOf(chip.boot0Pin),
  };
}
