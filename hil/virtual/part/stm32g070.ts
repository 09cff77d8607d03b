import { flashKeys, pageAt } from '../../chip/chip.ts';
import { stm32g070rb } from '../../chip/part/stm32g070rb.ts';
import { createCrc } from '../peripheral/crc.ts';
import { createDbgmcu } from '../peripheral/dbgmcu.ts';
import { createExtiG0 } from '../peripheral/exti-g0.ts';
import { createFlashG0 } from '../peripheral/flash-g0.ts';
import { gated } from '../peripheral/gated.ts';
import { createGpio, type GpioPort } from '../peripheral/gpio.ts';
import { createIwdg } from '../peripheral/iwdg.ts';
import { createNet, type Net } from '../peripheral/net.ts';
import { createOptionBytes } from '../peripheral/option-bytes.ts';
import type { Peripheral } from '../peripheral/peripheral.ts';
import { createPwrG0 } from '../peripheral/pwr-g0.ts';
import { createRccG0, type EnableRegister, type RccG0 } from '../peripheral/rcc-g0.ts';
import { createSyscfgG0, type MemMode } from '../peripheral/syscfg-g0.ts';
import { createTamp } from '../peripheral/tamp.ts';
import { createUnmodelled } from '../peripheral/unmodelled.ts';
import { createUsartV3, type UsartV3 } from '../peripheral/usart-v3.ts';
import { createWwdg } from '../peripheral/wwdg.ts';
import { bootAreaPattern11 } from './boot-pattern-11.ts';
import { createMemories } from './memories.ts';
import type { BootArea, BuildPart, PartModel } from './part.ts';
import { pinsFor, ports, signalAt } from './stm32g070-pins.ts';

const facts = stm32g070rb;

/** Interrupt numbers. Source: ST header stm32g070xx.h (documented). */
const IRQ = {
  WWDG: 0,
  FLASH: 3,
  RCC: 4,
  EXTI0_1: 5,
  EXTI2_3: 6,
  EXTI4_15: 7,
  USART1: 27,
  USART2: 28,
  USART3_4: 29,
} as const;

interface Placed {
  readonly base: number;
  readonly peripheral: Peripheral;
  /** Enable bit; undefined: always clocked. */
  readonly clock?: readonly [EnableRegister, number];
}

/** USARTs: 1 and 2 are full (FIFO, auto-baud, kernel clock choice), 3 and 4 basic. Source: AN2606 r70 T107; ST header (documented). */
const USARTS = [
  { name: 'USART1', base: 0x4001_3800, clock: ['APBENR2', 14], irq: IRQ.USART1, ccipr: 0 },
  { name: 'USART2', base: 0x4000_4400, clock: ['APBENR1', 17], irq: IRQ.USART2, ccipr: 2 },
  { name: 'USART3', base: 0x4000_4800, clock: ['APBENR1', 18], irq: IRQ.USART3_4, ccipr: undefined },
  { name: 'USART4', base: 0x4000_4c00, clock: ['APBENR1', 19], irq: IRQ.USART3_4, ccipr: undefined },
] as const;

/** On the chip, not in the model. */
const UNMODELLED: readonly (readonly [string, number, EnableRegister | undefined, number])[] = [
  ['TIM3', 0x4000_0400, 'APBENR1', 1],
  ['TIM6', 0x4000_1000, 'APBENR1', 4],
  ['TIM7', 0x4000_1400, 'APBENR1', 5],
  ['TIM14', 0x4000_2000, 'APBENR2', 15],
  ['RTC', 0x4000_2800, 'APBENR1', 10],
  ['SPI2', 0x4000_3800, 'APBENR1', 14],
  ['I2C1', 0x4000_5400, 'APBENR1', 21],
  ['I2C2', 0x4000_5800, 'APBENR1', 22],
  ['ADC', 0x4001_2400, 'APBENR2', 20],
  ['TIM1', 0x4001_2c00, 'APBENR2', 11],
  ['SPI1', 0x4001_3000, 'APBENR2', 12],
  ['TIM15', 0x4001_4000, 'APBENR2', 16],
  ['TIM16', 0x4001_4400, 'APBENR2', 17],
  ['TIM17', 0x4001_4800, 'APBENR2', 18],
  ['DMA1', 0x4002_0000, 'AHBENR', 0],
  ['DMAMUX', 0x4002_0800, 'AHBENR', 0],
];

/** IDCODE: DEV_ID with 0x6 in bits 15:12 (reported for G070RB) and REV_ID 0x1000 (revision B: hypothesis). */
const IDCODE = 0x1000_6000 | facts.identity.devId;
const DBG_BASE = facts.identity.idcodeAddress;
const FZ1_WWDG = 11;
const FZ1_IWDG = 12;

export const buildStm32g070: BuildPart = (host) => {
  const { bus, schedule } = host;
  const memories = createMemories(bus, host.random('unique id'), (region, offset, value, width) =>
    flash.store(region, offset, value, width),
  );
  const sramPattern = host.random('sram');
  let attached = false;
  let bootArea: BootArea = 'flash';

  // Pins.
  const nets = new Map<string, Net>();
  for (const port of ports) {
    for (let i = 0; i < 16; i++) {
      const name = `P${port.letter}${i}`;
      nets.set(name, createNet(name, schedule, host.random(name)));
    }
  }
  const netsOf = (letter: string): Net[] => Array.from({ length: 16 }, (_, i) => nets.get(`P${letter}${i}`)!);
  const usarts: UsartV3[] = [];
  const gpio = new Map<string, GpioPort>();
  for (const port of ports) {
    gpio.set(
      port.letter,
      createGpio({
        letter: port.letter,
        pinMask: port.pinMask,
        reset: port.reset,
        nets: netsOf(port.letter),
        alternate: (index, af) => signalAt(`P${port.letter}${index}`, af),
        drives: (signal) => signal.endsWith('_TX'),
        routed: () => {
          for (const usart of usarts) usart.routed();
        },
        now: schedule.now,
      }),
    );
  }
  const carries = (pin: string, signal: string): boolean =>
    gpio.get(pin[1]!)!.signalOf(Number(pin.slice(2))) === signal;
  const routedNets = (signal: string): Net[] =>
    pinsFor(signal)
      .filter((pin) => carries(pin, signal))
      .map((pin) => nets.get(pin)!);

  // Clocks, power, memory remap.
  const clockChanged = (): void => {
    flash.setSpeed(rcc.hclkHz(), pwr.range());
    host.clockChanged();
  };
  const pwr = createPwrG0(schedule, () => flash.setSpeed(rcc.hclkHz(), pwr.range()));
  const placed: Placed[] = [];
  const rcc: RccG0 = createRccG0({
    host,
    random: host.random('oscillators'),
    irq: IRQ.RCC,
    mask: { IOPENR: 0x2f, AHBENR: 0x1101, APBENR1: 0x186e_4c32, APBENR2: 0x0017_d801 },
    hseHz: host.clocks.hseHz,
    hasLse: host.clocks.hasLse,
    clockChanged,
    backupWritable: () => pwr.backupWritable(),
    peripheralReset(register, bit) {
      for (const p of placed) if (p.clock?.[0] === register && p.clock[1] === bit) p.peripheral.reset('system');
    },
    backupReset: () => tamp.clearBackup(),
  });
  const tamp = createTamp(5, () => pwr.backupWritable());
  const remap = (mode: MemMode): void =>
    bus.setAlias(mode === 1 ? memories.system : mode === 3 ? memories.sram : memories.flash);
  const syscfg = createSyscfgG0(host, remap);

  const { controller } = facts.flash;
  const flash = createFlashG0({
    host,
    bus,
    random: host.random('flash'),
    irq: IRQ.FLASH,
    base: controller.base,
    keys: { flash: flashKeys(facts, 'flash')!, option: flashKeys(facts, 'option bytes')! },
    main: memories.flash,
    otp: memories.otp,
    memories: [memories.flash, memories.system, memories.otp, memories.engineering, memories.optionArea],
    pageSize: pageAt(facts, 0)!.size,
    options: createOptionBytes(
      facts.optionBytes.words.map((word) => ({
        name: word.name,
        register: word.register - controller.base,
        place: word.address - facts.optionBytes.base,
        factory: word.factory,
      })),
      memories.optionArea.words,
      (offset, length) => bus.invalidate(memories.optionArea, offset, length),
    ),
    launch: () => host.requestReset('option-load'),
    regression: () => tamp.clearBackup(),
  });

  // Watchdogs and debug.
  const dbgmcu = createDbgmcu(IDCODE);
  const iwdg = createIwdg({
    host,
    lsi: rcc.lsi,
    forceLsi: () => rcc.forceLsi(true),
    expired: () => host.requestReset('iwdg'),
    softwareStart: () => ((flash.options.loaded('OPTR') >>> 16) & 1) !== 0,
    frozen: () => host.coreHalted() && dbgmcu.stops(FZ1_IWDG),
  });
  const wwdg = createWwdg({
    host,
    irq: IRQ.WWDG,
    pclkHz: () => rcc.pclkHz(),
    expired: () => host.requestReset('wwdg'),
    frozen: () => host.coreHalted() && dbgmcu.stops(FZ1_WWDG),
  });

  const exti = createExtiG0({
    nets: Object.fromEntries(ports.map((port) => [port.code, netsOf(port.letter)])),
    pending(lines) {
      host.setIrq(IRQ.EXTI0_1, (lines & 0x0003) !== 0);
      host.setIrq(IRQ.EXTI2_3, (lines & 0x000c) !== 0);
      host.setIrq(IRQ.EXTI4_15, (lines & 0xfff0) !== 0);
    },
  });

  // USART3 and USART4 share a line of the NVIC.
  const requests = new Map<string, boolean>();
  for (const u of USARTS) {
    const usart = createUsartV3({
      name: u.name,
      host,
      full: u.ccipr !== undefined,
      kernelHz: () => rcc.usartHz(u.ccipr),
      setIrq(asserted) {
        requests.set(u.name, asserted);
        host.setIrq(
          u.irq,
          USARTS.some((other) => other.irq === u.irq && requests.get(other.name) === true),
        );
      },
      rxNets: () => routedNets(`${u.name}_RX`),
      txNets: () => routedNets(`${u.name}_TX`),
    });
    for (const pin of pinsFor(`${u.name}_RX`)) usart.listenOn(nets.get(pin)!, () => carries(pin, `${u.name}_RX`));
    usarts.push(usart);
    placed.push({ base: u.base, peripheral: usart, clock: u.clock });
  }

  placed.push(
    ...ports.map((p): Placed => ({ base: p.base, peripheral: gpio.get(p.letter)!, clock: ['IOPENR', p.enableBit] })),
    { base: 0x4000_2c00, peripheral: wwdg, clock: ['APBENR1', 11] },
    { base: 0x4000_3000, peripheral: iwdg },
    { base: 0x4000_7000, peripheral: pwr, clock: ['APBENR1', 28] },
    { base: 0x4000_b000, peripheral: tamp, clock: ['APBENR1', 10] },
    { base: 0x4001_0000, peripheral: syscfg, clock: ['APBENR2', 0] },
    { base: 0x4002_1800, peripheral: exti },
    { base: controller.base, peripheral: flash, clock: ['AHBENR', 8] },
    { base: 0x4002_3000, peripheral: createCrc(), clock: ['AHBENR', 12] },
    ...UNMODELLED.map(
      ([name, base, register, bit]): Placed => ({
        base,
        peripheral: createUnmodelled(name, 0x400, host),
        ...(register === undefined ? {} : { clock: [register, bit] as const }),
      }),
    ),
  );

  bus.addDevice(0x4002_1000, rcc.size, rcc);
  for (const { base, peripheral, clock } of placed) {
    const device = clock === undefined ? peripheral : gated(peripheral, () => rcc.enabled(clock[0], clock[1]), host);
    bus.addDevice(base, peripheral.size, device);
  }
  // OpenOCD reads IDCODE and writes the freeze register without setting DBGEN, on real chips, so a connected debugger clocks DBG
  // (corroborated by stm32g0x.cfg of OpenOCD 0.12).
  const dbgClocked = (): boolean => attached || rcc.enabled('APBENR1', 27);
  bus.addDevice(DBG_BASE, dbgmcu.size, gated(dbgmcu, dbgClocked, host));

  const updateIntruder = (): void => flash.setIntruder(attached || bootArea !== 'flash');

  const model: PartModel = {
    flash: memories.flash,
    systemMemory: memories.system,
    sram: memories.sram,
    hclkHz: () => rcc.hclkHz(),
    net(pin) {
      const net = nets.get(pin);
      if (net === undefined) throw new RangeError(`STM32G070 has no pin ${pin}`);
      return net;
    },
    reset(kind, cause) {
      if (kind === 'power') {
        attached = false;
        memories.fillSram(sramPattern);
      }
      rcc.recordReset(cause);
      rcc.reset(kind);
      pwr.reset(kind);
      flash.reset(kind);
      if (kind === 'power' || cause === 'option-load') flash.loadOptions();
      for (const port of gpio.values()) port.reset(kind);
      bootArea = bootAreaPattern11({
        options: flash.options.loaded('OPTR'),
        boot0: model.boot0(),
        empty: flash.empty,
        rdpLevel: flash.rdpLevel(),
      });
      syscfg.setBootMode(bootArea === 'flash' ? 0 : bootArea === 'system' ? 1 : 3);
      for (const { peripheral } of placed) {
        if (peripheral !== flash && peripheral !== pwr && !peripheral.name.startsWith('GPIO')) peripheral.reset(kind);
      }
      dbgmcu.reset(kind);
      updateIntruder();
      return bootArea;
    },
    swdOnPins: () => carries('PA13', 'SWDIO') && carries('PA14', 'SWCLK'),
    debuggerSeen() {
      if (attached) return;
      attached = true;
      updateIntruder();
    },
    boot0: () => nets.get(facts.boot0Pin)!.levelAt(schedule.now()),
  };
  return model;
};
