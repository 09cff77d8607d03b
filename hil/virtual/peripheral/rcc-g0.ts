import type { Random } from '../random.ts';
import { type ClockSource, createClockSource } from './clock-source.ts';
import type { PeripheralHost, ResetKind } from './peripheral.ts';
import {
  BDCR,
  CR,
  CR_HSI48ON,
  CR_HSI48RDY,
  CR_PLLON,
  CR_PLLRDY,
  CSR,
  hpreOf,
  hsidivOf,
  hsikerdivOf,
  PLLCFGR_PLLQEN,
  PLLCFGR_PLLREN,
  pllOf,
  ppreOf,
  RCC,
  type RccVariant,
  READY,
  sysdivOf,
  usbselOf,
} from './rcc-g0-registers.ts';
import { narrowAccess } from './register-block.ts';
import type { ClockTree } from './roles.ts';

export type EnableRegister = 'IOPENR' | 'AHBENR' | 'APBENR1' | 'APBENR2';

/** Clock tree and reset control of STM32 G0 and C0. Source: RM0454, RM0444 chapter 5, RM0490 chapter 6 (documented, except where a line says otherwise). */
export type RccG0 = ClockTree<EnableRegister>;

export interface RccG0Options {
  readonly host: PeripheralHost;
  readonly random: Random;
  readonly setIrq: (asserted: boolean) => void;
  readonly variant: RccVariant;
  readonly mask: Readonly<Record<EnableRegister, number>>;
  /** Position in CCIPR of the kernel clock choice of those USARTs that have one. */
  readonly usartSelect: Readonly<Record<string, number>>;
  /** Crystal or clock on OSC_IN in Hz, undefined when the board has none. */
  readonly hseHz: number | undefined;
  readonly hasLse: boolean;
  /** The core clock may have changed. */
  readonly clockChanged: () => void;
  /** PWR_CR1.DBP: the RTC domain accepts writes. */
  readonly backupWritable: () => boolean;
  /** A bit of a reset register went from 0 to 1. */
  readonly peripheralReset: (register: EnableRegister, bit: number) => void;
  /** BDRST went from 0 to 1. */
  readonly backupReset: () => void;
}

const HSI48_HZ = 48_000_000;
const LSE_HZ = 32_768;
/** Start-up times in ns, low and high. Source: DS12766 (STM32G070xx) 5.3.8 and 5.3.9, recalled: corroborated by the G071's. */
const STARTUP = {
  hsi: [800, 1_200],
  hsi48: [3_000, 6_000],
  hse: [1_500_000, 2_500_000],
  lsi: [80_000, 130_000],
  lse: [300_000_000, 2_000_000_000],
  pll: [15_000, 40_000],
} as const;
/** LSI within its range at 30 degrees C (DS12766 5.3.8: 31.04 to 32.96 kHz). */
const LSI_RANGE_HZ: readonly [number, number] = [31_040, 32_960];
/** SWS follows SW some clock cycles after the new source is ready. Hypothesis: the manual gives no number. */
const SWITCH_NS = 400;
/** What the PLL can lock to (DS12766 5.3.10). Outside it is not ready for ever: hypothesis. */
const PLL_IN: readonly [number, number] = [2_660_000, 16_000_000];
const PLL_VCO: readonly [number, number] = [96_000_000, 344_000_000];
const PLL_LOCKED_WHILE_ON = 3 | (7 << 4) | (0x7f << 8) | (0x1f << 17) | (7 << 25) | (7 << 29);
const ENABLE_OFFSET: Readonly<Record<number, EnableRegister>> = {
  [RCC.IOPENR]: 'IOPENR',
  [RCC.AHBENR]: 'AHBENR',
  [RCC.APBENR1]: 'APBENR1',
  [RCC.APBENR2]: 'APBENR2',
};
const RESET_OFFSET: Readonly<Record<number, EnableRegister>> = {
  [RCC.IOPRSTR]: 'IOPENR',
  [RCC.AHBRSTR]: 'AHBENR',
  [RCC.APBRSTR1]: 'APBENR1',
  [RCC.APBRSTR2]: 'APBENR2',
};
const CIER_MASK = 0x3f;
const SRAMSMEN = 1 << 9;
const WWDGEN = 1 << 11;
const RTCAPBEN = 1 << 10;
/** Enable bits of APBENR1 without a reset bit in APBRSTR1: only a reset of the chip ends the WWDG (RM0454 5.4.10, RM0490; SVD G0, C0). */
const WITHOUT_RESET_BIT = WWDGEN | RTCAPBEN;
const FLASHEN = 1 << 8;
const inside = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

export function createRccG0(options: RccG0Options): RccG0 {
  const { host, random, variant } = options;
  const schedule = host.schedule;
  let cr = 0;
  let icscr = 0;
  let cfgr = 0;
  let sws = 0;
  let pllcfgr = 0;
  let cier = 0;
  let cifr = 0;
  let ccipr = 0;
  let ccipr2 = 0;
  let bdcr = 0;
  let resetFlags = 0;
  let lsion = false;
  let lsiForced = false;
  const enable: Record<EnableRegister, number> = { IOPENR: 0, AHBENR: 0, APBENR1: 0, APBENR2: 0 };
  const held: Record<EnableRegister, number> = { IOPENR: 0, AHBENR: 0, APBENR1: 0, APBENR2: 0 };
  const sleep = new Map<number, number>();
  const lsiHz = random.between(...LSI_RANGE_HZ);

  function sourceReady(bit: number, ready: boolean): void {
    if (ready && (cier >>> bit) & 1) {
      cifr |= 1 << bit;
      updateIrq();
    }
    followSwitch();
    options.clockChanged();
  }
  const source = (
    range: readonly [number, number],
    hz: () => number,
    bit: number,
    exists: () => boolean = () => true,
  ): ClockSource =>
    createClockSource({
      schedule,
      hz,
      startupNs: () => (exists() ? random.between(...range) : Number.POSITIVE_INFINITY),
      changed: (ready) => sourceReady(bit, ready),
    });

  const hsi = source(STARTUP.hsi, () => variant.hsiHz, READY.HSI);
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
  const pllInputHz = (): number => ((pllcfgr & 3) === 2 ? hsi.hz : (pllcfgr & 3) === 3 ? hse.hz : 0);
  const pll = source(STARTUP.pll, () => pllOf(pllcfgr, pllInputHz()).rHz, READY.PLL, pllCanLock);

  function pllCanLock(): boolean {
    const { inHz, vcoHz } = pllOf(pllcfgr, pllInputHz());
    const can = inside(inHz, PLL_IN) && inside(vcoHz, PLL_VCO);
    if (!can) host.note('PLL cannot lock', { pllcfgr, inHz, vcoHz });
    return can;
  }

  const updateIrq = (): void => options.setIrq((cifr & cier) !== 0);

  function selectedHz(sw: number): number {
    switch (sw) {
      case 0:
        return hsi.hz / hsidivOf(cr);
      case 1:
        return hse.hz;
      case 2:
        if (variant.second === 'HSI48') return hsi48.hz;
        return pllcfgr & PLLCFGR_PLLREN ? pll.hz : 0;
      case 3:
        return lsi.hz;
      case 4:
        return lse.hz;
      default:
        return 0;
    }
  }

  // A CPU without clock would be dead; until HSI is up after power-on the board counts as running from it.
  const sysclkHz = (): number =>
    (selectedHz(sws) || variant.hsiHz / hsidivOf(cr)) / (variant.sysdiv ? sysdivOf(cr) : 1);
  const hclkHz = (): number => sysclkHz() / hpreOf(cfgr);
  const pclkHz = (): number => hclkHz() / ppreOf(cfgr);

  /** The mux changes over when the wanted source runs (RM0454 5.2.6). */
  function followSwitch(): void {
    const wanted = cfgr & 7;
    if (wanted === sws || selectedHz(wanted) === 0) return;
    schedule.after(SWITCH_NS, () => {
      if ((cfgr & 7) !== wanted || sws === wanted || selectedHz(wanted) === 0) return;
      sws = wanted;
      options.clockChanged();
    });
  }

  // A source that drives SYSCLK directly or through the PLL cannot be switched off (RM0454 5.4.1 HSION, HSEON, PLLON).
  const usesPll = (): boolean => variant.second === 'PLL';
  const pllDrives = (): boolean => usesPll() && (sws === 2 || (cfgr & 7) === 2);
  const hsiNeeded = (): boolean => sws === 0 || (pllDrives() && (pllcfgr & 3) === 2);
  const hseNeeded = (): boolean => sws === 1 || (pllDrives() && (pllcfgr & 3) === 3);

  function writeCr(value: number): void {
    let next = value & variant.crMask;
    if (hsiNeeded()) next |= CR.HSION;
    if (hseNeeded()) next |= CR.HSEON;
    if (sws === 2) next |= usesPll() ? CR_PLLON : CR_HSI48ON;
    cr = next;
    hsi.setOn((cr & CR.HSION) !== 0);
    hse.setOn((cr & CR.HSEON) !== 0);
    pll.setOn((cr & CR_PLLON) !== 0);
    hsi48.setOn((cr & CR_HSI48ON) !== 0);
    followSwitch();
    options.clockChanged();
  }

  function readCr(): number {
    return (
      cr |
      (hsi.ready ? CR.HSIRDY : 0) |
      (hse.ready ? CR.HSERDY : 0) |
      (pll.ready ? CR_PLLRDY : 0) |
      (hsi48.ready ? CR_HSI48RDY : 0)
    );
  }

  function writePllcfgr(value: number): void {
    // Source, M, N and the dividers take writes only while the PLL is off; the output enables always, except that PLLREN
    // cannot be cleared while the PLL drives SYSCLK (RM0454 5.4.4).
    const keep = (pll.on ? PLL_LOCKED_WHILE_ON : 0) | (sws === 2 ? PLLCFGR_PLLREN : 0);
    if (((pllcfgr ^ value) & keep) !== 0) host.note('PLLCFGR write refused', { pllcfgr, value });
    pllcfgr = ((pllcfgr & keep) | (value & ~keep)) >>> 0;
    followSwitch();
    options.clockChanged();
  }

  function writeResetRegister(name: EnableRegister, value: number): void {
    const mask = name === 'APBENR1' ? options.mask.APBENR1 & ~WITHOUT_RESET_BIT : options.mask[name];
    const rising = value & ~held[name] & mask;
    held[name] = value & mask;
    for (let bit = 0; bit < 32; bit++) if ((rising >>> bit) & 1) options.peripheralReset(name, bit);
  }

  function writeBdcr(value: number): void {
    if (!options.backupWritable()) return;
    if (value & BDCR.BDRST && !(bdcr & BDCR.BDRST)) {
      lse.setOn(false);
      options.backupReset();
    }
    if (value & BDCR.BDRST) bdcr = BDCR.BDRST;
    else {
      // RTCSEL is written once per backup domain reset (RM0454 5.4.21).
      const rtcsel = bdcr & 0x300 ? bdcr & 0x300 : value & 0x300;
      bdcr = (value & 0x0300_807d & ~0x300) | rtcsel;
    }
    if (sws === 4) bdcr |= BDCR.LSEON;
    lse.setOn((bdcr & BDCR.LSEON) !== 0);
  }

  const runLsi = (): void => lsi.setOn(lsion || lsiForced);

  function write(offset: number, value: number): void {
    const enableName = ENABLE_OFFSET[offset];
    if (enableName !== undefined) {
      const stuck = enableName === 'APBENR1' ? enable.APBENR1 & WWDGEN : 0; // set once, cleared by reset only
      enable[enableName] = ((value & options.mask[enableName]) | stuck) >>> 0;
      return;
    }
    const resetName = RESET_OFFSET[offset];
    if (resetName !== undefined) {
      writeResetRegister(resetName, value);
      return;
    }
    switch (offset) {
      case RCC.CR: {
        writeCr(value);
        return;
      }
      case RCC.ICSCR:
        icscr = (icscr & 0xff) | (value & 0x7f00);
        return;
      case RCC.CFGR:
        cfgr = value & 0xff00_7f07;
        followSwitch();
        {
          options.clockChanged();
          return;
        }
      case RCC.PLLCFGR: {
        if (usesPll()) writePllcfgr(value);
        return;
      }
      case RCC.CIER:
        cier = value & CIER_MASK;
        {
          updateIrq();
          return;
        }
      case RCC.CICR:
        cifr &= ~value;
        {
          updateIrq();
          return;
        }
      case RCC.CCIPR:
        ccipr = value;
        return;
      case RCC.CCIPR2:
        ccipr2 = value & variant.usbsel;
        options.clockChanged();
        return;
      case RCC.BDCR: {
        writeBdcr(value);
        return;
      }
      case RCC.CSR:
        if (value & CSR.RMVF) resetFlags = 0;
        lsion = (value & CSR.LSION) !== 0 || sws === 3;
        {
          runLsi();
          return;
        }
      default:
        if (offset >= RCC.IOPSMENR && offset <= RCC.APBSMENR2) sleep.set(offset, value);
    }
  }

  function read(offset: number): number {
    const enableName = ENABLE_OFFSET[offset];
    if (enableName !== undefined) return enable[enableName];
    const resetName = RESET_OFFSET[offset];
    if (resetName !== undefined) return held[resetName];
    switch (offset) {
      case RCC.CR:
        return readCr();
      case RCC.ICSCR:
        return icscr;
      case RCC.CFGR:
        return cfgr | (sws << 3);
      case RCC.PLLCFGR:
        return pllcfgr;
      case RCC.CIER:
        return cier;
      case RCC.CIFR:
        return cifr;
      case RCC.CCIPR:
        return ccipr;
      case RCC.CCIPR2:
        return ccipr2;
      case RCC.BDCR:
        return bdcr | (lse.ready ? BDCR.LSERDY : 0);
      case RCC.CSR:
        return resetFlags | (lsion ? CSR.LSION : 0) | (lsi.ready ? CSR.LSIRDY : 0);
      default:
        return sleep.get(offset) ?? 0;
    }
  }

  function reset(kind: ResetKind): void {
    cr = variant.crReset;
    pll.setOn(false);
    hsi48.setOn(false);
    hse.setOn(false);
    hsi.startReady();
    icscr = 0x4040; // HSITRIM 64; the factory calibration in bits 7:0 differs from chip to chip
    cfgr = sws = cier = cifr = ccipr = ccipr2 = 0;
    pllcfgr = usesPll() ? 0x1000 : 0;
    lsion = lsiForced = false;
    runLsi();
    for (const name of Object.keys(enable) as EnableRegister[]) {
      enable[name] = name === 'AHBENR' ? FLASHEN : 0;
      held[name] = 0;
    }
    sleep.clear();
    sleep.set(RCC.IOPSMENR, options.mask.IOPENR);
    sleep.set(RCC.AHBSMENR, options.mask.AHBENR | SRAMSMEN);
    sleep.set(RCC.APBSMENR1, options.mask.APBENR1);
    sleep.set(RCC.APBSMENR2, options.mask.APBENR2);
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
          return variant.hsikerdiv ? hsi.hz / hsikerdivOf(cr) : hsi.hz;
        case 3:
          return lse.hz;
        default:
          return pclkHz();
      }
    },
    usbHz() {
      switch (usbselOf(ccipr2)) {
        case 0:
          return hsi48.hz;
        case 1:
          return hse.hz;
        default:
          // 3 is reserved (RM0444 5.4.22): no clock is a hypothesis.
          return usbselOf(ccipr2) === 2 && pll.ready && pllcfgr & PLLCFGR_PLLQEN ? pllOf(pllcfgr, pllInputHz()).qHz : 0;
      }
    },
    enabled: (register, bit) => ((enable[register] >>> bit) & 1) !== 0 && ((held[register] >>> bit) & 1) === 0,
    lsi,
    forceLsi(force) {
      lsiForced = force;
      runLsi();
    },
    recordReset(cause) {
      // An internal reset pulls NRST low, so PINRSTF comes with every one (RM0454 5.1.2 figure; measured on G4, F1, L4, U5:
      // corroborated, not on G0). A power reset shows PWRRSTF and PINRSTF and clears the others.
      if (cause === 'power') resetFlags = CSR.PWRRSTF | CSR.PINRSTF;
      else {
        const own = {
          pin: 0,
          software: CSR.SFTRSTF,
          iwdg: CSR.IWDGRSTF,
          wwdg: CSR.WWDGRSTF,
          'option-load': CSR.OBLRSTF,
        };
        resetFlags |= own[cause] | CSR.PINRSTF;
      }
    },
  };
}
