/** Instructions outside the hot loop, by class. Registers and flags are in the state; r[15] is the next instruction's address. */
import { executeFp } from '../fpu/execute.ts';
import type { FpCore } from '../fpu/state.ts';
import { FP_DONE, FP_NOCP, FP_UNALIGNED } from '../fpu/state.ts';
import type { CoreState } from '../state.ts';
import { executeDataImmediate, executeDataRegister, executePlainImmediate } from './data-processing.ts';
import { NOCP, UNALIGNED, UNDEFINSTR, usageFault } from './fault-status.ts';
import { executeMultiply } from './multiply.ts';
import { executeRegister } from './register-operations.ts';
import { executeDualTransfer, executeMultipleTransfer, executeSingleTransfer } from './transfer.ts';

function executeCoprocessor(s: CoreState, operand: number): void {
  if (s.fpu === undefined) usageFault(s, NOCP);
  const status = executeFp(s as FpCore, operand >>> 16, operand & 0xffff);
  if (status === FP_DONE) return;
  usageFault(s, status === FP_NOCP ? NOCP : status === FP_UNALIGNED ? UNALIGNED : UNDEFINSTR);
}

/** Returns true when it branches to `v7m.branchTarget`, as BX does. Labels: see encoding.ts. */
export function executeCold(s: CoreState, op: number, operand: number): boolean {
  switch (op) {
    case 200:
      executeDataImmediate(s, operand);
      return false;
    case 201:
      executeDataRegister(s, operand);
      return false;
    case 202:
      return executeSingleTransfer(s, operand);
    case 203:
      return executeMultipleTransfer(s, operand);
    case 204:
      executeDualTransfer(s, operand);
      return false;
    case 205:
      executeMultiply(s, operand);
      return false;
    case 206:
      executeRegister(s, operand);
      return false;
    case 207:
      executeCoprocessor(s, operand);
      return false;
    case 208:
      return usageFault(s, NOCP);
    case 209:
      executePlainImmediate(s, operand);
      return false;
    case 210:
      s.v7m.exclusive = false;
      return false;
    default:
      throw new Error(`operation ${op} has no meaning`);
  }
}
