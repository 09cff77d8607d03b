import type { Peripheral, PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** What the part lays on for TIM11. */
export interface Tim11Options {
  readonly host: PeripheralHost;
  /** Clock of its counter in Hz; 0 while it has none. */
  readonly clockHz: () => number;
  /** HSE_RTC: HSE divided by RCC_CFGR.RTCPRE, in Hz; 0 while HSE is off. */
  readonly hseRtcHz: () => number;
}

const CR1 = 0x00;
const SR = 0x10;
const CCMR1 = 0x18;
const CCER = 0x20;
const CNT = 0x24;
const PSC = 0x28;
const ARR = 0x2c;
const CCR1 = 0x34;
const OR = 0x50;

const STORED: Readonly<Record<number, number>> = {
  [CR1]: 0x387,
  [CCMR1]: 0xff,
  [CCER]: 0x0b,
  [PSC]: 0xffff,
  [ARR]: 0xffff,
  [OR]: 0x3,
};
const CEN = 1 << 0;
const CC1E = 1 << 0;
const CC1IF = 1 << 1;
const CC1OF = 1 << 9;
const CC1S_TI1 = 1;
const TI1_RMP_HSE_RTC = 2;

/**
 * TIM11 of F4 as far as it measures HSE: its channel captures the counter at each 1st, 2nd, 4th or 8th edge of HSE_RTC. Its update event,
 * interrupts, output and the capture of a pin are not modelled; the counter runs over at 16 bits, as with ARR at its reset value.
 * Source: RM0383 14.5 (TIM10 and TIM11 registers, OR.TI1_RMP), 6.3.3 (RTCPRE): documented.
 */
export function createTim11(options: Tim11Options): Peripheral {
  const { host } = options;
  const stored = new Map<number, number>();
  /** Both clocks began to count here. */
  let sinceNs = 0;
  /** Captures up to here are in SR and CCR1. */
  let seen = 0;
  let flags = 0;
  let ccr1 = 0;

  const at = (offset: number): number => stored.get(offset) ?? 0;
  const counting = (): boolean => (at(CR1) & CEN) !== 0 && options.clockHz() > 0;
  const capturing = (): boolean =>
    counting() && (at(CCER) & CC1E) !== 0 && (at(CCMR1) & 3) === CC1S_TI1 && at(OR) === TI1_RMP_HSE_RTC;
  const countAt = (ns: number): number =>
    Math.floor(((ns - sinceNs) * options.clockHz()) / 1e9 / (at(PSC) + 1)) & 0xffff;

  function catchUp(): void {
    if (!capturing() || options.hseRtcHz() === 0) return;
    const periodNs = ((1 << ((at(CCMR1) >>> 2) & 3)) * 1e9) / options.hseRtcHz();
    const captures = Math.floor((host.schedule.now() - sinceNs) / periodNs);
    if (captures <= seen) return;
    if (captures > seen + 1 || (flags & CC1IF) !== 0) flags |= CC1OF;
    flags |= CC1IF;
    seen = captures;
    ccr1 = countAt(sinceNs + captures * periodNs);
  }

  function begin(): void {
    sinceNs = host.schedule.now();
    seen = 0;
  }

  function read(offset: number): number {
    catchUp();
    switch (offset) {
      case SR:
        return flags;
      case CNT:
        return counting() ? countAt(host.schedule.now()) : 0;
      case CCR1:
        flags &= ~CC1IF;
        return ccr1;
      default:
        return at(offset);
    }
  }

  function write(offset: number, value: number): void {
    catchUp();
    if (offset === SR) {
      flags &= value;
      return;
    }
    const mask = STORED[offset];
    if (mask === undefined) return;
    stored.set(offset, value & mask);
    begin();
  }

  function reset(): void {
    stored.clear();
    stored.set(ARR, 0xffff);
    flags = ccr1 = 0;
    begin();
  }

  return { name: 'TIM11', size: 0x400, ...narrowAccess({ read, write }, 'apb'), reset };
}
