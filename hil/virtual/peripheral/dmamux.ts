import type { Peripheral } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** DMAMUX: which request line serves which channel. Synchronization and request generators are not modelled. */
export interface Dmamux extends Peripheral {
  /** Line of an output, counted from 0; undefined for an identification without a modelled line. */
  lineOf(output: number): string | undefined;
}

const DMAREQ_ID = 0x7f;
/** Request identification, SOIE, EGE, SE, SPOL, NBREQ, SYNC_ID. */
const CCR_MASK = 0x1fff_037f;

/**
 * Source: RM0454 chapter 11 (documented).
 * @param lines names by request identification
 * @param changed a choice changed
 */
export function createDmamux(outputs: number, lines: Readonly<Record<number, string>>, changed: () => void): Dmamux {
  const ccr = new Uint32Array(outputs);
  return {
    name: 'DMAMUX',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => ccr[offset >> 2] ?? 0,
        write(offset, value) {
          const output = offset >> 2;
          if (output >= outputs) return;
          ccr[output] = value & CCR_MASK;
          changed();
        },
        quietRead: () => true,
      },
      'ahb',
    ),
    reset: () => void ccr.fill(0),
    lineOf: (output) => lines[ccr[output]! & DMAREQ_ID],
  };
}
