import type { EventHandle } from '../schedule.ts';
import type { Peripheral, PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

export interface CrsOptions {
  readonly host: PeripheralHost;
  readonly setIrq: (asserted: boolean) => void;
  /** Bits of CR.TRIM: 6 on F0 and L0, 7 on G0B1 and C071. */
  readonly trimBits: 6 | 7;
  /** The USB peripheral hears the host's start-of-frame packets. */
  readonly hearsFrames: () => boolean;
}

const CR = 0x00;
const CFGR = 0x04;
const ISR = 0x08;
const ICR = 0x0c;
const CEN = 1 << 5;
const AUTOTRIMEN = 1 << 6;
const SWSYNC = 1 << 7;
/** SYNCOKIE, SYNCWARNIE, ERRIE, ESYNCIE, CEN, AUTOTRIMEN. SWSYNC reads 0. */
const CR_MASK = 0x6f;
const CFGR_RESET = 0x2022_bb7f;
const SYNCSRC_USB = 2;
const FLAG = { SYNCOK: 1, SYNCWARN: 2, ERR: 4, ESYNC: 8, SYNCMISS: 1 << 9 } as const;
const SYNC_HZ = 1_000;
const HSI48_HZ = 48_000_000;
/** The error counter stops at 128 times FELIM (RM0091 7.3.4). */
const OUT_OF_RANGE = 128;

/**
 * Clock recovery system, which trims the HSI48 by a SYNC signal. The model's HSI48 is exactly 48 MHz, so that a frame of the host always
 * finds it right: SYNCOK with an error of 0, TRIM unchanged. Without frames the counter runs out once: ESYNC, then SYNCMISS. SYNC from
 * LSE or a pin never comes. Time passes in the flags, not in events, unless an interrupt is wanted.
 * Source: RM0091 chapter 7, RM0376 chapter 8 (documented); that HSI48 needs no trimming is the model's.
 */
export function createCrs(options: CrsOptions): Peripheral {
  const { host, hearsFrames } = options;
  const trimMask = ((1 << options.trimBits) - 1) << 8;
  let cr = 0;
  let cfgr = 0;
  let flags = 0;
  /** The counter was reloaded here: CEN, or the last flag that was cleared. */
  let sinceNs = 0;
  let missed = false;
  let check: EventHandle | undefined;

  const reloadNs = (): number => (((cfgr & 0xffff) + 1) * 1e9) / HSI48_HZ;
  const usbSync = (): boolean => ((cfgr >>> 28) & 3) === SYNCSRC_USB && hearsFrames();
  /** SYNCDIV of the frames come for each SYNC. */
  const syncNs = (): number => (1e9 / SYNC_HZ) * (1 << ((cfgr >>> 24) & 7));
  const missNs = (): number => reloadNs() + (OUT_OF_RANGE * ((cfgr >>> 16) & 0xff) * 1e9) / HSI48_HZ;

  /** Flags that time has set. */
  function follow(): void {
    if ((cr & CEN) === 0) return;
    const passed = host.schedule.now() - sinceNs;
    if (!missed && passed >= reloadNs()) flags |= FLAG.ESYNC;
    if (usbSync()) {
      if (passed >= syncNs()) flags |= FLAG.SYNCOK;
    } else if (!missed && passed >= missNs()) {
      missed = true; // then the counter stands still until the next SYNC
      flags |= FLAG.ERR | FLAG.SYNCMISS;
    }
  }

  function updateIrq(): void {
    follow();
    options.setIrq((flags & cr & 0xf) !== 0);
    host.schedule.cancel(check);
    check = undefined;
    const waiting = (cr & CEN) !== 0 && (cr & 0xf & ~flags) !== 0 && !(missed && !usbSync());
    if (waiting) check = host.schedule.after(1e9 / SYNC_HZ, updateIrq);
  }

  function restart(): void {
    sinceNs = host.schedule.now();
    missed = false;
  }

  function writeControl(value: number): void {
    follow();
    // TRIM is the hardware's while AUTOTRIMEN is set (RM0091 7.6.1).
    const trim = (cr & AUTOTRIMEN ? cr : value) & trimMask;
    const starts = (value & ~cr & CEN) !== 0;
    cr = (value & CR_MASK) | trim;
    if (starts) restart();
    // A SYNC of software far from the expected one is an error (RM0091 7.3.3).
    if (value & SWSYNC && cr & CEN) {
      flags |= FLAG.ERR;
      restart();
    }
  }

  function write(offset: number, value: number): void {
    if (offset === CR) writeControl(value);
    else if (offset === CFGR && (cr & CEN) === 0)
      cfgr = value >>> 0; // protected while CEN is set
    else if (offset === ICR) {
      follow();
      flags &= ~(value & 0xf);
      if (value & FLAG.ERR) flags &= ~FLAG.SYNCMISS;
      if (value & (FLAG.SYNCOK | FLAG.ESYNC)) sinceNs = host.schedule.now();
    }
    updateIrq();
  }

  function read(offset: number): number {
    if (offset === CR) return cr;
    if (offset === CFGR) return cfgr;
    if (offset !== ISR) return 0;
    follow();
    return flags;
  }

  return {
    name: 'CRS',
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: (offset) => offset !== ISR || (cr & CEN) === 0 }, 'apb'),
    reset() {
      cr = 1 << (options.trimBits + 7);
      cfgr = CFGR_RESET;
      flags = 0;
      missed = false;
      updateIrq();
    },
  };
}
