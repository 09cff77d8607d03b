import * as z from 'zod';
import { numberIfHex, word } from './steps/addresses.ts';

const text = z.string().trim().min(1);
const grade = z.enum(['A', 'B', 'C', 'D']);
const scalar = z.union([z.number(), z.string(), z.boolean()]);
const value = z.preprocess(numberIfHex, scalar);

/** Forms of an expectation. One level of `not` is enough for what cases say. */
const form = z.union([
  z.strictObject({ has: text }),
  z.strictObject({ hasNot: text }),
  z.strictObject({ oneOf: z.array(value).min(1) }),
  z.strictObject({ min: word, max: word.optional() }),
  z.strictObject({ max: word }),
]);
const matcher = z.union([value, form, z.strictObject({ not: z.union([value, form]) })], {
  error: 'a value, or one of { not }, { has }, { hasNot }, { oneOf: [] }, { min, max }',
});

const step = z.union([text, z.record(text, z.unknown())], {
  error: 'a step is a verb, or a verb with what it takes: { go: vector-table }',
});
const steps = z.array(step).min(1);
const chips = z.array(text).min(1);
const rom = z.array(z.int().min(0).max(255)).min(1);

const expectations = z.record(text, matcher);

const variant = z.strictObject({
  name: text,
  role: z.enum(['reported', 'fixed', 'control', 'measured']),
  program: text.default('handover'),
  settings: z.record(text, text).default({}),
  steps: steps.optional(),
  confidence: grade.optional(),
  why: text.optional(),
  expect: expectations.default({}),
  chips: chips.optional(),
  rom: rom.optional(),
});

const cause = z.strictObject({
  says: text,
  rule: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'the id of a rule of the diagnosis, as even-address' })
    .optional(),
  confidence: grade,
  provenance: z.enum(['documented', 'corroborated', 'reported', 'hypothesis']),
  source: text,
});

const hypothesis = z.strictObject({
  id: text,
  says: text,
  prior: z.number().min(0).max(1).optional(),
  variants: z.array(text).default([]),
  not_testable: text.optional(),
  if_contradicted: text.optional(),
});

const decision = z.strictObject({ when: expectations, says: text });

const plan = z.strictObject({
  steps,
  shows: z.array(text).default([]),
  decisions: z.array(decision).default([]),
});

const observation = z.strictObject({
  id: z.string().regex(/^O[0-9]+[a-z]?$/, { error: 'an observation is called O1, O2, …' }),
  title: text,
  reads: text.optional(),
  reported: matcher.optional(),
  not_testable: text.optional(),
});

/** A report whose parts no board here has, or whose end is a computer's: to be found all the same, and never run. */
const elsewhere = z.strictObject({
  parts: text,
  why: text,
  look: z.array(text).min(1),
});

const needs = z.strictObject({
  port: z.enum(['usart', 'usb']).optional(),
  controls: z.boolean().optional(),
  erase: z.enum(['pages', 'mass']).optional(),
  option_bytes: z.boolean().optional(),
  write_protection: z.boolean().optional(),
  rdp1: z.boolean().optional(),
  kind: z.enum(['virtual', 'real']).optional(),
});

/** What a case file may say. Strict everywhere: a word that is not known is a mistake, not a comment. */
export const caseSchema = z.strictObject({
  title: text,
  catalogue: z.array(z.string().regex(/^[SN][0-9]+$/, { error: 'an id of the catalogue, as S3 or N12' })).min(1),
  links: z.array(z.url()).default([]),
  chips: z.array(text).default([]),
  rom: rom.optional(),
  needs: needs.default({}),
  symptom: text,
  report: text,
  note: text.optional(),
  label: text.optional(),
  cause: cause.optional(),
  hypotheses: z.array(hypothesis).default([]),
  observations: z.array(observation).default([]),
  steps: steps.optional(),
  deadline: z.int().min(1_000).max(600_000).default(60_000),
  variants: z.array(variant).default([]),
  not_testable: elsewhere.optional(),
  plan: plan.optional(),
});

export type CaseContent = z.infer<typeof caseSchema>;

/** Words a case file knows, for the did-you-mean of an unknown one. */
export const caseWords: readonly string[] = [
  ...[caseSchema, variant, cause, hypothesis, observation, elsewhere, needs, plan, decision].flatMap((schema) =>
    Object.keys(schema.shape),
  ),
];
