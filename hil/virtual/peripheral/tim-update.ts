import type { EventHandle } from '../schedule.ts';
import type { Peripheral, PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** What the part lays on for one timer. */
export interface TimUpdateOptions {
  readonly name: string;
  readonly host: PeripheralHost;
  readonly setIrq: (asserted: boolean) => void;
  /** One DMA request; it stands until a channel has served it. */
  readonly requestDma: () => void;
  /** TIMPCLK; 0 while the timer has no clock. */
  readonly clockHz: () => number;
}

const CR1 = 0x00;
const DIER = 0x0c;
const SR = 0x10;
const EGR = 0x14;
const CNT = 0x24;
const PSC = 0x28;
const ARR = 0x2c;
const CEN = 1 << 0;
const UDIS = 1 << 1;
const URS = 1 << 2;
/** CEN, UDIS, URS, OPM, ARPE. */
const CR1_MASK = 0x8f;
const OPM = 1 << 3;
const UIE = 1 << 0;
const UDE = 1 << 8;
const UIF = 1 << 0;
const SIXTEEN_BITS = 0xffff;

/**
 * A general-purpose timer as far as its update event goes: it counts up to ARR, sets UIF, interrupts and asks for DMA. Channels, slave
 * mode, counting down and the width of a 32-bit counter are not modelled; PSC and ARR act at once, as with ARPE = 0.
 * Source: RM0454, general-purpose timers, counting up and TIMx registers (documented); a change of the clock tree acts from the next
 * update event on (simplified).
 */
export function createTimUpdate(options: TimUpdateOptions): Peripheral {
  const { schedule } = options.host;
  let cr1 = 0;
  let dier = 0;
  let sr = 0;
  let psc = 0;
  let arr = SIXTEEN_BITS;
  /** The count while it stands; while it runs, that at `since`. */
  let count = 0;
  let since = 0;
  let event: EventHandle | undefined;

  const tickNs = (): number => ((psc + 1) * 1e9) / options.clockHz();
  const running = (): boolean => (cr1 & CEN) !== 0 && arr > 0 && options.clockHz() > 0;
  const now = (): number =>
    event === undefined ? count : Math.min(arr, count + Math.floor((schedule.now() - since) / tickNs()));
  const updateIrq = (): void => options.setIrq((sr & UIF) !== 0 && (dier & UIE) !== 0);

  function hold(): void {
    count = now();
    schedule.cancel(event);
    event = undefined;
  }
  function run(): void {
    if (!running()) return;
    since = schedule.now();
    event = schedule.after((Math.max(arr - count, 0) + 1) * tickNs(), () => {
      event = undefined;
      if (options.clockHz() === 0) return; // and goes on at the next write
      count = 0;
      if (cr1 & OPM) cr1 &= ~CEN;
      if ((cr1 & UDIS) === 0) update();
      run();
    });
  }
  function update(): void {
    sr |= UIF;
    updateIrq();
    if (dier & UDE) options.requestDma();
  }

  function write(offset: number, value: number): void {
    hold();
    if (offset === CR1) cr1 = value & CR1_MASK;
    else if (offset === DIER) dier = value & (UIE | UDE);
    else if (offset === SR) sr &= value;
    else if (offset === CNT) count = value & SIXTEEN_BITS;
    else if (offset === PSC) psc = value & SIXTEEN_BITS;
    else if (offset === ARR) arr = value & SIXTEEN_BITS;
    else if (offset === EGR && value & 1) {
      count = 0;
      if ((cr1 & (UDIS | URS)) === 0) update();
    }
    updateIrq();
    run();
  }

  return {
    name: options.name,
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => ({ [CR1]: cr1, [DIER]: dier, [SR]: sr, [CNT]: now(), [PSC]: psc, [ARR]: arr })[offset] ?? 0,
        write,
        quietRead: (offset) => offset !== CNT,
      },
      'apb',
    ),
    reset() {
      hold();
      cr1 = dier = sr = psc = count = 0;
      arr = SIXTEEN_BITS;
      updateIrq();
    },
  };
}
