import { type ExitCode, exitCode } from '../error/exit-codes.ts';
import { isHilError } from '../error/hil-error.ts';

/** The exit code for an error that ended a command before there was a verdict (design, section 6). */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isHilError(error)) return exitCode.rigFault;
  if (error.code >= 600) return exitCode.usage;
  if (error.code === 502) return exitCode.noBoard;
  return exitCode.rigFault;
}
