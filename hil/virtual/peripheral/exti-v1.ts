import type { Level } from '../board-types.ts';
import type { Net } from './net.ts';
import type { Peripheral } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/**
 * EXTI of STM32 F0, F4, L0 and L4: one pending bit per line, ports chosen by SYSCFG_EXTICR.
 * Source: RM0383 10.3, RM0351 14.5 (documented). Lines of L4's second bank (32 and up) keep their registers but have no source.
 */
export interface ExtiV1Options {
  /** Nets by port code of EXTICR (0 = A, 1 = B, ...) and pin. */
  readonly nets: Readonly<Record<number, readonly Net[]>>;
  /** Port code that SYSCFG_EXTICR selects for a line. */
  readonly portOf: (line: number) => number;
  /** Interrupt request, as a mask of pending lines 0..31 that are not masked. */
  readonly pending: (lines: number) => void;
  /** Lines with edge detection; the others are direct and have no bits in RTSR, FTSR, SWIER, PR. */
  readonly configurable: number;
  /** IMR after reset: direct lines are unmasked on the families that have them. */
  readonly imrReset: number;
  /** A second bank of registers at 0x20 exists (L4). */
  readonly secondBank?: { readonly imrReset: number };
}

export interface ExtiV1 extends Peripheral {
  /** SYSCFG_EXTICR was written. */
  routed(): void;
  /** A rising and a falling edge on a line that no pin feeds (16 and up). */
  pulse(line: number): void;
}

const IMR = 0x00;
const EMR = 0x04;
const RTSR = 0x08;
const FTSR = 0x0c;
const SWIER = 0x10;
const PR = 0x14;
const SECOND_BANK = 0x20;

export function createExtiV1(options: ExtiV1Options): ExtiV1 {
  const { portOf, configurable } = options;
  let imr = 0;
  let emr = 0;
  let rtsr = 0;
  let ftsr = 0;
  let swier = 0;
  let pr = 0;
  const second = new Map<number, number>();

  const update = (): void => options.pending((pr & imr) >>> 0);
  const watched = (line: number): boolean => (((rtsr | ftsr) >>> line) & 1) !== 0;

  function rearm(): void {
    for (let line = 0; line < 16; line++) if (watched(line)) options.nets[portOf(line)]?.[line]?.rearm();
  }

  for (const [code, nets] of Object.entries(options.nets)) {
    nets.forEach((net, line) => {
      net.listen({
        wants: () => watched(line) && portOf(line) === Number(code),
        edge(level: Level) {
          // The mask stands behind the pending register in the block diagram (RM0383 figure 29), so a masked line pends too.
          pr |= (level === 1 ? rtsr : ftsr) & (1 << line);
          update();
        },
      });
    });
  }

  function writeSwier(value: number): void {
    // A bit that goes from 0 to 1 pends the line if it is not masked (RM0383 10.3.5).
    const rising = value & ~swier & configurable;
    swier |= rising;
    pr |= rising & imr;
    update();
  }

  function write(offset: number, value: number): void {
    switch (offset) {
      case IMR: {
        imr = value >>> 0;
        update();
        return;
      }
      case EMR:
        emr = value >>> 0;
        return;
      case RTSR: {
        rtsr = value & configurable;
        rearm();
        return;
      }
      case FTSR: {
        ftsr = value & configurable;
        rearm();
        return;
      }
      case SWIER: {
        writeSwier(value);
        return;
      }
      case PR: {
        pr &= ~value;
        swier &= ~value;
        update();
        return;
      }
      default:
        // Without sources PR2 stays 0, and SWIER2 would only set it: both are left out.
        if (options.secondBank !== undefined && offset >= SECOND_BANK && offset <= SECOND_BANK + FTSR) {
          second.set(offset, value >>> 0);
        }
    }
  }

  function read(offset: number): number {
    switch (offset) {
      case IMR:
        return imr;
      case EMR:
        return emr;
      case RTSR:
        return rtsr;
      case FTSR:
        return ftsr;
      case SWIER:
        return swier;
      case PR:
        return pr;
      default:
        return second.get(offset) ?? 0;
    }
  }

  return {
    name: 'EXTI',
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'apb'),
    reset() {
      emr = rtsr = ftsr = swier = pr = 0;
      imr = options.imrReset;
      second.clear();
      if (options.secondBank !== undefined) second.set(SECOND_BANK + IMR, options.secondBank.imrReset);
      update();
    },
    routed: rearm,
    pulse(line) {
      pr |= (rtsr | ftsr) & (1 << line);
      update();
    },
  };
}
