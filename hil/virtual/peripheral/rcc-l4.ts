import type { Random } from '../random.ts';
import { createClockGates } from './clock-gates.ts';
import { type ClockSource, createClockSource } from './clock-source.ts';
import type { PeripheralHost, ResetKind } from './peripheral.ts';
import { hpreDivider, ppreDivider } from './prescalers.ts';
import {
  BDCR,
  CLK48SEL,
  CR,
  CSR,
  MSI_RANGES_HZ,
  PLLCFGR,
  PLLSRC,
  pllOf,
  RCC,
  READY,
  SLEEP_RESET,
  SW,
} from './rcc-l4-registers.ts';
import { narrowAccess } from './register-block.ts';
import type { ClockTree, ResetCause } from './roles.ts';
import { createSysclkSwitch } from './sysclk-switch.ts';

export type EnableRegisterL4 = 'AHB1ENR' | 'AHB2ENR' | 'AHB3ENR' | 'APB1ENR1' | 'APB1ENR2' | 'APB2ENR';

/**
 * Clock tree and reset control of STM32L47x and L48x. Source: RM0351 chapter 6 (documented, except where a line says otherwise).
 * Clock security never fires, for no source ever fails here; the MCO output is not modelled.
 */
export interface RccL4Options {
  readonly host: PeripheralHost;
  readonly random: Random;
  readonly setIrq: (asserted: boolean) => void;
  /** Crystal or clock on OSC_IN in Hz, undefined when the board has none. */
  readonly hseHz: number | undefined;
  readonly hasLse: boolean;
  /** Position in CCIPR of the kernel clock choice of a USART. */
  readonly usartSelect: Readonly<Record<string, number>>;
  /** USARTs on APB 2. */
  readonly onApb2: readonly string[];
  readonly clockChanged: () => void;
  /** PWR_CR1.DBP. */
  readonly backupWritable: () => boolean;
  /** PWR_CR1.VOS: 1 or 2. */
  readonly voltageRange: () => number;
  readonly peripheralReset: (register: EnableRegisterL4, bit: number) => void;
  /** BDRST went from 0 to 1. */
  readonly backupReset: () => void;
}

const HSI_HZ = 16_000_000;
const LSE_HZ = 32_768;
/** Start-up in ns, low and high. Source: DS10198 (STM32L476xx) 6.3.7 to 6.3.9, recalled: corroborated. */
const STARTUP = {
  msi: [2_500, 6_000],
  hsi: [800, 1_200],
  hse: [1_500_000, 2_500_000],
  lsi: [80_000, 130_000],
  lse: [300_000_000, 2_000_000_000],
  pll: [15_000, 40_000],
} as const;
/** LSI at 30 degrees C (DS10198 6.3.8: 31.04 to 32.96 kHz). */
const LSI_RANGE_HZ: readonly [number, number] = [31_040, 32_960];
/** MSI on its own and HSI16 of a chip as it leaves the factory, at 30 degrees C (DS10198 6.3.7, recalled: below 1 %). */
const RC_DEVIATION = 0.007;
/** SWS follows SW some clock cycles after the new source is ready. Hypothesis: the manual gives no number. */
const SWITCH_NS = 1_000;
/** VCO input, and VCO in voltage range 1 and 2 (DS10198 6.3.9). Outside a PLL is not ready for ever: hypothesis. */
const PLL_IN: readonly [number, number] = [4_000_000, 16_000_000];
const PLL_VCO_MIN = 64_000_000;
const PLL_VCO_MAX = [344_000_000, 128_000_000] as const;
const RANGE_AFTER_RESET = 6;
const FIRST_STANDBY_RANGE = 4;
const LAST_STANDBY_RANGE = 7;
/** HSITRIM 16; the factory calibrations differ from chip to chip and read 0 here. */
const ICSCR_RESET = 0x1000_0000;
const WWDGEN = 1 << 11;
const FWEN = 1 << 7;
const ALL_PLLS = CR.PLLON | CR.PLLSAI1ON | CR.PLLSAI2ON;
const SOFTWARE_CR = CR.MSION | CR.HSION | CR.HSIKERON | CR.HSIASFS | CR.HSEON | CR.HSEBYP | CR.CSSON | ALL_PLLS;

export function createRccL4(options: RccL4Options): ClockTree<EnableRegisterL4> {
  const { host, random } = options;
  const schedule = host.schedule;
  let cr = 0;
  /** MSIRANGE, and MSISRANGE, which counts until MSIRGSEL is set. */
  let range = RANGE_AFTER_RESET;
  let standbyRange = RANGE_AFTER_RESET;
  let icscr = 0;
  let cfgr = 0;
  let cier = 0;
  let cifr = 0;
  let ccipr = 0;
  let bdcr = 0;
  let resetFlags = 0;
  let lsion = false;
  let lsiForced = false;
  const pllRegisters = new Map<number, number>();
  const sleep = new Map<number, number>();
  const lsiHz = random.between(...LSI_RANGE_HZ);
  let rcDeviation: number | undefined;
  const gates = createClockGates<EnableRegisterL4>(
    {
      AHB1ENR: { enable: RCC.AHB1ENR, reset: RCC.AHB1RSTR, mask: 0x0001_1103, initial: 0x100 },
      AHB2ENR: { enable: RCC.AHB2ENR, reset: RCC.AHB2RSTR, mask: 0x0004_30ff },
      AHB3ENR: { enable: RCC.AHB3ENR, reset: RCC.AHB3RSTR, mask: 0x0000_0101 },
      APB1ENR1: {
        enable: RCC.APB1ENR1,
        reset: RCC.APB1RSTR1,
        mask: 0xf2fe_ca3f,
        resetMask: 0xf2fe_c23f,
        sticky: WWDGEN,
      },
      APB1ENR2: { enable: RCC.APB1ENR2, reset: RCC.APB1RSTR2, mask: 0x0000_0025 },
      APB2ENR: { enable: RCC.APB2ENR, reset: RCC.APB2RSTR, mask: 0x0167_7c81, resetMask: 0x0167_7c01, sticky: FWEN },
    },
    options.peripheralReset,
  );

  const updateIrq = (): void => options.setIrq((cifr & cier) !== 0);
  function source(limits: readonly [number, number], hz: () => number, bit: number, can = () => true): ClockSource {
    return createClockSource({
      schedule,
      hz,
      startupNs: () => (can() ? random.between(...limits) : Number.POSITIVE_INFINITY),
      changed(ready) {
        if (ready && (cier >>> bit) & 1) {
          cifr |= 1 << bit;
          updateIrq();
        }
        sysclk.follow();
        options.clockChanged();
      },
    });
  }
  const msiHz = (): number => MSI_RANGES_HZ[cr & CR.MSIRGSEL ? range : standbyRange]!;
  const hseFitted = (): boolean => options.hseHz !== undefined;
  const msi = source(STARTUP.msi, msiHz, READY.MSI);
  const hsi = source(STARTUP.hsi, () => HSI_HZ, READY.HSI);
  const hse = source(STARTUP.hse, () => options.hseHz ?? 0, READY.HSE, hseFitted);
  const lsi = source(STARTUP.lsi, () => lsiHz, READY.LSI);
  const lse = source(
    STARTUP.lse,
    () => LSE_HZ,
    READY.LSE,
    () => options.hasLse,
  );

  const pllRegister = (offset: number): number => pllRegisters.get(offset)!;
  const pllcfgr = (): number => pllRegister(RCC.PLLCFGR);
  const pllSource = (): number => pllcfgr() & PLLCFGR.SRC;
  const pllInputHz = (): number =>
    ({ [PLLSRC.MSI]: msi.hz, [PLLSRC.HSI16]: hsi.hz, [PLLSRC.HSE]: hse.hz })[pllSource()] ?? 0;
  const pllAt = (offset: number, bit: number): ClockSource =>
    source(
      STARTUP.pll,
      () => pllOf(pllcfgr(), pllRegister(offset), pllInputHz()).rHz,
      bit,
      () => pllCanLock(offset),
    );
  const pll = pllAt(RCC.PLLCFGR, READY.PLL);
  const pllSai1 = pllAt(RCC.PLLSAI1CFGR, READY.PLLSAI1);
  const pllSai2 = pllAt(RCC.PLLSAI2CFGR, READY.PLLSAI2);

  function pllCanLock(offset: number): boolean {
    const { inHz, vcoHz } = pllOf(pllcfgr(), pllRegister(offset), pllInputHz());
    const highest = PLL_VCO_MAX[options.voltageRange() - 1] ?? PLL_VCO_MAX[0];
    const can = inHz >= PLL_IN[0] && inHz <= PLL_IN[1] && vcoHz >= PLL_VCO_MIN && vcoHz <= highest;
    if (!can) host.note('PLL cannot lock', { offset, pllcfgr: pllcfgr(), inHz, vcoHz });
    return can;
  }

  function selectedHz(sw: number): number {
    switch (sw) {
      case SW.MSI:
        return msi.hz;
      case SW.HSI16:
        return hsi.hz;
      case SW.HSE:
        return hse.hz;
      default:
        return pllcfgr() & PLLCFGR.REN ? pll.hz : 0;
    }
  }
  const sysclk = createSysclkSwitch({
    schedule,
    delayNs: SWITCH_NS,
    hzOf: selectedHz,
    changed: options.clockChanged,
  });
  // A core without a clock would be dead; should a source fail, the board counts as running from MSI.
  const sysclkHz = (): number => selectedHz(sysclk.used) || msiHz();
  const hclkHz = (): number => sysclkHz() / hpreDivider((cfgr >>> 4) & 15);
  const pclkHz = (apb: 1 | 2): number => hclkHz() / ppreDivider((cfgr >>> (apb === 1 ? 8 : 11)) & 7);

  /** MSIRANGE takes a range that exists while the MSI is off or ready; MSIRGSEL once set stays so until a reset (RM0351 6.4.1). */
  function writeMsi(value: number): number {
    const wanted = (value & CR.MSIRANGE) >>> 4;
    if (wanted < MSI_RANGES_HZ.length && (msi.ready || !msi.on)) range = wanted;
    else if (wanted !== range) host.note('MSIRANGE write refused', { wanted });
    // MSIPLLEN is protected against being set without LSE (6.4.1).
    return ((cr | value) & CR.MSIRGSEL) | (lse.ready ? value & CR.MSIPLLEN : 0);
  }

  /** What an RC oscillator is to its nominal frequency. Only USB is particular enough to notice; everything else runs by the nominal one. */
  function rcTrue(source: number): number {
    if (source === PLLSRC.HSE || (source === PLLSRC.MSI && cr & CR.MSIPLLEN && lse.ready)) return 1;
    rcDeviation ??= random.between(-RC_DEVIATION, RC_DEVIATION);
    return 1 + rcDeviation;
  }
  /** CLK48 (RM0351 6.2.18 and 6.4.28, CLK48SEL). */
  function usbHz(): number {
    const selected = (ccipr >>> CLK48SEL.LSB) & 3;
    if (selected === CLK48SEL.MSI) return msi.hz * rcTrue(PLLSRC.MSI);
    const [clock, offset] =
      selected === CLK48SEL.PLL
        ? [pll, RCC.PLLCFGR]
        : selected === CLK48SEL.PLLSAI1
          ? [pllSai1, RCC.PLLSAI1CFGR]
          : [undefined, RCC.PLLCFGR];
    if (clock?.ready !== true || !(pllRegister(offset) & PLLCFGR.QEN)) return 0;
    return pllOf(pllcfgr(), pllRegister(offset), pllInputHz()).qHz * rcTrue(pllSource());
  }

  // A source that drives SYSCLK directly or through the PLL cannot be switched off (RM0351 6.4.1 MSION, HSION, HSEON, PLLON).
  function writeCr(value: number): void {
    const drives = (sw: number, src: number): boolean =>
      sysclk.used === sw || (sysclk.wants(SW.PLL) && pllSource() === src);
    let next = (value & SOFTWARE_CR) | writeMsi(value);
    if (drives(SW.MSI, PLLSRC.MSI)) next |= CR.MSION;
    if (drives(SW.HSI16, PLLSRC.HSI16)) next |= CR.HSION;
    if (drives(SW.HSE, PLLSRC.HSE)) next |= CR.HSEON;
    if (sysclk.used === SW.PLL) next |= CR.PLLON;
    cr = next | (cr & CR.CSSON); // set once, cleared by reset only (6.4.1 CSSON)
    msi.setOn((cr & CR.MSION) !== 0);
    hsi.setOn((cr & CR.HSION) !== 0);
    hse.setOn((cr & CR.HSEON) !== 0);
    pll.setOn((cr & CR.PLLON) !== 0);
    pllSai1.setOn((cr & CR.PLLSAI1ON) !== 0);
    pllSai2.setOn((cr & CR.PLLSAI2ON) !== 0);
    sysclk.follow();
    options.clockChanged();
  }

  function readCr(): number {
    const ready = [
      [msi, CR.MSIRDY],
      [hsi, CR.HSIRDY],
      [hse, CR.HSERDY],
      [pll, CR.PLLRDY],
      [pllSai1, CR.PLLSAI1RDY],
      [pllSai2, CR.PLLSAI2RDY],
    ] as const;
    return ready.reduce((value, [clock, bit]) => (clock.ready ? value | bit : value), cr | (range << 4));
  }

  function writePll(offset: number, own: ClockSource, value: number): void {
    // N and the dividers take writes only while their PLL is off, source and M only while all are; the output enables always,
    // except that PLLREN cannot be cleared while the PLL drives SYSCLK (RM0351 6.4.4).
    const before = pllRegister(offset);
    let keep = own.on ? PLLCFGR.N | PLLCFGR.P | PLLCFGR.Q | PLLCFGR.R : 0;
    if (offset !== RCC.PLLCFGR || cr & ALL_PLLS) keep |= PLLCFGR.SRC | PLLCFGR.M;
    if (offset === RCC.PLLCFGR && sysclk.used === SW.PLL) keep |= PLLCFGR.REN;
    if (((before ^ value) & keep) !== 0) host.note('PLL configuration write refused', { offset, before, value });
    pllRegisters.set(offset, ((before & keep) | (value & 0x0773_7f73 & ~keep)) >>> 0);
    sysclk.follow();
    options.clockChanged();
  }

  function writeBdcr(value: number): void {
    if (!options.backupWritable()) return;
    if (value & BDCR.BDRST) {
      if (!(bdcr & BDCR.BDRST)) options.backupReset();
      bdcr = BDCR.BDRST;
    } else {
      // RTCSEL is written once per backup domain reset (RM0351 6.4.29).
      const rtcsel = bdcr & BDCR.RTCSEL || value & BDCR.RTCSEL;
      bdcr = (value & BDCR.WRITABLE & ~BDCR.RTCSEL) | rtcsel;
    }
    lse.setOn((bdcr & BDCR.LSEON) !== 0);
  }

  const runLsi = (): void => lsi.setOn(lsion || lsiForced);
  function writeCsr(value: number): void {
    if (value & CSR.RMVF) resetFlags = 0;
    const wanted = (value & CSR.MSISRANGE) >>> 8;
    // MSISRANGE can be written only after MSIRGSEL was set, and only with 1 to 8 MHz (RM0351 6.4.30).
    if (cr & CR.MSIRGSEL && wanted >= FIRST_STANDBY_RANGE && wanted <= LAST_STANDBY_RANGE) standbyRange = wanted;
    lsion = (value & CSR.LSION) !== 0;
    runLsi();
  }

  function write(offset: number, value: number): void {
    if (gates.write(offset, value)) return;
    switch (offset) {
      case RCC.CR:
        writeCr(value);
        return;
      case RCC.ICSCR:
        icscr = value & 0x1f00_ff00;
        return;
      case RCC.CFGR:
        cfgr = value & 0x7700_bff0;
        sysclk.select(value & 3);
        options.clockChanged();
        return;
      case RCC.PLLCFGR:
        writePll(offset, pll, value);
        return;
      case RCC.PLLSAI1CFGR:
        writePll(offset, pllSai1, value);
        return;
      case RCC.PLLSAI2CFGR:
        writePll(offset, pllSai2, value);
        return;
      case RCC.CIER:
        cier = value & 0x2ff;
        updateIrq();
        return;
      case RCC.CICR:
        cifr &= ~value;
        updateIrq();
        return;
      case RCC.CCIPR:
        ccipr = value >>> 0;
        options.clockChanged();
        return;
      case RCC.BDCR:
        writeBdcr(value);
        return;
      case RCC.CSR:
        writeCsr(value);
        return;
      default:
        if (offset >= RCC.AHB1SMENR && offset <= RCC.APB2SMENR) sleep.set(offset, value);
    }
  }

  function read(offset: number): number {
    const gate = gates.read(offset);
    if (gate !== undefined) return gate;
    switch (offset) {
      case RCC.CR:
        return readCr();
      case RCC.ICSCR:
        return icscr;
      case RCC.CFGR:
        return cfgr | sysclk.wanted | (sysclk.used << 2);
      case RCC.CIER:
        return cier;
      case RCC.CIFR:
        return cifr;
      case RCC.CCIPR:
        return ccipr;
      case RCC.BDCR:
        return bdcr | (lse.ready ? BDCR.LSERDY : 0);
      case RCC.CSR:
        return resetFlags | (standbyRange << 8) | (lsi.ready ? CSR.LSIRDY : 0) | (lsion ? CSR.LSION : 0);
      default:
        return pllRegisters.get(offset) ?? sleep.get(offset) ?? 0;
    }
  }

  function reset(kind: ResetKind): void {
    cr = CR.MSION | (cr & CR.HSEBYP && kind === 'system' ? CR.HSEBYP : 0); // HSEBYP survives a system reset (6.4.1)
    range = standbyRange = RANGE_AFTER_RESET;
    for (const off of [pll, pllSai1, pllSai2, hse, hsi]) off.setOn(false);
    for (const offset of [RCC.PLLCFGR, RCC.PLLSAI1CFGR, RCC.PLLSAI2CFGR]) pllRegisters.set(offset, 0x1000);
    sysclk.reset();
    msi.startReady();
    icscr = ICSCR_RESET;
    cfgr = cier = cifr = ccipr = 0;
    lsion = lsiForced = false;
    runLsi();
    gates.reset();
    sleep.clear();
    for (const [offset, value] of Object.entries(SLEEP_RESET)) sleep.set(Number(offset), value);
    if (kind === 'power') {
      bdcr = 0;
      lse.setOn(false);
    }
    updateIrq();
    options.clockChanged();
  }

  return {
    name: 'RCC',
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'ahb'),
    reset,
    sysclkHz,
    hclkHz,
    pclkHz,
    usartHz(name) {
      const position = options.usartSelect[name];
      switch (position === undefined ? 0 : (ccipr >>> position) & 3) {
        case 1:
          return sysclkHz();
        case 2:
          return hsi.hz;
        case 3:
          return lse.hz;
        default:
          return pclkHz(options.onApb2.includes(name) ? 2 : 1);
      }
    },
    usbHz,
    enabled: gates.enabled,
    lsi,
    forceLsi(force) {
      lsiForced = force;
      runLsi();
    },
    recordReset(cause: ResetCause) {
      // CSR resets to 0x0C00_0600 by power-on: BORRSTF and PINRSTF (RM0351 6.4.30). Internal resets pull NRST low, so PINRSTF
      // comes with them (6.1.2; measured on L4: corroborated).
      if (cause === 'power') {
        resetFlags = CSR.BORRSTF | CSR.PINRSTF;
        return;
      }
      const own = {
        pin: 0,
        software: CSR.SFTRSTF,
        iwdg: CSR.IWDGRSTF,
        wwdg: CSR.WWDGRSTF,
        'option-load': CSR.OBLRSTF,
      };
      resetFlags |= own[cause] | CSR.PINRSTF;
    },
  };
}
