import type { Random } from '../random.ts';
import { createClockGates, type GateRegister } from './clock-gates.ts';
import { type ClockSource, createClockSource } from './clock-source.ts';
import type { PeripheralHost, ResetKind } from './peripheral.ts';
import { hpreDivider, ppreDivider } from './prescalers.ts';
import { CR, CRRCR, CSR, CSR_RTC_DOMAIN, msiHz, pllOf, RCC, READY, SW } from './rcc-l0-registers.ts';
import { narrowAccess } from './register-block.ts';
import type { ClockTree, ResetCause } from './roles.ts';

export type EnableRegisterL0 = 'IOPENR' | 'AHBENR' | 'APB2ENR' | 'APB1ENR';

/** Clock tree and reset control of STM32L0. Source: RM0376 and RM0377 chapter 7 (documented, except where a line says otherwise). */
export interface RccL0 extends ClockTree<EnableRegisterL0> {
  readonly hsi48: ClockSource;
  /** SYSCFG_CFGR3.ENREF_HSI48 was written: HSI48 starts if it waits for it, and stops without it. */
  hsi48ReferenceChanged(): void;
}

export interface RccL0Options {
  readonly host: PeripheralHost;
  readonly random: Random;
  readonly setIrq: (asserted: boolean) => void;
  readonly mask: Readonly<Record<EnableRegisterL0, number>>;
  readonly hasHsi48: boolean;
  /** SYSCFG_CFGR3: VREFINT feeds the HSI48. Without it HSI48 does not start. */
  readonly hsi48Reference: () => boolean;
  /** Crystal or clock on OSC_IN in Hz, undefined when the board has none. */
  readonly hseHz: number | undefined;
  readonly hasLse: boolean;
  /** Position of the clock choice in CCIPR by the name of a USART; absent: PCLK. */
  readonly usartSelect: Readonly<Record<string, number>>;
  readonly clockChanged: () => void;
  /** PWR_CR.DBP. */
  readonly backupWritable: () => boolean;
  /** PWR_CR.VOS: 1, 2 or 3. */
  readonly voltageRange: () => number;
  readonly peripheralReset: (register: EnableRegisterL0, bit: number) => void;
  /** RTCRST went from 0 to 1. */
  readonly backupReset: () => void;
}

const HSI16_HZ = 16_000_000;
const HSI48_HZ = 48_000_000;
const LSE_HZ = 32_768;
/** Start-up in ns, low and high. Source: DS10668 (STM32L031) 6.3.7 and DS10689 (STM32L073) 6.3.8, recalled: corroborated. */
const STARTUP = {
  msi: [5_000, 20_000],
  hsi16: [3_700, 6_000],
  hsi48: [4_000, 6_000],
  hse: [1_500_000, 2_500_000],
  lsi: [120_000, 200_000],
  lse: [300_000_000, 2_000_000_000],
  pll: [100_000, 160_000],
} as const;
/** DS10668 table of LSI characteristics: 26 to 56 kHz over all parts and temperatures; at 30 degrees C around 38 (corroborated). */
const LSI_RANGE_HZ: readonly [number, number] = [34_000, 42_000];
/** SWS follows SW some clock cycles after the source is ready. Hypothesis: the manual gives no number. */
const SWITCH_NS = 1_000;
/** PLL input (RM0376 7.2.4: 2 to 24 MHz) and highest VCO in voltage ranges 1, 2 and 3 (documented). */
const PLL_IN: readonly [number, number] = [2_000_000, 24_000_000];
const PLL_VCO_MAX = [96_000_000, 48_000_000, 24_000_000] as const;
const SOFTWARE_CR =
  CR.HSI16ON |
  CR.HSI16KERON |
  CR.HSI16DIVEN |
  (1 << 5) |
  CR.MSION |
  CR.HSEON |
  CR.HSEBYP |
  CR.CSSHSEON |
  CR.RTCPRE |
  CR.PLLON;
const CFGR_PLL = (1 << 16) | (15 << 18) | (3 << 22);
const CFGR_MASK = 0x7fff_bff3;
/** MSI range 5, HSI16TRIM 16; the factory calibrations differ from chip to chip and read 0 here. */
const ICSCR_RESET = 0xb000;
const WWDGEN = 1 << 11;
/** CCIPR: HSI48 for USB and RNG; else the PLL's VCO divided by 2 (RM0376 7.2.4 and 7.3.19). */
const HSI48SEL = 1 << 26;

export function createRccL0(options: RccL0Options): RccL0 {
  const { host, random } = options;
  const schedule = host.schedule;
  let cr = 0;
  let icscr = 0;
  let cfgr = 0;
  let sws = 0;
  let cier = 0;
  let cifr = 0;
  let ccipr = 0;
  let crrcr = 0;
  let rtcDomain = 0;
  let resetFlags = 0;
  let lsion = false;
  let lsiForced = false;
  const sleep = new Map<number, number>();
  const lsiHz = random.between(...LSI_RANGE_HZ);
  const { mask } = options;
  const bus = (enable: number, reset: number, bits: number, more: Partial<GateRegister> = {}): GateRegister => ({
    enable,
    reset,
    mask: bits,
    ...more,
  });
  const gates = createClockGates<EnableRegisterL0>(
    {
      IOPENR: bus(RCC.IOPENR, RCC.IOPRSTR, mask.IOPENR),
      AHBENR: bus(RCC.AHBENR, RCC.AHBRSTR, mask.AHBENR, { initial: 0x100 }),
      APB2ENR: bus(RCC.APB2ENR, RCC.APB2RSTR, mask.APB2ENR),
      APB1ENR: bus(RCC.APB1ENR, RCC.APB1RSTR, mask.APB1ENR, { sticky: WWDGEN }),
    },
    options.peripheralReset,
  );

  const updateIrq = (): void => options.setIrq((cifr & cier) !== 0);
  function source(range: readonly [number, number], hz: () => number, bit: number, can = () => true): ClockSource {
    return createClockSource({
      schedule,
      hz,
      startupNs: () => (can() ? random.between(...range) : Number.POSITIVE_INFINITY),
      changed(ready) {
        if (ready && (cier >>> bit) & 1) {
          cifr |= 1 << bit;
          updateIrq();
        }
        followSwitch();
        options.clockChanged();
      },
    });
  }
  const hsi16Out = (): number => HSI16_HZ / (cr & CR.HSI16DIVEN ? 4 : 1);
  const msi = source(STARTUP.msi, () => msiHz(icscr), READY.MSI);
  const hsi16 = source(STARTUP.hsi16, hsi16Out, READY.HSI16);
  const hse = source(
    STARTUP.hse,
    () => options.hseHz ?? 0,
    READY.HSE,
    () => options.hseHz !== undefined,
  );
  const lsi = source(STARTUP.lsi, () => lsiHz, READY.LSI);
  const lse = source(
    STARTUP.lse,
    () => LSE_HZ,
    READY.LSE,
    () => options.hasLse,
  );
  const hsi48 = source(STARTUP.hsi48, () => HSI48_HZ, READY.HSI48, options.hsi48Reference);
  const pllFromHse = (): boolean => ((cfgr >>> 16) & 1) !== 0;
  const pllInputHz = (): number => (pllFromHse() ? hse.hz : hsi16.hz);
  const pll = source(STARTUP.pll, () => pllOf(cfgr, pllInputHz()).outHz, READY.PLL, pllCanLock);

  function pllCanLock(): boolean {
    const inHz = pllInputHz();
    const { vcoHz, outHz } = pllOf(cfgr, inHz);
    const highest = PLL_VCO_MAX[options.voltageRange() - 1] ?? PLL_VCO_MAX[1];
    const can = inHz >= PLL_IN[0] && inHz <= PLL_IN[1] && vcoHz <= highest && outHz > 0;
    if (!can) host.note('PLL cannot lock', { cfgr, inHz, vcoHz });
    return can;
  }

  function selectedHz(sw: number): number {
    switch (sw) {
      case SW.MSI:
        return msi.hz;
      case SW.HSI16:
        return hsi16.hz;
      case SW.HSE:
        return hse.hz;
      default:
        return pll.hz;
    }
  }
  // A core without a clock would be dead; should a source fail, the board counts as running from MSI.
  const sysclkHz = (): number => selectedHz(sws) || msiHz(icscr);
  const hclkHz = (): number => sysclkHz() / hpreDivider((cfgr >>> 4) & 15);
  const pclkHz = (apb: 1 | 2): number => hclkHz() / ppreDivider((cfgr >>> (apb === 1 ? 8 : 11)) & 7);

  /** The mux changes over when the wanted source runs (RM0376 7.2.7). */
  function followSwitch(): void {
    const wanted = cfgr & 3;
    if (wanted === sws || selectedHz(wanted) === 0) return;
    schedule.after(SWITCH_NS, () => {
      if ((cfgr & 3) !== wanted || sws === wanted || selectedHz(wanted) === 0) return;
      sws = wanted;
      options.clockChanged();
    });
  }

  // A source that drives SYSCLK, or is selected to, directly or through the PLL, cannot be switched off (RM0376 7.3.1).
  const wants = (sw: number): boolean => sws === sw || (cfgr & 3) === sw;
  function writeCr(value: number): void {
    let next = value & SOFTWARE_CR;
    if (sws === SW.MSI) next |= CR.MSION;
    if (sws === SW.HSI16 || (wants(SW.PLL) && !pllFromHse())) next |= CR.HSI16ON;
    if (sws === SW.HSE || (wants(SW.PLL) && pllFromHse())) next |= CR.HSEON;
    if (sws === SW.PLL) next |= CR.PLLON;
    cr = next;
    msi.setOn((cr & CR.MSION) !== 0);
    hsi16.setOn((cr & CR.HSI16ON) !== 0);
    hse.setOn((cr & CR.HSEON) !== 0);
    pll.setOn((cr & CR.PLLON) !== 0);
    followSwitch();
    options.clockChanged();
  }

  function readCr(): number {
    return (
      cr |
      (hsi16.ready ? CR.HSI16RDY : 0) |
      (cr & CR.HSI16DIVEN && hsi16.ready ? CR.HSI16DIVF : 0) |
      (msi.ready ? CR.MSIRDY : 0) |
      (hse.ready ? CR.HSERDY : 0) |
      (pll.ready ? CR.PLLRDY : 0)
    );
  }

  function writeCfgr(value: number): void {
    // PLLSRC, PLLMUL and PLLDIV take writes only while the PLL is off (RM0376 7.3.4).
    const keep = pll.on ? CFGR_PLL : 0;
    if (((cfgr ^ value) & keep) !== 0) host.note('PLL configuration write refused', { cfgr, value });
    cfgr = ((cfgr & keep) | (value & CFGR_MASK & ~keep)) >>> 0;
    followSwitch();
    options.clockChanged();
  }

  function writeRtcDomain(value: number): void {
    if (!options.backupWritable()) return;
    if (value & CSR.RTCRST) {
      if (!(rtcDomain & CSR.RTCRST)) options.backupReset();
      rtcDomain = CSR.RTCRST;
    } else {
      // RTCSEL is written once per reset of the RTC domain (RM0376 7.3.21).
      const rtcsel = rtcDomain & CSR.RTCSEL || value & CSR.RTCSEL;
      rtcDomain = (value & CSR_RTC_DOMAIN & ~CSR.RTCSEL) | rtcsel;
    }
    lse.setOn((rtcDomain & CSR.LSEON) !== 0);
  }
  const runLsi = (): void => lsi.setOn(lsion || lsiForced);

  function write(offset: number, value: number): void {
    if (gates.write(offset, value)) return;
    switch (offset) {
      case RCC.CR:
        writeCr(value);
        return;
      case RCC.ICSCR:
        icscr = value & 0xff00_ff00;
        options.clockChanged();
        return;
      case RCC.CRRCR:
        if (!options.hasHsi48) return;
        crrcr = value & 5;
        hsi48.setOn((value & CRRCR.HSI48ON) !== 0);
        return;
      case RCC.CFGR:
        writeCfgr(value);
        return;
      case RCC.CIER:
        cier = value & 0xff;
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
      case RCC.CSR:
        if (value & CSR.RMVF) resetFlags = 0;
        lsion = (value & CSR.LSION) !== 0;
        runLsi();
        writeRtcDomain(value);
        return;
      default:
        if (offset >= RCC.IOPSMENR && offset <= RCC.APB1SMENR) sleep.set(offset, value);
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
      case RCC.CRRCR:
        return crrcr | (hsi48.ready ? CRRCR.HSI48RDY : 0);
      case RCC.CFGR:
        return cfgr | (sws << 2);
      case RCC.CIER:
        return cier;
      case RCC.CIFR:
        return cifr;
      case RCC.CCIPR:
        return ccipr;
      case RCC.CSR:
        return (
          resetFlags | rtcDomain | (lse.ready ? CSR.LSERDY : 0) | (lsion ? CSR.LSION : 0) | (lsi.ready ? CSR.LSIRDY : 0)
        );
      default:
        return sleep.get(offset) ?? 0;
    }
  }

  function reset(kind: ResetKind): void {
    cr = CR.MSION;
    icscr = ICSCR_RESET;
    cfgr = sws = cier = cifr = ccipr = crrcr = 0;
    for (const off of [pll, hse, hsi16, hsi48]) off.setOn(false);
    msi.startReady();
    lsion = lsiForced = false;
    runLsi();
    gates.reset();
    sleep.clear();
    sleep.set(RCC.IOPSMENR, mask.IOPENR);
    sleep.set(RCC.AHBSMENR, mask.AHBENR | 0x200);
    sleep.set(RCC.APB2SMENR, mask.APB2ENR);
    sleep.set(RCC.APB1SMENR, mask.APB1ENR);
    if (kind === 'power') {
      rtcDomain = 0;
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
          return selectedHz(sws);
        case 2:
          return hsi16.hz;
        case 3:
          return lse.hz;
        default:
          return pclkHz(name === 'USART1' ? 2 : 1);
      }
    },
    usbHz: () => (ccipr & HSI48SEL ? hsi48.hz : pll.ready ? pllOf(cfgr, pllInputHz()).vcoHz / 2 : 0),
    enabled: gates.enabled,
    lsi,
    hsi48,
    hsi48ReferenceChanged() {
      hsi48.setOn(false);
      hsi48.setOn((crrcr & CRRCR.HSI48ON) !== 0);
    },
    forceLsi(force) {
      lsiForced = force;
      runLsi();
    },
    recordReset(cause: ResetCause) {
      // CSR resets to 0x0C00_0000 by power-on: PORRSTF and PINRSTF (RM0376 7.3.21). Internal resets pull NRST low, so PINRSTF
      // comes with them (RM0376 7.1.1 figure; measured on G4, F1, L4, U5, not on L0: corroborated).
      if (cause === 'power') {
        resetFlags = CSR.PORRSTF | CSR.PINRSTF;
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
