import { describe, expect, test } from '@jest/globals';
import { describeCase } from './describe-case.ts';
import { fakeCase, fakeVariant } from './fake-run.ts';
import { loadCases } from './load-case.ts';

const posted = fakeVariant('as posted', 'reported', { expect: { 'core.vtor': 0x1fff_0000 }, why: 'VTOR is kept' });

describe('a case that is shown', () => {
  test('says symptom, cause with its source, and what is expected of each variant, and how surely', () => {
    const text = describeCase(fakeCase({ variants: [posted] }));
    expect(text).toMatch(/Symptom\n {2}It comes back\./);
    expect(text).toMatch(/Known from\n {2}DDI0403 \(confidence A, documented\)/);
    expect(text).toMatch(/as posted +reported +core\.vtor: 0x1FFF_0000 +VTOR is kept \(A\)/);
  });

  test('says what the board must offer', () => {
    const text = describeCase(fakeCase({ needs: { controls: true, option_bytes: true } }));
    expect(text).toMatch(/Needs\n {2}power, NRST and BOOT0 .*; permission to change option bytes/);
  });

  test('without a known cause says so, what the report says of each observation, and how the plan is run', () => {
    const { cause: _, ...open } = fakeCase({
      label: 'related experiment',
      hypotheses: [{ id: 'h1', says: 'dirty flash', prior: 0.4, variants: [] }],
      observations: [{ id: 'O3', title: 'erases', reads: 'op.erase', reported: { not: 'done' } }],
      plan: { steps: [], shows: [], decisions: [] },
    });
    const text = describeCase(open);
    expect(text).toMatch(/Hypotheses \(no cause is known\)\n {2}h1 \(prior 0\.40\): dirty flash/);
    expect(text).toMatch(/O3 +erases +not done/);
    expect(text).toMatch(/hil case run l476-example --plan/);
    expect(text).toMatch(/Called\n {2}related experiment/);
  });

  test('that cannot be run here says why, what there is, and shows no table', () => {
    const elsewhere = { parts: 'STM32F42x', why: 'no board here has the part', look: ['docs/dfu.md, Known ROMs'] };
    const text = describeCase(fakeCase({ chips: [], not_testable: elsewhere }));
    expect(text).toMatch(/Not testable here\n {2}It is about STM32F42x: no board here has the part/);
    expect(text).toMatch(/What there is\n {2}docs\/dfu\.md, Known ROMs/);
    expect(text).not.toMatch(/Runs on|Observations|Variants/);
  });

  test.each(loadCases('fixtures/cases').map((kase) => [kase.id, kase] as const))('%s fits a terminal', (_, kase) => {
    const wide = describeCase(kase)
      .split('\n')
      .filter((line) => line.length > 120 && !/https?:|`/.test(line));
    expect(wide).toEqual([]);
  });
});
