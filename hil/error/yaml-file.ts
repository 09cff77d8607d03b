import { relative } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { HilError } from './hil-error.ts';
import { formatProblem, locateIssues, type YamlProblem } from './yaml-problems.ts';

/** A kind of YAML file that people write. */
export interface YamlKind<T> {
  /** Names it in errors: `rig file`. */
  readonly what: string;
  /** Code of the error that lists its mistakes. */
  readonly code: number;
  readonly schema: z.ZodType<T>;
  /** Keys that the file may have, for the did-you-mean of an unknown one. */
  readonly words: readonly string[];
  /** Mistakes that the schema does not see. */
  readonly check?: (content: T) => readonly YamlMistake[];
}

export interface YamlMistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Reads a file's text by its schema.
 * @param file for messages; shown relative to the working directory
 * @throws HilError `kind.code` with every mistake as `file:line:column`, its line and a caret
 */
export function readYaml<T>(text: string, file: string, kind: YamlKind<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fail = (problems: readonly YamlProblem[]): HilError => {
    const shown = relative(process.cwd(), file) || file;
    const count = `${problems.length} mistake${problems.length === 1 ? '' : 's'}`;
    return new HilError(
      kind.code,
      `${kind.what} ${shown} has ${count}\n${problems.map((problem) => formatProblem(shown, text, problem)).join('\n')}\n`,
      { blame: 'rig', context: {} },
    );
  };
  if (document.errors.length > 0) {
    throw fail(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { line, column: col, message: error.message };
      }),
    );
  }
  const parsed = kind.schema.safeParse(document.toJS());
  if (!parsed.success) throw fail(locateIssues(parsed.error.issues, document, lines, kind.words));
  const mistakes = kind.check?.(parsed.data) ?? [];
  if (mistakes.length > 0) {
    const issues = mistakes.map(({ path, message }) => ({
      code: 'custom' as const,
      path: [...path],
      message,
      input: undefined,
    }));
    throw fail(locateIssues(issues, document, lines, kind.words));
  }
  return parsed.data;
}
