import { describe, expect, test } from '@jest/globals';
import { createPace, LEAD_NS, MAX_DEBT_NS } from './pace.ts';

describe('virtual time against the wall', () => {
  test('leads by one slice at most', () => {
    const pace = createPace(5_000_000);
    expect(pace.goal(5_000_000)).toBe(LEAD_NS);
    expect(pace.goal(12_000_000) - pace.present(12_000_000)).toBe(LEAD_NS);
  });

  test('a short delay is caught up', () => {
    const pace = createPace(0);
    pace.settle(MAX_DEBT_NS, 0);
    expect(pace.droppedNs).toBe(0);
    expect(pace.lag(MAX_DEBT_NS, 0)).toBe(MAX_DEBT_NS);
  });

  test('of a long delay only the last part is; the rest is dropped and counted', () => {
    const pace = createPace(0);
    pace.settle(1e9, 0);
    expect(pace.droppedNs).toBe(1e9 - MAX_DEBT_NS);
    expect(pace.present(1e9)).toBe(MAX_DEBT_NS);
  });

  test('sleep on purpose is no debt', () => {
    const pace = createPace(0);
    pace.settle(1e8, 0, 1e8);
    expect(pace.droppedNs).toBe(0);
    expect(pace.present(1e8)).toBe(1e8);
  });

  test('a board that leads has no lag', () => {
    expect(createPace(0).lag(1_000, 5_000)).toBe(0);
  });
});
