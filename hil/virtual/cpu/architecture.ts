/** What the two architectures do differently, as functions that a core is given once. */
import type { CodeCache, CoreState } from './state.ts';

/** Why an instruction did not complete. */
export type FaultCause =
  /** The bus or the MPU refused a data access, or the instruction itself is at fault: `v7m.fault` says which. */
  | 'data'
  | 'undefined'
  /** EPSR.T is clear. */
  | 'state'
  | 'fetch'
  | 'execute-never'
  | 'execute-denied'
  /** SVC without the priority to be served. */
  | 'svc'
  /** BKPT without a debugger. */
  | 'bkpt';

export interface Architecture {
  /** Decode slot `slot` of a memory and return its word; `inIt`: as it acts inside an IT block. */
  decode(cache: CodeCache, slot: number, inIt: boolean): number;
  /**
   * Execute from the window until `s.limit` cycles (relative to `s.cycleBase`) or until something needs the slow path.
   * On return r[15] is the next instruction's address, or the causing instruction's for a fault, and `s.stop` says why.
   */
  execute(s: CoreState): void;
  raiseFault(s: CoreState, cause: FaultCause): void;
  /** Stack the frame for `exception`, with r[15] as the return address. */
  beginEntry(s: CoreState, exception: number): void;
  /** Fetch the vector of what is most urgent now and enter it. Returns the exception entered, or 0 (stalled, locked up). */
  finishEntry(s: CoreState): number;
  exceptionReturn(s: CoreState): void;
}
