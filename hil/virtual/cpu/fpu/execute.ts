/** One instruction of coprocessors 10 and 11. */
import type { FpCore, FpStatus } from './state.ts';
import { FP_UNDEFINED } from './state.ts';

/**
 * Run the FP instruction `hw1 hw2` (hw1 = 0xEC00..0xEFFF or 0xFC00..0xFFFF with coprocessor 10 or 11 in hw2 bits 11:8).
 *
 * The caller has put flags and cycles into the state; r[15] is the address of the *next* instruction. VMRS APSR_nzcv changes the flags in
 * the state. Nothing has changed when it returns anything but FP_DONE or throws (bus fault, stall): the instruction can start over.
 */
export function executeFp(_s: FpCore, _hw1: number, _hw2: number): FpStatus {
  return FP_UNDEFINED;
}
