import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chipNamed, chips } from '../chip/lookup.ts';
import { HilError, isHilError } from '../error/hil-error.ts';
import { readYaml } from '../error/yaml-file.ts';
import { didYouMean } from '../error/yaml-problems.ts';
import type { BoardEntry, Rig } from './rig.ts';
import { type RigFileContent, rigSchema, rigWords } from './rig-schema.ts';

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
  const content = readYaml(text, file, {
    what: 'rig file',
    code: 611,
    schema: rigSchema,
    words: rigWords,
    check: ({ boards }) =>
      boards.flatMap((board, i) => {
        const message = chipProblem(board.chip);
        return message === undefined ? [] : [{ path: ['boards', i, 'chip'], message }];
      }),
  });
  return { file, boards: content.boards.map(boardEntry), allowedSkips: content.allow_skips.map(defined) };
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
    ...(board.ports?.usb === undefined ? {} : { usb: board.ports.usb }),
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
