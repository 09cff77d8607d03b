import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { chipNamed, chips } from '../chip/lookup.ts';
import { HilError, isHilError } from '../error/hil-error.ts';
import type { BoardEntry, Rig } from './rig.ts';
import { didYouMean, formatProblem, locateIssues, type RigProblem } from './rig-problems.ts';
import { type RigFileContent, rigSchema } from './rig-schema.ts';

/**
 * Reads a rig file.
 * @throws HilError 610 if it cannot be read; 611 with every mistake as `file:line:column`, its line and a caret.
 */
export function loadRig(path: string): Rig {
  const file = resolve(path);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HilError(610, `rig file ${path} cannot be read`, { blame: 'rig', cause, context: { file } });
  }
  return parseRig(text, file);
}

/** As `loadRig`, from text; `file` is for messages. */
export function parseRig(text: string, file: string): Rig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw mistakes(
      file,
      text,
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { line, column: col, message: error.message };
      }),
    );
  }
  const parsed = rigSchema.safeParse(document.toJS());
  if (!parsed.success) throw mistakes(file, text, locateIssues(parsed.error.issues, document, lines));
  const unknown = parsed.data.boards.flatMap((board, i): readonly RigProblem[] => {
    const message = chipProblem(board.chip);
    if (message === undefined) return [];
    return locateIssues([{ code: 'custom', path: ['boards', i, 'chip'], message, input: board.chip }], document, lines);
  });
  if (unknown.length > 0) throw mistakes(file, text, unknown);
  return { file, boards: parsed.data.boards.map(boardEntry), allowedSkips: parsed.data.allow_skips.map(defined) };
}

function chipProblem(name: string): string | undefined {
  try {
    chipNamed(name);
    return undefined;
  } catch (error) {
    if (!isHilError(error)) throw error;
    const known = chips.flatMap((chip) => [chip.name, chip.board.name]);
    return `no part is called "${name}"${didYouMean(name.toUpperCase(), known) || `; known are ${known.join(', ')}`}`;
  }
}

function boardEntry(board: RigFileContent['boards'][number]): BoardEntry {
  const common = { name: board.name, chip: chipNamed(board.chip).name, permissions: board.permissions };
  if (board.virtual !== undefined) {
    return {
      ...common,
      kind: 'virtual',
      romId: board.virtual.rom,
      blank: board.virtual.blank,
      seed: board.virtual.seed,
      ...(board.virtual.rom_port === undefined ? {} : { romPort: board.virtual.rom_port }),
    };
  }
  return {
    ...common,
    kind: 'real',
    // The schema has made sure of both.
    probeSerial: board.probe?.serial ?? '',
    usart: board.ports?.usart ?? '',
    ...(board.ports?.rom === undefined ? {} : { rom: board.ports.rom }),
    power: board.controls?.power ?? 'none',
    ...(board.first_contact === undefined ? {} : { firstContact: board.first_contact }),
  };
}

/** Without the keys whose value is undefined. */
function defined(skip: RigFileContent['allow_skips'][number]): Rig['allowedSkips'][number] {
  return {
    reason: skip.reason,
    ...(skip.board === undefined ? {} : { board: skip.board }),
    ...(skip.suite === undefined ? {} : { suite: skip.suite }),
    ...(skip.test === undefined ? {} : { test: skip.test }),
  };
}

function mistakes(file: string, text: string, problems: readonly RigProblem[]): HilError {
  const shown = relative(process.cwd(), file) || file;
  const count = `${problems.length} mistake${problems.length === 1 ? '' : 's'}`;
  return new HilError(
    611,
    `rig file ${shown} has ${count}\n${problems.map((problem) => formatProblem(shown, text, problem)).join('\n')}\n`,
    { blame: 'rig', context: {} },
  );
}
