import type { EventHandle } from '../schedule.ts';
import type { Peripheral, PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** Window watchdog. Source: RM0454 chapter 25; RM0351 chapter 33 and RM0383 chapter 16 for two bits of WDGTB (documented). */
export interface WwdgOptions {
  readonly host: PeripheralHost;
  readonly irq: number;
  readonly pclkHz: () => number;
  readonly expired: () => void;
  readonly frozen: () => boolean;
  /** Prescaler field WDGTB of CFR: bits 13:11 on G0 and C0 (the default), 8:7 on F0, F4, L0, L4. */
  readonly wdgtb?: { readonly lsb: number; readonly width: number };
}

const CR = 0x00;
const CFR = 0x04;
const SR = 0x08;
const WDGA = 0x80;
const EWI = 1 << 9;

export function createWwdg(options: WwdgOptions): Peripheral {
  const { host } = options;
  const schedule = host.schedule;
  const { lsb, width } = options.wdgtb ?? { lsb: 11, width: 3 };
  const wdgtbMask = (1 << width) - 1;
  let counter = 0x7f;
  let active = false;
  let cfr = 0x7f;
  let ewif = false;
  let tick: EventHandle | undefined;

  const periodNs = (): number => (4096 * (1 << ((cfr >>> lsb) & wdgtbMask)) * 1e9) / options.pclkHz();
  const updateIrq = (): void => host.setIrq(options.irq, ewif && (cfr & EWI) !== 0);

  function expire(why: string): void {
    host.note('WWDG reset', { why });
    options.expired();
  }

  function run(): void {
    schedule.cancel(tick);
    tick = schedule.after(periodNs(), () => {
      if (!options.frozen()) {
        counter = (counter - 1) & 0x7f;
        if (counter === 0x40) {
          ewif = true;
          updateIrq();
        }
        if ((counter & 0x40) === 0) return expire('counter below 0x40');
      }
      run();
    });
  }

  return {
    name: 'WWDG',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) =>
          offset === CR ? counter | (active ? WDGA : 0) : offset === CFR ? cfr : offset === SR && ewif ? 1 : 0,
        write(offset, value) {
          if (offset === CR) {
            if (active && counter > (cfr & 0x7f)) return expire('refreshed outside its window');
            counter = value & 0x7f;
            if ((value & WDGA) !== 0 && !active) {
              active = true;
              run();
            }
            if (active && (counter & 0x40) === 0) expire('T6 written as 0');
          } else if (offset === CFR) {
            cfr = (value & (0x7f | EWI | (wdgtbMask << lsb))) | (cfr & EWI); // EWI is cleared by reset only
            updateIrq();
          } else if (offset === SR && (value & 1) === 0) {
            ewif = false;
            updateIrq();
          }
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset() {
      schedule.cancel(tick);
      counter = 0x7f;
      cfr = 0x7f;
      active = ewif = false;
      updateIrq();
    },
  };
}
