import type { Random } from '../random.ts';
import { createClockGates } from './clock-gates.ts';
import { type ClockSource, createClockSource } from './clock-source.ts';
import type { PeripheralHost, ResetKind } from './peripheral.ts';
import { hpreDivider, ppreDivider } from './prescalers.ts';
import { BDCR, CR, CSR, PLLCFGR, PLLI2SCFGR, pllOf, RCC, READY, STORED, SW } from './rcc-f4-registers.ts';
import { narrowAccess } from './register-block.ts';
import type { ClockTree, ResetCause } from './roles.ts';
import { createSysclkSwitch } from './sysclk-switch.ts';

export type EnableRegisterF4 = 'AHB1ENR' | 'AHB2ENR' | 'APB1ENR' | 'APB2ENR';

/**
 * Clock tree and reset control of STM32F401 and F411. Source: RM0383 chapter 6 (documented, except where a line says otherwise).
 * Clock security never fires, for no source ever fails here; MCO outputs and spread spectrum are not modelled.
 */
export interface RccF4 extends ClockTree<EnableRegisterF4> {
  readonly pll: ClockSource;
  /** HSE divided by RTCPRE, in Hz, as RTC and TIM11 get it; 0 while HSE is off or the divider is 0 or 1. */
  hseRtcHz(): number;
  /** What this chip's SYSCLK is to the frequency by its registers: HSI is not exact and can be trimmed, HSE counts as exact. */
  sysclkTrue(): number;
}

export interface RccF4Options {
  readonly host: PeripheralHost;
  readonly random: Random;
  /** A stream of its own: what HSI of this chip is. */
  readonly hsiRandom: Random;
  readonly setIrq: (asserted: boolean) => void;
  /** Crystal or clock on OSC_IN in Hz, undefined when the board has none. */
  readonly hseHz: number | undefined;
  readonly hasLse: boolean;
  /** USARTs on APB 2. */
  readonly onApb2: readonly string[];
  readonly clockChanged: () => void;
  /** PWR_CR.DBP. */
  readonly backupWritable: () => boolean;
  readonly peripheralReset: (register: EnableRegisterF4, bit: number) => void;
  /** BDRST went from 0 to 1. */
  readonly backupReset: () => void;
}

const HSI_HZ = 16_000_000;
const LSE_HZ = 32_768;
/** Start-up in ns, low and high. Source: DS10314 (STM32F411xC/xE) 6.3.8 to 6.3.10, recalled: corroborated. */
const STARTUP = {
  hsi: [2_200, 4_000],
  hse: [1_500_000, 2_500_000],
  lsi: [15_000, 40_000],
  lse: [300_000_000, 2_000_000_000],
  pll: [75_000, 300_000],
} as const;
/** LSI around its typical value; DS10314 6.3.9 allows 17 to 47 kHz over all parts and temperatures. */
const LSI_RANGE_HZ: readonly [number, number] = [28_000, 36_000];
/** HSI of a chip as it leaves the factory, at 25 degrees C (DS10314 6.3.9, recalled: 1 %). */
const HSI_DEVIATION = 0.01;
/** A step of HSITRIM: 80 kHz on an F407 (reported); DS10314 6.3.9, recalled, allows 1 %. */
const HSITRIM_STEP = 0.005;
const HSITRIM_MIDDLE = 16;
/** SWS follows SW some clock cycles after the new source is ready. Hypothesis: the manual gives no number. */
const SWITCH_NS = 1_000;
/** VCO input and VCO (RM0383 6.3.2; DS10314 6.3.10). Outside the PLL is not ready for ever: hypothesis. */
const PLL_IN: readonly [number, number] = [950_000, 2_100_000];
const PLL_VCO: readonly [number, number] = [100_000_000, 432_000_000];
const HSITRIM_RESET = HSITRIM_MIDDLE << 3;
const WWDGEN = 1 << 11;
const SOFTWARE_CR = CR.HSION | CR.HSITRIM | CR.HSEON | CR.HSEBYP | CR.CSSON | CR.PLLON | CR.PLLI2SON;
const inside = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

export function createRccF4(options: RccF4Options): RccF4 {
  const { host, random } = options;
  const schedule = host.schedule;
  let cr = 0;
  let cfgr = 0;
  let pllcfgr = 0;
  let plli2scfgr = 0;
  /** Flags in bits 5:0, enables in 13:8. */
  let cir = 0;
  let bdcr = 0;
  let resetFlags = 0;
  let lsion = false;
  let lsiForced = false;
  const stored = new Map<number, number>();
  const lsiHz = random.between(...LSI_RANGE_HZ);
  const hsiDeviation = options.hsiRandom.between(-HSI_DEVIATION, HSI_DEVIATION);
  /** What this chip's HSI is to its nominal frequency. USB and TIM11, which measures by it, notice; everything else runs by the nominal one. */
  const hsiTrue = (): number => 1 + hsiDeviation + (((cr >>> 3) & 0x1f) - HSITRIM_MIDDLE) * HSITRIM_STEP;
  const gates = createClockGates<EnableRegisterF4>(
    {
      AHB1ENR: { enable: RCC.AHB1ENR, reset: RCC.AHB1RSTR, mask: 0x0060_109f },
      AHB2ENR: { enable: RCC.AHB2ENR, reset: RCC.AHB2RSTR, mask: 0x0000_0080 },
      APB1ENR: { enable: RCC.APB1ENR, reset: RCC.APB1RSTR, mask: 0x10e2_c80f, sticky: WWDGEN },
      APB2ENR: { enable: RCC.APB2ENR, reset: RCC.APB2RSTR, mask: 0x0017_7931 },
    },
    options.peripheralReset,
  );

  const updateIrq = (): void => options.setIrq((cir & (cir >>> 8) & 0x3f) !== 0);
  function source(limits: readonly [number, number], hz: () => number, bit: number, can = () => true): ClockSource {
    return createClockSource({
      schedule,
      hz,
      startupNs: () => (can() ? random.between(...limits) : Number.POSITIVE_INFINITY),
      changed(ready) {
        if (ready && (cir >>> (bit + 8)) & 1) {
          cir |= 1 << bit;
          updateIrq();
        }
        sysclk.follow();
        options.clockChanged();
      },
    });
  }
  const hseFitted = (): boolean => options.hseHz !== undefined;
  const hsi = source(STARTUP.hsi, () => HSI_HZ, READY.HSI);
  const hse = source(STARTUP.hse, () => options.hseHz ?? 0, READY.HSE, hseFitted);
  const lsi = source(STARTUP.lsi, () => lsiHz, READY.LSI);
  const lse = source(
    STARTUP.lse,
    () => LSE_HZ,
    READY.LSE,
    () => options.hasLse,
  );
  const fromHse = (): boolean => (pllcfgr & PLLCFGR.SRC) !== 0;
  const pllInputHz = (): number => (fromHse() ? hse.hz : hsi.hz);
  const canLock = (register: number): boolean => {
    const { inHz, vcoHz } = pllOf(register, pllInputHz());
    const can = inside(inHz, PLL_IN) && inside(vcoHz, PLL_VCO);
    if (!can) host.note('PLL cannot lock', { register, inHz, vcoHz });
    return can;
  };
  const pll = source(
    STARTUP.pll,
    () => pllOf(pllcfgr, pllInputHz()).pHz,
    READY.PLL,
    () => canLock(pllcfgr),
  );
  const pllI2s = source(
    STARTUP.pll,
    () => pllOf(plli2scfgr, pllInputHz()).vcoHz,
    READY.PLLI2S,
    () => canLock(plli2scfgr),
  );

  const selectedHz = (sw: number): number => ({ [SW.HSI]: hsi.hz, [SW.HSE]: hse.hz, [SW.PLL]: pll.hz })[sw] ?? 0;
  const sysclk = createSysclkSwitch({
    schedule,
    delayNs: SWITCH_NS,
    hzOf: selectedHz,
    changed: options.clockChanged,
  });
  // A core without a clock would be dead; should a source fail, the board counts as running from HSI.
  const sysclkHz = (): number => selectedHz(sysclk.used) || HSI_HZ;
  const hclkHz = (): number => sysclkHz() / hpreDivider((cfgr >>> 4) & 15);
  const pclkHz = (apb: 1 | 2): number => hclkHz() / ppreDivider((cfgr >>> (apb === 1 ? 10 : 13)) & 7);

  // A source that drives SYSCLK directly or through the PLL cannot be switched off (RM0383 6.3.1 HSION, HSEON, PLLON).
  function writeCr(value: number): void {
    let next = value & SOFTWARE_CR;
    if (sysclk.used === SW.HSI || (sysclk.wants(SW.PLL) && !fromHse())) next |= CR.HSION;
    if (sysclk.used === SW.HSE || (sysclk.wants(SW.PLL) && fromHse())) next |= CR.HSEON;
    if (sysclk.used === SW.PLL) next |= CR.PLLON;
    cr = next;
    hsi.setOn((cr & CR.HSION) !== 0);
    hse.setOn((cr & CR.HSEON) !== 0);
    pll.setOn((cr & CR.PLLON) !== 0);
    pllI2s.setOn((cr & CR.PLLI2SON) !== 0);
    sysclk.follow();
    options.clockChanged();
  }

  function readCr(): number {
    return (
      cr |
      (hsi.ready ? CR.HSIRDY : 0) |
      (hse.ready ? CR.HSERDY : 0) |
      (pll.ready ? CR.PLLRDY : 0) |
      (pllI2s.ready ? CR.PLLI2SRDY : 0)
    );
  }

  function writePllcfgr(value: number): void {
    // N, P and Q take writes only while the PLL is off, M and the source only while both PLLs are (RM0383 6.3.2).
    const keep = (pll.on ? PLLCFGR.N | PLLCFGR.P | PLLCFGR.Q : 0) | (pll.on || pllI2s.on ? PLLCFGR.M | PLLCFGR.SRC : 0);
    if (((pllcfgr ^ value) & keep) !== 0) host.note('PLLCFGR write refused', { pllcfgr, value });
    pllcfgr = ((pllcfgr & keep) | (value & 0x2f43_7fff & ~keep)) >>> 0;
  }

  function writeCir(value: number): void {
    const cleared = (value >>> 16) & 0x3f;
    cir = (cir & 0x3f & ~cleared) | (value & 0x3f00);
    updateIrq();
  }

  function writeBdcr(value: number): void {
    if (!options.backupWritable()) return;
    if (value & BDCR.BDRST) {
      if (!(bdcr & BDCR.BDRST)) options.backupReset();
      bdcr = BDCR.BDRST;
    } else {
      // RTCSEL is written once per backup domain reset (RM0383 6.3.20).
      const rtcsel = bdcr & BDCR.RTCSEL || value & BDCR.RTCSEL;
      bdcr = (value & BDCR.WRITABLE & ~BDCR.RTCSEL) | rtcsel;
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
      case RCC.PLLCFGR:
        writePllcfgr(value);
        return;
      case RCC.PLLI2SCFGR:
        if (!pllI2s.on) plli2scfgr = value & PLLI2SCFGR.WRITABLE;
        return;
      case RCC.CFGR:
        cfgr = value & 0xffff_fcf0;
        sysclk.select(value & 3);
        options.clockChanged();
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
      default: {
        const register = STORED[offset];
        if (register !== undefined) stored.set(offset, (value & register.mask) >>> 0);
      }
    }
  }

  function read(offset: number): number {
    const gate = gates.read(offset);
    if (gate !== undefined) return gate;
    switch (offset) {
      case RCC.CR:
        return readCr();
      case RCC.PLLCFGR:
        return pllcfgr;
      case RCC.PLLI2SCFGR:
        return plli2scfgr;
      case RCC.CFGR:
        return cfgr | sysclk.wanted | (sysclk.used << 2);
      case RCC.CIR:
        return cir;
      case RCC.BDCR:
        return bdcr | (lse.ready ? BDCR.LSERDY : 0);
      case RCC.CSR:
        return resetFlags | (lsi.ready ? CSR.LSIRDY : 0) | (lsion ? CSR.LSION : 0);
      default:
        return stored.get(offset) ?? 0;
    }
  }

  function reset(kind: ResetKind): void {
    cr = CR.HSION | HSITRIM_RESET | (cr & CR.HSEBYP && kind === 'system' ? CR.HSEBYP : 0); // HSEBYP: RM0383 6.3.1
    for (const off of [pll, pllI2s, hse]) off.setOn(false);
    sysclk.reset();
    hsi.startReady();
    pllcfgr = PLLCFGR.RESET;
    plli2scfgr = PLLI2SCFGR.RESET;
    cfgr = cir = 0;
    lsion = lsiForced = false;
    runLsi();
    gates.reset();
    for (const [offset, register] of Object.entries(STORED)) stored.set(Number(offset), register.reset);
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
    usartHz: (name) => pclkHz(options.onApb2.includes(name) ? 2 : 1),
    // Output Q of the main PLL and nothing else (RM0383 6.2, figure 12).
    usbHz: () => (pll.ready ? pllOf(pllcfgr, fromHse() ? hse.hz : hsi.hz * hsiTrue()).qHz : 0),
    hseRtcHz() {
      const divider = (cfgr >>> 16) & 0x1f; // RTCPRE (RM0383 6.3.3)
      return divider < 2 ? 0 : hse.hz / divider;
    },
    sysclkTrue: () => (sysclk.used === SW.HSE || (sysclk.used === SW.PLL && fromHse()) ? 1 : hsiTrue()),
    enabled: gates.enabled,
    lsi,
    pll,
    forceLsi(force) {
      lsiForced = force;
      runLsi();
    },
    recordReset(cause: ResetCause) {
      // CSR resets to 0x0E00_0000 by power-on: PORRSTF, BORRSTF and PINRSTF; internal resets pull NRST low, so PINRSTF comes with
      // them (RM0383 6.3.21 and figure of the reset circuit; measured on other families: corroborated). F4 has no option load.
      if (cause === 'power') {
        resetFlags = CSR.PORRSTF | CSR.BORRSTF | CSR.PINRSTF;
        return;
      }
      const own = { pin: 0, software: CSR.SFTRSTF, iwdg: CSR.IWDGRSTF, wwdg: CSR.WWDGRSTF, 'option-load': 0 };
      resetFlags |= own[cause] | CSR.PINRSTF;
    },
  };
}
