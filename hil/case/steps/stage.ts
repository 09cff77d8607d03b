import type * as z from 'zod';
import type { Application, Bench, BootloaderHandle } from '../../board/bench-types.ts';
import type { Reading, Readings } from '../case.ts';

/** What one run of a variant knows while its steps are done. */
export interface Stage {
  readonly bench: Bench;
  readonly caseId: string;
  /** Image that `flash` programs, by its name in the bench. */
  readonly image: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The application that answers now; undefined while something else does, or nothing. */
  app: Application | undefined;
  /** The ROM that answers now. */
  rom: BootloaderHandle | undefined;
  /** Image that is flashed. */
  flashed: string | undefined;
  /** Counters of the application when the last `flash` or `jump` began: starts and HardFaults are counted from here. */
  counted: { readonly starts: number; readonly faults: number };
  /** Adds readings; those of the same names are replaced. `undefined` takes one back: it was not observed this time. */
  read(readings: Readonly<Record<string, Reading | undefined>>): void;
  /** Takes all readings back whose names begin so. */
  forget(...prefixes: readonly string[]): void;
  /** By name, as last read. */
  readonly readings: Readings;
  /** By name and number (`rom.answers.1`): what the nth step that read it found. */
  readonly history: Readings;
  /** A new step begins. */
  next(): void;
}

/** One verb of the steps. */
export interface Verb<Schema extends z.ZodType = z.ZodType> {
  /** What it does, for docs/cases.md. */
  readonly says: string;
  /** What may stand behind it; `undefined` where it stands alone. */
  readonly args: Schema;
  /** Readings that it can leave, beside those that `look` and `who answers` leave: names, or groups as `table.*`. */
  readonly reads?: readonly string[];
  readonly run: (stage: Stage, args: z.infer<Schema>) => Promise<void>;
}

/** Keeps the type of a verb's arguments between its schema and its function. */
export function verb<Schema extends z.ZodType>(definition: Verb<Schema>): Verb {
  // The registry calls `run` with what `args` has parsed.
  return definition as unknown as Verb;
}

export function newStage(bench: Bench, from: Pick<Stage, 'caseId' | 'image' | 'settings'>): Stage {
  const readings: Record<string, Reading> = {};
  const history: Record<string, Reading> = {};
  const counts = new Map<string, number>();
  let inThisStep = new Set<string>();
  const remember = (name: string, value: Reading): void => {
    const count = (counts.get(name) ?? 0) + (inThisStep.has(name) ? 0 : 1);
    inThisStep.add(name);
    counts.set(name, count);
    history[`${name}.${count}`] = value;
  };
  return {
    bench,
    caseId: from.caseId,
    image: from.image,
    settings: from.settings,
    app: undefined,
    rom: undefined,
    flashed: undefined,
    counted: { starts: 0, faults: 0 },
    readings,
    history,
    next() {
      inThisStep = new Set();
    },
    read(more) {
      for (const [name, value] of Object.entries(more)) {
        if (value === undefined) delete readings[name];
        else {
          readings[name] = value;
          remember(name, value);
        }
      }
    },
    forget(...prefixes) {
      for (const name of Object.keys(readings)) {
        if (prefixes.some((prefix) => name.startsWith(prefix))) delete readings[name];
      }
    },
  };
}
