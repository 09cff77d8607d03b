import type { Case, CaseVariant, Grade, Readings, VariantRole } from './case.ts';
import { judge } from './judge.ts';
import type { CaseRun } from './outcome.ts';
import type { VariantResult, VariantVerdict } from './run-variant.ts';

/** A case for tests, with what a test says of it. */
export function fakeCase(more: Partial<Case> = {}): Case {
  return {
    id: 'l476-example',
    title: 'An example',
    catalogue: ['S3'],
    links: [],
    chips: ['STM32L476RG'],
    needs: {},
    symptom: 'It comes back.',
    report: 'It jumps.',
    cause: {
      says: 'The T bit is clear.',
      rule: 'even-address',
      confidence: 'A',
      provenance: 'documented',
      source: 'DDI0403',
    },
    hypotheses: [],
    observations: [{ id: 'O1', title: 'what answers', reads: 'jump.what' }],
    variants: [],
    deadlineMs: 60_000,
    file: '/cases/l476-example.yaml',
    ...more,
  };
}

export function fakeVariant(name: string, role: VariantRole, more: Partial<CaseVariant> = {}): CaseVariant {
  return {
    name,
    role,
    image: 'handover',
    settings: {},
    steps: [{ verb: 'flash', args: undefined }],
    confidence: 'A' satisfies Grade,
    expect: {},
    ...more,
  };
}

/** What a variant's run came to, judged by its own expectations. */
export function fakeResult(variant: CaseVariant, readings: Readings, more: Partial<VariantResult> = {}): VariantResult {
  const judged = judge(variant.expect, readings);
  const verdict: VariantVerdict =
    judged.length === 0 ? 'measured' : judged.every(({ ok }) => ok) ? 'as expected' : 'contradicted';
  return { variant, verdict, readings, judged, ms: 1, ...more };
}

export function fakeRun(
  results: readonly VariantResult[],
  kase: Partial<Case> = {},
  kind: 'virtual' | 'real' = 'virtual',
): CaseRun {
  return {
    kase: fakeCase({ variants: results.map(({ variant }) => variant), ...kase }),
    board: { name: 'nucleo-l476rg', chip: 'STM32L476RG', kind, romId: 0x92 },
    results,
    at: '2026-01-01T00:00:00.000Z',
  };
}
