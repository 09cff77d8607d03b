import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { handoverSettings } from '../board/handover-settings.ts';
import { chips } from '../chip/lookup.ts';
import { HilError } from '../error/hil-error.ts';
import { readYaml, type YamlMistake } from '../error/yaml-file.ts';
import { didYouMean } from '../error/yaml-problems.ts';
import type { Case, CaseNeeds, CaseStep, CaseVariant, Expectations } from './case.ts';
import { type CaseContent, caseSchema, caseWords } from './case-schema.ts';
import { contradictions } from './judge.ts';
import { readingProblem, steps as verbs } from './steps/index-of-steps.ts';

const ENDING = '.yaml';

/**
 * Reads a case file.
 * @throws HilError 630 if it cannot be read; 631 with every mistake as `file:line:column`, its line and a caret.
 */
export function loadCase(path: string): Case {
  const file = resolve(path);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HilError(630, `case file ${path} cannot be read`, { blame: 'test', cause, context: { file } });
  }
  return parseCase(text, file);
}

/** Ids of the cases of a folder, in order. @throws HilError 630 */
export function caseIds(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ENDING))
      .map((name) => basename(name, ENDING))
      .sort();
  } catch (cause) {
    throw new HilError(630, `folder of cases ${folder} cannot be read`, { blame: 'test', cause });
  }
}

/** Every case of a folder. @throws as `loadCase`, for the first that is not right */
export function loadCases(folder: string): readonly Case[] {
  return caseIds(folder).map((id) => loadCase(join(folder, `${id}${ENDING}`)));
}

/** One case of a folder. @throws as `loadCase`; HilError 632, with the nearest names */
export function loadCaseNamed(folder: string, id: string): Case {
  const known = caseIds(folder);
  if (known.includes(id)) return loadCase(join(folder, `${id}${ENDING}`));
  const near = known.filter((name) => name.includes(id)).map((name) => `"${name}"`);
  const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : didYouMean(id, known);
  throw new HilError(632, `no case is called '${id}'${hint || `; there are ${known.join(', ')}`}`, {
    blame: 'test',
    context: { id },
  });
}

/** As `loadCase`, from text; `file` names the case. */
export function parseCase(text: string, file: string): Case {
  const content = readYaml(text, file, {
    what: 'case file',
    code: 631,
    schema: caseSchema,
    words: caseWords,
    check: mistakesIn,
  });
  const id = basename(file, ENDING);
  const { deadline, steps, variants, cause, rom, note, label, needs, hypotheses, observations, plan, ...most } =
    content;
  const { not_testable: elsewhere, ...rest } = most;
  return {
    ...rest,
    id,
    file,
    deadlineMs: deadline,
    needs: without(needs) as CaseNeeds,
    hypotheses: hypotheses.map((one) => without(one) as Case['hypotheses'][number]),
    observations: observations.map((one) => without(one) as Case['observations'][number]),
    variants: variants.map((variant) => variantOf(id, content, variant)),
    ...(cause === undefined ? {} : { cause: without(cause) as NonNullable<Case['cause']> }),
    ...(rom === undefined ? {} : { rom }),
    ...(note === undefined ? {} : { note }),
    ...(label === undefined ? {} : { label }),
    ...(elsewhere === undefined ? {} : { not_testable: elsewhere }),
    ...(plan === undefined ? {} : { plan: { ...plan, steps: plan.steps.map(stepOf) } as NonNullable<Case['plan']> }),
  };
}

type VariantContent = CaseContent['variants'][number];

function variantOf(id: string, content: CaseContent, variant: VariantContent): CaseVariant {
  const { program, steps, confidence, ...rest } = variant;
  return without({
    ...rest,
    image: program === 'handover' || program.includes('/') ? program : `${id}/${program}`,
    steps: (steps ?? content.steps ?? []).map(stepOf),
    // Where no cause is known, an expectation that names no confidence is a guess.
    confidence: confidence ?? content.cause?.confidence ?? 'D',
  }) as unknown as CaseVariant;
}

/** `go vector-table` and `{ go: vector-table }` are the same step. */
export function stepOf(step: string | Readonly<Record<string, unknown>>): CaseStep {
  if (typeof step !== 'string') {
    const [verb = '', args] = Object.entries(step)[0] ?? [];
    return { verb, args };
  }
  const [verb = '', ...rest] = step.split(/\s+/);
  return rest.length === 0 ? { verb, args: undefined } : { verb, args: rest.join(' ') };
}

/** What a case that is run cannot do without, and one that is only listed does not have. */
const NEEDED = ['chips', 'observations', 'variants'] as const;
const RUNNABLE = [...NEEDED, 'steps', 'hypotheses'] as const;

/** Mistakes that need more than the file's form: names of parts, steps, settings, readings, variants, and the pair that a cause needs. */
function mistakesIn(content: CaseContent): readonly YamlMistake[] {
  const mistakes: YamlMistake[] = [];
  const add = (path: YamlMistake['path'], message: string | undefined): void => {
    if (message !== undefined) mistakes.push({ path, message });
  };
  if (content.not_testable !== undefined) {
    for (const key of RUNNABLE) {
      if ((content[key]?.length ?? 0) > 0) add([key], `a case that is \`not_testable\` has no \`${key}\``);
    }
    return mistakes;
  }
  for (const key of NEEDED) if (content[key].length === 0) add([], `\`${key}\` is missing`);
  const parts = chips.map((chip) => chip.name);
  const checkChips = (path: YamlMistake['path'], names: readonly string[] | undefined): void => {
    for (const [i, name] of (names ?? []).entries()) {
      if (!parts.includes(name))
        add([...path, i], `no part is called "${name}"${didYouMean(name.toUpperCase(), parts)}`);
    }
  };
  checkChips(['chips'], content.chips);
  for (const [i, step] of (content.steps ?? []).entries()) add(['steps', i], stepProblem(step));
  for (const [i, { reads, not_testable }] of content.observations.entries()) {
    if (reads !== undefined) add(['observations', i, 'reads'], readingProblem(reads));
    else if (not_testable === undefined) add(['observations', i], '`reads` or `not_testable` is missing');
  }
  for (const [i, step] of (content.plan?.steps ?? []).entries()) add(['plan', 'steps', i], stepProblem(step));
  for (const [i, name] of (content.plan?.shows ?? []).entries()) add(['plan', 'shows', i], readingProblem(name));
  for (const [i, { when }] of (content.plan?.decisions ?? []).entries()) {
    for (const name of Object.keys(when)) add(['plan', 'decisions', i, 'when', name], readingProblem(name));
  }
  const names = content.variants.map(({ name }) => name);
  for (const [i, variant] of content.variants.entries()) {
    const at = ['variants', i] as const;
    if (names.indexOf(variant.name) !== i) add([...at, 'name'], `variant "${variant.name}" is there already`);
    if (variant.steps === undefined && content.steps === undefined)
      add(at, 'neither the case nor the variant has `steps`');
    for (const [j, step] of (variant.steps ?? []).entries()) add([...at, 'steps', j], stepProblem(step));
    for (const [name, value] of Object.entries(variant.settings))
      add([...at, 'settings', name], settingProblem(name, value));
    for (const name of Object.keys(variant.expect)) add([...at, 'expect', name], readingProblem(name));
    if (variant.role !== 'measured' && Object.keys(variant.expect).length === 0)
      add(at, '`expect` is missing; a variant of which nothing is demanded is `measured`');
    checkChips([...at, 'chips'], variant.chips);
  }
  for (const [i, { variants }] of content.hypotheses.entries()) {
    for (const [j, name] of variants.entries()) {
      if (!names.includes(name))
        add(['hypotheses', i, 'variants', j], `no variant is called "${name}"${didYouMean(name, names)}`);
    }
  }
  if (content.cause === undefined) {
    if (content.hypotheses.length === 0) add([], 'a case has a `cause`, or `hypotheses` where none is known');
  } else {
    add(['variants'], pairProblem(content.variants));
  }
  return mistakes;
}

function stepProblem(step: string | Readonly<Record<string, unknown>>): string | undefined {
  if (typeof step !== 'string' && Object.keys(step).length !== 1) return 'a step is one verb: { go: vector-table }';
  const { verb: name, args } = stepOf(step);
  const verb = verbs[name];
  const known = Object.keys(verbs);
  if (verb === undefined)
    return `no step is called "${name}"${didYouMean(name, known) || `; there are ${known.join(', ')}`}`;
  const parsed = verb.args.safeParse(args);
  if (parsed.success) return undefined;
  return `the step "${name}" does not take this: ${parsed.error.issues.map(({ message }) => message).join('; ')}`;
}

function settingProblem(name: string, value: string): string | undefined {
  const known = handoverSettings.map(([setting]) => setting);
  const [, ...values] = handoverSettings.find(([setting]) => setting === name) ?? [];
  if (values.length === 0) return `the application has no setting "${name}"${didYouMean(name, known)}`;
  return values.includes(value) ? undefined : `"${name}" is one of ${values.join(', ')}, not "${value}"`;
}

/** The defect shows the symptom and the cure passes: no reported variant may look like all the fixed ones, nor a cure like all that fail. */
function pairProblem(variants: readonly VariantContent[]): string | undefined {
  const of = (role: VariantContent['role']) => variants.filter((one) => one.role === role);
  const [reported, fixed] = [of('reported'), of('fixed')];
  if (reported.length === 0 || fixed.length === 0) return 'a cause needs a variant `reported` and a variant `fixed`';
  const alone = (some: readonly VariantContent[], others: readonly VariantContent[]) =>
    some.find((one) =>
      others.every((other) => contradictions(one.expect as Expectations, other.expect as Expectations).length === 0),
    )?.name;
  const says = (name: string, role: string) =>
    `what is expected of "${name}" contradicts what is expected of no variant \`${role}\`: nothing would tell defect from cure`;
  const [defect, cure] = [alone(reported, fixed), alone(fixed, [...reported, ...of('control')])];
  if (defect !== undefined) return says(defect, 'fixed');
  return cure === undefined ? undefined : says(cure, 'reported` or `control');
}

function without<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Partial<T>;
}
