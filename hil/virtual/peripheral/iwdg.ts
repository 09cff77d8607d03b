import type { EventHandle } from '../schedule.ts';
import type { ClockSource } from './clock-source.ts';
import type { Peripheral, PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** Independent watchdog. Source: RM0454 chapter 24, RM0383 chapter 15 for the one without window (documented unless a line says less). */
export interface IwdgOptions {
  readonly host: PeripheralHost;
  readonly lsi: ClockSource;
  /** The watchdog needs the LSI from its start on. */
  readonly forceLsi: () => void;
  readonly expired: () => void;
  /** Option bit IWDG_SW: false starts the watchdog at reset. */
  readonly softwareStart: () => boolean;
  /** Core halted and DBG_APB_FZ1.IWDG_STOP set. */
  readonly frozen: () => boolean;
  /** WINR exists: not on F4. Default true. */
  readonly window?: boolean;
}

const KR = 0x00;
const PR = 0x04;
const RLR = 0x08;
const SR = 0x0c;
const WINR = 0x10;
const PVU = 1;
const RVU = 2;
const WVU = 4;
/** An update crosses to the LSI domain in up to five LSI cycles (RM0454 24.4.4). */
const UPDATE_CYCLES = 5;
/** While frozen, look again this often. */
const RETRY_NS = 1_000_000;

export function createIwdg(options: IwdgOptions): Peripheral {
  const { host, lsi } = options;
  const schedule = host.schedule;
  let unlocked = false;
  let running = false;
  let pr = 0;
  let rlr = 0xfff;
  let winr = 0xfff;
  let sr = 0;
  /** Counter value at `sinceNs`. */
  let count = 0xfff;
  let sinceNs = 0;
  let expiry: EventHandle | undefined;
  let updates: EventHandle[] = [];
  let generation = 0;

  const tickNs = (): number => (lsi.hz === 0 ? 0 : ((4 << Math.min(pr, 6)) * 1e9) / lsi.hz);
  const elapsedTicks = (): number => {
    const tick = tickNs();
    return tick === 0 ? 0 : Math.floor((schedule.now() - sinceNs) / tick + 1e-9);
  };
  const counter = (): number => Math.max(0, count - elapsedTicks());

  function arm(): void {
    schedule.cancel(expiry);
    if (!running) return;
    const tick = tickNs();
    if (tick === 0) {
      lsi.whenReady(() => {
        if (!running || tickNs() === 0) return;
        sinceNs = schedule.now();
        arm();
      });
      return;
    }
    if (options.frozen()) {
      // The counter stands still: take the time again when it may go on.
      expiry = schedule.after(RETRY_NS, () => {
        sinceNs = schedule.now();
        arm();
      });
      return;
    }
    const endNs = sinceNs + (count + 1) * tick;
    const step = Math.min(endNs, schedule.now() + 10 * RETRY_NS);
    expiry = schedule.at(step, () => {
      if (options.frozen()) {
        count = counter();
        sinceNs = schedule.now();
        return arm();
      }
      if (schedule.now() + 1e-3 < endNs) return arm();
      host.note('IWDG expired');
      options.expired();
    });
  }

  function reload(): void {
    count = rlr;
    sinceNs = schedule.now();
    arm();
  }

  function refresh(): void {
    if (!running) return;
    if (winr < 0xfff && counter() > winr) {
      host.note('IWDG refreshed outside its window');
      options.expired();
      return;
    }
    reload();
  }

  function start(): void {
    if (running) {
      refresh();
      return;
    }
    running = true;
    options.forceLsi();
    host.note('IWDG started');
    reload();
  }

  /**
   * The new value is taken over by the LSI domain, so PVU, RVU and WVU stay set for ever while the LSI does not run. AN2606 4.9
   * states the consequence: after a ROM that wrote the prescaler without starting the watchdog, PVU stays 1.
   */
  function update(bit: number, take: () => void): void {
    sr |= bit;
    const asked = generation;
    lsi.whenReady(() => {
      if (asked !== generation) return; // a reset came between
      updates.push(
        schedule.after((UPDATE_CYCLES * 1e9) / lsi.hz, () => {
          count = counter();
          sinceNs = schedule.now();
          take();
          sr &= ~bit;
          arm();
        }),
      );
    });
  }

  function write(offset: number, value: number): void {
    if (offset === KR) {
      const key = value & 0xffff;
      unlocked = key === 0x5555;
      if (key === 0xaaaa) refresh();
      if (key === 0xcccc) start();
      return;
    }
    if (!unlocked) return;
    if (offset === PR && !(sr & PVU)) {
      update(PVU, () => {
        pr = value & 7;
      });
    } else if (offset === RLR && !(sr & RVU)) {
      update(RVU, () => {
        rlr = value & 0xfff;
      });
    } else if (offset === WINR && (options.window ?? true) && !(sr & WVU)) {
      update(WVU, () => {
        winr = value & 0xfff;
        if (running) reload(); // a write to WINR reloads the counter (24.3.3)
      });
    }
  }

  return {
    name: 'IWDG',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) =>
          offset === PR
            ? pr
            : offset === RLR
              ? rlr
              : offset === SR
                ? sr
                : offset === WINR && (options.window ?? true)
                  ? winr
                  : 0,
        write,
        quietRead: () => true,
        quietWrite: (offset, value) => offset === KR && (value & 0xffff) === 0xaaaa && !running,
      },
      'apb',
    ),
    reset() {
      schedule.cancel(expiry);
      for (const handle of updates) schedule.cancel(handle);
      updates = [];
      generation++;
      unlocked = running = false;
      pr = sr = 0;
      rlr = winr = count = 0xfff;
      if (!options.softwareStart()) start();
    },
  };
}
