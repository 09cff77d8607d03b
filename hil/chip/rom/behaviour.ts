import type { Confidence } from '../provenance.ts';

/** A macro of the part's header that says whether and how a ROM has the behaviour. */
export interface RomSwitch {
  /** Macro in `firmware/rom/parts/<part>.h`. */
  readonly macro: string;
  /** ROM ID byte → value. */
  readonly values: Readonly<Record<number, number>>;
}

/**
 * One behaviour of a ROM as the stand-in ROM has it. `id` stands in square brackets at its place in `firmware/rom/`; `source` and
 * `confidence` say what is known of the silicon, `question` is what a measurement on a real chip would answer. The same id may have
 * several rows where less or more is known of some parts; a part is in one of them.
 */
export interface RomBehaviour {
  readonly id: string;
  readonly parts: readonly string[];
  /** ROM IDs that behave so; all of the part if missing. */
  readonly versions?: readonly number[];
  readonly behaviour: string;
  readonly source: string;
  readonly confidence: Confidence;
  /** What is our choice inside a behaviour that is otherwise known. */
  readonly choice?: string;
  /** Rows with a switch have one part. */
  readonly switch?: RomSwitch;
  readonly question: string;
}

export const G070 = 'STM32G070RB';
export const G0B1 = 'STM32G0B1RE';
export const C011 = 'STM32C011F6';
export const C031 = 'STM32C031C6';
export const C071 = 'STM32C071RB';
export const L476 = 'STM32L476RG';
export const F411 = 'STM32F411RE';
export const L011 = 'STM32L011K4';
export const L031 = 'STM32L031K6';
export const L073 = 'STM32L073RZ';
export const F042 = 'STM32F042K6';
export const F091 = 'STM32F091RC';

export const g0 = [G070, G0B1] as const;
export const c0 = [C011, C031, C071] as const;
export const l0 = [L011, L031, L073] as const;
export const f0 = [F042, F091] as const;
export const everyPart = [...g0, ...c0, L476, F411, ...l0, ...f0] as const;
/** FLASH interfaces that program double words. */
export const doubleWord = [...g0, ...c0, L476] as const;
