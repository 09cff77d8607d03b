import type { Confidence } from '../chip/provenance.ts';

/** A value that was observed, or that is expected. Addresses and register values are numbers. */
export type Reading = number | string | boolean | readonly string[];

/** What was observed, by name (`jump.what`, `core.pc`, `fault.pc`). A name that is missing was not observed. */
export type Readings = Readonly<Record<string, Reading>>;

/** What a reading must be: the value itself, or one of these forms. */
export type Matcher =
  | number
  | string
  | boolean
  | { readonly not: Matcher }
  /** For lists, such as reset flags. */
  | { readonly has: string }
  | { readonly hasNot: string }
  | { readonly oneOf: readonly (number | string | boolean)[] }
  | { readonly min: number; readonly max?: number }
  | { readonly max: number };

export type Expectations = Readonly<Record<string, Matcher>>;

/**
 * How sure an expectation is. A: vendor text, or a fix merged upstream whose explanation matches. B: several independent reports,
 * one consistent mechanism. C: one report, or an inference. D: hypothesis. A and B are demanded of a virtual board, C and D shown.
 */
export type Grade = 'A' | 'B' | 'C' | 'D';

/** One step of a provocation: its verb and what the verb takes. */
export interface CaseStep {
  readonly verb: string;
  readonly args: unknown;
}

/**
 * What a variant is there for. `reported` has the defect and shows the symptom; `fixed` differs by the cure and passes; `control` is a
 * near miss or another cause; of `measured` nothing is demanded.
 */
export type VariantRole = 'reported' | 'fixed' | 'control' | 'measured';

export interface CaseVariant {
  readonly name: string;
  readonly role: VariantRole;
  /** Name of the image: `handover`, or `<case>/<program>`. */
  readonly image: string;
  /** Settings of the application (docs/handover.md); those not named take their default. */
  readonly settings: Readonly<Record<string, string>>;
  readonly steps: readonly CaseStep[];
  /** Of the expectations. */
  readonly confidence: Grade;
  readonly why?: string;
  readonly expect: Expectations;
  /** Parts that this variant is for; all of the case if absent. */
  readonly chips?: readonly string[];
  /** ROM IDs that this variant is for; all of the case if absent. */
  readonly rom?: readonly number[];
}

/** Something that is shown for each variant, in the case's order. */
export interface Observation {
  readonly id: string;
  readonly title: string;
  /** Name of the reading that shows it; absent where nothing in reach can. */
  readonly reads?: string;
  /** What the report says of it: for cases that hold hypotheses against observations. */
  readonly reported?: Matcher;
  /** Why it cannot be tested with the ports there are. */
  readonly not_testable?: string;
}

export interface Cause {
  readonly says: string;
  /** Id of a rule of the diagnosis. */
  readonly rule?: string;
  readonly confidence: Grade;
  readonly provenance: Confidence;
  readonly source: string;
}

/** A possible cause of a report that nobody has explained. */
export interface Hypothesis {
  readonly id: string;
  readonly says: string;
  /** How likely it is held to be, 0 to 1. */
  readonly prior?: number;
  /** Names of the variants in which it is true. */
  readonly variants: readonly string[];
  /** Why it cannot be tested here. */
  readonly not_testable?: string;
  /** What follows when an observation contradicts it. */
  readonly if_contradicted?: string;
}

/** What a reading, or several together, decide between hypotheses. */
export interface Decision {
  readonly when: Expectations;
  readonly says: string;
}

/** The longer way to run a case on a bench: more is read of each variant, and what it decides is said. */
export interface CasePlan {
  /** In place of the steps of each variant. */
  readonly steps: readonly CaseStep[];
  /** Readings that the report lists for each variant. */
  readonly shows: readonly string[];
  readonly decisions: readonly Decision[];
}

/** What a case needs of a board, beside its part; as a suite's. */
export interface CaseNeeds {
  /** The wire of the ROM that the report lies on; USART if absent. */
  readonly port?: 'usart' | 'usb';
  readonly controls?: boolean;
  readonly erase?: 'pages' | 'mass';
  readonly option_bytes?: boolean;
  readonly write_protection?: boolean;
  readonly rdp1?: boolean;
  readonly kind?: 'virtual' | 'real';
}

/** Why a report is listed and not made runnable. */
export interface NotTestable {
  /** Parts or ends it is about, in words. */
  readonly parts: string;
  readonly why: string;
  /** Where there is more: files of this project, with what is to be found there. */
  readonly look: readonly string[];
}

/** A bug reported in public, made runnable. */
export interface Case {
  readonly id: string;
  readonly title: string;
  /** Ids of the bug catalogue. */
  readonly catalogue: readonly string[];
  readonly links: readonly string[];
  /** Parts it runs on; the reported one first. None where it cannot be tested here. */
  readonly chips: readonly string[];
  /** Only boards with one of these ROM IDs; any if absent. */
  readonly rom?: readonly number[];
  readonly needs: CaseNeeds;
  readonly symptom: string;
  readonly report: string;
  readonly note?: string;
  /** What must be said of each result: that an experiment is related to the report and not the report itself. */
  readonly label?: string;
  /** Absent where no cause is known: then there are hypotheses. */
  readonly cause?: Cause;
  readonly hypotheses: readonly Hypothesis[];
  readonly observations: readonly Observation[];
  readonly variants: readonly CaseVariant[];
  /** What `--plan` does. */
  readonly plan?: CasePlan;
  /** Then there are no parts, steps and variants: it is to be found, and not to be run. */
  readonly not_testable?: NotTestable;
  /** How long one variant may take, in ms. */
  readonly deadlineMs: number;
  /** Absolute path of its file. */
  readonly file: string;
}

/** A variant concerns a board by part and ROM. An unknown ROM ID counts as fitting: the run reads it. */
export function concerns(
  which: Pick<Case, 'chips' | 'rom'> | { readonly chips?: readonly string[]; readonly rom?: readonly number[] },
  board: { readonly chip: string; readonly romId?: number | undefined },
): boolean {
  return (
    (which.chips === undefined || which.chips.includes(board.chip)) &&
    (which.rom === undefined || board.romId === undefined || which.rom.includes(board.romId))
  );
}

/** The variants of a case that concern a board; none if the case does not. */
export function variantsFor(
  kase: Case,
  board: { readonly chip: string; readonly romId?: number | undefined },
): readonly CaseVariant[] {
  return concerns(kase, board) ? kase.variants.filter((variant) => concerns(variant, board)) : [];
}

export function isDemanded(grade: Grade): boolean {
  return grade === 'A' || grade === 'B';
}
