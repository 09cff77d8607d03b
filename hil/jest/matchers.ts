import { expect } from '@jest/globals';
import type { Started } from '../board/bench-types.ts';
import { restartDefects } from './restart-rules.ts';

expect.extend({
  toHaveRestartedCleanly(received: Started, before: Started) {
    const defects = restartDefects(received.chip, received.boot, before.boot);
    return {
      pass: defects.length === 0,
      message: () =>
        defects.length === 0
          ? 'the application restarted cleanly, which was not expected'
          : `the application did not restart cleanly:\n${defects.map((defect) => `  - ${defect}`).join('\n')}`,
    };
  },
});

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /**
     * The application came back by exactly one software reset since `before`: counter +1, SFTRSTF (PINRSTF may join), VTOR, core and
     * clocks at their reset values.
     */
    toHaveRestartedCleanly(before: Started): R;
  }
}
