/** Exit codes of `hil` (design, section 6). */
export const exitCode = {
  passed: 0,
  testFailed: 1,
  usage: 2,
  rigFault: 3,
  noBoard: 4,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
