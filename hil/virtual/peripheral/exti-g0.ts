import type { Level } from '../board-types.ts';
import type { Net } from './net.ts';
import type { Peripheral } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** EXTI of STM32 G0 and C0: 16 pin lines with separate rising and falling pending bits. Source: RM0454 chapter 13 (documented). */
export interface ExtiOptions {
  /** Nets by port code of EXTICR (0 = A, 1 = B, ...) and pin. */
  readonly nets: Readonly<Record<number, readonly Net[]>>;
  /** Interrupt request of lines 0..15, as a mask of pending lines that are not masked. */
  readonly pending: (lines: number) => void;
}

const RTSR1 = 0x00;
const FTSR1 = 0x04;
const SWIER1 = 0x08;
const RPR1 = 0x0c;
const FPR1 = 0x10;
const EXTICR1 = 0x60;
const EXTICR4 = 0x6c;
const IMR1 = 0x80;
const EMR1 = 0x84;
const LINES = 0xffff;
/** Direct lines (wake-up from peripherals) are unmasked after reset. */
const IMR1_RESET = 0xfff8_0000;

export function createExtiG0(options: ExtiOptions): Peripheral {
  let rtsr = 0;
  let ftsr = 0;
  let rpr = 0;
  let fpr = 0;
  let imr = 0;
  let emr = 0;
  const exticr = [0, 0, 0, 0];

  const portOf = (line: number): number => (exticr[line >> 2]! >>> ((line & 3) * 8)) & 0xff;
  const update = (): void => options.pending((rpr | fpr) & imr & LINES);

  function rearm(): void {
    for (let line = 0; line < 16; line++) {
      if (((rtsr | ftsr) >>> line) & 1) options.nets[portOf(line)]?.[line]?.rearm();
    }
  }

  for (const [code, nets] of Object.entries(options.nets)) {
    nets.forEach((net, line) => {
      net.listen({
        wants: () => portOf(line) === Number(code) && (((rtsr | ftsr) >>> line) & 1) !== 0,
        edge(level: Level) {
          if (level === 1) rpr |= rtsr & (1 << line);
          else fpr |= ftsr & (1 << line);
          update();
        },
      });
    });
  }

  function write(offset: number, value: number): void {
    switch (offset) {
      case RTSR1:
        rtsr = value & LINES;
        {
          rearm();
          return;
        }
      case FTSR1:
        ftsr = value & LINES;
        {
          rearm();
          return;
        }
      case SWIER1:
        rpr |= value & LINES; // a software event counts as a rising edge
        {
          update();
          return;
        }
      case RPR1:
        rpr &= ~value;
        {
          update();
          return;
        }
      case FPR1:
        fpr &= ~value;
        {
          update();
          return;
        }
      case IMR1:
        imr = value;
        {
          update();
          return;
        }
      case EMR1:
        emr = value;
        return;
      default:
        if (offset >= EXTICR1 && offset <= EXTICR4) {
          exticr[(offset - EXTICR1) >> 2] = value & 0x0707_0707;
          rearm();
        }
    }
  }

  function read(offset: number): number {
    switch (offset) {
      case RTSR1:
        return rtsr;
      case FTSR1:
        return ftsr;
      case RPR1:
        return rpr;
      case FPR1:
        return fpr;
      case IMR1:
        return imr;
      case EMR1:
        return emr;
      default:
        return offset >= EXTICR1 && offset <= EXTICR4 ? exticr[(offset - EXTICR1) >> 2]! : 0;
    }
  }

  return {
    name: 'EXTI',
    size: 0x400,
    ...narrowAccess({ read, write, quietRead: () => true }, 'ahb'),
    reset() {
      rtsr = ftsr = rpr = fpr = emr = 0;
      imr = IMR1_RESET;
      exticr.fill(0);
      update();
    },
  };
}
