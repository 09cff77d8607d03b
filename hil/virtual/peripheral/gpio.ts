import type { Level } from '../board-types.ts';
import type { Net } from './net.ts';
import type { Peripheral, ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** GPIO port of STM32 F0, F4, G0, L0, L4, C0. Source: RM0454 chapter 6 (documented). */
export interface GpioPort extends Peripheral {
  /** Signal (`USART2_RX`) that pin `index` is switched to, or undefined when it is not in alternate function mode. */
  signalOf(index: number): string | undefined;
}

export interface GpioOptions {
  /** `A` .. `F`. */
  readonly letter: string;
  /** Pins that the package or die has. */
  readonly pinMask: number;
  readonly reset: { readonly MODER: number; readonly OSPEEDR: number; readonly PUPDR: number };
  /** Nets of pins 0..15. */
  readonly nets: readonly Net[];
  /** The port has a BRR register (not on F4). */
  readonly hasBrr: boolean;
  /** Signal at alternate function `af` of pin `index`; the part's table. */
  alternate(index: number, af: number): string | undefined;
  /** True for signals that drive the pin. */
  drives(signal: string): boolean;
  /** Called after each change of modes or alternate functions. */
  routed(): void;
  now(): number;
}

const MODER = 0x00;
const OTYPER = 0x04;
const OSPEEDR = 0x08;
const PUPDR = 0x0c;
const IDR = 0x10;
const ODR = 0x14;
const BSRR = 0x18;
const LCKR = 0x1c;
const AFRL = 0x20;
const AFRH = 0x24;
const BRR = 0x28;
const LCKK = 0x1_0000;

const twoBits = (register: number, index: number): number => (register >>> (2 * index)) & 3;

/** Spread a 16-bit mask to the two-bit fields of MODER and the like. */
function doubled(mask: number): number {
  let out = 0;
  for (let i = 0; i < 16; i++) if (mask & (1 << i)) out |= 3 << (2 * i);
  return out >>> 0;
}

/** Spread eight bits to the four-bit fields of AFRL or AFRH. */
function quadrupled(mask: number): number {
  let out = 0;
  for (let i = 0; i < 8; i++) if (mask & (1 << i)) out |= 15 << (4 * i);
  return out >>> 0;
}

export function createGpio(options: GpioOptions): GpioPort {
  const { nets, pinMask } = options;
  const pins = nets.map((_, i) => i).filter((i) => pinMask & (1 << i));
  let moder = 0;
  let otyper = 0;
  let ospeedr = 0;
  let pupdr = 0;
  let odr = 0;
  let afrl = 0;
  let afrh = 0;
  let locked = 0;
  let lockStep = 0;
  let lockWanted = 0;

  const afOf = (index: number): number => ((index < 8 ? afrl : afrh) >>> (4 * (index & 7))) & 15;
  const signalOf = (index: number): string | undefined =>
    twoBits(moder, index) === 2 ? options.alternate(index, afOf(index)) : undefined;

  function applyPad(index: number): void {
    const mode = twoBits(moder, index);
    const pullBits = twoBits(pupdr, index);
    const pull: Level | undefined = mode === 3 || pullBits === 0 ? undefined : pullBits === 1 ? 1 : 0;
    const openDrain = (otyper >>> index) & 1;
    let drive: Level | undefined;
    if (mode === 1) drive = (odr >>> index) & 1 ? (openDrain ? undefined : 1) : 0;
    // A driven alternate function rests at its idle level here; its frames leave through Net.transmit.
    else if (mode === 2 && options.drives(signalOf(index) ?? '')) drive = openDrain ? undefined : 1;
    nets[index]!.setPad({ drive, pull });
  }

  function applyAll(): void {
    for (const index of pins) applyPad(index);
    options.routed();
  }

  function readIdr(): number {
    let value = 0;
    const now = options.now();
    for (const index of pins) {
      // In analog mode the input buffer is off and reads 0 (RM0454 6.3.12).
      if (twoBits(moder, index) !== 3 && nets[index]!.levelAt(now)) value |= 1 << index;
    }
    return value;
  }

  /** Keep what is locked: `spread` turns a pin mask into the register's field mask. */
  const keep = (old: number, value: number, lockedFields: number, fields: number): number =>
    (((old & lockedFields) | (value & ~lockedFields)) & fields) >>> 0;

  function writeLock(value: number): void {
    // Sequence 1, 0, 1 of LCKK with the same mask, then a read (RM0454 6.4.8); once locked until reset.
    if (locked !== 0) return;
    const key = (value & LCKK) !== 0;
    const mask = value & 0xffff;
    if (lockStep === 0 && key) {
      lockWanted = mask;
      lockStep = 1;
    } else if (lockStep === 1 && !key && mask === lockWanted) lockStep = 2;
    else if (lockStep === 2 && key && mask === lockWanted) {
      locked = LCKK | mask;
      lockStep = 0;
    } else lockStep = 0;
  }

  function setOdr(value: number): void {
    const changed = (odr ^ value) & pinMask;
    odr = value & pinMask;
    for (const index of pins) if (changed & (1 << index)) applyPad(index);
  }

  function write(offset: number, value: number): void {
    const lockedPins = locked & 0xffff;
    switch (offset) {
      case MODER:
        moder = keep(moder, value, doubled(lockedPins), doubled(pinMask));
        {
          applyAll();
          return;
        }
      case OTYPER:
        otyper = keep(otyper, value, lockedPins, pinMask);
        {
          applyAll();
          return;
        }
      case OSPEEDR:
        ospeedr = keep(ospeedr, value, doubled(lockedPins), doubled(pinMask));
        return;
      case PUPDR:
        pupdr = keep(pupdr, value, doubled(lockedPins), doubled(pinMask));
        {
          applyAll();
          return;
        }
      case ODR: {
        setOdr(value);
        return;
      }
      case BSRR: {
        setOdr((odr & ~(value >>> 16)) | (value & 0xffff));
        return;
      } // set wins over reset
      case BRR: {
        if (options.hasBrr) setOdr(odr & ~value);
        return;
      }
      case LCKR: {
        writeLock(value);
        return;
      }
      case AFRL:
        afrl = keep(afrl, value, quadrupled(lockedPins), quadrupled(pinMask));
        {
          applyAll();
          return;
        }
      case AFRH:
        afrh = keep(afrh, value, quadrupled(lockedPins >>> 8), quadrupled(pinMask >>> 8));
        {
          applyAll();
          return;
        }
      default:
    }
  }

  function read(offset: number): number {
    switch (offset) {
      case MODER:
        return moder;
      case OTYPER:
        return otyper;
      case OSPEEDR:
        return ospeedr;
      case PUPDR:
        return pupdr;
      case IDR:
        return readIdr();
      case ODR:
        return odr;
      case LCKR:
        return locked;
      case AFRL:
        return afrl;
      case AFRH:
        return afrh;
      default:
        return 0;
    }
  }

  function reset(_kind: ResetKind): void {
    moder = options.reset.MODER & doubled(pinMask);
    ospeedr = options.reset.OSPEEDR;
    pupdr = options.reset.PUPDR;
    otyper = odr = afrl = afrh = locked = lockStep = 0;
    applyAll();
  }

  return {
    name: `GPIO${options.letter}`,
    size: 0x400,
    ...narrowAccess(
      {
        read,
        write,
        // IDR follows the outside without an event unless someone listens, so it is quiet only when nothing is announced.
        quietRead: (offset) => offset !== IDR || !pins.some((i) => nets[i]!.changesAhead()),
      },
      'ahb',
    ),
    reset,
    signalOf,
  };
}
