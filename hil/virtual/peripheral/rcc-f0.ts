import type { Random } from '../random.ts';
import { createClockGates } from './clock-gates.ts';
import { type ClockSource, createClockSource } from './clock-source.ts';
import type { PeripheralHost, ResetKind } from './peripheral.ts';
import { hpreDivider, ppreDivider } from './prescalers.ts';
import { BDCR, CR, CR2, CSR, PLLSRC, pllMultiplier, pllSource, RCC, READY, SW } from './rcc-f0-registers.ts';
import { narrowAccess } from './register-block.ts';
import type { ClockTree, ResetCause } from './roles.ts';

export type EnableRegisterF0 = 'AHBENR' | 'APB2ENR' | 'APB1ENR';

/** Clock tree and reset control of STM32F04x and F09x. Source: RM0091 chapter 6 (documented, except where a line says otherwise). */
export interface RccF0Options {
  readonly host: PeripheralHost;
  readonly random: Random;
  readonly setIrq: (asserted: boolean) => void;
  readonly mask: Readonly<Record<EnableRegisterF0, number>>;
  /** Crystal or clock on OSC_IN in Hz, undefined when the board has none. */
  readonly hseHz: number | undefined;
  readonly hasLse: boolean;
  /** Position of the clock choice in CFGR3 by the name of a USART; absent: PCLK. */
  readonly usartSelect: Readonly<Record<string, number>>;
  readonly clockChanged: () => void;
  /** PWR_CR.DBP. */
  readonly backupWritable: () => boolean;
  readonly peripheralReset: (register: EnableRegisterF0, bit: number) => void;
  /** BDRST went from 0 to 1. */
  readonly backupReset: () => void;
}

const HSI_HZ = 8_000_000;
const HSI14_HZ = 14_000_000;
const HSI48_HZ = 48_000_000;
const LSE_HZ = 32_768;
/** Start-up in ns, low and high. Source: DS9773 (STM32F042) 6.3.7 and 6.3.8, recalled: corroborated by the F091's. */
const STARTUP = {
  hsi: [1_000, 2_000],
  hsi14: [1_000, 2_000],
  hsi48: [3_000, 6_000],
  hse: [1_500_000, 2_500_000],
  lsi: [60_000, 85_000],
  lse: [300_000_000, 2_000_000_000],
  pll: [100_000, 200_000],
} as const;
/** LSI: 30 to 50 kHz, 40 typical (DS9773 table of LSI characteristics); the middle half of it (corroborated). */
const LSI_RANGE_HZ: readonly [number, number] = [35_000, 45_000];
/** SWS follows SW some clock cycles after the source is ready. Hypothesis: the manual gives no number. */
const SWITCH_NS = 500;
/** PLL input and output (DS9773 6.3.9): 1 to 24 MHz, 16 to 48 MHz. Outside it is not ready for ever: hypothesis. */
const PLL_IN: readonly [number, number] = [1_000_000, 24_000_000];
const PLL_OUT: readonly [number, number] = [16_000_000, 48_000_000];
const SOFTWARE_CR = CR.HSION | CR.HSITRIM | CR.HSEON | CR.HSEBYP | CR.CSSON | CR.PLLON;
const SOFTWARE_CR2 = CR2.HSI14ON | CR2.HSI14DIS | CR2.HSI14TRIM | CR2.HSI48ON;
const CFGR_PLL = (3 << 15) | (1 << 17) | (15 << 18);
const CFGR_MASK = 0xff3f_c7f3;
const PLLXTPRE = 1 << 17;
const HSITRIM_RESET = 0x80;
const LSEDRV_RESET = 0x18;
const WWDGEN = 1 << 11;
/** CFGR3 of F04x and F07x: PLLCLK instead of HSI48 for USB (RM0091 6.4.13). */
const USBSW = 1 << 7;
const inside = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

export function createRccF0(options: RccF0Options): ClockTree<EnableRegisterF0> {
  const { host, random, mask } = options;
  const schedule = host.schedule;
  let cr = 0;
  let cr2 = 0;
  let cfgr = 0;
  let cfgr2 = 0;
  let cfgr3 = 0;
  let sws = 0;
  let enables = 0;
  let flags = 0;
  let bdcr = 0;
  let resetFlags = 0;
  let lsion = false;
  let lsiForced = false;
  const lsiHz = random.between(...LSI_RANGE_HZ);
  const gates = createClockGates<EnableRegisterF0>(
    {
      // SRAM and FLITF are clocked after reset; they have no reset bit.
      AHBENR: { enable: RCC.AHBENR, reset: RCC.AHBRSTR, mask: mask.AHBENR, resetMask: 0x017e_0000, initial: 0x14 },
      APB2ENR: { enable: RCC.APB2ENR, reset: RCC.APB2RSTR, mask: mask.APB2ENR },
      APB1ENR: { enable: RCC.APB1ENR, reset: RCC.APB1RSTR, mask: mask.APB1ENR, sticky: WWDGEN },
    },
    options.peripheralReset,
  );

  const updateIrq = (): void => options.setIrq((flags & enables) !== 0);
  function source(range: readonly [number, number], hz: () => number, bit: number, can = () => true): ClockSource {
    return createClockSource({
      schedule,
      hz,
      startupNs: () => (can() ? random.between(...range) : Number.POSITIVE_INFINITY),
      changed(ready) {
        if (ready && (enables >>> bit) & 1) {
          flags |= 1 << bit;
          updateIrq();
        }
        followSwitch();
        options.clockChanged();
      },
    });
  }
  const hsi = source(STARTUP.hsi, () => HSI_HZ, READY.HSI);
  const hsi14 = source(STARTUP.hsi14, () => HSI14_HZ, READY.HSI14);
  const hsi48 = source(STARTUP.hsi48, () => HSI48_HZ, READY.HSI48);
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
  const pllFrom = (): ClockSource => [hsi, hsi, hse, hsi48][pllSource(cfgr)]!;
  const pllInputHz = (): number =>
    pllSource(cfgr) === PLLSRC.HSI_DIV2 ? hsi.hz / 2 : pllFrom().hz / ((cfgr2 & 15) + 1);
  const pllOutHz = (): number => pllInputHz() * pllMultiplier(cfgr);
  const pll = source(STARTUP.pll, pllOutHz, READY.PLL, () => {
    const can = inside(pllInputHz(), PLL_IN) && inside(pllOutHz(), PLL_OUT);
    if (!can) host.note('PLL cannot lock', { cfgr, cfgr2, inHz: pllInputHz(), outHz: pllOutHz() });
    return can;
  });

  const selectedHz = (sw: number): number => [hsi, hse, pll, hsi48][sw]!.hz;
  // A core without a clock would be dead; should a source fail, the board counts as running from HSI.
  const sysclkHz = (): number => selectedHz(sws) || HSI_HZ;
  const hclkHz = (): number => sysclkHz() / hpreDivider((cfgr >>> 4) & 15);
  const pclkHz = (): number => hclkHz() / ppreDivider((cfgr >>> 8) & 7);

  /** The mux changes over when the wanted source runs (RM0091 6.2.6). */
  function followSwitch(): void {
    const wanted = cfgr & 3;
    if (wanted === sws || selectedHz(wanted) === 0) return;
    schedule.after(SWITCH_NS, () => {
      if ((cfgr & 3) !== wanted || sws === wanted || selectedHz(wanted) === 0) return;
      sws = wanted;
      options.clockChanged();
    });
  }

  // A source that drives SYSCLK, or is selected to, directly or through the PLL, cannot be switched off (RM0091 6.4.1, 6.4.14).
  const wants = (sw: number): boolean => sws === sw || (cfgr & 3) === sw;
  const needed = (sw: number, clock: ClockSource): boolean => sws === sw || (wants(SW.PLL) && pllFrom() === clock);
  function writeCr(value: number): void {
    let next = value & SOFTWARE_CR;
    if (needed(SW.HSI, hsi)) next |= CR.HSION;
    if (needed(SW.HSE, hse)) next |= CR.HSEON;
    if (sws === SW.PLL) next |= CR.PLLON;
    cr = next;
    hsi.setOn((cr & CR.HSION) !== 0);
    hse.setOn((cr & CR.HSEON) !== 0);
    pll.setOn((cr & CR.PLLON) !== 0);
    followSwitch();
    options.clockChanged();
  }
  function writeCr2(value: number): void {
    cr2 = value & SOFTWARE_CR2;
    if (needed(SW.HSI48, hsi48)) cr2 |= CR2.HSI48ON;
    hsi14.setOn((cr2 & CR2.HSI14ON) !== 0);
    hsi48.setOn((cr2 & CR2.HSI48ON) !== 0);
    followSwitch();
    options.clockChanged();
  }

  function writeCfgr(value: number): void {
    // PLLSRC, PLLXTPRE and PLLMUL take writes only while the PLL is off (RM0091 6.4.2).
    const keep = pll.on ? CFGR_PLL : 0;
    if (((cfgr ^ value) & keep) !== 0) host.note('PLL configuration write refused', { cfgr, value });
    cfgr = ((cfgr & keep) | (value & CFGR_MASK & ~keep)) >>> 0;
    cfgr2 = (cfgr2 & ~1) | ((cfgr & PLLXTPRE) === 0 ? 0 : 1); // the same bit, shown twice (RM0091 6.4.12)
    followSwitch();
    options.clockChanged();
  }
  function writeCfgr2(value: number): void {
    if (pll.on) return;
    cfgr2 = value & 15;
    cfgr = ((cfgr & ~PLLXTPRE) | (cfgr2 & 1 ? PLLXTPRE : 0)) >>> 0;
    options.clockChanged();
  }

  function writeCir(value: number): void {
    enables = (value >>> 8) & 0x7f;
    flags &= ~((value >>> 16) & 0xff);
    updateIrq();
  }

  function writeBdcr(value: number): void {
    if (!options.backupWritable()) return;
    if (value & BDCR.BDRST) {
      if (!(bdcr & BDCR.BDRST)) options.backupReset();
      bdcr = BDCR.BDRST | LSEDRV_RESET;
    } else {
      // RTCSEL is written once per backup domain reset (RM0091 6.4.9).
      const rtcsel = bdcr & BDCR.RTCSEL || value & BDCR.RTCSEL;
      bdcr = (value & 0x801d) | rtcsel;
    }
    lse.setOn((bdcr & BDCR.LSEON) !== 0);
  }
  const runLsi = (): void => lsi.setOn(lsion || lsiForced);

  function write(offset: number, value: number): void {
    if (gates.write(offset, value)) return;
    switch (offset) {
      case RCC.CR:
        writeCr(value);
        return;
      case RCC.CFGR:
        writeCfgr(value);
        return;
      case RCC.CIR:
        writeCir(value);
        return;
      case RCC.BDCR:
        writeBdcr(value);
        return;
      case RCC.CSR:
        if (value & CSR.RMVF) resetFlags = 0;
        lsion = (value & CSR.LSION) !== 0;
        runLsi();
        return;
      case RCC.CFGR2:
        writeCfgr2(value);
        return;
      case RCC.CFGR3:
        cfgr3 = value & 0x000f_01d3;
        options.clockChanged();
        return;
      case RCC.CR2:
        writeCr2(value);
        return;
      default:
    }
  }

  function read(offset: number): number {
    switch (offset) {
      case RCC.CR:
        return cr | (hsi.ready ? CR.HSIRDY : 0) | (hse.ready ? CR.HSERDY : 0) | (pll.ready ? CR.PLLRDY : 0);
      case RCC.CFGR:
        return cfgr | (sws << 2);
      case RCC.CIR:
        return flags | (enables << 8);
      case RCC.BDCR:
        return bdcr | (lse.ready ? BDCR.LSERDY : 0);
      case RCC.CSR:
        return resetFlags | (lsion ? CSR.LSION : 0) | (lsi.ready ? CSR.LSIRDY : 0);
      case RCC.CFGR2:
        return cfgr2;
      case RCC.CFGR3:
        return cfgr3;
      case RCC.CR2:
        return cr2 | (hsi14.ready ? CR2.HSI14RDY : 0) | (hsi48.ready ? CR2.HSI48RDY : 0);
      default:
        return gates.read(offset) ?? 0;
    }
  }

  function reset(kind: ResetKind): void {
    cr = CR.HSION | HSITRIM_RESET;
    cr2 = HSITRIM_RESET;
    cfgr = cfgr2 = cfgr3 = sws = enables = flags = 0;
    for (const off of [pll, hse, hsi14, hsi48]) off.setOn(false);
    hsi.startReady();
    lsion = lsiForced = false;
    runLsi();
    gates.reset();
    if (kind === 'power') {
      bdcr = LSEDRV_RESET;
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
      switch (position === undefined ? 0 : (cfgr3 >>> position) & 3) {
        case 1:
          return selectedHz(sws);
        case 2:
          return lse.hz;
        case 3:
          return hsi.hz;
        default:
          return pclkHz();
      }
    },
    usbHz: () => (cfgr3 & USBSW ? pll.hz : hsi48.hz),
    enabled: gates.enabled,
    lsi,
    forceLsi(force) {
      lsiForced = force;
      runLsi();
    },
    recordReset(cause: ResetCause) {
      // Power-on sets PORRSTF, PINRSTF and V18PWRRSTF (RM0091 6.4.10). Internal resets pull NRST low, so PINRSTF comes with them
      // (RM0091 6.1.2 figure; measured on G4, F1, L4, U5, not on F0: corroborated).
      if (cause === 'power') {
        resetFlags = CSR.PORRSTF | CSR.PINRSTF | CSR.V18PWRRSTF;
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
